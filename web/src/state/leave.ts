/** What is in memory of a person, and goes when they leave. */

import { forgetActions } from "./actions";
import { forgetEmojis } from "./emojis.svelte";
import { forgetEntities } from "./entities.svelte";
import { closeFeeds } from "./feeds.svelte";
import { forgetGroups } from "./groups.svelte";
import { disconnect } from "./stream";
import { closeThreads } from "./thread.svelte";

/** Forgets posts, people, groups, lists and what waits to be sent, and ends the stream. */
export function leave(): void {
  forgetActions();
  forgetEmojis();
  closeFeeds();
  forgetGroups();
  closeThreads();
  disconnect();
  forgetEntities();
}
