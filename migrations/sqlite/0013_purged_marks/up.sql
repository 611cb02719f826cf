-- Favourites and votes of a revoked peer's people that were removed, or hidden.
ALTER TABLE purges ADD COLUMN favourites BIGINT NOT NULL DEFAULT 0;
ALTER TABLE purges ADD COLUMN votes BIGINT NOT NULL DEFAULT 0;
