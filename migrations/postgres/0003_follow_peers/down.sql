DROP INDEX follows_remote;
ALTER TABLE follows DROP COLUMN follower_peer;
