-- Nodes that a peer of both makes known to each other: those made to this node, and those it made.
CREATE TABLE introductions (
  id BIGINT NOT NULL PRIMARY KEY,
  peer_id BIGINT NOT NULL REFERENCES peers (id) ON DELETE CASCADE,
  by_us BOOLEAN NOT NULL,
  uri TEXT NOT NULL,
  offer TEXT NOT NULL,
  origin TEXT NOT NULL,
  name TEXT NOT NULL,
  actor_uri TEXT NOT NULL,
  ed25519 TEXT,
  rsa_pem TEXT,
  fingerprint TEXT NOT NULL,
  shared_inbox TEXT NOT NULL,
  contract TEXT NOT NULL,
  note TEXT NOT NULL,
  state TEXT NOT NULL,
  other_confirmed BOOLEAN NOT NULL,
  made_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  answered_at TIMESTAMP,
  document TEXT NOT NULL,
  UNIQUE (peer_id, by_us, uri)
);
CREATE INDEX introductions_by_origin ON introductions (origin);

ALTER TABLE peers ADD COLUMN introduced_by TEXT;
ALTER TABLE peers ADD COLUMN accepts_introductions BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE peer_invites ADD COLUMN introduce BOOLEAN NOT NULL DEFAULT FALSE;
