-- Who wants to hear of each post of somebody: few of many followers, and asked for with each post.
CREATE INDEX follows_notify ON follows (followee_id, follower_id) WHERE accepted AND notify;
