-- The peer of the follower, NULL for our own people: whether anybody elsewhere follows someone is asked for each post, and
-- must not cost a look at each follower. An account's peer never changes.
ALTER TABLE follows ADD COLUMN follower_peer BIGINT;
UPDATE follows SET follower_peer = (SELECT peer_id FROM accounts WHERE accounts.id = follows.follower_id);
CREATE INDEX follows_remote ON follows (followee_id, follower_peer) WHERE follower_peer IS NOT NULL;
