//! Who takes part in a conversation.

use crate::{
    Conn, StoreError,
    sql::Sql,
    visible::{POSTS, Viewer, visible},
};
use diesel::sql_types::BigInt;
use entrenous_model::{AccountId, PostId};

/// The first posts of a conversation that the viewer may see, with their authors, oldest first, at most `most`.
///
/// # Errors
/// Those of the query.
pub fn of_conversation(
    conn: &mut Conn,
    viewer: Viewer,
    conversation: PostId,
    most: i64,
) -> Result<Vec<(PostId, AccountId)>, StoreError> {
    let sql = Sql::new("SELECT p.id, p.account_id FROM ")
        .raw(POSTS)
        .raw(" WHERE p.conversation = ")
        .int(conversation.get())
        .raw(" AND p.boost_of IS NULL AND ");
    let rows = visible(sql, viewer)
        .raw(format!(" ORDER BY p.id LIMIT {most}"))
        .load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(post, author)| (PostId(post), AccountId(author)))
        .collect())
}

/// The people mentioned in the text of any of these posts, in no order, at most `most`.
///
/// # Errors
/// Those of the query.
pub fn mentioned_in(conn: &mut Conn, posts: &[i64], most: i64) -> Result<Vec<AccountId>, StoreError> {
    let ids =
        Sql::new("SELECT DISTINCT m.account_id FROM post_mentions m WHERE NOT m.silent AND m.post_id IN ")
            .ids(posts)
            .raw(format!(" ORDER BY m.account_id LIMIT {most}"))
            .list(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}
