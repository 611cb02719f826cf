/** Why an invitation or an introduction comes to nothing, in words that say what to do. */

import { ApiError } from "$/api/client";
import { i18n, t, type MessageKey } from "$/i18n/index.svelte";
import { explain } from "$/state/actions";
import { authorityOf } from "./words";

/** What the node says, and what we say instead. The first group is the other node, the second one what it says of it. */
const SAYINGS: readonly [RegExp, MessageKey][] = [
  [/^this is no invitation link: (?:the part after|the fingerprint)/, "peers.notWhole"],
  [/^this is no invitation link/, "peers.notALink"],
  [/by this very node/, "peers.ownLink"],
  [/need not trust itself/, "peers.itself"],
  [/^(\S+) is connected already/, "peers.already"],
  [/^(\S+) is known and /, "peers.knownAs"],
  [/^(\S+) does not have the keys/, "peers.wrongKeys"],
  [/the answer of (\S+) was changed on its way/, "peers.tampered"],
  [/^(\S+) refuses: the invitation expired(?: (\d+ \w+) ago)?/, "peers.expiredThere"],
  [/^(\S+) refuses: its administrator withdrew the invitation(?: (\d+ \w+) ago)?/, "peers.withdrawnThere"],
  [/^(\S+) refuses: another node has used/, "peers.usedThere"],
  [/^(\S+) refuses: the invitation is for another node/, "peers.forAnother"],
  [/^(\S+) refuses: it does not know this invitation/, "peers.unusable"],
  [/^(\S+) refuses: it counts this node as connected/, "peers.thereAlready"],
  [/^(\S+) refuses: too many tries/, "peers.tooMany"],
  [/^(\S+) refuses: it cannot verify this node's signature; (.+)$/, "peers.clock"],
  [/^(\S+) refuses: it cannot reach this node/, "peers.cannotReachUs"],
  [/^(\S+) cannot be reached: (.+)$/, "peers.cannotReach"],
  [/^(\S+) does not answer as a node of Entrenous/, "peers.notEntrenous"],
  [/^(\S+) runs Entrenous/, "peers.isEntrenous"],
  [/^the introduction of (\S+) is expired/, "introductions.isExpired"],
  [/^the introduction of (\S+) is /, "introductions.isAnswered"],
  [/^(\S+) may introduce nobody any more/, "introductions.mayNot"],
  [/^the contract with (\S+) gives no introductions/, "introductions.givesNone"],
  [/^(\S+) cannot be introduced to one of these/, "introductions.notThese"],
  [/^there is nobody whom (\S+) could be introduced to/, "introductions.nobodyLeft"],
  [/^(\S+) is \w+, not active/, "introductions.notActive"],
  [/its keys have changed, and the pinned ones do not/, "alerts.stillOthers"],
  [
    /its keys have changed, and (\S+) does not tell whether they still are others: (.+)$/,
    "alerts.cannotTell",
  ],
  [/is no authority/, "peers.notAuthority"],
];

/** An example of a link. */
export const EXAMPLE = "https://lyon.example/invitations/1234?fp=…#…";

/** What went wrong. What we have no words for is told in the node's own, or as `explain` does. */
export function trouble(error: unknown): string {
  if (!(error instanceof ApiError) || ![400, 403, 409, 422, 502].includes(error.status))
    return explain(error);
  const said = error.message.replace(/^Validation failed: /, "");
  for (const [pattern, key] of SAYINGS) {
    const found = pattern.exec(said);
    if (!found) continue;
    const detail = inWords(found[2] ?? "");
    const values = { authority: authorityOf(found[1] ?? ""), detail, example: EXAMPLE };
    return t(key, values);
  }
  return error.words === error.message ? said : error.words;
}

/** A span such as “3 hours”, as past time in the language in use; anything else as it is. */
function inWords(detail: string): string {
  const span = /^(\d+) (minute|hour|day)s?$/.exec(detail);
  if (!span) return detail;
  const unit = span[2] as "minute" | "hour" | "day";
  return new Intl.RelativeTimeFormat(i18n.lang).format(-Number(span[1]), unit);
}

/** What is wrong with a pasted link that no node need be asked about; null if it looks like one. */
export function flaw(link: string): string | null {
  let url: URL;
  try {
    url = new URL(link.trim());
  } catch {
    return t("peers.notALink", { example: EXAMPLE });
  }
  if (!/^https?:$/.test(url.protocol) || !/^\/invitations\/\d+$/.test(url.pathname))
    return t("peers.notALink", { example: EXAMPLE });
  const whole =
    /^#[\w-]{43}$/.test(url.hash) &&
    /^[a-z2-7]{52}$/i.test((url.searchParams.get("fp") ?? "").replace(/-/g, ""));
  if (!whole) return t("peers.notWhole");
  return url.origin === location.origin ? t("peers.ownLink") : null;
}
