// The everyday flows of masto.js, the same in Node.js and in a browser: `me` is signed in on node A, `other` on node B.

import { createRestAPIClient, createStreamingAPIClient } from "masto";
import { check, eventually, Heard, refused, same } from "./check.js";

// One opaque grey pixel.
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** Someone signed in: REST, and how to open streams. */
export function client(url, accessToken) {
  return {
    url,
    v1: createRestAPIClient({ url, accessToken }).v1,
    v2: createRestAPIClient({ url, accessToken }).v2,
    stream: (streamingApiUrl, useInsecureAccessToken) =>
      createStreamingAPIClient({ streamingApiUrl, accessToken, useInsecureAccessToken, retry: 3 }),
  };
}

/** Everything. Answers what it has done, for the log. */
export async function everyday(me, other) {
  const instance = await start(me);
  const [theirs, mine] = await meet(me, other);
  await live(me, other, instance.configuration.urls.streaming, theirs);
  await posts(me, other, theirs, mine);
  await lists(me, other, theirs);
  await polls(me, other);
  await paging(me);
  await notifications(me, other);
  await away(me, theirs);
  await errors(me);
  return "passed";
}

async function start(me) {
  const instance = await me.v2.instance.fetch();
  check(instance.version.includes("Entrenous"), "version", instance.version);
  check(instance.configuration.urls.streaming.startsWith("ws://localhost:"), "streaming", instance.configuration);
  const own = await me.v1.accounts.verifyCredentials();
  check(instance.title && own.source.privacy === "public" && own.emojis.length === 0, "own account", own);
  same((await me.v1.preferences.fetch())["posting:default:visibility"], "public", "preferences");
  const empty = {
    filters: me.v2.filters.list(),
    lists: me.v1.lists.list(),
    followedTags: me.v1.followedTags.list(),
    customEmojis: me.v1.customEmojis.list(),
    announcements: me.v1.announcements.list(),
    conversations: me.v1.conversations.list(),
    notifications: me.v1.notifications.list(),
    followRequests: me.v1.followRequests.list(),
    trends: me.v1.trends.tags.list(),
  };
  for (const [name, list] of Object.entries(empty)) same(await list, [], name);
  const suggested = await me.v2.suggestions.list();
  check(suggested.every((one) => one.account.id !== own.id && one.sources.length > 0), "suggestions", suggested);
  same((await me.v2.notifications.list()).notificationGroups, [], "grouped notifications");
  same((await me.v2.notifications.policy.fetch()).summary.pendingRequestsCount, 0, "policy");
  await me.v1.markers.fetch({ timeline: ["home", "notifications"] });
  await refused(404, me.v1.push.subscription.fetch());
  const picture = new Blob([Uint8Array.from(atob(PIXEL), (letter) => letter.charCodeAt(0))], { type: "image/png" });
  const changed = await me.v1.accounts.updateCredentials({
    displayName: "Anna Roux",
    note: "Atelier",
    avatar: picture,
    fieldsAttributes: [{ name: "Bureau", value: "12" }],
  });
  same([changed.displayName, changed.fields[0].name, changed.source.note], ["Anna Roux", "Bureau", "Atelier"], "profile");
  check(changed.avatar !== own.avatar, "a new picture has a new address", changed.avatar);
  return instance;
}

async function meet(me, other) {
  const found = async (from, whom) => {
    const account = await whom.v1.accounts.verifyCredentials();
    const q = `@${account.username}@${new URL(whom.url).host}`;
    const { accounts } = await from.v2.search.list({ q, resolve: true, type: "accounts" });
    same(accounts[0]?.acct, q.slice(1), `search for ${q}`);
    same((await from.v1.accounts.lookup({ acct: q.slice(1) })).id, accounts[0].id, "lookup");
    return accounts[0].id;
  };
  const theirs = await found(me, other);
  const mine = await found(other, me);
  for (const [who, id] of [[me, theirs], [other, mine]]) {
    await who.v1.accounts.$select(id).follow();
    await eventually("the follow", async () => (await who.v1.accounts.relationships.fetch({ id: [id] }))[0].following);
  }
  const own = (await me.v1.accounts.verifyCredentials()).id;
  same((await me.v1.accounts.$select(own).followers.list()).map((account) => account.id), [theirs], "followers");
  same((await me.v1.accounts.$select(own).following.list()).map((account) => account.id), [theirs], "following");
  return [theirs, mine];
}

// A post of the other node arrives while we watch, with the token in either of the places a browser can put it.
async function live(me, other, streamingUrl, theirs) {
  const streams = [me.stream(streamingUrl, false), me.stream(streamingUrl, true)];
  try {
    for (const stream of streams) {
      const user = new Heard(stream.user.subscribe());
      const tag = new Heard(stream.hashtag.subscribe({ tag: "direct" }));
      let number = 0;
      // No answer tells that a subscription has begun; so the other speaks until it is heard.
      await eventually("a post of the other node, live", async () => {
        const status = `En direct de Paris ${number++} #direct`;
        await other.v1.statuses.create({ status, visibility: "public" });
        const here = (payload) => payload.account.id === theirs && payload.content.includes("En direct de Paris");
        return user.find("update", here) && tag.find("update", here);
      });
      const { payload } = user.find("update", () => true);
      check(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(payload.createdAt), "a date", payload.createdAt);
      const at = await me.v1.statuses.$select(payload.id).fetch();
      await me.v1.statuses.$select(at.id).favourite();
      const { statuses } = await other.v2.search.list({ q: at.url, resolve: true, type: "statuses" });
      await other.v1.statuses.$select(statuses[0].id).remove();
      await user.wait("delete", (id) => id === at.id);
      user.close();
      tag.close();
    }
  } finally {
    for (const stream of streams) stream.close();
  }
}

async function posts(me, other, theirs, mine) {
  const text = { status: "Bonjour de masto.js #Atelier", visibility: "public", language: "fr" };
  const once = { requestInit: { headers: { "Idempotency-Key": "the same" } } };
  const posted = await me.v1.statuses.create(text, once);
  same((await me.v1.statuses.create(text, once)).id, posted.id, "the same key gives the same post");
  const seen = await eventually("the post on B", async () =>
    (await other.v1.timelines.home.list()).find((status) => status.uri === posted.uri));
  same([seen.language, seen.tags[0].name.toLowerCase(), seen.account.id], ["fr", "atelier", mine], "as B has it");
  for (const timeline of [other.v1.timelines.public.list(), other.v1.timelines.tag.$select("atelier").list(),
                          other.v1.accounts.$select(mine).statuses.list({ excludeReplies: true })])
    check((await timeline).some((status) => status.id === seen.id), "in the timeline", await timeline);
  check(!(await other.v1.timelines.public.list({ local: true })).some((status) => status.id === seen.id), "not local");

  const at = other.v1.statuses.$select(seen.id);
  const own = await me.v1.accounts.verifyCredentials();
  check((await at.favourite()).favourited && (await at.bookmark()).bookmarked, "marks", seen.id);
  same((await at.reblog()).reblog.id, seen.id, "boost");
  const answer = await other.v1.statuses.create({
    status: `@${own.username}@${new URL(me.url).host} bien reçu`, inReplyToId: seen.id, spoilerText: "Réponse", sensitive: true,
  });
  same([answer.inReplyToId, answer.spoilerText, answer.sensitive], [seen.id, "Réponse", true], "reply");
  const context = await eventually("the reply on A", async () => {
    const context = await me.v1.statuses.$select(posted.id).context.fetch();
    return context.descendants.length === 1 && context;
  });
  same([context.ancestors.length, context.descendants[0].account.id], [0, theirs], "context");
  await eventually("the counts on A", async () => {
    const { favouritesCount, reblogsCount, repliesCount } = await me.v1.statuses.$select(posted.id).fetch();
    return favouritesCount === 1 && reblogsCount === 1 && repliesCount === 1;
  });
  same((await me.v1.statuses.$select(posted.id).rebloggedBy.list()).map(({ id }) => id), [theirs], "boosted by");
  same((await other.v1.bookmarks.list()).map(({ id }) => id), [seen.id], "bookmarks");
  same((await other.v1.favourites.list()).map(({ id }) => id), [seen.id], "favourites");

  const edited = await me.v1.statuses.$select(posted.id).update({ status: "Bonjour, corrigé #Atelier" });
  check(edited.editedAt, "when it was edited", edited);
  await eventually("the edit on B", async () => (await at.fetch()).content.includes("corrigé"));
  same((await at.history.list()).length, 2, "versions");
  same((await me.v1.statuses.$select(posted.id).source.fetch()).text, "Bonjour, corrigé #Atelier", "source");
  check(!(await at.unfavourite()).favourited && !(await at.unbookmark()).bookmarked, "marks taken back", seen.id);
  check(!(await at.unreblog()).reblogged, "boost taken back", seen.id);
  same((await me.v1.statuses.$select(posted.id).remove()).text, "Bonjour, corrigé #Atelier", "text to be redrafted");
  await eventually("the deletion on B", () => at.fetch().then(() => false, (error) => error.statusCode === 404));
}

async function lists(me, other, theirs) {
  const list = await me.v1.lists.create({ title: "Paris", repliesPolicy: "none", exclusive: true });
  same([list.title, list.repliesPolicy, list.exclusive], ["Paris", "none", true], "the new list");
  const at = me.v1.lists.$select(list.id);
  await at.accounts.create({ accountIds: [theirs] });
  same((await at.accounts.list({ limit: 0 })).map(({ id }) => id), [theirs], "its members");
  same((await me.v1.accounts.$select(theirs).lists.list()).map(({ id }) => id), [list.id], "lists that hold them");
  const { uri } = await other.v1.statuses.create({ status: "pour la liste", visibility: "private" });
  const found = await eventually("it in the list", async () =>
    (await me.v1.timelines.list.$select(list.id).list()).find((status) => status.uri === uri));
  const home = async () => (await me.v1.timelines.home.list()).some((status) => status.id === found.id);
  check(!(await home()), "an exclusive list", found.id);
  same((await at.update({ title: "Lyon", exclusive: false })).title, "Lyon", "changed");
  check(await home(), "no longer exclusive", found.id);
  await refused(404, other.v1.lists.$select("1").fetch(), "Record not found");
  await at.accounts.remove({ accountIds: [theirs] });
  same(await me.v1.timelines.list.$select(list.id).list(), [], "without members");
  await at.remove();
  same(await me.v1.lists.list(), [], "no list");

  check((await me.v1.tags.$select("rivière").follow()).following, "following", "rivière");
  same((await me.v1.followedTags.list()).map(({ name }) => name), ["rivière"], "followed hashtags");
  check(!(await me.v1.tags.$select("rivière").unfollow()).following, "no longer following", "rivière");
}

async function polls(me, other) {
  const poll = { options: ["thé", "café"], expiresIn: 600 };
  const asked = await me.v1.statuses.create({ status: "À boire ?", visibility: "public", poll });
  same(asked.poll.options.map(({ title }) => title), ["thé", "café"], "options");
  const seen = await eventually("the poll on B", async () =>
    (await other.v1.timelines.home.list()).find((status) => status.uri === asked.uri));
  const voted = await other.v1.polls.$select(seen.poll.id).votes.create({ choices: [1] });
  same([voted.voted, voted.ownVotes], [true, [1]], "my vote");
  await refused(422, other.v1.polls.$select(seen.poll.id).votes.create({ choices: [0] }));
  await eventually("the vote on A", async () =>
    (await me.v1.polls.$select(asked.poll.id).fetch()).options[1].votesCount === 1);
  await me.v1.statuses.$select(asked.id).remove();
}

async function paging(me) {
  for (let number = 0; number < 12; number += 1)
    await me.v1.statuses.create({ status: `page ${number}`, visibility: "unlisted" });
  const ids = [];
  const pages = me.v1.timelines.home.list({ limit: 5 });
  for await (const page of pages) {
    ids.push(...page.map((status) => status.id));
    if (ids.length >= 12) break;
  }
  check(new Set(ids).size === ids.length, "no post twice", ids);
  same(ids, [...ids].sort((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1)), "newest first");
  // Towards newer ones: the page above.
  const above = await me.v1.timelines.home.list({ limit: 3, minId: ids[5] });
  same(above.map(({ id }) => id), ids.slice(2, 5), "the page above");
  // A browser shows a header of another origin only if CORS exposes it.
  const raw = await me.v1.timelines.home.list.$raw({ limit: 2 });
  check(/<http:[^>]+max_id=\d+[^>]*>; rel="next"/.test(raw.headers.get("Link")), "Link", raw.headers.get("Link"));
  const marked = await me.v1.markers.create({ home: { lastReadId: ids[0] } });
  same(marked.home.lastReadId, ids[0], "marker");
}

async function notifications(me, other) {
  const { id, url } = await me.v1.statuses.create({ status: "à aimer", visibility: "public" });
  const there = await eventually("it on B", async () =>
    (await other.v2.search.list({ q: url, resolve: true, type: "statuses" })).statuses[0]);
  await other.v1.statuses.$select(there.id).favourite();
  const group = await eventually("a group", async () =>
    (await me.v2.notifications.list()).notificationGroups.find((group) => group.statusId === id));
  same([group.type, group.notificationsCount, group.sampleAccountIds.length], ["favourite", 1, 1], "the group");
  same((await me.v2.notifications.$select(group.groupKey).accounts.list()).length, 1, "its people");
  await me.v2.notifications.$select(group.groupKey).dismiss();
  const [mention] = await me.v1.notifications.list({ types: ["mention"] });
  same((await me.v1.notifications.$select(mention.id).fetch()).type, "mention", "one notification");
  await me.v1.notifications.$select(mention.id).dismiss();
  await me.v1.notifications.clear();
  same([await me.v1.notifications.list(), (await me.v1.notifications.unreadCount.fetch()).count], [[], 0], "none left");
}

async function away(me, theirs) {
  const them = me.v1.accounts.$select(theirs);
  check((await them.mute({ notifications: true })).muting, "muting", theirs);
  same((await me.v1.mutes.list()).map(({ id }) => id), [theirs], "mutes");
  check(!(await them.unmute()).muting && (await them.block()).blocking, "blocking", theirs);
  same((await me.v1.blocks.list()).map(({ id }) => id), [theirs], "blocks");
  const after = await them.unblock();
  same([after.blocking, after.following], [false, false], "a block ends the follow");
  same((await them.note.create({ comment: "à rappeler" })).note, "à rappeler", "note");
  check((await them.follow()).id === theirs && !(await them.unfollow()).following, "unfollow", theirs);
}

async function errors(me) {
  await refused(404, me.v1.statuses.$select("1").fetch(), "Record not found");
  await refused(422, me.v1.statuses.create({ status: "" }));
  await refused(422, me.v1.statuses.create({ status: "x", mediaIds: ["1"] }), "upload it again");
  await refused(401, client(me.url, "x".repeat(43)).v1.timelines.home.list(), "The access token is invalid");
  await refused(401, client(me.url).v1.timelines.home.list(), "The access token is invalid");
}
