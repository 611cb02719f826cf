-- Posts that are still being put into the home timelines of their authors' many followers, piece by piece.
CREATE TABLE spreads (
  post_id INTEGER NOT NULL PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  -- The last follow served; they are served in the order of their ids.
  after_id BIGINT NOT NULL
);
