/** What is written in the form of a filter, and what of it is told to the node. */

import type { FilterChange, KeywordChange } from "$/api/filters";
import type { Filter, FilterAction, FilterPlace } from "$/api/types";

/** A row of the form. */
export interface Word {
  /** Tells rows apart; new ones have no id. */
  key: number;
  id?: string;
  keyword: string;
  whole: boolean;
}

export interface Form {
  title: string;
  words: Word[];
  places: Record<FilterPlace, boolean>;
  action: FilterAction;
  /** Seconds from now, `never`, or `keep` for the end that it has. */
  until: string;
}

export const PLACES: readonly FilterPlace[] = ["home", "notifications", "public", "thread", "account"];

/** How long a filter may hold: unit, amount, seconds. */
export const LENGTHS = [
  ["minutes", 30, 1_800],
  ["hours", 1, 3_600],
  ["hours", 6, 21_600],
  ["hours", 12, 43_200],
  ["days", 1, 86_400],
  ["days", 7, 604_800],
  ["days", 30, 2_592_000],
] as const;

let rows = 0;

/** A row for a new word. */
export const newWord = (keyword = ""): Word => ({ key: ++rows, keyword, whole: true });

/** The form of a filter, or of a new one with some words in it. */
export function formOf(filter: Filter | null, words: readonly string[]): Form {
  const there = filter?.keywords.map((one) => ({
    key: ++rows,
    id: one.id,
    keyword: one.keyword,
    whole: one.whole_word,
  }));
  const on = (place: FilterPlace) => filter === null || filter.context.includes(place);
  return {
    title: filter?.title ?? "",
    words: there && there.length > 0 ? there : (words.length > 0 ? words : [""]).map((one) => newWord(one)),
    places: Object.fromEntries(PLACES.map((place) => [place, on(place)])) as Form["places"],
    action: filter?.filter_action ?? "warn",
    until: filter?.expires_at ? "keep" : "never",
  };
}

/** What is to be told: only the words that are new, changed or gone. */
export function changeOf(form: Form, filter: Filter | null, otherwise: string): FilterChange {
  const known = new Map(filter?.keywords.map((one) => [one.id, one]));
  const written = form.words
    .map((one) => ({ ...one, keyword: one.keyword.trim() }))
    .filter((one) => one.keyword !== "");
  const keywords: KeywordChange[] = [];
  for (const one of written) {
    const before = one.id === undefined ? undefined : known.get(one.id);
    if (before?.keyword === one.keyword && before.whole_word === one.whole) continue;
    keywords.push({ ...(before ? { id: before.id } : {}), keyword: one.keyword, whole_word: one.whole });
  }
  const kept = new Set(written.map((one) => one.id));
  for (const id of known.keys()) if (!kept.has(id)) keywords.push({ id, _destroy: true });
  return {
    title: form.title.trim() || written[0]?.keyword.slice(0, 255) || otherwise,
    context: PLACES.filter((place) => form.places[place]),
    filter_action: form.action,
    ...(form.until === "keep" ? {} : { expires_in: form.until === "never" ? null : Number(form.until) }),
    keywords_attributes: keywords,
  };
}
