-- Which tags begin with what is typed is a range of the index only if tags are compared byte by byte, whatever the language of
-- the database.
ALTER TABLE post_tags ALTER COLUMN tag TYPE TEXT COLLATE "C";
