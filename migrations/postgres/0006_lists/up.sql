-- People's own lists of whom they follow.
CREATE TABLE lists (
  id BIGINT NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  replies_policy TEXT NOT NULL,
  exclusive BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX lists_account ON lists (account_id, id);

-- `owner_id` and `exclusive` are those of the list: home timelines ask for them with each post.
CREATE TABLE list_members (
  id BIGINT NOT NULL PRIMARY KEY,
  list_id BIGINT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  owner_id BIGINT NOT NULL,
  exclusive BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX list_members_pair ON list_members (list_id, account_id);
CREATE INDEX list_members_list ON list_members (list_id, id);
CREATE INDEX list_members_account ON list_members (account_id, owner_id);
CREATE INDEX list_members_exclusive ON list_members (owner_id, account_id) WHERE exclusive;

-- The timelines of lists: some of the rows of their owners' `feed`, gone with those.
CREATE TABLE list_feed (
  list_id BIGINT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL,
  owner_id BIGINT NOT NULL,
  author_id BIGINT NOT NULL,
  PRIMARY KEY (list_id, post_id),
  FOREIGN KEY (owner_id, post_id) REFERENCES feed (owner_id, post_id) ON DELETE CASCADE
);
CREATE INDEX list_feed_feed ON list_feed (owner_id, post_id);

CREATE TABLE followed_tags (
  id BIGINT NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX followed_tags_pair ON followed_tags (account_id, tag);
CREATE INDEX followed_tags_account ON followed_tags (account_id, id);
CREATE INDEX followed_tags_tag ON followed_tags (tag, id);

-- As `spreads`, for those who follow a hashtag of the post.
CREATE TABLE tag_spreads (
  post_id BIGINT NOT NULL PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  after_id BIGINT NOT NULL
);

-- The words of people's names, without case and accents: who begins with what is typed is found along the index.
CREATE TABLE account_words (
  word TEXT COLLATE "C" NOT NULL,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  PRIMARY KEY (word, account_id)
);
CREATE INDEX account_words_account ON account_words (account_id, word);

ALTER TABLE tokens ADD COLUMN user_agent TEXT;
ALTER TABLE sessions ADD COLUMN last_used_at TIMESTAMP;
