import { ApiError } from "$/api/client";
import type { MediaAttachment } from "$/api/types";
import { setLang } from "$/i18n/index.svelte";
import { beforeEach, expect, test, vi } from "vitest";
import { Uploads, type Limits } from "./uploads.svelte";

const limits: Limits = {
  most: 3,
  types: ["image/png", "video/mp4"],
  pictureBytes: 100,
  otherBytes: 1_000,
  description: 1_500,
};
const file = (name: string, type = "image/png", length = 10) =>
  new File([new Uint8Array(length)], name, { type });
const media = (id: string, url: string | null = `/media/${id}`) =>
  ({ id, url, type: "image", preview_url: url, description: null, meta: null }) as MediaAttachment;
const settled = () => new Promise((done) => setTimeout(done, 0));
const none = { upload: vi.fn(), get: vi.fn(), update: vi.fn() };

beforeEach(async () => {
  await setLang("en");
  URL.createObjectURL = () => "blob:x";
  URL.revokeObjectURL = () => {};
});

test("says what does not fit before anything is sent", () => {
  const upload = vi.fn(() => new Promise<MediaAttachment>(() => {}));
  const uploads = new Uploads(limits, { ...none, upload });
  uploads.add([
    file("big.png", "image/png", 101),
    file("no.exe", "application/x-msdownload"),
    file("empty.png", "image/png", 0),
    file("1.png"),
    file("2.png"),
    file("3.png"),
    file("4.png"),
  ]);
  expect(uploads.items.map((one) => one.name)).toEqual(["1.png", "2.png", "3.png"]);
  expect(uploads.refused).toHaveLength(4);
  expect(uploads.refused[0]).toContain("big.png");
  expect(uploads.refused[3]).toBe("At most 3 files fit in a post.");
  expect(upload).toHaveBeenCalledTimes(2);
  expect(uploads.ready).toBe(false);
});

test("two at a time, with progress, until the node is done with them", async () => {
  const ends: ((value: MediaAttachment) => void)[] = [];
  const upload = vi.fn((_: File, progress: (share: number) => void) => {
    progress(0.5);
    return new Promise<MediaAttachment>((done) => ends.push(done));
  });
  const get = vi.fn().mockResolvedValueOnce(media("a", null)).mockResolvedValueOnce(media("a"));
  const uploads = new Uploads(limits, { ...none, upload, get }, async () => {});
  uploads.add([file("1.png"), file("2.png"), file("3.png")]);
  expect(uploads.items.map((one) => [one.phase, one.progress])).toEqual([
    ["uploading", 0.5],
    ["uploading", 0.5],
    ["waiting", 0],
  ]);
  ends[0]?.(media("a", null));
  await settled();
  expect(get).toHaveBeenCalledTimes(2);
  expect(uploads.items[0]?.phase).toBe("done");
  expect(upload).toHaveBeenCalledTimes(3);
  ends[1]?.(media("b"));
  ends[2]?.(media("c"));
  await settled();
  expect(uploads.ready).toBe(true);
  uploads.move(uploads.items[2]!, -1);
  uploads.move(uploads.items[0]!, -1);
  expect(uploads.kept().map((one) => one.attachment.id)).toEqual(["a", "c", "b"]);
});

test("a failure says why and can be tried again; the description stays", async () => {
  const upload = vi
    .fn<() => Promise<MediaAttachment>>()
    .mockRejectedValueOnce(new ApiError(422, "This picture cannot be read"))
    .mockResolvedValueOnce(media("a"));
  const update = vi.fn(async () => media("a"));
  const uploads = new Uploads(limits, { ...none, upload, update });
  uploads.add([file("1.png")]);
  const one = uploads.items[0]!;
  one.description = "A cat";
  uploads.changed(one);
  await settled();
  expect(one.phase).toBe("failed");
  expect(one.error).toBe("This picture cannot be read");
  expect(uploads.failed).toBe(true);
  uploads.retry(one);
  await settled();
  expect(one.phase).toBe("done");
  expect(update).toHaveBeenCalledWith("a", "A cat", { x: 0, y: 0 });
  expect(uploads.kept()[0]).toMatchObject({ description: "A cat", dirty: false });
});

test("a film goes with a picture of it, and without where there is none, or no room", async () => {
  const upload = vi.fn(async (..._: unknown[]) => media("a"));
  const picture = (length: number) => new Blob([new Uint8Array(length)], { type: "image/jpeg" });
  const small = picture(5);
  const poster = vi
    .fn<(film: File, signal: AbortSignal) => Promise<Blob | null>>()
    .mockResolvedValueOnce(small)
    .mockResolvedValueOnce(null)
    .mockResolvedValueOnce(picture(995));
  const uploads = new Uploads(limits, { ...none, upload }, async () => {}, poster);
  const film = (name: string) => uploads.add([file(name, "video/mp4")]);
  film("1.mp4");
  film("2.mp4");
  await settled();
  film("3.mp4");
  await settled();
  expect(upload.mock.calls.map((call) => call[3])).toEqual([small, null, null]);
  expect(uploads.ready).toBe(true);
  uploads.remove(uploads.items[2]!);
  uploads.add([file("4.png")]);
  await settled();
  expect(poster).toHaveBeenCalledTimes(3);
});

test("taking a film out while its picture is taken ends it", async () => {
  const upload = vi.fn(() => new Promise<MediaAttachment>(() => {}));
  const uploads = new Uploads(
    limits,
    { ...none, upload },
    async () => {},
    async () => null,
  );
  uploads.add([file("1.mp4", "video/mp4")]);
  uploads.remove(uploads.items[0]!);
  await settled();
  expect(upload).not.toHaveBeenCalled();
});

test("taking a file out ends its upload", () => {
  let signal: AbortSignal | undefined;
  const upload = vi.fn((_: File, _p: unknown, given?: AbortSignal) => {
    signal = given;
    return new Promise<MediaAttachment>(() => {});
  });
  const uploads = new Uploads(limits, { ...none, upload });
  uploads.add([file("1.png")]);
  uploads.remove(uploads.items[0]!);
  expect(signal?.aborted).toBe(true);
  expect(uploads.items).toEqual([]);
  expect(uploads.ready).toBe(true);
});

test("a draft brings its files back, without those the node has forgotten", async () => {
  const get = vi.fn(async (id: string) => {
    if (id === "b") throw new ApiError(404, "Record not found");
    return media(id);
  });
  const uploads = new Uploads(limits, { ...none, get });
  const focus = { x: 0.5, y: 0 };
  const kept = ["a", "b"].map((id) => ({ attachment: media(id), description: `of ${id}`, focus }));
  await uploads.restore(kept, true);
  expect(uploads.kept().map((one) => [one.attachment.id, one.description, one.focus])).toEqual([
    ["a", "of a", focus],
  ]);
  expect(uploads.refused).toHaveLength(1);
});
