DROP TABLE scheduled_files;
DROP TABLE scheduled_posts;
