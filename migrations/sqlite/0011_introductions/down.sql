ALTER TABLE peer_invites DROP COLUMN introduce;
ALTER TABLE peers DROP COLUMN accepts_introductions;
ALTER TABLE peers DROP COLUMN introduced_by;
DROP TABLE introductions;
