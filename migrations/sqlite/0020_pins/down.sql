ALTER TABLE accounts DROP COLUMN featured_uri;
DROP INDEX posts_pinned;
ALTER TABLE posts DROP COLUMN pinned_at;
