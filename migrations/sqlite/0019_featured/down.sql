DROP TABLE dismissed_suggestions;
DROP TABLE featured_tags;
DROP TABLE endorsements;
