-- The tokens of posts (`src/store/src/search/document.rs`), by the post's id. Only the index is kept: no text, and no
-- positions. The tokeniser takes ASCII apart at everything but letters, digits and what tokens are written with, and leaves
-- the rest as it is.
CREATE VIRTUAL TABLE post_search USING fts5 (
  words,
  content = '',
  contentless_delete = 1,
  detail = none,
  tokenize = "ascii tokenchars ':~_#'"
);

-- Posts below this id are from before there was an index, and not in it yet. No row: all are.
CREATE TABLE search_backlog (
  before_id INTEGER NOT NULL PRIMARY KEY
);
INSERT INTO search_backlog (before_id) SELECT id + 1 FROM posts ORDER BY id DESC LIMIT 1;

-- What a person boosted and voted in, newest post first.
CREATE INDEX posts_boosted ON posts (account_id, boost_of) WHERE boost_of IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX poll_votes_account ON poll_votes (account_id, post_id);
