-- Posts that their authors have put on top of their profiles, and where an actor of a peer keeps the list of theirs.
ALTER TABLE posts ADD COLUMN pinned_at TIMESTAMP;
CREATE INDEX posts_pinned ON posts (account_id, id) WHERE pinned_at IS NOT NULL;
ALTER TABLE accounts ADD COLUMN featured_uri TEXT;
