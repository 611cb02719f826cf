/** A contract in plain words: what will cross, and what will not. */

import type { Contract, Terms } from "$/api/peers";
import { t, type MessageKey } from "$/i18n/index.svelte";

/** `give`: what this node gives to the other; `get`: what the other gives to this one. */
export type Side = "give" | "get";

/** One sentence about what crosses. */
export interface Line {
  key: string;
  /** Whether something crosses by it. */
  crosses: boolean;
  text: string;
}

/** What is said of a contract in a row, in this order. */
const KINDS = ["directory", "posts"] as const;
type Kind = (typeof KINDS)[number];

const upper = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** What one side gives, sentence by sentence. */
export function sentences(terms: Terms, side: Side): Line[] {
  const say = (rest: string) => t(`contract.${side}${rest}` as MessageKey);
  return [
    {
      key: "directory",
      crosses: crosses(terms, "directory"),
      text: say(`Directory${upper(terms.directory)}`),
    },
    {
      key: "posts",
      crosses: crosses(terms, "posts"),
      text: say(terms.posts ? "PostsNetwork" : "PostsNone"),
    },
  ];
}

function crosses(terms: Terms, kind: Kind): boolean {
  return kind === "directory" ? terms.directory !== "none" : terms.posts;
}

/** The whole contract in one line. */
export function summary({ we_give, they_give }: Contract): string {
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

/** What one begins with when one invites. */
export type Preset = "site" | "partner" | "receive";
export const PRESETS: readonly Preset[] = ["site", "partner", "receive"];

const ALL: Terms = { directory: "all", posts: true };
const SHARED: Terms = { directory: "shared", posts: true };
const NOTHING: Terms = { directory: "none", posts: false };

/** The terms of a preset. */
export function preset(which: Preset): Pick<Contract, "we_give" | "they_give"> {
  if (which === "site") return { we_give: ALL, they_give: ALL };
  if (which === "partner") return { we_give: SHARED, they_give: SHARED };
  return { we_give: NOTHING, they_give: ALL };
}
