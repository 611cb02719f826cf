/**
 * Texts in French and English. A text is a string with `{names}`, or forms by plural category (`Intl.PluralRules`)
 * chosen by `count`. Both languages come with the first screen: one that had to be asked for would cost a slow network a
 * round trip before anything can be shown.
 */

import { messages as en, type Messages as First } from "./en";
import type { messages as groups } from "./en/groups";
import type { messages as peers } from "./en/peers";
import { messages as fr } from "./fr";

export type Lang = "en" | "fr";
export const LANGS: readonly Lang[] = ["en", "fr"];

/** A text with one form for each plural category that the language has. */
export type Plural = { one: string; many?: string; other: string };
type Text = string | Plural;
type Catalogue = Record<string, Record<string, Text>>;

type English = First & typeof groups & typeof peers;
type Widened<All> = {
  [N in keyof All]: { [K in keyof All[N]]: All[N][K] extends string ? string : Plural };
};
/** The English messages with their texts widened: what every language must have. */
export type Messages = Widened<First>;

type Key = {
  [N in keyof English & string]: `${N}.${keyof English[N] & string}`;
}[keyof English & string];
export type MessageKey = Key;
export type Values = Record<string, string | number>;

let lang = $state<Lang>("en");
let catalogue = $state.raw<Catalogue>({});
let rules = new Intl.PluralRules("en");

const languages: Record<Lang, Messages> = { en, fr };

/** Texts that only some screens need: a chunk of their own for each language. */
const PARTS: {
  groups: Record<Lang, () => Promise<{ messages: Widened<typeof groups> }>>;
  peers: Record<Lang, () => Promise<{ messages: Widened<typeof peers> }>>;
} = {
  groups: { en: () => import("./en/groups"), fr: () => import("./fr/groups") },
  peers: { en: () => import("./en/peers"), fr: () => import("./fr/peers") },
};
export type Part = keyof typeof PARTS;
/** Those that were asked for: another language has to bring them too. */
const wanted = new Set<Part>();

/** The language in use. */
export const i18n = {
  get lang() {
    return lang;
  },
};

/** The best of our languages for what someone prefers. */
export function choose(preferred: readonly (string | null | undefined)[]): Lang {
  for (const tag of preferred) {
    const short = tag?.toLowerCase().split("-")[0];
    const found = LANGS.find((one) => one === short);
    if (found) return found;
  }
  return "en";
}

/** Uses a language from then on. */
export async function setLang(next: Lang): Promise<void> {
  let all = languages[next] as unknown as Catalogue;
  // A set also walks over what is added on the way.
  for (const part of wanted) all = { ...all, ...(await PARTS[part][next]()).messages };
  rules = new Intl.PluralRules(next);
  catalogue = all;
  lang = next;
  document.documentElement.lang = next;
}

/** Loads texts that only some screens need. */
export async function loadTexts(part: Part): Promise<void> {
  wanted.add(part);
  const asked = lang;
  const { messages } = await PARTS[part][asked]();
  if (lang === asked) catalogue = { ...catalogue, ...messages };
}

/** The text of a key in the language in use. */
export function t(key: MessageKey, values: Values = {}): string {
  const dot = key.indexOf(".");
  const text = catalogue[key.slice(0, dot)]?.[key.slice(dot + 1)];
  if (text === undefined) return key;
  const whole = typeof text === "string" ? text : form(text, values);
  return fill(lang === "fr" ? tight(whole) : whole, values);
}

/** Words for what the node says, which it says in English: loaded when it has refused something. */
const SAYINGS: Partial<Record<Lang, () => Promise<{ sayings: Readonly<Record<string, string>> }>>> = {
  fr: () => import("./fr/sayings"),
};

/** What the node says, in the language in use; as it is where there are no words for it. */
export async function said(text: string): Promise<string> {
  const load = SAYINGS[lang];
  if (!load) return text;
  try {
    const { sayings } = await load();
    const bare = text.replace(/^Validation failed: /, "");
    for (const [english, words] of Object.entries(sayings)) {
      const found = saying(english).exec(bare);
      if (!found) continue;
      const values = Object.entries(found.groups ?? {}).map(([name, value]) => [
        name,
        name === "count" ? Number(value.replaceAll(",", "")) : value,
      ]);
      return fill(tight(words), Object.fromEntries(values) as Values);
    }
  } catch {
    // They could not be loaded: the node's own words are better than none.
  }
  return text;
}

/** What a text with `{names}` stands for: a number for `{count}`, anything for others. */
function saying(text: string): RegExp {
  const parts = text
    .split(/\{(\w+)\}/)
    .map((part, at) =>
      at % 2 === 0
        ? part.replace(/[.*+?^$(){}|[\]\\]/g, "\\$&")
        : `(?<${part}>${part === "count" ? "[\\d,]+" : ".+"})`,
    );
  return new RegExp(`^${parts.join("")}$`);
}

/** In French a space stands before `: ; ! ?` and inside « »: no line ends there. */
const tight = (text: string) => text.replace(/ (?=[:;!?»])/g, "\u00a0").replaceAll("« ", "«\u00a0");

function form(text: Plural, values: Values): string {
  const category = rules.select(Number(values["count"] ?? 0));
  return (category === "one" ? text.one : category === "many" ? text.many : undefined) ?? text.other;
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => {
    const value = values[name];
    if (value === undefined) return all;
    return typeof value === "number" ? number(value) : value;
  });
}

interface Formats {
  NumberFormat: [Intl.NumberFormat, Intl.NumberFormatOptions];
  DateTimeFormat: [Intl.DateTimeFormat, Intl.DateTimeFormatOptions];
  RelativeTimeFormat: [Intl.RelativeTimeFormat, Intl.RelativeTimeFormatOptions];
  ListFormat: [Intl.ListFormat, Intl.ListFormatOptions];
  DisplayNames: [Intl.DisplayNames, Intl.DisplayNamesOptions];
}
/** Making a format costs more than all that is written with it: each is made once. */
const formats = new Map<string, unknown>();

function format<K extends keyof Formats>(
  kind: K,
  options: Formats[K][1] = {} as Formats[K][1],
): Formats[K][0] {
  const key = `${lang} ${kind} ${JSON.stringify(options)}`;
  let found = formats.get(key) as Formats[K][0] | undefined;
  if (!found) {
    const Kind = Intl[kind] as unknown as new (lang: string, options: Formats[K][1]) => Formats[K][0];
    found = new Kind(lang, options);
    formats.set(key, found);
  }
  return found;
}

/** A number as the language writes it. */
export function number(value: number): string {
  return format("NumberFormat").format(value);
}

/** A number in little room: 1.2K. */
export function compact(value: number): string {
  return format("NumberFormat", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** A moment in full. */
export function dateTime(iso: string): string {
  return format("DateTimeFormat", { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));
}

/** A moment as one says it on the same day: the time alone; in full on another. */
export function since(iso: string, now: number): string {
  const then = new Date(iso);
  const today = then.toDateString() === new Date(now).toDateString();
  return today ? format("DateTimeFormat", { timeStyle: "short" }).format(then) : dateTime(iso);
}

/** A day. */
export function date(iso: string): string {
  return format("DateTimeFormat", { dateStyle: "long" }).format(new Date(iso));
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** How long ago, in little room; a date when it is more than a week. */
export function ago(iso: string, now: number): string {
  const seconds = Math.round((new Date(iso).getTime() - now) / 1000);
  const size = Math.abs(seconds);
  if (size >= 7 * 86_400) {
    const then = new Date(iso);
    const year = then.getFullYear() === new Date(now).getFullYear() ? undefined : "numeric";
    return format("DateTimeFormat", { day: "numeric", month: "short", year }).format(then);
  }
  const [unit, length] = STEPS.find(([, length]) => size >= length) ?? ["second", 1];
  // Narrow French is “-3 min”, which nobody says.
  const style = { style: lang === "fr" ? "short" : "narrow", numeric: "auto" } as const;
  if (unit === "second") return format("RelativeTimeFormat", style).format(0, "second");
  return format("RelativeTimeFormat", style).format(Math.trunc(seconds / length), unit);
}

/** Names in a row: “Ann, Ben and Cléo”. */
export function list(names: string[]): string {
  return format("ListFormat", { type: "conjunction" }).format(names);
}

/** What a language calls itself, or is called here. */
export function languageName(tag: string): string {
  try {
    return format("DisplayNames", { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
