-- A number for the followers that one person has at one peer (0: among our own people), which moves with every change of
-- them. What was made of them, such as the digest that peers compare (FEP-8fcf), is kept in memory under that number: it is
-- never stale, whatever changed the rows, and need not be made anew for each delivery. No foreign key: the rows of
-- someone who goes take their follows along, which writes here.
CREATE TABLE follower_versions (
  followee_id BIGINT NOT NULL,
  peer_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (followee_id, peer_id)
) WITHOUT ROWID;

CREATE TRIGGER follows_added AFTER INSERT ON follows BEGIN
  INSERT INTO follower_versions (followee_id, peer_id, version)
  VALUES (NEW.followee_id, COALESCE(NEW.follower_peer, 0), 1)
  ON CONFLICT (followee_id, peer_id) DO UPDATE SET version = version + 1;
END;

CREATE TRIGGER follows_removed AFTER DELETE ON follows BEGIN
  INSERT INTO follower_versions (followee_id, peer_id, version)
  VALUES (OLD.followee_id, COALESCE(OLD.follower_peer, 0), 1)
  ON CONFLICT (followee_id, peer_id) DO UPDATE SET version = version + 1;
END;

CREATE TRIGGER follows_changed AFTER UPDATE OF accepted ON follows WHEN OLD.accepted <> NEW.accepted BEGIN
  INSERT INTO follower_versions (followee_id, peer_id, version)
  VALUES (NEW.followee_id, COALESCE(NEW.follower_peer, 0), 1)
  ON CONFLICT (followee_id, peer_id) DO UPDATE SET version = version + 1;
END;

-- Who is disabled is no follower that counts.
CREATE TRIGGER followers_disabled AFTER UPDATE OF disabled_at ON accounts
WHEN OLD.disabled_at IS NOT NEW.disabled_at BEGIN
  INSERT INTO follower_versions (followee_id, peer_id, version)
  SELECT followee_id, COALESCE(follower_peer, 0), 1 FROM follows WHERE follower_id = NEW.id
  ON CONFLICT (followee_id, peer_id) DO UPDATE SET version = version + 1;
END;
