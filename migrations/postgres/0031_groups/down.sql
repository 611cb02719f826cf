DROP TRIGGER group_members_disabled ON accounts;
DROP FUNCTION group_members_disabled();
DROP TABLE group_nodes;
DROP TABLE group_posts;
DROP TABLE group_bans;
DROP TABLE group_members;
DROP FUNCTION group_members_moved();
DROP TABLE groups;
-- The version before reads no post of a group and takes its account for a person: what was said there is for its author and those
-- it names, and nobody looks at the account.
UPDATE posts SET visibility = 'direct' WHERE visibility = 'group';
UPDATE accounts SET disabled_at = now() AT TIME ZONE 'utc' WHERE kind = 'group' AND peer_id IS NULL AND disabled_at IS NULL;
-- What is to be said in a group later would be said to whom it says beside that.
DELETE FROM scheduled_posts WHERE params LIKE '%"group":%' AND params NOT LIKE '%"group":null%';
