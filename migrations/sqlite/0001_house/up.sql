-- Ids are 64-bit and time-ordered; times are UTC; JSON is text. The two folders differ in type names only.

CREATE TABLE node_secrets (
  name TEXT NOT NULL PRIMARY KEY,
  sealed BLOB NOT NULL,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE peers (
  id INTEGER NOT NULL PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  software TEXT NOT NULL,
  actor_uri TEXT,
  ed25519 TEXT,
  rsa_pem TEXT,
  fingerprint TEXT,
  shared_inbox TEXT,
  contract TEXT NOT NULL,
  signature_form TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  last_seen_at TIMESTAMP,
  failing_since TIMESTAMP,
  failures INTEGER NOT NULL DEFAULT 0,
  retry_at TIMESTAMP,
  last_error TEXT,
  invitation TEXT
);

CREATE TABLE peer_invites (
  id INTEGER NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  contract TEXT NOT NULL,
  for_origin TEXT,
  pre_confirmed BOOLEAN NOT NULL,
  sealed_key BLOB NOT NULL,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  used_by TEXT,
  used_at TIMESTAMP,
  revoked_at TIMESTAMP
);

CREATE TABLE accounts (
  id INTEGER NOT NULL PRIMARY KEY,
  username TEXT NOT NULL,
  username_key TEXT NOT NULL,
  peer_id BIGINT REFERENCES peers (id),
  origin TEXT,
  kind TEXT NOT NULL,
  display_name TEXT NOT NULL,
  note TEXT NOT NULL,
  note_source TEXT NOT NULL,
  fields TEXT NOT NULL,
  avatar_id BIGINT,
  header_id BIGINT,
  locked BOOLEAN NOT NULL,
  discoverable BOOLEAN NOT NULL,
  uri TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  inbox_uri TEXT NOT NULL,
  shared_inbox_uri TEXT,
  followers_uri TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  last_posted_at TIMESTAMP,
  fetched_at TIMESTAMP,
  disabled_at TIMESTAMP,
  statuses_count BIGINT NOT NULL DEFAULT 0,
  followers_count BIGINT NOT NULL DEFAULT 0,
  following_count BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX accounts_handle ON accounts (username_key, COALESCE(origin, ''));
CREATE INDEX accounts_peer ON accounts (peer_id, id);
CREATE INDEX accounts_url ON accounts (url);

-- Public keys of everyone; private keys of local people, sealed by the node's vault.
CREATE TABLE account_keys (
  key_id TEXT NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  public_key TEXT NOT NULL,
  sealed_private BLOB,
  pinned_at TIMESTAMP NOT NULL
);
CREATE INDEX account_keys_account ON account_keys (account_id);

CREATE TABLE members (
  account_id INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  locale TEXT NOT NULL,
  default_visibility TEXT NOT NULL,
  default_sensitive BOOLEAN NOT NULL,
  default_language TEXT,
  created_at TIMESTAMP NOT NULL,
  disabled_at TIMESTAMP
);

CREATE TABLE invites (
  id INTEGER NOT NULL PRIMARY KEY,
  code_hash TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  created_by BIGINT REFERENCES accounts (id),
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  max_uses INTEGER NOT NULL,
  uses INTEGER NOT NULL DEFAULT 0,
  revoked_at TIMESTAMP
);

CREATE TABLE sessions (
  id INTEGER NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  secret_hash TEXT NOT NULL UNIQUE,
  user_agent TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  revoked_at TIMESTAMP
);
CREATE INDEX sessions_account ON sessions (account_id);

CREATE TABLE apps (
  id INTEGER NOT NULL PRIMARY KEY,
  client_id TEXT NOT NULL UNIQUE,
  client_secret_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  website TEXT,
  redirect_uris TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE oauth_codes (
  code_hash TEXT NOT NULL PRIMARY KEY,
  app_id BIGINT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  redirect_uri TEXT NOT NULL,
  scopes TEXT NOT NULL,
  challenge TEXT,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  used_at TIMESTAMP,
  token_id BIGINT
);

CREATE TABLE tokens (
  id INTEGER NOT NULL PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  app_id BIGINT REFERENCES apps (id) ON DELETE CASCADE,
  account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
  scopes TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  last_used_at TIMESTAMP,
  revoked_at TIMESTAMP
);
CREATE INDEX tokens_account ON tokens (account_id);

CREATE TABLE media (
  id INTEGER NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  remote_url TEXT,
  description TEXT NOT NULL,
  epoch BIGINT NOT NULL DEFAULT 0,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX media_account ON media (account_id);
CREATE INDEX media_hash ON media (hash);

CREATE TABLE posts (
  id INTEGER NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  peer_id BIGINT REFERENCES peers (id),
  uri TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  boost_of BIGINT REFERENCES posts (id) ON DELETE CASCADE,
  in_reply_to BIGINT,
  in_reply_to_uri TEXT,
  in_reply_to_account BIGINT,
  conversation BIGINT NOT NULL,
  content TEXT NOT NULL,
  source TEXT NOT NULL,
  spoiler TEXT NOT NULL,
  sensitive BOOLEAN NOT NULL,
  visibility TEXT NOT NULL,
  language TEXT,
  created_at TIMESTAMP NOT NULL,
  edited_at TIMESTAMP,
  deleted_at TIMESTAMP,
  replies_count BIGINT NOT NULL DEFAULT 0,
  boosts_count BIGINT NOT NULL DEFAULT 0,
  favourites_count BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX posts_account ON posts (account_id, id);
CREATE INDEX posts_url ON posts (url);
CREATE INDEX posts_reply ON posts (in_reply_to, id);
CREATE INDEX posts_reply_uri ON posts (in_reply_to_uri);
CREATE INDEX posts_conversation ON posts (conversation, id);
CREATE UNIQUE INDEX posts_boost ON posts (boost_of, account_id) WHERE boost_of IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX posts_known ON posts (id) WHERE visibility = 'public' AND boost_of IS NULL AND deleted_at IS NULL;
CREATE INDEX posts_local ON posts (id) WHERE visibility = 'public' AND boost_of IS NULL AND deleted_at IS NULL AND peer_id IS NULL;

CREATE TABLE post_edits (
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  edited_at TIMESTAMP NOT NULL,
  content TEXT NOT NULL,
  spoiler TEXT NOT NULL,
  sensitive BOOLEAN NOT NULL,
  PRIMARY KEY (post_id, edited_at)
);

-- Who a post is addressed to by name. `silent` ones see it without being mentioned in its text.
CREATE TABLE post_mentions (
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  silent BOOLEAN NOT NULL DEFAULT 0,
  PRIMARY KEY (post_id, account_id)
);
CREATE INDEX post_mentions_account ON post_mentions (account_id, post_id);

CREATE TABLE post_tags (
  tag TEXT NOT NULL,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  PRIMARY KEY (tag, post_id)
);
CREATE INDEX post_tags_post ON post_tags (post_id);

-- The home timeline, one row per owner and post.
CREATE TABLE feed (
  owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  author_id BIGINT NOT NULL,
  PRIMARY KEY (owner_id, post_id)
) WITHOUT ROWID;
CREATE INDEX feed_post ON feed (post_id);

CREATE TABLE follows (
  id INTEGER NOT NULL PRIMARY KEY,
  follower_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  followee_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  uri TEXT NOT NULL UNIQUE,
  accepted BOOLEAN NOT NULL,
  show_boosts BOOLEAN NOT NULL,
  notify BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX follows_pair ON follows (follower_id, followee_id);
CREATE INDEX follows_followee ON follows (followee_id, accepted, id);

CREATE TABLE blocks (
  id INTEGER NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  uri TEXT NOT NULL UNIQUE,
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX blocks_pair ON blocks (account_id, target_id);
CREATE INDEX blocks_target ON blocks (target_id);

CREATE TABLE mutes (
  id INTEGER NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  notifications BOOLEAN NOT NULL,
  expires_at TIMESTAMP,
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX mutes_pair ON mutes (account_id, target_id);

CREATE TABLE favourites (
  id INTEGER NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  uri TEXT NOT NULL UNIQUE,
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX favourites_pair ON favourites (account_id, post_id);
CREATE INDEX favourites_post ON favourites (post_id, id);

CREATE TABLE bookmarks (
  id INTEGER NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX bookmarks_pair ON bookmarks (account_id, post_id);

CREATE TABLE conversation_mutes (
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  conversation BIGINT NOT NULL,
  PRIMARY KEY (account_id, conversation)
);

CREATE TABLE notifications (
  id INTEGER NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  from_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_id BIGINT REFERENCES posts (id) ON DELETE CASCADE,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX notifications_account ON notifications (account_id, id);
CREATE INDEX notifications_post ON notifications (post_id);

CREATE TABLE markers (
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  timeline TEXT NOT NULL,
  last_read_id BIGINT NOT NULL,
  version INTEGER NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  PRIMARY KEY (account_id, timeline)
);

-- What a person noted for themselves about another. Nobody else ever reads it.
CREATE TABLE account_notes (
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  note TEXT NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  PRIMARY KEY (account_id, target_id)
);

CREATE TABLE idempotency_keys (
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  idempotency_key TEXT NOT NULL,
  post_id BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (account_id, idempotency_key)
);

-- Activities received, so that each has one effect; kept for longer than any sender tries.
CREATE TABLE received (
  activity_uri TEXT NOT NULL PRIMARY KEY,
  peer_id BIGINT NOT NULL REFERENCES peers (id),
  received_at TIMESTAMP NOT NULL
);
CREATE INDEX received_at ON received (received_at);

-- Outgoing activities as data, and where each has to go. Rows of posts stay: they say who must hear of edits.
CREATE TABLE activities (
  id INTEGER NOT NULL PRIMARY KEY,
  account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
  post_id BIGINT,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX activities_post ON activities (post_id);

CREATE TABLE deliveries (
  id INTEGER NOT NULL PRIMARY KEY,
  activity_id BIGINT NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
  peer_id BIGINT NOT NULL REFERENCES peers (id),
  inbox TEXT NOT NULL,
  state TEXT NOT NULL,
  order_key BIGINT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  created_at TIMESTAMP NOT NULL,
  finished_at TIMESTAMP
);
CREATE INDEX deliveries_queue ON deliveries (peer_id, id) WHERE state = 'queued';
CREATE INDEX deliveries_activity ON deliveries (activity_id);
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE events (
  id INTEGER NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE audit (
  id INTEGER NOT NULL PRIMARY KEY,
  at TIMESTAMP NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  reason TEXT,
  peer TEXT,
  detail TEXT NOT NULL
);
CREATE INDEX audit_peer ON audit (peer, id);
