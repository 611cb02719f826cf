ALTER TABLE purges DROP COLUMN favourites;
ALTER TABLE purges DROP COLUMN votes;
