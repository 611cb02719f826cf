-- Posts that show another post: which one (`quoted_id` if it is known here), what its author says to that (`quote_state`), and
-- the id of the stamp with which they let it.
ALTER TABLE posts ADD COLUMN quoted_id BIGINT;
ALTER TABLE posts ADD COLUMN quoted_uri TEXT;
ALTER TABLE posts ADD COLUMN quote_state TEXT;
ALTER TABLE posts ADD COLUMN quote_stamp TEXT;
-- Who may quote a post, as bits. Nobody may quote what was written before its author was asked.
ALTER TABLE posts ADD COLUMN quote_policy BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN quotes_count BIGINT NOT NULL DEFAULT 0;
CREATE INDEX posts_quoted ON posts (quoted_id, id) WHERE quoted_id IS NOT NULL;
CREATE INDEX posts_quoted_uri ON posts (quoted_uri) WHERE quoted_uri IS NOT NULL;
CREATE INDEX posts_quote_stamp ON posts (quote_stamp) WHERE quote_stamp IS NOT NULL;
ALTER TABLE members ADD COLUMN default_quote_policy TEXT NOT NULL DEFAULT 'public';
