-- What administrators changed of the node's look, a row for each part; a part that is not here is as the configuration says.
-- Pictures are kept here and not among the files of people: nobody owns them, and every page needs them.
CREATE TABLE look (
  part TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  picture BLOB,
  updated_at TIMESTAMP NOT NULL
);
