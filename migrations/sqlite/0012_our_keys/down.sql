ALTER TABLE peers DROP COLUMN alert_at;
ALTER TABLE peers DROP COLUMN alert_fingerprint;
ALTER TABLE peers DROP COLUMN our_keys;
DROP TABLE node_keys;
