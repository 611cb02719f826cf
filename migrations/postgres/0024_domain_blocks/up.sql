-- Nodes of which a person wants to see nobody.
CREATE TABLE domain_blocks (
  id BIGINT NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  -- Authority as in handles, lower case. It need not be a peer, now or ever.
  domain TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  UNIQUE (account_id, domain)
);
CREATE INDEX domain_blocks_domain ON domain_blocks (domain);
