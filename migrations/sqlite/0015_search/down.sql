DROP INDEX poll_votes_account;
DROP INDEX posts_boosted;
DROP TABLE search_backlog;
DROP TABLE post_search;
