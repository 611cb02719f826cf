DROP TABLE purges;
DROP TABLE purge_orders;
