-- Whether bytes are still those of an emoji is asked for each file that goes.
CREATE INDEX emojis_hash ON emojis (hash);
CREATE INDEX emojis_still_hash ON emojis (still_hash);
