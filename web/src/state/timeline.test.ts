import { ApiError, Unreachable, type Page, type Query } from "$/api/client";
import type { Status } from "$/api/types";
import { post, posts, settled } from "$/test/make";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { noteReach } from "./connection.svelte";
import { dropStatus, forgetEntities, putStatus, status } from "./entities.svelte";
import { lastSeen } from "./offline";
import { Timeline } from "./timeline.svelte";

/** A node with posts; pages are as the real one makes them. */
class Node {
  asked: Query[] = [];
  away = false;
  constructor(public all: Status[]) {}
  fetch = async (query: Query): Promise<Page<Status>> => {
    this.asked.push(query);
    await Promise.resolve();
    if (this.away) throw new Unreachable();
    const { max_id: max, since_id: since, limit = 20 } = query as Record<string, string>;
    const found = this.all.filter(
      ({ id }) => (!max || Number(id) < Number(max)) && (!since || Number(id) > Number(since)),
    );
    const items = found.slice(0, Number(limit));
    const next = found.length > items.length ? { max_id: items.at(-1)!.id } : null;
    return { items, next, prev: null };
  };
}

const ids = (newest: number, oldest: number) => posts(newest, oldest).map((one) => one.id);
let made: Timeline[] = [];
function over(node: Node, options: { name?: string; chronological?: boolean } = {}) {
  const timeline = new Timeline(node.fetch, options);
  made.push(timeline);
  return timeline;
}
const live = (timeline: Timeline, one: Status) => {
  putStatus(one);
  timeline.receive([one.id]);
};

beforeEach(() => noteReach(true));
afterEach(() => {
  made.forEach((one) => one.close());
  made = [];
  forgetEntities();
});

describe("reading", () => {
  test("pages follow one another to the end, without doubles", async () => {
    const node = new Node(posts(150, 101));
    const timeline = over(node);
    await timeline.start();
    expect(timeline.ids).toEqual(ids(150, 131));
    expect(timeline.complete).toBe(false);
    await Promise.all([timeline.more(), timeline.more()]);
    expect(timeline.ids).toEqual(ids(150, 111));
    await timeline.more();
    expect(timeline.ids).toEqual(ids(150, 101));
    expect(timeline.complete).toBe(true);
    await timeline.more();
    expect(node.asked).toHaveLength(3);
  });

  test("two starts read once", async () => {
    const node = new Node(posts(110, 101));
    const timeline = over(node);
    await Promise.all([timeline.start(), timeline.start()]);
    await timeline.start();
    expect(node.asked).toHaveLength(1);
  });

  test("an empty list is complete", async () => {
    const timeline = over(new Node([]));
    await timeline.start();
    expect([timeline.phase, timeline.complete, timeline.ids]).toEqual(["ready", true, []]);
    live(timeline, post(5));
    timeline.reveal();
    expect(timeline.ids).toEqual(["5"]);
  });

  test("a refusal is shown and tried again on demand only", async () => {
    const node = new Node(posts(110, 101));
    const fetch = vi.fn(node.fetch).mockRejectedValueOnce(new ApiError(500, "no"));
    const timeline = new Timeline(fetch);
    made.push(timeline);
    await timeline.start();
    expect(timeline.phase).toBe("failed");
    noteReach(false);
    noteReach(true);
    await settled();
    expect(fetch).toHaveBeenCalledTimes(1);
    await timeline.start();
    expect(timeline.phase).toBe("ready");
  });

  test("without the node it fails, and begins by itself when the node is back", async () => {
    const node = new Node(posts(110, 101));
    node.away = true;
    noteReach(false);
    const timeline = over(node);
    await timeline.start();
    expect(timeline.phase).toBe("failed");
    node.away = false;
    noteReach(true);
    await vi.waitFor(() => expect(timeline.ids).toHaveLength(10));
  });

  test("older posts that could not be read leave what is there, and a way to go on", async () => {
    const node = new Node(posts(150, 101));
    const timeline = over(node);
    await timeline.start();
    node.away = true;
    await timeline.more();
    expect([timeline.stuck, timeline.growing, timeline.ids.length]).toEqual([true, false, 20]);
    node.away = false;
    await timeline.more();
    expect([timeline.stuck, timeline.ids.length]).toEqual([false, 40]);
  });
});

describe("live", () => {
  test("what is new waits, once, in order; what is read does not move", async () => {
    const timeline = over(new Node(posts(120, 101)));
    await timeline.start();
    const before = timeline.ids;
    for (const id of [122, 121, 122, 999, 1000]) live(timeline, post(id));
    expect(timeline.ids).toBe(before);
    expect(timeline.pending).toEqual(["1000", "999", "122", "121"]);
    timeline.reveal();
    expect(timeline.ids.slice(0, 5)).toEqual(["1000", "999", "122", "121", "120"]);
    expect(timeline.pending).toEqual([]);
  });

  test("what comes while the first page is read is not lost", async () => {
    const timeline = over(new Node(posts(120, 101)));
    const reading = timeline.start();
    live(timeline, post(130));
    await reading;
    expect([timeline.ids[0], timeline.pending]).toEqual(["120", ["130"]]);
  });

  test("one's own post is on top at once, whichever way it comes first", async () => {
    const timeline = over(new Node(posts(120, 101)));
    await timeline.start();
    live(timeline, post(121));
    putStatus(post(122));
    timeline.prepend("122");
    live(timeline, post(122));
    expect([timeline.ids[0], timeline.pending]).toEqual(["122", ["121"]]);
    live(timeline, post(123));
    timeline.prepend("123");
    expect([timeline.ids.slice(0, 2), timeline.pending]).toEqual([["123", "122"], ["121"]]);
  });

  test("deleted posts go from what is shown and from what waits, with their boosts", async () => {
    const timeline = over(new Node([post(120, { reblog: post(50) }), ...posts(119, 101)]));
    await timeline.start();
    live(timeline, post(121));
    live(timeline, post(122, { reblog: post(50) }));
    dropStatus("50");
    dropStatus("121");
    dropStatus("110");
    expect(timeline.pending).toEqual([]);
    expect(timeline.ids).toEqual(ids(119, 101).filter((id) => id !== "110"));
    expect(status("120")).toBeUndefined();
  });

  test("of very many only the newest wait, and showing them begins anew", async () => {
    const node = new Node(posts(120, 101));
    const timeline = over(node);
    await timeline.start();
    node.all = posts(300, 101);
    for (let id = 121; id <= 300; id++) live(timeline, post(id));
    expect(timeline.pending).toHaveLength(120);
    timeline.reveal();
    expect(timeline.ids).toEqual(ids(300, 181));
    await timeline.more();
    expect(timeline.ids).toEqual(ids(300, 161));
  });
});

describe("after a pause of the stream", () => {
  test("a few missed posts wait like others", async () => {
    const node = new Node(posts(120, 101));
    const timeline = over(node);
    await timeline.start();
    live(timeline, post(121));
    node.all = posts(125, 101);
    await timeline.catchUp();
    expect(timeline.pending).toEqual(ids(125, 121));
    timeline.reveal();
    expect(timeline.ids).toEqual(ids(125, 101));
  });

  test("more than a page is a hole: what waits is on its near side, and the list begins anew with it", async () => {
    const node = new Node(posts(120, 101));
    const timeline = over(node);
    await timeline.start();
    live(timeline, post(121));
    node.all = posts(200, 101);
    const catching = timeline.catchUp();
    live(timeline, post(201));
    await catching;
    expect(timeline.pending).toEqual(ids(201, 161));
    expect(timeline.ids).toEqual(ids(120, 101));
    timeline.reveal();
    expect(timeline.ids).toEqual(ids(201, 161));
    await timeline.more();
    expect(timeline.ids).toEqual(ids(201, 141));
  });

  test("an attempt that failed does not make the gap forgotten", async () => {
    const node = new Node(posts(120, 101));
    const timeline = over(node);
    await timeline.start();
    node.away = true;
    await timeline.catchUp();
    node.away = false;
    node.all = posts(130, 101);
    live(timeline, post(130));
    await timeline.catchUp();
    expect(node.asked.at(-1)).toMatchObject({ since_id: "120" });
    expect(timeline.pending).toEqual(ids(130, 121));
  });

  test("nor does one's own post that was published meanwhile", async () => {
    const node = new Node(posts(120, 101));
    const timeline = over(node);
    await timeline.start();
    node.all = posts(130, 101);
    putStatus(post(130));
    timeline.prepend("130");
    await timeline.catchUp();
    expect(timeline.pending).toEqual(ids(129, 121));
  });

  test("it is tried again when the node is back", async () => {
    const node = new Node(posts(120, 101));
    const timeline = over(node);
    await timeline.start();
    node.away = true;
    noteReach(false);
    await timeline.catchUp();
    node.away = false;
    node.all = posts(122, 101);
    noteReach(true);
    await vi.waitFor(() => expect(timeline.pending).toEqual(["122", "121"]));
  });

  test("an older page that was asked for before the list began anew is left aside", async () => {
    const node = new Node(posts(200, 101));
    const timeline = over(node);
    await timeline.start();
    const growing = timeline.more();
    for (let id = 201; id <= 400; id++) live(timeline, post(id));
    timeline.reveal();
    await growing;
    expect(timeline.ids).toEqual(ids(400, 281));
    expect(timeline.growing).toBe(false);
  });
});

describe("offline", () => {
  test("what was last seen is shown as such, and refreshed without moving it", async () => {
    vi.spyOn(lastSeen, "recall").mockResolvedValue(posts(120, 111));
    const node = new Node(posts(120, 101));
    node.away = true;
    noteReach(false);
    const timeline = over(node, { name: "home" });
    await timeline.start();
    expect([timeline.stale, timeline.ids]).toEqual([true, ids(120, 111)]);
    node.away = false;
    node.all = posts(123, 101).filter((one) => one.id !== "115");
    noteReach(true);
    await vi.waitFor(() => expect(timeline.stale).toBe(false));
    expect(timeline.ids).toEqual(ids(120, 111).filter((id) => id !== "115"));
    expect(timeline.pending).toEqual(["123", "122", "121"]);
    await timeline.more();
    expect(timeline.ids.at(-1)).toBe("101");
  });

  test("when much has come since, showing it begins anew", async () => {
    vi.spyOn(lastSeen, "recall").mockResolvedValue(posts(120, 111));
    const node = new Node(posts(300, 101));
    node.away = true;
    const timeline = over(node, { name: "home" });
    await timeline.start();
    node.away = false;
    await timeline.start();
    expect(timeline.ids).toEqual(ids(120, 111));
    expect(timeline.pending).toEqual(ids(300, 281));
    timeline.reveal();
    await timeline.more();
    expect(timeline.ids).toEqual(ids(300, 261));
  });

  test("the newest page is kept", async () => {
    const keep = vi.spyOn(lastSeen, "keep").mockResolvedValue();
    const timeline = over(new Node(posts(120, 101)), { name: "home" });
    await timeline.start();
    live(timeline, post(121));
    timeline.reveal();
    expect(keep.mock.calls.map(([name, kept]) => [name, kept[0]!.id])).toEqual([
      ["home", "120"],
      ["home", "121"],
    ]);
  });
});

describe("bounded", () => {
  test("after very many posts one goes on without those above, and comes back to the newest", async () => {
    const node = new Node(posts(9_999, 5_000));
    const timeline = over(node);
    await timeline.start();
    while (!timeline.full) await timeline.more();
    expect(timeline.ids).toHaveLength(2_400);
    const last = timeline.ids.at(-1)!;
    await timeline.more();
    expect(timeline.ids).toHaveLength(2_400);
    timeline.goOn();
    await vi.waitFor(() => expect(timeline.growing).toBe(false));
    expect(timeline.ids).toHaveLength(40);
    expect(timeline.ids[19]).toBe(last);
    expect(timeline.detached).toBe(true);
    timeline.reveal();
    await vi.waitFor(() => expect(timeline.detached).toBe(false));
    expect(timeline.ids[0]).toBe("9999");
  });

  test("bookmarks, whose order is their own, are read anew as a whole", async () => {
    const node = new Node([post(5), post(90), post(7)]);
    const timeline = over(node, { chronological: false });
    await timeline.start();
    expect(timeline.ids).toEqual(["5", "90", "7"]);
    node.all = [post(6), post(90)];
    await timeline.refresh();
    expect(timeline.ids).toEqual(["6", "90"]);
  });
});
