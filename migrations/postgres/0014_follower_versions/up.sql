-- A number for the followers that one person has at one peer (0: among our own people), which moves with every change of
-- them. What was made of them, such as the digest that peers compare (FEP-8fcf), is kept in memory under that number: it is
-- never stale, whatever changed the rows, and need not be made anew for each delivery. No foreign key: the rows of
-- someone who goes take their follows along, which writes here.
CREATE TABLE follower_versions (
  followee_id BIGINT NOT NULL,
  peer_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (followee_id, peer_id)
);

CREATE FUNCTION follows_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved follows%ROWTYPE;
BEGIN
  IF TG_OP = 'DELETE' THEN moved := OLD; ELSE moved := NEW; END IF;
  INSERT INTO follower_versions AS v (followee_id, peer_id, version)
  VALUES (moved.followee_id, COALESCE(moved.follower_peer, 0), 1)
  ON CONFLICT (followee_id, peer_id) DO UPDATE SET version = v.version + 1;
  RETURN NULL;
END;
$$;

CREATE TRIGGER follows_moved AFTER INSERT OR DELETE ON follows
FOR EACH ROW EXECUTE FUNCTION follows_moved();

CREATE TRIGGER follows_changed AFTER UPDATE OF accepted ON follows
FOR EACH ROW WHEN (OLD.accepted <> NEW.accepted) EXECUTE FUNCTION follows_moved();

-- Who is disabled is no follower that counts.
CREATE FUNCTION followers_disabled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO follower_versions AS v (followee_id, peer_id, version)
  SELECT followee_id, COALESCE(follower_peer, 0), 1 FROM follows WHERE follower_id = NEW.id ORDER BY followee_id
  ON CONFLICT (followee_id, peer_id) DO UPDATE SET version = v.version + 1;
  RETURN NULL;
END;
$$;

CREATE TRIGGER followers_disabled AFTER UPDATE OF disabled_at ON accounts
FOR EACH ROW WHEN (OLD.disabled_at IS DISTINCT FROM NEW.disabled_at) EXECUTE FUNCTION followers_disabled();
