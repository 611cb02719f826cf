-- Pictures of a film a second, as a fraction such as `30000/1001`; NULL when it is not known.
ALTER TABLE attachments ADD COLUMN frame_rate TEXT;
-- Where the picture is that a peer has put before its film or sound, and whether it is still to be fetched.
ALTER TABLE attachments ADD COLUMN poster_url TEXT;
ALTER TABLE attachments ADD COLUMN poster_due BOOLEAN NOT NULL DEFAULT FALSE;
