DROP TABLE agreements;
DROP TABLE proposals;
