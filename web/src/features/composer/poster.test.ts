import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { posterOf } from "./poster";

const film = new Blob(["film"], { type: "video/mp4" });
const picture = new Blob(["picture"], { type: "image/jpeg" });
const drawImage = vi.fn();
let video: HTMLVideoElement;
let revoked: string[];

/** What a browser says of a film. */
function tells(about: { width: number; height: number; duration: number }) {
  Object.defineProperties(video, {
    videoWidth: { value: about.width },
    videoHeight: { value: about.height },
    duration: { value: about.duration },
    currentTime: { set: () => queueMicrotask(() => video.dispatchEvent(new Event("seeked"))) },
  });
  video.dispatchEvent(new Event("loadeddata"));
}

beforeEach(() => {
  revoked = [];
  URL.createObjectURL = () => "blob:film";
  URL.revokeObjectURL = (url) => revoked.push(url);
  drawImage.mockClear();
  const create = document.createElement.bind(document);
  vi.spyOn(document, "createElement").mockImplementation((name: string) => {
    const made = create(name);
    if (made instanceof HTMLVideoElement) {
      video = made;
      made.load = () => {};
    }
    if (made instanceof HTMLCanvasElement) {
      made.getContext = (() => ({ drawImage })) as never;
      made.toBlob = (done) => done(picture);
    }
    return made;
  });
});
afterEach(() => vi.useRealTimers());

test("a picture of about the first second, small", async () => {
  const poster = posterOf(film);
  tells({ width: 1_920, height: 1_080, duration: 60 });
  expect(await poster).toBe(picture);
  expect(drawImage).toHaveBeenCalledWith(video, 0, 0, 640, 360);
  expect(revoked).toEqual(["blob:film"]);
  expect(video.hasAttribute("src")).toBe(false);
});

test("none of what is no film to this browser, nor of a sound", async () => {
  const broken = posterOf(film);
  video.dispatchEvent(new Event("error"));
  expect(await broken).toBeNull();
  const sound = posterOf(film);
  tells({ width: 0, height: 0, duration: 0 });
  expect(await sound).toBeNull();
});

test("nobody waits for it for ever, or after the film was taken out", async () => {
  vi.useFakeTimers();
  const slow = posterOf(film);
  await vi.advanceTimersByTimeAsync(8_000);
  expect(await slow).toBeNull();
  const abort = new AbortController();
  const left = posterOf(film, abort.signal);
  abort.abort();
  expect(await left).toBeNull();
  expect(revoked).toHaveLength(2);
});
