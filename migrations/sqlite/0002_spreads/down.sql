DROP TABLE spreads;
