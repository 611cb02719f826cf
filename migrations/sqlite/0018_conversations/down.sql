DROP TABLE conversation_posts;
DROP TABLE conversation_people;
DROP TABLE conversations;
