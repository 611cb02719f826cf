-- Changes of contracts that wait for an answer: at most one from each side.
CREATE TABLE proposals (
  peer_id BIGINT NOT NULL REFERENCES peers (id) ON DELETE CASCADE,
  by_us BOOLEAN NOT NULL,
  uri TEXT NOT NULL,
  contract TEXT NOT NULL,
  note TEXT NOT NULL,
  made_at TIMESTAMP NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (peer_id, by_us)
);

-- What was agreed, with the signatures of both. The first version of each came with the invitation and is not here.
CREATE TABLE agreements (
  peer_id BIGINT NOT NULL REFERENCES peers (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  by_us BOOLEAN NOT NULL,
  contract TEXT NOT NULL,
  document TEXT NOT NULL,
  agreed_at TIMESTAMP NOT NULL,
  PRIMARY KEY (peer_id, version)
);
