/** Timelines that outlive their view, so that coming back finds the same place. */

import * as accounts from "$/api/accounts";
import type { Query } from "$/api/client";
import * as api from "$/api/statuses";
import { dropStatus, putStreamed, status } from "./entities.svelte";
import { subscribe } from "./stream";
import { Timeline, type Fetch } from "./timeline.svelte";

interface Feed {
  timeline: Timeline;
  stream: { name: string; params: Record<string, string> } | null;
  stop: (() => void) | null;
}

const feeds = new Map<string, Feed>();
/** Of the feeds nobody looks at, this many stay. */
const KEPT = 6;

const STREAMS: Record<string, string> = { home: "user", local: "public:local", known: "public" };

/** What of someone's posts a feed of a person shows. */
const OF_A_PERSON: Record<string, Query> = {
  posts: { exclude_replies: true },
  replies: {},
  media: { only_media: true },
};

function make(name: string): Feed {
  const [kind, rest] = [name.split("/")[0] ?? name, name.split("/").slice(1).join("/")];
  if (kind === "bookmarks" || kind === "favourites")
    return { timeline: new Timeline(api[kind], { name, chronological: false }), stream: null, stop: null };
  if (kind === "person") {
    const [id = "", what = ""] = rest.split("/");
    const fetch: Fetch = (query, signal) => accounts.statuses(id, { ...OF_A_PERSON[what], ...query }, signal);
    return { timeline: new Timeline(fetch), stream: null, stop: null };
  }
  const path =
    kind === "local" || kind === "known"
      ? "public"
      : kind === "home"
        ? "home"
        : `${kind}/${encodeURIComponent(rest)}`;
  const extra = kind === "local" ? { local: true } : {};
  const timeline = new Timeline((query, signal) => api.timeline(path, { ...extra, ...query }, signal), {
    name,
  });
  // A group has no stream: its page reads it again.
  const stream: Feed["stream"] =
    kind === "group"
      ? null
      : kind === "tag"
        ? { name: "hashtag", params: { tag: rest.toLowerCase() } }
        : kind === "list"
          ? { name: "list", params: { list: rest } }
          : { name: STREAMS[kind] ?? "user", params: {} };
  return { timeline, stream, stop: null };
}

/**
 * The feed of a name: `home`, `local`, `known`, `tag/NAME`, `list/ID`, `group/ID`, `bookmarks`, `favourites`,
 * `person/ID/posts`, `person/ID/replies`, `person/ID/media`. It is read, and
 * listens to its stream, from the first time on.
 */
export function feed(name: string): Timeline {
  let found = feeds.get(name);
  if (!found) {
    found = make(name);
    feeds.set(name, found);
    forgetOldest();
  } else {
    feeds.delete(name);
    feeds.set(name, found);
  }
  const { timeline, stream } = found;
  if (found.stop === null && stream !== null)
    found.stop = subscribe(
      stream.name,
      {
        update: (post) => timeline.receive([putStreamed(post)]),
        "status.update": (post) => {
          if (status(post.id)) putStreamed(post);
        },
        delete: (id) => everywhereGone(id),
        resumed: () => void timeline.catchUp(),
      },
      stream.params,
    );
  void timeline.start();
  return timeline;
}

/** A post is gone: from feeds, conversations, profiles, from wherever it is listed. */
export function everywhereGone(id: string): void {
  dropStatus(id);
}

/** Takes posts out of all feeds, such as those of someone who was muted. One's bookmarks and favourites stay. */
export function everywhereHidden(which: (id: string) => boolean): void {
  for (const [name, { timeline, stream }] of feeds)
    if (stream !== null || name.startsWith("group/")) timeline.hide(which);
}

function forgetOldest(): void {
  for (const [name, one] of feeds) {
    if (feeds.size <= KEPT) return;
    if (name === "home") continue;
    one.stop?.();
    one.timeline.close();
    feeds.delete(name);
  }
}

/** Ends all feeds, at sign-out. */
export function closeFeeds(): void {
  for (const one of feeds.values()) {
    one.stop?.();
    one.timeline.close();
  }
  feeds.clear();
}
