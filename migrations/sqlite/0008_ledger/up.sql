-- What crossed or was refused, until it is sealed into `ledger`, about a second later. Written in the transaction of what
-- it tells of; without foreign keys, whose locks inbox and deliveries would pay for. `times` counts equal requests,
-- `refused` is the reason, null for what crossed.
CREATE TABLE ledger_waiting (
  id INTEGER NOT NULL PRIMARY KEY,
  peer_id BIGINT NOT NULL,
  at TIMESTAMP NOT NULL,
  direction TEXT NOT NULL,
  kind TEXT NOT NULL,
  activity TEXT,
  object TEXT,
  account_id BIGINT,
  bytes BIGINT NOT NULL,
  times BIGINT NOT NULL,
  refused TEXT
);

-- The ledger: rows are added and never changed or removed. `hash` is the SHA-256 of `prev`, which is the hash of the row
-- before, and of the row's line (docs/decisions/0013-ledger.md). `person` and ids that tell of a person are keyed hashes;
-- `reason` is null for what crossed.
CREATE TABLE ledger (
  peer_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at TIMESTAMP NOT NULL,
  direction TEXT NOT NULL,
  kind TEXT NOT NULL,
  activity TEXT,
  object TEXT,
  person TEXT,
  bytes BIGINT NOT NULL,
  times BIGINT NOT NULL,
  reason TEXT,
  prev BLOB NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (peer_id, seq)
) WITHOUT ROWID;
CREATE INDEX ledger_refused ON ledger (peer_id, seq) WHERE reason IS NOT NULL;

-- The last row of each chain, with a MAC by the node's key: whoever writes to the database alone cannot make another end.
CREATE TABLE ledger_heads (
  peer_id INTEGER NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  hash BLOB NOT NULL,
  mac BLOB NOT NULL
);

-- What the hashes of a person are made with, sealed. Goes when the person goes.
CREATE TABLE ledger_keys (
  account_id INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  sealed BLOB NOT NULL
);
