/** What stands on the nodes when screens are looked at: a bit of everything. */

import { deflateSync } from "node:zlib";
import { eventually } from "./node";
import { a, api, b, has, type Who } from "./stage";

export interface Seed {
  /** A post with answers from both nodes. */
  thread: string;
  list: string | null;
  /** A group of the owner's and of Cléo. */
  group: string | null;
  /** What the first node calls the other one. */
  peer: string;
}

interface Id {
  id: string;
}

/** A small picture: a PNG of one colour fading into another. */
export function picture(width = 320, height = 200): Blob {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * (width * 3 + 1) + 1 + x * 3;
      rows[at] = Math.floor((x / width) * 200);
      rows[at + 1] = Math.floor((y / height) * 200);
      rows[at + 2] = 140;
    }
  const chunk = (kind: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return new Blob([new Uint8Array(png)], { type: "image/png" });
}

function crc(bytes: Buffer): number {
  let all = 0xffffffff;
  for (const byte of bytes) {
    all ^= byte;
    for (let bit = 0; bit < 8; bit++) all = (all >>> 1) ^ (all & 1 ? 0xedb88320 : 0);
  }
  return (all ^ 0xffffffff) >>> 0;
}

export const post = (who: Who, status: string, more: object = {}) =>
  api<Id & { uri: string }>(who, "POST", "/api/v1/statuses", { status, ...more });

/** Uploads a picture and answers its id once it can be attached. */
export async function upload(who: Who, description: string): Promise<string> {
  const form = new FormData();
  form.set("file", picture(), "picture.png");
  form.set("description", description);
  const { id } = await api<Id>(who, "POST", "/api/v2/media", form);
  await eventually(
    "the picture to be ready",
    async () => (await api<{ url: string | null }>(who, "GET", `/api/v1/media/${id}`)).url !== null,
  );
  return id;
}

/** What someone is called on the other node, found there. */
export async function find(who: Who, handle: string): Promise<string> {
  const path = `/api/v2/search?type=accounts&resolve=true&q=${encodeURIComponent(handle)}`;
  const { accounts } = await api<{ accounts: Id[] }>(who, "GET", path);
  if (!accounts[0]) throw new Error(`${who} does not find ${handle}`);
  return accounts[0].id;
}

export async function follow(who: Who, handle: string): Promise<string> {
  const id = await find(who, handle);
  await api(who, "POST", `/api/v1/accounts/${id}/follow`);
  await eventually(`${who} to follow ${handle}`, async () =>
    (await api<{ following: boolean }[]>(who, "GET", `/api/v1/accounts/relationships?id[]=${id}`)).some(
      (one) => one.following,
    ),
  );
  return id;
}

let seeded: Promise<Seed> | null = null;

/** Fills the nodes once for all tests of a run. */
export function seed(): Promise<Seed> {
  seeded ??= fill();
  return seeded;
}

async function fill(): Promise<Seed> {
  await api("ann@a", "PATCH", "/api/v1/accounts/update_credentials", {
    note: "Quality and metrology. A micron is a micron. #metrology",
    fields_attributes: [
      { name: "Team", value: "Quality" },
      { name: "Phone", value: "+33 4 00 00 00 00" },
    ],
  });
  await follow("ben@b", `@ann@${a.authority}`);
  const [ben] = await Promise.all([follow("ann@a", `@ben@${b.authority}`), follow("cleo@a", "ann")]);
  await follow("ann@a", "cleo");
  const first = await post("ann@a", "Our two houses are connected: welcome! #bora");
  await post("cleo@a", "Une légère modification du capot, détail dans le fil. #bora", { language: "fr" });
  await post("ann@a", "The lid is 0.3 mm too thick after all.", { spoiler_text: "Bad news about the lid" });
  await post("cleo@a", `@ann@${a.authority} tu viens à la revue de 10 h ?`, { language: "fr" });
  if (await has("/api/v1/polls/1/votes"))
    await post("cleo@a", "When do we meet?", {
      poll: { options: ["Monday", "Tuesday", "Not at all"], expires_in: 86_400 },
    }).catch(() => null);
  await upload("ann@a", "A gradient from dark to light")
    .then((id) => post("ann@a", "The first picture of the prototype.", { media_ids: [id] }))
    .catch(() => null);
  const there = await eventually("the post to cross", async () => {
    const path = `/api/v2/search?type=statuses&resolve=true&q=${encodeURIComponent(first.uri)}`;
    return (await api<{ statuses: Id[] }>("ben@b", "GET", path)).statuses[0] ?? null;
  });
  await post("ben@b", `@ann@${a.authority} Cheers from the other side!`, { in_reply_to_id: there.id });
  await post("ben@b", "Field notes: hills, harbours, ladders. #bora");
  await api("cleo@a", "POST", `/api/v1/statuses/${first.id}/favourite`);
  await api("cleo@a", "POST", `/api/v1/statuses/${first.id}/reblog`);
  await api("ben@b", "POST", `/api/v1/statuses/${there.id}/favourite`);
  await post("cleo@a", "Bravo !", { in_reply_to_id: first.id, language: "fr" });
  for (const action of ["bookmark", "favourite", "pin"])
    await api("ann@a", "POST", `/api/v1/statuses/${first.id}/${action}`);
  const list = await api<Id>("ann@a", "POST", "/api/v1/lists", { title: "Project Bora" }).catch(() => null);
  if (list) await api("ann@a", "POST", `/api/v1/lists/${list.id}/accounts`, { account_ids: [ben] });
  const group = await api<Id>("owner@a", "POST", "/api/v1/groups", {
    display_name: "Project Bora",
    note: "Everything about the new lid.",
    rules: "One topic a post.",
    kind: "open",
  }).catch(() => null);
  if (group) {
    await api("cleo@a", "POST", `/api/v1/groups/${group.id}/join`, {});
    await post("cleo@a", "Le capot est prêt pour la revue.", { group_id: group.id, language: "fr" });
  }
  // Someone who wants to be asked, and is.
  await api("ann@a", "PATCH", "/api/v1/accounts/update_credentials", { locked: true });
  await api("eve@a", "POST", `/api/v1/accounts/${await find("eve@a", "ann")}/follow`);
  await api("ann@a", "PATCH", "/api/v1/accounts/update_credentials", { locked: false });
  await eventually(
    "the answer from the other node",
    async () =>
      (await api<{ descendants: Id[] }>("ann@a", "GET", `/api/v1/statuses/${first.id}/context`)).descendants
        .length >= 2,
  );
  const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();
  await post("owner@a", "The site is closed on Monday. Take your badges home.", { scheduled_at: hours(20) });
  await post("owner@a", `@ben@${b.authority} La revue est avancée à 9 h.`, {
    scheduled_at: hours(44),
    visibility: "direct",
    language: "fr",
  });
  const [peer] = await api<Id[]>("owner@a", "GET", "/api/entrenous/v1/admin/peers");
  await api("owner@a", "POST", "/api/entrenous/v1/admin/peer_invites", {
    purpose: "Project Bora",
    hours: 24,
  });
  return { thread: first.id, list: list?.id ?? null, group: group?.id ?? null, peer: peer?.id ?? "" };
}
