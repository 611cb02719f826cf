/** The entries of a post's menu: one's own posts have others than everyone else's. */

import BellOff from "@lucide/svelte/icons/bell-off";
import Ban from "@lucide/svelte/icons/ban";
import Building2 from "@lucide/svelte/icons/building-2";
import Flag from "@lucide/svelte/icons/flag";
import Funnel from "@lucide/svelte/icons/funnel";
import Link from "@lucide/svelte/icons/link";
import Pencil from "@lucide/svelte/icons/pencil";
import Pin from "@lucide/svelte/icons/pin";
import RotateCcw from "@lucide/svelte/icons/rotate-ccw";
import Trash2 from "@lucide/svelte/icons/trash-2";
import Unlink from "@lucide/svelte/icons/unlink";
import VolumeX from "@lucide/svelte/icons/volume-x";
import type { Status } from "$/api/types";
import { t } from "$/i18n/index.svelte";
import { toggle } from "$/state/actions";
import { copyLink, editPost, muteAuthor } from "$/state/post-actions";
import { session } from "$/state/session.svelte";
import type { MenuItem } from "$/ui/Menu.svelte";
import { nameOf } from "$/ui/post/names";

/** What must be confirmed, or shown in a dialog. */
export type Question =
  "remove" | "redraft" | "block" | "reach" | "filter" | "report" | "takeDown" | "unquote";

export function menuOf(post: Status, own: boolean, ask: (what: Question) => void): MenuItem[] {
  const copy: MenuItem = { label: t("post.copyLink"), icon: Link, run: () => void copyLink(post) };
  const mute: MenuItem = {
    label: post.muted ? t("post.unmute") : t("post.mute"),
    icon: BellOff,
    run: () => void toggle(post.id, "mute"),
  };
  if (!own) {
    const name = nameOf(post.account);
    const quotesMe = post.quote?.quoted_status?.account.id === session.me?.id;
    return [
      copy,
      mute,
      ...(post.quote?.state === "accepted" && quotesMe
        ? [{ label: t("post.unquote"), icon: Unlink, run: () => ask("unquote") }]
        : []),
      { label: t("filters.fromPost"), icon: Funnel, run: () => ask("filter") },
      {
        label: t("post.muteAuthor", { name }),
        icon: VolumeX,
        run: () => void muteAuthor(post.account),
      },
      { label: t("post.blockAuthor", { name }), icon: Ban, danger: true, run: () => ask("block") },
      { label: t("report.actionName", { name }), icon: Flag, danger: true, run: () => ask("report") },
      ...(session.moderates
        ? [{ label: t("post.takeDown"), icon: Trash2, danger: true, run: () => ask("takeDown") }]
        : []),
    ];
  }
  // A profile is looked at by people who are not in the group.
  const pinnable = post.visibility !== "direct" && !post.group;
  return [
    copy,
    { label: t("post.reach"), icon: Building2, run: () => ask("reach") },
    ...(pinnable
      ? [
          {
            label: post.pinned ? t("post.unpin") : t("post.pin"),
            icon: Pin,
            run: () => void toggle(post.id, "pin"),
          },
        ]
      : []),
    mute,
    { label: t("post.edit"), icon: Pencil, run: () => editPost(post) },
    { label: t("post.redraft"), icon: RotateCcw, danger: true, run: () => ask("redraft") },
    { label: t("post.remove"), icon: Trash2, danger: true, run: () => ask("remove") },
  ];
}
