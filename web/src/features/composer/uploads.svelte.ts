/** The files of a post: uploaded at once, two at a time, each with its own progress, failure and way to try again. */

import { ApiError } from "$/api/client";
import * as api from "$/api/media";
import type { Instance, MediaAttachment } from "$/api/types";
import { t } from "$/i18n/index.svelte";
import { explain } from "$/state/actions";
import type { DraftMedia } from "$/state/drafts";
import { number } from "$/i18n/index.svelte";
import { posterOf } from "./poster";

const AT_ONCE = 2;
/** Between two questions whether the node is done with a file. */
const POLL = 1_500;
/** After the last change of a description. */
const SETTLE = 700;

export type Kind = "image" | "video" | "audio" | "file";

export class Upload {
  phase = $state<"waiting" | "uploading" | "processing" | "done" | "failed">("waiting");
  progress = $state(0);
  error = $state<string | null>(null);
  attachment = $state.raw<MediaAttachment | null>(null);
  description = $state("");
  focus = $state({ x: 0, y: 0 });
  dirty = false;
  abort: AbortController | null = null;
  settle: ReturnType<typeof setTimeout> | undefined;
  readonly preview: string | null;

  constructor(
    readonly key: number,
    readonly file: File | null,
    readonly name: string,
    readonly kind: Kind,
    preview: string | null,
  ) {
    this.preview = preview;
  }
}

export interface Limits {
  most: number;
  types: readonly string[];
  pictureBytes: number;
  otherBytes: number;
  description: number;
}

/** What the node takes. */
export function limitsOf(instance: Instance | null): Limits {
  const { statuses, media_attachments: media } = instance?.configuration ?? {};
  return {
    most: statuses?.max_media_attachments ?? 0,
    types: media?.supported_mime_types ?? [],
    pictureBytes: media?.image_size_limit ?? 0,
    otherBytes: media?.video_size_limit ?? 0,
    description: media?.description_limit ?? 1_500,
  };
}

/** A size in little room. */
export function size(bytes: number): string {
  return bytes >= 1_000_000
    ? t("files.megabytes", { size: number(Math.round(bytes / 100_000) / 10) })
    : t("files.kilobytes", { size: number(Math.max(1, Math.round(bytes / 1_000))) });
}

const kindOf = (type: string): Kind =>
  type.startsWith("image/")
    ? "image"
    : type.startsWith("video/")
      ? "video"
      : type.startsWith("audio/")
        ? "audio"
        : "file";

let counter = 0;

export class Uploads {
  items = $state.raw<Upload[]>([]);
  /** What was not taken, in words. */
  refused = $state.raw<string[]>([]);
  private wait: (milliseconds: number) => Promise<void>;

  constructor(
    readonly limits: Limits,
    private readonly node: Pick<typeof api, "upload" | "get" | "update"> = api,
    wait?: (milliseconds: number) => Promise<void>,
    private readonly poster: (film: File, signal: AbortSignal) => Promise<Blob | null> = posterOf,
  ) {
    this.wait = wait ?? ((milliseconds) => new Promise((done) => setTimeout(done, milliseconds)));
  }

  /** Whether all files are at the node. */
  get ready(): boolean {
    return this.items.every((one) => one.phase === "done");
  }
  get failed(): boolean {
    return this.items.some((one) => one.phase === "failed");
  }

  /** Takes files up that fit, and says which do not. */
  add(files: readonly File[]): void {
    const refused: string[] = [];
    const taken: Upload[] = [];
    for (const file of files) {
      const reason = this.reason(file, this.items.length + taken.length);
      if (reason) refused.push(reason);
      else {
        const kind = kindOf(file.type);
        const preview = kind === "image" ? URL.createObjectURL(file) : null;
        taken.push(new Upload(counter++, file, file.name, kind, preview));
      }
    }
    this.refused = refused;
    this.items = [...this.items, ...taken];
    this.pump();
  }

  private reason(file: File, have: number): string | null {
    const { most, types, pictureBytes, otherBytes } = this.limits;
    const { name } = file;
    if (have >= most) return t("files.tooMany", { count: most });
    if (file.size === 0) return t("files.empty", { name });
    if (types.length > 0 && file.type !== "" && !types.includes(file.type))
      return t("files.badType", { name });
    const limit = kindOf(file.type) === "image" ? pictureBytes : otherBytes;
    if (limit > 0 && file.size > limit) return t("files.tooLarge", { name, limit: size(limit) });
    return null;
  }

  private pump(): void {
    const busy = this.items.filter((one) => one.phase === "uploading").length;
    for (const one of this.items.filter((item) => item.phase === "waiting").slice(0, AT_ONCE - busy))
      void this.run(one);
  }

  private async run(one: Upload): Promise<void> {
    if (one.file === null) return;
    const mine = new AbortController();
    one.abort = mine;
    one.phase = "uploading";
    one.progress = 0;
    one.error = null;
    try {
      const thumbnail = one.kind === "video" ? await this.before(one.file, mine.signal) : null;
      mine.signal.throwIfAborted();
      const progress = (share: number) => (one.progress = share);
      const sent = await this.node.upload(one.file, progress, mine.signal, thumbnail);
      one.attachment = sent;
      one.phase = "processing";
      this.pump();
      one.attachment = await this.processed(sent, mine.signal);
      one.phase = "done";
      if (one.dirty) await this.save(one);
    } catch (error) {
      if (mine.signal.aborted) return;
      one.phase = "failed";
      one.error = explain(error);
    } finally {
      this.pump();
    }
  }

  /** The picture before a film, if there is room for it: the node's limit is for both together. */
  private async before(film: File, signal: AbortSignal): Promise<Blob | null> {
    const poster = await this.poster(film, signal);
    const { otherBytes } = this.limits;
    const fits = poster !== null && (otherBytes === 0 || film.size + poster.size <= otherBytes);
    return fits ? poster : null;
  }

  private async processed(sent: MediaAttachment, signal: AbortSignal): Promise<MediaAttachment> {
    let now = sent;
    while (now.url === null) {
      await this.wait(POLL);
      signal.throwIfAborted();
      now = await this.node.get(sent.id, signal);
    }
    return now;
  }

  /** Tries a file that failed again. */
  retry(one: Upload): void {
    one.phase = "waiting";
    one.error = null;
    this.pump();
  }

  /** Takes a file out; an upload under way ends. */
  remove(one: Upload): void {
    one.abort?.abort();
    clearTimeout(one.settle);
    if (one.preview) URL.revokeObjectURL(one.preview);
    this.items = this.items.filter((other) => other !== one);
    this.refused = [];
    this.pump();
  }

  /** Moves a file one place. */
  move(one: Upload, by: 1 | -1): void {
    const at = this.items.indexOf(one);
    const to = at + by;
    if (at === -1 || to < 0 || to >= this.items.length) return;
    this.items = this.items.with(at, this.items[to]!).with(to, one);
  }

  /** Description or focus have changed: the node is told when they have settled. */
  changed(one: Upload): void {
    one.dirty = true;
    clearTimeout(one.settle);
    if (one.phase === "done") one.settle = setTimeout(() => void this.save(one), SETTLE);
  }

  private async save(one: Upload): Promise<void> {
    if (!one.dirty || one.attachment === null) return;
    one.dirty = false;
    try {
      await this.node.update(one.attachment.id, one.description, one.focus);
    } catch {
      // It is said again with the post.
      one.dirty = true;
    }
  }

  /** What of it a draft keeps: the files the node has. */
  kept(): DraftMedia[] {
    return this.items.flatMap((one) =>
      one.phase === "done" && one.attachment
        ? [{ attachment: one.attachment, description: one.description, focus: one.focus, dirty: one.dirty }]
        : [],
    );
  }

  /** Takes up what a draft kept. Files the node has forgotten meanwhile are said to be gone. */
  async restore(media: readonly DraftMedia[], check: boolean): Promise<void> {
    this.items = media.map((one) => {
      const { attachment } = one;
      const kind =
        attachment.type === "gifv" ? "video" : attachment.type === "unknown" ? "file" : attachment.type;
      const item = new Upload(counter++, null, one.description, kind, null);
      item.attachment = attachment;
      item.description = one.description;
      item.focus = one.focus;
      item.dirty = one.dirty ?? false;
      item.phase = "done";
      return item;
    });
    if (!check) return;
    for (const item of this.items) {
      try {
        item.attachment = await this.node.get(item.attachment?.id ?? "");
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404) continue;
        this.remove(item);
        this.refused = [...this.refused, t("files.forgotten")];
      }
    }
  }

  /** Ends what is under way. */
  close(): void {
    for (const one of this.items) {
      if (one.phase !== "done") one.abort?.abort();
      clearTimeout(one.settle);
      if (one.preview) URL.revokeObjectURL(one.preview);
    }
  }
}
