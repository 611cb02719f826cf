DROP TRIGGER followers_disabled ON accounts;
DROP FUNCTION followers_disabled();
DROP TRIGGER follows_changed ON follows;
DROP TRIGGER follows_moved ON follows;
DROP FUNCTION follows_moved();
DROP TABLE follower_versions;
