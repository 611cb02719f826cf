-- What administrators tell everyone on the node.
CREATE TABLE announcements (
  id INTEGER NOT NULL PRIMARY KEY,
  text TEXT NOT NULL,
  starts_at TIMESTAMP,
  ends_at TIMESTAMP,
  all_day BOOLEAN NOT NULL,
  published_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);

-- Who has read which.
CREATE TABLE announcement_reads (
  announcement_id BIGINT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  read_at TIMESTAMP NOT NULL,
  PRIMARY KEY (announcement_id, account_id)
) WITHOUT ROWID;
CREATE INDEX announcement_reads_account ON announcement_reads (account_id, announcement_id);

-- Emoji that people answer with.
CREATE TABLE announcement_reactions (
  announcement_id BIGINT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  reacted_at TIMESTAMP NOT NULL,
  PRIMARY KEY (announcement_id, name, account_id)
) WITHOUT ROWID;
CREATE INDEX announcement_reactions_account ON announcement_reactions (account_id, announcement_id);
