DROP INDEX emojis_still_hash;
DROP INDEX emojis_hash;
