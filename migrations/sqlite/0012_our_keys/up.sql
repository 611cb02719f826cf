-- This node's own keys, one row for each generation. The private halves are sealed in node_secrets until no peer has that
-- generation any more (ended_at); the public halves stay, so that what was signed can still be shown.
CREATE TABLE node_keys (
  generation INTEGER NOT NULL PRIMARY KEY,
  ed25519 TEXT NOT NULL,
  rsa_pem TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  made_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP
);

-- Which of them a peer has.
ALTER TABLE peers ADD COLUMN our_keys INTEGER NOT NULL DEFAULT 1;
-- Keys that a peer shows in place of those that are pinned, since when.
ALTER TABLE peers ADD COLUMN alert_fingerprint TEXT;
ALTER TABLE peers ADD COLUMN alert_at TIMESTAMP;
