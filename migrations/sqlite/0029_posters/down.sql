ALTER TABLE attachments DROP COLUMN poster_due;
ALTER TABLE attachments DROP COLUMN poster_url;
ALTER TABLE attachments DROP COLUMN frame_rate;
