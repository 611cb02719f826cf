ALTER TABLE post_edits DROP COLUMN attachments;
DROP TABLE attachments;
