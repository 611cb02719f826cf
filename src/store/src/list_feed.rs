//! The timelines of lists: rows of their owners' home timelines, written with those and gone with them (a foreign key
//! sees to that). Which replies a list shows is decided when it is read, so that a change counts at once.

use crate::{Conn, StoreError, sql::Sql};
use entrenous_model::{AccountId, List, ListId, PostId};

/// Posts of a new member that are looked at for the list.
const RECENT: i64 = 400;

/// Puts a post, which came into the home timelines of `owners`, into those of their lists that hold its author.
pub(crate) fn spread(
    conn: &mut Conn,
    post: PostId,
    author: AccountId,
    owners: &[i64],
) -> Result<(), StoreError> {
    if owners.is_empty() {
        return Ok(());
    }
    Sql::new("INSERT INTO list_feed (list_id, post_id, owner_id, author_id) SELECT m.list_id, ")
        .int(post.get())
        .raw(", m.owner_id, m.account_id FROM list_members m WHERE m.account_id = ")
        .int(author.get())
        .raw(" AND m.owner_id IN ")
        .ids(owners)
        .raw(" ON CONFLICT DO NOTHING")
        .run(conn)?;
    Ok(())
}

/// Puts the last posts of a new member, as far as the owner's home timeline has them, into the list.
pub(crate) fn fill(conn: &mut Conn, list: &List, member: AccountId) -> Result<(), StoreError> {
    Sql::new("INSERT INTO list_feed (list_id, post_id, owner_id, author_id) SELECT ")
        .int(list.id.get())
        .raw(", f.post_id, f.owner_id, f.author_id FROM (SELECT id FROM posts WHERE account_id = ")
        .int(member.get())
        .raw(format!(
            " ORDER BY id DESC LIMIT {RECENT}) p JOIN feed f ON f.post_id = p.id WHERE f.owner_id = "
        ))
        .int(list.owner.get())
        .raw(" AND f.author_id = ")
        .int(member.get())
        .raw(" ON CONFLICT DO NOTHING")
        .run(conn)?;
    Ok(())
}

/// Takes what someone who is no longer a member posted out of the list.
pub(crate) fn drain(conn: &mut Conn, list: ListId, member: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM list_feed WHERE list_id = ")
        .int(list.get())
        .raw(" AND author_id = ")
        .int(member.get())
        .run(conn)?;
    Ok(())
}
