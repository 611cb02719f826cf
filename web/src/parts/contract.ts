/** A contract in plain words: what will cross, and what will not. */

import type { Contract, Terms } from "$/api/peers";
import { i18n, list, t, type MessageKey } from "$/i18n/index.svelte";
import { bytes } from "$/ui/post/files";

/** `give`: what this node gives to the other; `get`: what the other gives to this one. */
export type Side = "give" | "get";
export type Both = Pick<Contract, "we_give" | "they_give">;

/** One sentence about what crosses. */
export interface Line {
  /** Which part of the terms it is about. */
  key: string;
  /** Whether something crosses by it; null for how much, and for what becomes of it. */
  crosses: boolean | null;
  text: string;
}

/** What can cross, in the order in which it is told. */
const KINDS = ["directory", "posts", "groups", "documents", "chat", "calls"] as const;
type Kind = (typeof KINDS)[number];

function crosses(terms: Terms, kind: Kind): boolean {
  if (kind === "groups" && terms.groups === "named") return terms.named_groups.length > 0;
  const value = terms[kind];
  return typeof value === "boolean" ? value : value !== "none";
}

const upper = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** What one side gives, sentence by sentence. */
export function sentences(terms: Terms, side: Side): Line[] {
  const say = (rest: string, values = {}) => t(`contract.${side}${rest}` as MessageKey, values);
  const flag = (key: "documents" | "chat" | "calls" | "introduces") => ({
    key,
    crosses: terms[key],
    text: say(`${terms[key] ? "" : "No"}${upper(key)}`),
  });
  if (!KINDS.some((kind) => crosses(terms, kind)) && !terms.introduces)
    return [{ key: "nothing", crosses: false, text: say("Nothing") }];
  const groups = crosses(terms, "groups") ? terms.groups : "none";
  const files = terms.largest_file > 0;
  return [
    {
      key: "directory",
      crosses: crosses(terms, "directory"),
      text: say(`Directory${upper(terms.directory)}`),
    },
    { key: "profile", crosses: null, text: say("Profile", { what: profile(terms) }) },
    { key: "posts", crosses: crosses(terms, "posts"), text: say(`Posts${upper(terms.posts)}`) },
    {
      key: "groups",
      crosses: crosses(terms, "groups"),
      text: say(`Groups${upper(groups)}`, { count: terms.named_groups.length }),
    },
    flag("documents"),
    {
      key: "largest_file",
      crosses: files,
      text: files ? say("Files", { size: size(terms.largest_file) }) : say("NoFiles"),
    },
    flag("chat"),
    flag("calls"),
    flag("introduces"),
    { key: "rate", crosses: null, text: say("Rate", { count: terms.rate }) },
    { key: "at_end", crosses: null, text: say(upper(terms.at_end)) },
  ];
}

function profile({ profile }: Terms): string {
  const more = (["pictures", "note", "fields"] as const).filter((one) => profile[one]);
  return list([
    t("contract.profileName"),
    ...more.map((one) => t(`contract.profile${upper(one)}` as MessageKey)),
  ]);
}

/** A size as people say it: 50 MB are fifty times 1,024 times 1,024 bytes, if that comes out even. */
export function size(value: number): string {
  return bytes(value % 2 ** 20 === 0 ? (value / 2 ** 20) * 1e6 : value, i18n.lang);
}

/** Which sentences of `after` say something else than those of `before`. */
export function changed(before: Terms, after: Terms): Set<string> {
  const old = new Map(sentences(before, "give").map(({ key, text }) => [key, text]));
  const fresh = sentences(after, "give").filter(({ key, text }) => old.get(key) !== text);
  return new Set(fresh.map(({ key }) => key));
}

/** The whole contract in one line. */
export function summary({ we_give, they_give }: Both): string {
  const named = (which: (kind: Kind) => boolean) =>
    KINDS.filter(which)
      .map((kind) => t(`contract.${kind}`))
      .join(", ");
  const [out, back] = [(kind: Kind) => crosses(we_give, kind), (kind: Kind) => crosses(they_give, kind)];
  const parts = [
    ["both", named((kind) => out(kind) && back(kind))],
    ["out", named((kind) => out(kind) && !back(kind))],
    ["in", named((kind) => !out(kind) && back(kind))],
  ] as const;
  const said = parts.filter(([, what]) => what !== "").map(([key, what]) => t(`contract.${key}`, { what }));
  return said.length === 0 ? t("contract.nothing") : said.join(" · ");
}

const PRESETS: Record<string, { label: MessageKey; text: MessageKey }> = {
  same_organisation: { label: "contract.presetSite", text: "contract.presetSiteText" },
  partner_firm: { label: "contract.presetPartner", text: "contract.presetPartnerText" },
  receive_only: { label: "contract.presetReceive", text: "contract.presetReceiveText" },
};

/** What a preset is called, and what it is for. */
export function presetWords(name: string): { label: string; text: string } {
  const known = PRESETS[name];
  return known ? { label: t(known.label), text: t(known.text) } : { label: name, text: "" };
}

/** Whether two contracts say the same, whatever their versions. */
export const same = (a: Both, b: Both) =>
  changed(a.we_give, b.we_give).size === 0 &&
  changed(a.they_give, b.they_give).size === 0 &&
  names(a) === names(b);

/** Two sets of groups may be equally many. */
const names = ({ we_give, they_give }: Both) =>
  JSON.stringify(
    [we_give, they_give].map(({ groups, named_groups }) => (groups === "named" ? named_groups : groups)),
  );
