-- What people say is wrong with somebody or with their posts, for those who moderate.
CREATE TABLE reports (
  id INTEGER NOT NULL PRIMARY KEY,
  -- Who reports: a person of this node, or the account of the organisation whose node sent it.
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  -- The node that sent it; NULL for one of this node's people.
  peer_id BIGINT REFERENCES peers (id),
  -- Who is reported.
  target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  category TEXT NOT NULL,
  -- Plain text.
  comment TEXT NOT NULL,
  -- The house rules that were named, as they were then: a JSON list of {id, text}.
  rules TEXT NOT NULL,
  -- The node of the one who is reported was told.
  forwarded BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  -- Who of those who moderate looks after it.
  assigned_id BIGINT REFERENCES accounts (id),
  -- NULL while it is open.
  settled_at TIMESTAMP,
  settled_by BIGINT REFERENCES accounts (id)
);
CREATE INDEX reports_account ON reports (account_id, id);
CREATE INDEX reports_target ON reports (target_id, id);
CREATE INDEX reports_peer ON reports (peer_id, id) WHERE peer_id IS NOT NULL;
CREATE INDEX reports_open ON reports (id) WHERE settled_at IS NULL;
CREATE INDEX reports_assigned ON reports (assigned_id) WHERE assigned_id IS NOT NULL;
CREATE INDEX reports_settled_by ON reports (settled_by) WHERE settled_by IS NOT NULL;

-- The posts that a report is about, as they were when it was made: what is deleted since is still there to be judged.
CREATE TABLE report_posts (
  report_id BIGINT NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
  -- No reference: the report outlives the post.
  post_id BIGINT NOT NULL,
  place BIGINT NOT NULL,
  -- A JSON object; NULL once it is forgotten.
  evidence TEXT,
  PRIMARY KEY (report_id, post_id)
);

-- The report that somebody is told of.
ALTER TABLE notifications ADD COLUMN report_id BIGINT;
