/** What is being written: text, audience, files, poll. Kept as a draft while it changes. */

import { focusText } from "$/api/media";
import * as api from "$/api/statuses";
import type { NewStatus } from "$/api/statuses";
import type { QuotePolicy, Status, Visibility } from "$/api/types";
import { i18n } from "$/i18n/index.svelte";
import { explain } from "$/state/actions";
import { contextOf, type ComposeRequest, type Into } from "$/state/compose.svelte";
import {
  dropDraft,
  keepDraft,
  recallDraft,
  type Draft,
  type DraftMedia,
  type DraftPoll,
} from "$/state/drafts";
import { myGroups } from "$/state/groups.svelte";
import { node } from "$/state/node.svelte";
import { publishSoon } from "$/state/outbox";
import { policyOf, quotersOf } from "$/state/quoters";
import { session } from "$/state/session.svelte";
import { possible, toIso } from "$/state/when";
import { count } from "./count";
import { fitting, narrower } from "./audience";
import { limitsOf, Uploads } from "./uploads.svelte";
import { mentioned } from "./words";

const DAY = 86_400;

/** A poll to begin with. */
export const emptyPoll = (): DraftPoll => ({
  options: ["", ""],
  expiresIn: DAY,
  multiple: false,
  hideTotals: false,
});

const into = (post: Status): Into | null =>
  post.group ? { id: post.group.id, name: post.group.display_name } : null;

const mediaOf = (post: Status): DraftMedia[] =>
  post.media_attachments.map((attachment) => ({
    attachment,
    description: attachment.description ?? "",
    focus: attachment.meta?.focus ?? { x: 0, y: 0 },
  }));

const pollOf = (post: Status): DraftPoll | null =>
  post.poll && {
    options: post.poll.options.map((option) => option.title),
    expiresIn: post.poll.expires_at
      ? Math.max(300, Math.round((Date.parse(post.poll.expires_at) - Date.now()) / 1000))
      : DAY,
    multiple: post.poll.multiple,
    hideTotals: false,
  };

export class Composer {
  text = $state("");
  spoiler = $state("");
  warned = $state(false);
  sensitive = $state(false);
  visibility = $state<Visibility>("public");
  language = $state("");
  poll = $state<DraftPoll | null>(null);
  /** Who may quote it. */
  quotes = $state<QuotePolicy>("public");
  /** The group it is for; null if for none. */
  group = $state.raw<Into | null>(null);
  /** When it is published, as the field has it; null for at once. */
  later = $state<string | null>(null);
  error = $state<string | null>(null);
  /** The text of a post that is changed is read first. */
  phase = $state<"ready" | "loading" | "failed">("ready");
  /** It begins with what was kept earlier. */
  restored = $state(false);
  readonly context: string;
  readonly uploads: Uploads;
  /** The post that is answered. */
  readonly parent: Status | null;
  /** The post that is quoted. */
  readonly quoted: Status | null;
  private begun = "";

  constructor(readonly request: ComposeRequest) {
    this.context = contextOf(request);
    this.parent = request.replyTo ? (request.replyTo.reblog ?? request.replyTo) : null;
    const quoted =
      request.quote ?? request.redraft?.quote?.quoted_status ?? request.edit?.quote?.quoted_status;
    this.quoted = quoted ? (quoted.reblog ?? quoted) : null;
    this.uploads = new Uploads(limitsOf(node.instance));
    this.error = request.error ?? null;
    const kept = request.draft ?? recallDraft(this.context);
    this.begin();
    this.begun = this.mark();
    if (kept) {
      this.take(kept);
      this.restored = request.draft === undefined;
    } else if (request.edit ?? request.redraft) void this.read();
  }

  private begin(): void {
    const source = session.me?.source;
    this.language = source?.language || i18n.lang;
    this.sensitive = source?.sensitive ?? false;
    const wanted = fitting(source?.privacy ?? "public");
    this.visibility = narrower(wanted, this.limit);
    this.quotes = quotersOf(source?.quote_policy ?? "public");
    this.text = this.request.text ?? "";
    this.group = this.bound ?? this.request.group ?? null;
    if (this.parent) {
      const { account, mentions, spoiler_text } = this.parent;
      const all = [account.acct, ...mentions.map((one) => one.acct)];
      const others = [...new Set(all)].filter((acct) => acct !== session.me?.acct);
      this.text = others.map((acct) => `@${acct} `).join("") + this.text;
      this.spoiler = spoiler_text;
      this.warned = spoiler_text !== "";
    }
  }

  /**
   * The group it is in whatever one wants: that of what is answered, of what is quoted, or of the post that is changed.
   * Null where it can be chosen.
   */
  get bound(): Into | null {
    const { edit, redraft } = this.request;
    const answered = this.parent ?? (redraft?.in_reply_to_id ? redraft : undefined);
    for (const one of [edit, answered, this.quoted]) {
      const found = one ? into(one) : null;
      if (found) return found;
    }
    return null;
  }

  /** Whether it can be chosen for which group it is: an answer is where the post is that it answers. */
  get choosable(): boolean {
    const { edit, redraft } = this.request;
    return !edit && !this.parent && !redraft?.in_reply_to_id && this.bound === null;
  }

  /** The group that the text mentions, and which it is therefore for, if one has chosen nothing else. */
  get mentioned(): Into | null {
    if (!this.choosable || this.group !== null || this.visibility === "direct") return null;
    const names = this.names.map((name) => name.toLowerCase());
    const found = (myGroups.all ?? []).filter(({ slug }) =>
      [slug, `${slug}@${node.domain}`].some((name) => names.includes(name.toLowerCase())),
    );
    const [one] = found;
    return one && found.length === 1 ? { id: one.id, name: one.display_name } : null;
  }

  /** The widest audience: no wider than what is answered, nor than a quoted post that is not for everyone. */
  get limit(): Visibility {
    const answered = this.parent ? fitting(this.parent.visibility) : "public";
    const quoted = this.quoted?.visibility === "private" ? "private" : "public";
    return narrower(answered, quoted);
  }

  /** Whether it can be chosen who may quote it: of what is not for everyone, nobody else can. */
  get quotable(): boolean {
    if (this.group !== null || this.mentioned !== null) return false;
    return this.visibility === "public" || this.visibility === "unlisted";
  }

  /** Reads the text of the post that is changed or written anew. */
  async read(): Promise<void> {
    const post = this.request.edit ?? this.request.redraft;
    if (!post) return;
    this.phase = "loading";
    this.visibility = post.visibility;
    this.group = into(post);
    this.language = post.language ?? this.language;
    this.sensitive = post.sensitive;
    this.poll = pollOf(post);
    this.quotes = policyOf(post);
    await this.uploads.restore(mediaOf(post), false);
    try {
      // The answer to a deletion has the text already; the post is not there any more.
      const given = post as Status & { text?: string | null };
      const source =
        this.request.redraft && typeof given.text === "string"
          ? { text: given.text, spoiler_text: post.spoiler_text }
          : await api.source(post.id);
      this.text = source.text;
      this.spoiler = source.spoiler_text;
      this.warned = source.spoiler_text !== "";
      // A post that is gone is only here now.
      this.begun = this.request.redraft ? "" : this.mark();
      this.phase = "ready";
    } catch (error) {
      this.error = explain(error);
      this.phase = "failed";
    }
  }

  private take(draft: Draft): void {
    this.text = draft.text;
    this.spoiler = draft.spoiler;
    this.warned = draft.warned;
    this.sensitive = draft.sensitive;
    this.visibility = draft.visibility;
    this.language = draft.language;
    this.poll = draft.poll;
    this.later = draft.later ?? null;
    this.quotes = draft.quotes ?? this.quotes;
    // A draft of an answer stays where the post is that it answers.
    if (this.choosable && draft.group !== undefined) this.group = draft.group;
    void this.uploads.restore(draft.media, this.request.edit === undefined);
  }

  /** Everything, as a draft keeps it. */
  draft(): Draft {
    const { text, spoiler, warned, sensitive, visibility, language, later, quotes, group } = this;
    const poll = $state.snapshot(this.poll);
    const media = $state.snapshot(this.uploads.kept()) as DraftMedia[];
    const at = Date.now();
    return { text, spoiler, warned, sensitive, visibility, language, media, poll, later, quotes, group, at };
  }

  /** Text of everything that counts as written, to see whether something was. */
  private mark(): string {
    const { text, spoiler, warned, poll } = this;
    const files = this.uploads.items.map((one) => [one.attachment?.id, one.description]);
    return JSON.stringify([text.trim(), warned ? spoiler : "", poll, files]);
  }

  /** Whether something would be lost. */
  get dirty(): boolean {
    return this.mark() !== this.begun;
  }

  /** Keeps the draft; forgets it when there is nothing in it. */
  keep(): void {
    if (this.phase !== "ready") return;
    if (this.dirty) keepDraft(this.context, this.draft());
    else if (!this.restored) dropDraft(this.context);
  }

  /** Throws everything away. */
  discard(): void {
    dropDraft(this.context);
    this.uploads.close();
  }

  get remaining(): number {
    return node.maxCharacters - count(this.text) - (this.warned ? count(this.spoiler) : 0);
  }

  /** Whom the text names, apart from oneself. */
  get names(): string[] {
    return mentioned(this.text).filter((handle) => handle !== session.me?.acct);
  }

  private get pollReady(): boolean {
    if (!this.poll) return true;
    const options = this.poll.options.map((one) => one.trim());
    return options.every((one) => one !== "") && new Set(options).size === options.length;
  }

  /** Why it cannot be published yet; null if it can. */
  get missing(): "nothing" | "tooLong" | "uploads" | "failed" | "poll" | "later" | "loading" | null {
    if (this.phase !== "ready") return "loading";
    if (this.remaining < 0) return "tooLong";
    if (this.uploads.failed) return "failed";
    if (!this.uploads.ready) return "uploads";
    if (!this.pollReady) return "poll";
    if (this.later !== null && !possible(this.later, Date.now())) return "later";
    if (this.text.trim() === "" && this.uploads.items.length === 0) return "nothing";
    return null;
  }

  /** What is sent. */
  post(): NewStatus {
    const media = this.uploads.kept();
    const poll = this.poll && {
      options: this.poll.options.map((one) => one.trim()),
      expires_in: this.poll.expiresIn,
      multiple: this.poll.multiple,
      hide_totals: this.poll.hideTotals,
    };
    const post: NewStatus = {
      status: this.text,
      spoiler_text: this.warned ? this.spoiler.trim() : "",
      sensitive: media.length > 0 && (this.sensitive || this.warned),
      language: this.language || null,
      media_ids: media.map((one) => one.attachment.id),
    };
    if (this.request.edit) {
      // Nothing is said of the poll: it stays, with its votes.
      post.media_attributes = media.map(({ attachment: { id }, description, focus }) => ({
        id,
        description,
        focus: focusText(focus),
      }));
      if (this.quotable && this.quotes !== policyOf(this.request.edit))
        post.quote_approval_policy = this.quotes;
      return post;
    }
    if (this.quoted) post.quoted_status_id = this.quoted.id;
    // What is not said is the person's own preference.
    if (this.quotable && this.quotes !== quotersOf(session.me?.source?.quote_policy ?? "public"))
      post.quote_approval_policy = this.quotes;
    const answered = this.parent?.id ?? this.request.redraft?.in_reply_to_id;
    if (answered) post.in_reply_to_id = answered;
    if (poll) post.poll = poll;
    const at = this.later === null ? null : toIso(this.later);
    if (at) post.scheduled_at = at;
    if (this.group) post.group_id = this.group.id;
    else post.visibility = this.visibility;
    return post;
  }

  /** Hands it over: it is sent in some seconds, unless one takes it back. */
  publish(): boolean {
    if (this.missing !== null) return false;
    const { edit, replyTo, quote, redraft, text, group } = this.request;
    publishSoon({
      post: this.post(),
      edit: edit?.id,
      request: { edit, replyTo, quote, redraft, text, group },
      draft: this.draft(),
    });
    return true;
  }
}
