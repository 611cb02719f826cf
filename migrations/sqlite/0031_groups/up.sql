-- Groups. Each is a row of `accounts` of kind `group`, so that it has words, pictures and a number for clients, and no row in
-- `members`: nobody signs in as one. `state` is `active` or `ended`; an ended one is seen by nobody.
CREATE TABLE groups (
  account_id INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  rules TEXT NOT NULL,
  rules_source TEXT NOT NULL,
  posting TEXT NOT NULL,
  invites TEXT NOT NULL,
  state TEXT NOT NULL
);
CREATE INDEX groups_kind ON groups (kind, account_id);

-- Who is what to a group: `requested`, `invited` or `member`. Who is nothing to it any more has no row. `origin` is where the
-- account is at home, empty for this node; `active` is false while the account is disabled.
CREATE TABLE group_members (
  id INTEGER NOT NULL PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES groups (account_id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  origin TEXT NOT NULL,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  note TEXT NOT NULL,
  invited_by BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
  created_at TIMESTAMP NOT NULL,
  joined_at TIMESTAMP
);
CREATE UNIQUE INDEX group_members_pair ON group_members (group_id, account_id);
CREATE INDEX group_members_account ON group_members (account_id, state, group_id);
CREATE INDEX group_members_state ON group_members (group_id, state, id);
CREATE INDEX group_members_role ON group_members (group_id, role, id);
CREATE INDEX group_members_inviter ON group_members (invited_by) WHERE invited_by IS NOT NULL;

-- Who may not join again, and why; `by_id` is who said so.
CREATE TABLE group_bans (
  group_id BIGINT NOT NULL REFERENCES groups (account_id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  by_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
  reason TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (group_id, account_id)
) WITHOUT ROWID;
CREATE INDEX group_bans_account ON group_bans (account_id);
CREATE INDEX group_bans_by ON group_bans (by_id) WHERE by_id IS NOT NULL;

-- The group that a post of visibility `group` stands in.
CREATE TABLE group_posts (
  post_id INTEGER NOT NULL PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  group_id BIGINT NOT NULL REFERENCES groups (account_id) ON DELETE CASCADE
);
CREATE INDEX group_posts_group ON group_posts (group_id, post_id);

-- How many members a group has at each node, guests among them, and a number that moves with every change of them. Triggers
-- on `group_members` keep it, so that no verb can forget it; who is disabled does not count.
CREATE TABLE group_nodes (
  group_id BIGINT NOT NULL REFERENCES groups (account_id) ON DELETE CASCADE,
  origin TEXT NOT NULL,
  members BIGINT NOT NULL,
  guests BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (group_id, origin)
) WITHOUT ROWID;

-- With a group its members go, and nothing is counted any more: its row is gone by then.
CREATE TRIGGER group_members_added AFTER INSERT ON group_members BEGIN
  INSERT INTO group_nodes (group_id, origin, members, guests, version)
  SELECT NEW.group_id, NEW.origin, 1, (NEW.role = 'guest'), 1
  WHERE NEW.state = 'member' AND NEW.active AND EXISTS (SELECT 1 FROM groups WHERE account_id = NEW.group_id)
  ON CONFLICT (group_id, origin) DO UPDATE SET members = members + excluded.members, guests = guests + excluded.guests,
  version = version + 1;
END;

CREATE TRIGGER group_members_removed AFTER DELETE ON group_members BEGIN
  INSERT INTO group_nodes (group_id, origin, members, guests, version)
  SELECT OLD.group_id, OLD.origin, -1, -(OLD.role = 'guest'), 1
  WHERE OLD.state = 'member' AND OLD.active AND EXISTS (SELECT 1 FROM groups WHERE account_id = OLD.group_id)
  ON CONFLICT (group_id, origin) DO UPDATE SET members = members + excluded.members, guests = guests + excluded.guests,
  version = version + 1;
END;

CREATE TRIGGER group_members_changed AFTER UPDATE OF role, state, origin, active ON group_members BEGIN
  INSERT INTO group_nodes (group_id, origin, members, guests, version)
  SELECT OLD.group_id, OLD.origin, -1, -(OLD.role = 'guest'), 1
  WHERE OLD.state = 'member' AND OLD.active AND EXISTS (SELECT 1 FROM groups WHERE account_id = OLD.group_id)
  ON CONFLICT (group_id, origin) DO UPDATE SET members = members + excluded.members, guests = guests + excluded.guests,
  version = version + 1;
  INSERT INTO group_nodes (group_id, origin, members, guests, version)
  SELECT NEW.group_id, NEW.origin, 1, (NEW.role = 'guest'), 1
  WHERE NEW.state = 'member' AND NEW.active AND EXISTS (SELECT 1 FROM groups WHERE account_id = NEW.group_id)
  ON CONFLICT (group_id, origin) DO UPDATE SET members = members + excluded.members, guests = guests + excluded.guests,
  version = version + 1;
END;

CREATE TRIGGER group_members_disabled AFTER UPDATE OF disabled_at ON accounts
WHEN (OLD.disabled_at IS NULL) <> (NEW.disabled_at IS NULL) BEGIN
  UPDATE group_members SET active = (NEW.disabled_at IS NULL) WHERE account_id = NEW.id;
END;
