-- The conversations of people of this node: direct posts of one thread among the same people. Each has their own.
CREATE TABLE conversations (
  id INTEGER NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  -- `conversation` of its posts.
  thread BIGINT NOT NULL,
  -- The others, ids in order with commas between; empty for what one writes to oneself.
  participants TEXT NOT NULL,
  last_post_id BIGINT NOT NULL,
  unread BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX conversations_who ON conversations (account_id, thread, participants);
CREATE INDEX conversations_newest ON conversations (account_id, last_post_id);
CREATE INDEX conversations_thread ON conversations (thread);

CREATE TABLE conversation_people (
  conversation_id BIGINT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  PRIMARY KEY (conversation_id, account_id)
) WITHOUT ROWID;
CREATE INDEX conversation_people_account ON conversation_people (account_id);

CREATE TABLE conversation_posts (
  conversation_id BIGINT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  PRIMARY KEY (conversation_id, post_id)
) WITHOUT ROWID;
CREATE INDEX conversation_posts_post ON conversation_posts (post_id);

-- Those of the direct posts that are there, all read. A post to more than 100 others is no conversation.
CREATE TABLE conversation_fill AS
WITH people AS (
  SELECT p.id AS post_id, p.conversation AS thread, p.account_id AS account_id FROM posts p
    WHERE p.visibility = 'direct' AND p.deleted_at IS NULL AND p.boost_of IS NULL
  UNION
  SELECT p.id, p.conversation, m.account_id FROM posts p JOIN post_mentions m ON m.post_id = p.id
    WHERE p.visibility = 'direct' AND p.deleted_at IS NULL AND p.boost_of IS NULL
)
SELECT o.account_id AS owner_id, o.thread AS thread, o.post_id AS post_id, COALESCE(group_concat(x.account_id, ',' ORDER BY x.account_id), '') AS participants
FROM people o JOIN accounts a ON a.id = o.account_id AND a.peer_id IS NULL AND a.disabled_at IS NULL
LEFT JOIN people x ON x.post_id = o.post_id AND x.account_id <> o.account_id
GROUP BY o.account_id, o.thread, o.post_id
HAVING COUNT(x.account_id) <= 100;
INSERT INTO conversations (id, account_id, thread, participants, last_post_id, unread)
SELECT ROW_NUMBER() OVER (ORDER BY MAX(f.post_id), f.owner_id), f.owner_id, f.thread, f.participants, MAX(f.post_id), FALSE
FROM conversation_fill f GROUP BY f.owner_id, f.thread, f.participants;
INSERT INTO conversation_posts (conversation_id, post_id)
SELECT c.id, f.post_id FROM conversation_fill f
JOIN conversations c ON c.account_id = f.owner_id AND c.thread = f.thread AND c.participants = f.participants;
DROP TABLE conversation_fill;
INSERT INTO conversation_people (conversation_id, account_id)
SELECT DISTINCT q.conversation_id, q.account_id FROM (
  SELECT s.conversation_id AS conversation_id, p.account_id AS account_id FROM conversation_posts s
    JOIN posts p ON p.id = s.post_id
  UNION
  SELECT s.conversation_id, m.account_id FROM conversation_posts s JOIN post_mentions m ON m.post_id = s.post_id
) q JOIN conversations c ON c.id = q.conversation_id AND c.account_id <> q.account_id;
