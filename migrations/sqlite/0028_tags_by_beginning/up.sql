-- Tags are compared byte by byte here already; see the twin for PostgreSQL.
SELECT 1;
