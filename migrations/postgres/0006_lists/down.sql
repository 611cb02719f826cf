ALTER TABLE sessions DROP COLUMN last_used_at;
ALTER TABLE tokens DROP COLUMN user_agent;
DROP TABLE account_words;
DROP TABLE tag_spreads;
DROP TABLE followed_tags;
DROP TABLE list_feed;
DROP TABLE list_members;
DROP TABLE lists;
