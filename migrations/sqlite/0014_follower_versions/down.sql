DROP TRIGGER followers_disabled;
DROP TRIGGER follows_changed;
DROP TRIGGER follows_removed;
DROP TRIGGER follows_added;
DROP TABLE follower_versions;
