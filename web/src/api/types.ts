/** The entities of the node's API, as its OpenAPI document has them. */

import type { Group } from "./group-types";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** The document calls a field optional that may be null; the node always sends it. */
type Present<T> = T extends (infer One)[]
  ? Present<One>[]
  : T extends object
    ? { [K in keyof T]-?: Present<Exclude<T[K], undefined>> }
    : T;

export type Account = Schemas["Account"];
export type CredentialAccount = Schemas["CredentialAccount"];
export type Relationship = Schemas["Relationship"];
export type Context = Omit<Schemas["Context"], "ancestors" | "descendants"> & {
  ancestors: Status[];
  descendants: Status[];
};
export type Mention = Schemas["Mention"];
export type StatusSource = Schemas["StatusSource"];
export type Marker = Schemas["Marker"];
export type Session = Schemas["Session"];
export type Token = Schemas["Token"];
export type Delivery = Schemas["Delivery"];
export type ConnectedPeer = Schemas["ConnectedPeer"];
export type Preferences = Schemas["Preferences"];
export type WebPushSubscription = Schemas["WebPushSubscription"];
export type Visibility = "public" | "unlisted" | "private" | "direct";

/** A file of a post. `url` is null while it is processed, or when it could not be fetched from its node. */
export type MediaAttachment = Pick<
  Present<Schemas["MediaAttachment"]>,
  "id" | "url" | "preview_url" | "remote_url" | "description" | "blurhash"
> & {
  type: "image" | "gifv" | "video" | "audio" | "unknown";
  mime_type?: string | null;
  meta: Schemas["MediaAttachment"]["meta"] | null;
};

/** A poll. Counts are null while they are hidden. */
export type Poll = Omit<Present<Schemas["Poll"]>, "emojis"> & { emojis?: Schemas["CustomEmoji"][] };

/** Where a filter applies: the home feed with lists, notifications, public feeds and hashtags, conversations, profiles. */
export type FilterPlace = "home" | "notifications" | "public" | "thread" | "account";

/** What a filter does: the post waits behind a warning, is not shown, or its media wait behind a warning. */
export type FilterAction = "warn" | "hide" | "blur";

type Placed<T> = Omit<T, "context" | "filter_action"> & {
  context: FilterPlace[];
  filter_action: FilterAction;
};

/** A filter of one's own. */
export type Filter = Placed<Schemas["Filter"]>;

/** A filter that matches a post. */
export type FilterResult = Omit<Schemas["FilterResult"], "filter"> & {
  filter: Placed<Schemas["FilterResult"]["filter"]>;
};

/** How a quote is shown to oneself. */
export type QuoteState =
  | "pending"
  | "accepted"
  | "rejected"
  | "revoked"
  | "deleted"
  | "unauthorized"
  | "blocked_account"
  | "blocked_domain"
  | "muted_account";

/** What a post quotes; of a quoted post, its id alone. */
export interface Quote {
  state: QuoteState;
  quoted_status?: Status | null;
  quoted_status_id?: string | null;
}

/** Who may quote one's posts. */
export type QuotePolicy = "public" | "followers" | "nobody";

export type Status = Omit<
  Schemas["Status"],
  | "media_attachments"
  | "poll"
  | "reblog"
  | "visibility"
  | "filtered"
  | "pleroma"
  | "reactions"
  | "quote"
  | "quote_approval"
  | "group"
> & {
  /** The group it is in: its members alone read it. Absent in what was kept from an earlier version. */
  group?: Group | null;
  /** What was kept by an earlier version of this client has none of these two. */
  quote?: Quote | null;
  quote_approval?: Schemas["QuoteApproval"];
  visibility: Visibility;
  filtered: FilterResult[];
  media_attachments: MediaAttachment[];
  poll: Poll | null;
  reblog: Status | null;
  /** Absent in what was kept from an earlier version. */
  pleroma?: Schemas["StatusPleroma"];
};

export type Notification = Omit<Schemas["Notification"], "status"> & { status?: Status | null };

export type NotificationGroup = Schemas["NotificationGroup"];

/** Notifications in groups, with the people and posts they name. */
export interface GroupedNotifications {
  accounts: Account[];
  statuses: Status[];
  notification_groups: NotificationGroup[];
}

/** A list of people. */
export type List = Omit<Schemas["List"], "replies_policy"> & {
  replies_policy: "followed" | "list" | "none";
};

/** A post that is published later. */
export type ScheduledStatus = Omit<
  Present<Schemas["ScheduledStatus"]>,
  "media_attachments" | "params" | "failure"
> & {
  media_attachments: MediaAttachment[];
  params: Omit<Present<Schemas["ScheduledStatus"]>["params"], "visibility" | "group_id"> & {
    visibility: Visibility;
    /** The group it is for. */
    group_id?: string | null;
  };
  /** Why it was not published at its time. */
  failure: "reply_gone" | "not_valid" | "failed" | "unreadable" | null;
};

/** What `GET /api/v2/search` answers. */
export interface SearchResults {
  accounts: Account[];
  statuses: Status[];
  hashtags: { name: string; url: string }[];
}

/** Who takes part in a conversation. */
export type Participants = Schemas["Participants"];

/** What the node says of itself to everyone (`GET /api/v2/instance`). */
export interface Instance {
  domain: string;
  title: string;
  version: string;
  source_url: string;
  description: string;
  thumbnail: { url: string };
  icon: { src: string; size: string }[];
  languages: string[];
  configuration: {
    urls: { streaming: string };
    vapid: { public_key: string };
    statuses: { max_characters: number; max_media_attachments: number };
    media_attachments: {
      supported_mime_types: string[];
      description_limit: number;
      image_size_limit: number;
      video_size_limit: number;
    };
    polls: {
      max_options: number;
      max_characters_per_option: number;
      min_expiration: number;
      max_expiration: number;
    };
    accounts: { max_display_name_length: number; max_note_length: number; max_profile_fields: number };
  };
  contact: { email: string };
  rules: { id: string; text: string }[];
  entrenous?: { accent: string; logo: string; brand_css: string; languages: string[] };
}
