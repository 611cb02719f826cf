-- Posts that are to be published at a time that their authors have chosen.
CREATE TABLE scheduled_posts (
  id INTEGER NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  due_at TIMESTAMP NOT NULL,
  -- What the post is made of, a JSON object; its files stand in `scheduled_files`.
  params TEXT NOT NULL,
  -- Of the client, for a day; NULL when there was none.
  idempotency_key TEXT,
  created_at TIMESTAMP NOT NULL,
  -- Why it could not be published at its time: it waits for its author then. NULL: it waits for its time.
  failure TEXT
);
CREATE INDEX scheduled_posts_account ON scheduled_posts (account_id, id);
CREATE UNIQUE INDEX scheduled_posts_key ON scheduled_posts (account_id, idempotency_key);
CREATE INDEX scheduled_posts_due ON scheduled_posts (due_at) WHERE failure IS NULL;

-- Their files. While a row is here, the file is in no other post and does not expire.
CREATE TABLE scheduled_files (
  attachment_id INTEGER NOT NULL PRIMARY KEY REFERENCES attachments (id) ON DELETE CASCADE,
  scheduled_id BIGINT NOT NULL REFERENCES scheduled_posts (id) ON DELETE CASCADE,
  place BIGINT NOT NULL
);
CREATE INDEX scheduled_files_post ON scheduled_files (scheduled_id, place);
