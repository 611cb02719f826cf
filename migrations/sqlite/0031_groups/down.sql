DROP TRIGGER group_members_disabled;
DROP TABLE group_nodes;
DROP TABLE group_posts;
DROP TABLE group_bans;
DROP TABLE group_members;
DROP TABLE groups;
