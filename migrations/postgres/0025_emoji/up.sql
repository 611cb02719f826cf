-- Custom emoji: this node's own, which administrators upload, and those of peers as their posts, people and reactions
-- name them.
CREATE TABLE emojis (
  id BIGINT NOT NULL PRIMARY KEY,
  peer_id BIGINT REFERENCES peers (id) ON DELETE CASCADE,
  shortcode TEXT NOT NULL,
  -- ActivityPub id; of this node's own it is made of the shortcode.
  uri TEXT,
  category TEXT NOT NULL,
  visible_in_picker BOOLEAN NOT NULL,
  disabled BOOLEAN NOT NULL,
  -- SHA-256 of the picture, and of the one that does not move, if it does.
  hash TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  still_hash TEXT,
  still_size BIGINT NOT NULL,
  remote_url TEXT,
  remote_updated_at TIMESTAMP,
  epoch BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX emojis_own ON emojis (shortcode) WHERE peer_id IS NULL;
CREATE UNIQUE INDEX emojis_of_peers ON emojis (peer_id, shortcode);
