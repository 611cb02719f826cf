-- The tokens of posts (`src/store/src/search/document.rs`), by the post's id, without positions. The list of what is not
-- in the index proper yet is short, since each search goes through it.
CREATE TABLE post_search (
  post_id BIGINT NOT NULL PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  words TSVECTOR NOT NULL
);
CREATE INDEX post_search_words ON post_search USING GIN (words) WITH (gin_pending_list_limit = 256);

-- Posts below this id are from before there was an index, and not in it yet. No row: all are.
CREATE TABLE search_backlog (
  before_id BIGINT NOT NULL PRIMARY KEY
);
INSERT INTO search_backlog (before_id) SELECT id + 1 FROM posts ORDER BY id DESC LIMIT 1;

-- What a person boosted and voted in, newest post first.
CREATE INDEX posts_boosted ON posts (account_id, boost_of) WHERE boost_of IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX poll_votes_account ON poll_votes (account_id, post_id);
