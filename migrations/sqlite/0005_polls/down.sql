ALTER TABLE post_edits DROP COLUMN poll;
DROP TABLE poll_votes;
DROP TABLE poll_options;
DROP TABLE polls;
DELETE FROM notifications WHERE kind = 'poll';
