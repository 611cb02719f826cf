/** A picture to stand before a film, taken from it here: the node does not decode films. */

/** Longest time for it, in milliseconds. */
const PATIENCE = 8_000;
/** Where in the film, in seconds: the first pictures are often black. */
const AT = 1;
/** Longest side, in pixels. */
const SIDE = 640;

/** A JPEG of the film about its first second; null if this browser cannot show it, or not in time. */
export async function posterOf(film: Blob, signal?: AbortSignal): Promise<Blob | null> {
  const video = document.createElement("video");
  const url = URL.createObjectURL(film);
  try {
    return await Promise.race([taken(video, url), ended(signal)]);
  } catch {
    return null;
  } finally {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(url);
  }
}

/** Null after a while, or when nobody waits any more. */
function ended(signal?: AbortSignal): Promise<null> {
  return new Promise((done) => {
    setTimeout(() => done(null), PATIENCE);
    signal?.addEventListener("abort", () => done(null), { once: true });
  });
}

/** The next event of that name. */
function once(video: HTMLVideoElement, name: "loadeddata" | "seeked"): Promise<void> {
  return new Promise((done, fail) => {
    video.addEventListener(name, () => done(), { once: true });
    video.addEventListener("error", () => fail(new Error("the film cannot be shown")), { once: true });
  });
}

async function taken(video: HTMLVideoElement, url: string): Promise<Blob | null> {
  video.muted = true;
  video.playsInline = true;
  video.preload = "auto";
  const loaded = once(video, "loadeddata");
  video.src = url;
  await loaded;
  const at = Number.isFinite(video.duration) ? Math.min(AT, video.duration / 2) : 0;
  if (at > 0) {
    const sought = once(video, "seeked");
    video.currentTime = at;
    await sought;
  }
  const { videoWidth: width, videoHeight: height } = video;
  // A sound in the clothes of a film.
  if (width === 0 || height === 0) return null;
  const share = Math.min(1, SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * share));
  canvas.height = Math.max(1, Math.round(height * share));
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
}
