-- What this node has ordered peers to remove (or hide) of what it gave them, an order for each time that one was revoked.
-- It is sent until the receipt comes, `next_try` says when; NULL: nothing more is sent.
CREATE TABLE purge_orders (
  nonce TEXT NOT NULL PRIMARY KEY,
  peer_id BIGINT NOT NULL REFERENCES peers (id),
  ordered_at TIMESTAMP NOT NULL,
  next_try TIMESTAMP,
  tries INTEGER NOT NULL DEFAULT 0,
  -- The peer's signed word, JSON, and when it came.
  receipt TEXT,
  received_at TIMESTAMP,
  expires_at TIMESTAMP NOT NULL
);
CREATE INDEX purge_orders_peer ON purge_orders (peer_id, ordered_at);
CREATE INDEX purge_orders_due ON purge_orders (next_try) WHERE next_try IS NOT NULL;

-- What this node removes (or hides) of a peer's since that was revoked last, piece by piece.
CREATE TABLE purges (
  peer_id INTEGER NOT NULL PRIMARY KEY REFERENCES peers (id),
  -- `hide` or `purge`.
  how TEXT NOT NULL,
  -- Of the peer's own order, which is answered with a receipt; NULL: it has sent none.
  nonce TEXT,
  -- What came later belongs to a new connection.
  before_id BIGINT NOT NULL,
  -- The last post and the last person that were dealt with.
  post_after BIGINT NOT NULL DEFAULT 0,
  person_after BIGINT NOT NULL DEFAULT 0,
  -- How many.
  posts BIGINT NOT NULL DEFAULT 0,
  files BIGINT NOT NULL DEFAULT 0,
  people BIGINT NOT NULL DEFAULT 0,
  follows BIGINT NOT NULL DEFAULT 0,
  notifications BIGINT NOT NULL DEFAULT 0,
  started_at TIMESTAMP NOT NULL,
  finished_at TIMESTAMP
);
CREATE INDEX purges_open ON purges (peer_id) WHERE finished_at IS NULL;
