-- The poll of a post. Its id is the post's.
CREATE TABLE polls (
  post_id INTEGER NOT NULL PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  multiple BOOLEAN NOT NULL,
  hide_totals BOOLEAN NOT NULL,
  -- NULL: a peer's poll without an end.
  expires_at TIMESTAMP,
  -- When it was seen to have ended.
  closed_at TIMESTAMP,
  -- NULL: not told by its node.
  voters_count BIGINT,
  -- The last voter who was told that it ended, in the order of their ids; NULL when nobody is to be told (any more).
  told_after BIGINT,
  -- When peers are to be sent the counts, NULL if they have them; and when they were last sent.
  update_at TIMESTAMP,
  updated_at TIMESTAMP
);
CREATE INDEX polls_end ON polls (expires_at) WHERE closed_at IS NULL AND expires_at IS NOT NULL;
CREATE INDEX polls_telling ON polls (post_id) WHERE told_after IS NOT NULL;
CREATE INDEX polls_update ON polls (update_at) WHERE update_at IS NOT NULL;

CREATE TABLE poll_options (
  post_id BIGINT NOT NULL REFERENCES polls (post_id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  title TEXT NOT NULL,
  votes BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (post_id, position)
);

-- Who chose what. Never shown to anyone but the voter.
CREATE TABLE poll_votes (
  post_id BIGINT NOT NULL REFERENCES polls (post_id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  uri TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (post_id, account_id, position)
);

-- The options of an earlier version, a JSON list of texts.
ALTER TABLE post_edits ADD COLUMN poll TEXT;
