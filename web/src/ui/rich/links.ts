/** Where links in people's HTML lead: to this client where it can show the same, else out, and only to the web or a mailbox. */

import type { Emoji } from "./emoji";

/** What is known of the people and tags a text may link to. */
export interface LinkContext {
  mentions?: readonly { url: string; acct: string }[];
  tags?: readonly { name: string }[];
  /** Custom emoji that the text may show. */
  emojis?: readonly Emoji[];
  /** The origin of this client; links that stay on it open in place. */
  here?: string;
}

export interface Link {
  href: string;
  kind: "mention" | "hashtag" | "here" | "foreign";
}

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** What a link becomes; null when it leads nowhere one may be led. */
export function linkTo(
  href: string,
  classes: readonly string[],
  text: string,
  context: LinkContext = {},
): Link | null {
  const target = read(href);
  if (target === null) return null;
  const person = context.mentions?.find((one) => read(one.url)?.href === target.href);
  if (person) return { href: `/@${path(person.acct)}`, kind: "mention" };
  const tag = hashtag(target, classes, text, context);
  if (tag !== null) return { href: `/tags/${encodeURIComponent(tag)}`, kind: "hashtag" };
  if (target.origin === context.here && target.protocol !== "mailto:")
    return { href: target.pathname + target.search + target.hash, kind: "here" };
  return { href: target.href, kind: "foreign" };
}

/** An address of the client for a person; `@` stays readable. */
const path = (acct: string) => encodeURIComponent(acct).replaceAll("%40", "@");

function read(href: string): URL | null {
  // Without a base: an address that does not say where it leads is none.
  const target = URL.canParse(href) ? new URL(href) : null;
  if (target === null || !SCHEMES.has(target.protocol)) return null;
  // `https://bank.example@evil.example/` is made to be misread.
  if (target.protocol !== "mailto:" && (target.username !== "" || target.password !== "")) {
    target.username = "";
    target.password = "";
  }
  return target;
}

function hashtag(target: URL, classes: readonly string[], text: string, context: LinkContext): string | null {
  const shown = text.trim();
  if (!shown.startsWith("#") || target.protocol === "mailto:") return null;
  const name = shown.slice(1);
  if (name === "" || /[\s/?#]/u.test(name)) return null;
  const known = context.tags?.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (known) return known.name;
  return classes.includes("hashtag") ? name : null;
}
