-- Files of posts. One without a post waits to be posted, or to be removed. `hash` is NULL for a file of a peer that has
-- not been fetched; `changed_at` is when it last came to or lost a post, or was last tried.
CREATE TABLE attachments (
  id INTEGER NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_id BIGINT REFERENCES posts (id) ON DELETE CASCADE,
  place BIGINT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  content_type TEXT NOT NULL,
  hash TEXT,
  size BIGINT NOT NULL,
  width BIGINT,
  height BIGINT,
  duration BIGINT,
  preview_hash TEXT,
  preview_type TEXT,
  preview_size BIGINT,
  preview_width BIGINT,
  preview_height BIGINT,
  blurhash TEXT,
  focus_x DOUBLE NOT NULL,
  focus_y DOUBLE NOT NULL,
  description TEXT NOT NULL,
  remote_url TEXT,
  epoch BIGINT NOT NULL DEFAULT 0,
  created_at TIMESTAMP NOT NULL,
  changed_at TIMESTAMP NOT NULL
);
CREATE INDEX attachments_post ON attachments (post_id, place) WHERE post_id IS NOT NULL;
CREATE INDEX attachments_loose ON attachments (changed_at) WHERE post_id IS NULL;
CREATE INDEX attachments_account ON attachments (account_id);
CREATE INDEX attachments_hash ON attachments (hash);
CREATE INDEX attachments_preview ON attachments (preview_hash);
-- The files of an earlier version and their descriptions then, as JSON: [["id", "description"], …].
ALTER TABLE post_edits ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';
