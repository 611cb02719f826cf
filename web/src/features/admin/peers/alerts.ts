/** What is wrong with an organisation, in words. */

import type { Alert } from "$/api/peers";
import { dateTime, t } from "$/i18n/index.svelte";

/** The worst kind: somebody else may answer in its place. */
export const KEYS = "keys_changed";

/** What is wrong, and what to do. A new kind is told as the node tells it. */
export function alertWords(alert: Alert): { title: string; text: string } {
  const { name } = alert.peer;
  const since = t("alerts.since", { when: dateTime(alert.since) });
  switch (alert.kind) {
    case KEYS:
      return { title: t("alerts.keysTitle", { name }), text: t("alerts.keysText") };
    case "refused":
      return { title: t("alerts.refusedTitle", { name }), text: `${since} ${t("alerts.refusedText")}` };
    case "failing":
      return {
        title: t("alerts.failingTitle", { name }),
        text: `${since} ${t("alerts.failingText")}`,
      };
    default:
      return { title: name, text: alert.text };
  }
}
