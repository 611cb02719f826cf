//! Who may see a post: the one place where that is written.
//!
//! A condition over the alias `p` of a post and the alias `o` of the post it boosts
//! ([`POSTS`] joins both). Lists, single posts, threads, search and actions all use it.

use crate::sql::Sql;
use entrenous_model::{AccountId, Cleared, PeerId, Serving, Time};

/// `posts` with the boosted post beside it; what [`visible`] needs in `FROM`.
pub(crate) const POSTS: &str = "posts p LEFT JOIN posts o ON o.id = p.boost_of";

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// A person.
    Person(AccountId),
    /// A peer whose contract gives posts, and those for the network if it says so.
    Peer(Cleared<Serving>),
}

/// A person inside a query: a bound id, or a column of it.
#[derive(Clone, Copy)]
pub(crate) enum Who {
    Id(i64),
    Column(&'static str),
}

impl Sql {
    /// The person.
    pub(crate) fn who(self, who: Who) -> Self {
        match who {
            Who::Id(id) => self.int(id),
            Who::Column(name) => self.raw(name),
        }
    }
}

/// The condition "`viewer` may see `p`, and what it boosts".
pub(crate) fn visible(sql: Sql, viewer: Viewer) -> Sql {
    match viewer {
        Viewer::Person(id) => visible_to(sql, Who::Id(id.get())),
        Viewer::Peer(cleared) => {
            let (id, network) = (cleared.peer(), cleared.network());
            // A boost names the boosted post only by its id, so one of a remote post says nothing new.
            let sql = visible_to_peer(sql.raw("("), "p", id, network).raw(" AND (p.boost_of IS NULL OR ");
            let sql = sql.raw("(o.peer_id IS NOT NULL AND o.deleted_at IS NULL) OR ");
            visible_to_peer(sql, "o", id, network).raw("))")
        }
    }
}

/// [`visible`] for a person.
pub(crate) fn visible_to(sql: Sql, who: Who) -> Sql {
    let there = |p: &'static str, sql: Sql| sql.raw(format!("({p}.deleted_at IS NULL AND "));
    let sql = visible_to_person(there("p", sql.raw("(")), "p", who);
    let sql = there("o", sql.raw(") AND (p.boost_of IS NULL OR "));
    visible_to_person(sql, "o", who).raw(")))")
}

/// The condition "a person may see `p`, or could before it was deleted"; `p` is no boost. Whom it mentioned is forgotten
/// then.
pub(crate) fn visible_before_deletion(sql: Sql, who: Who) -> Sql {
    visible_to_person(sql, "p", who)
}

fn visible_to_person(sql: Sql, p: &'static str, who: Who) -> Sql {
    let sql = sql.raw(format!("({p}.account_id = ")).who(who);
    let sql = sql.raw(" OR (");
    let sql = author_is_there(sql, p);
    let sql = sql
        .raw(format!(
            " AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = {p}.account_id AND b.target_id = "
        ))
        .who(who)
        .raw(format!(
            ") AND ({p}.visibility IN ('public', 'unlisted') OR ({p}.visibility = 'private' AND EXISTS (\
             SELECT 1 FROM follows w WHERE w.followee_id = {p}.account_id AND w.accepted AND w.follower_id = "
        ))
        .who(who)
        .raw(format!(
            ")) OR ({p}.visibility IN ('private', 'direct') AND EXISTS (\
             SELECT 1 FROM post_mentions m WHERE m.post_id = {p}.id AND m.account_id = "
        ))
        .who(who)
        .raw(format!(
            ")) OR ({p}.visibility = 'group' AND (\
             SELECT gm.id FROM group_posts gp JOIN group_members gm ON gm.group_id = gp.group_id \
             WHERE gp.post_id = {p}.id AND gm.state = 'member' AND gm.account_id = "
        ))
        .who(who);
    // Not EXISTS, as below: PostgreSQL might hash all posts of all groups of a person.
    sql.raw(") IS NOT NULL))))")
}

/// Not disabled, and not of a peer that has been revoked or was never active.
pub(crate) fn author_is_there(sql: Sql, p: &'static str) -> Sql {
    // Not EXISTS, which PostgreSQL may answer by hashing all accounts: four milliseconds for a page with a boost.
    sql.raw(format!(
        "(SELECT a.id FROM accounts a LEFT JOIN peers r ON r.id = a.peer_id WHERE a.id = {p}.account_id \
         AND a.disabled_at IS NULL AND (a.peer_id IS NULL OR r.state IN ('active', 'suspended'))) IS NOT NULL"
    ))
}

fn visible_to_peer(sql: Sql, p: &'static str, peer: PeerId, network: bool) -> Sql {
    let follower = |sql: Sql| {
        sql.raw(format!(
            "EXISTS (SELECT 1 FROM follows w JOIN accounts x ON x.id = w.follower_id \
             WHERE w.followee_id = {p}.account_id AND w.accepted AND x.disabled_at IS NULL AND w.follower_peer = "
        ))
        .int(peer.get())
        .raw(")")
    };
    let sql = sql.raw(format!("({p}.deleted_at IS NULL AND {p}.peer_id IS NULL AND "));
    let sql = author_is_there(sql, p).raw(" AND (");
    let sql = if network {
        sql.raw(format!("{p}.visibility IN ('public', 'unlisted') OR "))
    } else {
        follower(sql.raw(format!("({p}.visibility IN ('public', 'unlisted') AND "))).raw(") OR ")
    };
    let sql = follower(sql.raw(format!("({p}.visibility = 'private' AND "))).raw(") OR ");
    // Of groups no node has anything yet, whomever their posts mention.
    sql.raw(format!(
        "{p}.visibility <> 'group' AND EXISTS (SELECT 1 FROM post_mentions m JOIN accounts x ON x.id = m.account_id \
         WHERE m.post_id = {p}.id AND x.disabled_at IS NULL AND x.peer_id = "
    ))
    .int(peer.get())
    .raw(")))")
}

/// The condition "`who` does not hide the node of any of the peers in `peers`", expressions for ids of `peers` with commas
/// between them; NULL, for this node, is never hidden.
pub(crate) fn node_wanted(sql: Sql, who: Who, peers: &'static str) -> Sql {
    sql.raw(
        "NOT EXISTS (SELECT 1 FROM domain_blocks h JOIN peers hp ON hp.origin IN ('https://' || h.domain, \
         'http://' || h.domain) WHERE h.account_id = ",
    )
    .who(who)
    .raw(format!(" AND hp.id IN ({peers}))"))
}

/// The condition "`who` sees `a`, one of `accounts`, in lists of people": neither blocks nor mutes them, nor is blocked by
/// them, nor hides their node.
pub(crate) fn person_wanted(sql: Sql, who: Who, now: Time) -> Sql {
    node_wanted(sql, who, "a.peer_id")
        .raw(" AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.target_id = a.id AND b.account_id = ")
        .who(who)
        .raw(") AND NOT EXISTS (SELECT 1 FROM blocks c WHERE c.account_id = a.id AND c.target_id = ")
        .who(who)
        .raw(") AND NOT EXISTS (SELECT 1 FROM mutes u WHERE u.target_id = a.id AND u.account_id = ")
        .who(who)
        .raw(" AND (u.expires_at IS NULL OR u.expires_at > ")
        .time(now)
        .raw("))")
}

/// The condition "`who` neither blocks nor mutes the author of `p`, nor of what it boosts, nor hides their nodes": for
/// timelines.
pub(crate) fn wanted(sql: Sql, who: Who, now: Time) -> Sql {
    let sql = sql.raw("(COALESCE(p.peer_id, o.peer_id) IS NULL OR ");
    let sql = node_wanted(sql, who, "p.peer_id, o.peer_id").raw(") AND ");
    let sql = author_wanted(sql, "p", who, now).raw(" AND (p.boost_of IS NULL OR (");
    author_wanted(sql, "o", who, now).raw("))")
}

/// The condition "`who` neither blocks nor mutes the author of `p`". Each author for itself: SQLite makes a table of a list of
/// two columns, for each row anew.
fn author_wanted(sql: Sql, p: &'static str, who: Who, now: Time) -> Sql {
    sql.raw("NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = ")
        .who(who)
        .raw(format!(
            " AND b.target_id = {p}.account_id) AND NOT EXISTS (SELECT 1 FROM mutes u WHERE u.account_id = "
        ))
        .who(who)
        .raw(format!(
            " AND u.target_id = {p}.account_id AND (u.expires_at IS NULL OR u.expires_at > "
        ))
        .time(now)
        .raw("))")
}

/// The condition "`p` stands in the home timeline of `who`": its author is in none of their exclusive lists.
pub(crate) fn at_home(sql: Sql, who: Who) -> Sql {
    sql.raw("(p.account_id = ")
        .who(who)
        .raw(" OR NOT EXISTS (SELECT 1 FROM list_members e WHERE e.exclusive AND e.owner_id = ")
        .who(who)
        .raw(" AND e.account_id = p.account_id))")
}
