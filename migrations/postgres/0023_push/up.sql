-- Web Push: where clients of people want to be told. One for each token; it goes with it.
CREATE TABLE push_subscriptions (
  id BIGINT NOT NULL PRIMARY KEY,
  token_id BIGINT NOT NULL UNIQUE REFERENCES tokens (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  -- The origin of the push service. Whether it may be asked is looked up in the configuration each time.
  service TEXT NOT NULL,
  -- SHA-256 of the endpoint. Its address is a capability, and stands in `sealed` alone.
  endpoint_hash TEXT NOT NULL,
  -- Endpoint and keys of the browser, a JSON object sealed by the vault.
  sealed BYTEA NOT NULL,
  -- Kinds of notifications that are wanted, each between two spaces.
  alerts TEXT NOT NULL,
  -- From whom: all, followed, follower or none.
  policy TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX push_subscriptions_account ON push_subscriptions (account_id, id);

-- What waits to be sent there. A notification that goes takes its rows with it.
CREATE TABLE pushes (
  notification_id BIGINT NOT NULL REFERENCES notifications (id) ON DELETE CASCADE,
  subscription_id BIGINT NOT NULL REFERENCES push_subscriptions (id) ON DELETE CASCADE,
  -- As in the subscription: each service has a queue of its own.
  service TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  -- Not before.
  due_at TIMESTAMP NOT NULL,
  -- Attempts that failed.
  tries INTEGER NOT NULL,
  PRIMARY KEY (notification_id, subscription_id)
);
CREATE INDEX pushes_due ON pushes (service, due_at);
CREATE INDEX pushes_subscription ON pushes (subscription_id, notification_id);
