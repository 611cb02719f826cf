-- Emoji that people answered posts with: a Unicode emoji, the shortcode of one of ours, or `shortcode@authority` of a peer's.
CREATE TABLE reactions (
  id INTEGER NOT NULL PRIMARY KEY,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  uri TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX reactions_one ON reactions (post_id, name, account_id);
CREATE UNIQUE INDEX reactions_uri ON reactions (uri);
CREATE INDEX reactions_account ON reactions (account_id, post_id);
