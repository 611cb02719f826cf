//! Which posts stand in which group.

use crate::{Conn, StoreError, sql::Sql};
use diesel::sql_types::BigInt;
use entrenous_model::{GroupId, PostId};

/// Puts a post, which has the visibility of a group's posts, into a group.
///
/// # Errors
/// Those of the query.
pub fn add_post(conn: &mut Conn, post: PostId, group: GroupId) -> Result<(), StoreError> {
    Sql::new("INSERT INTO group_posts (post_id, group_id) VALUES (")
        .int(post.get())
        .raw(",")
        .int(group.get())
        .raw(")")
        .run(conn)?;
    Ok(())
}

/// The group of a post.
///
/// # Errors
/// Those of the query.
pub fn of_post(conn: &mut Conn, post: PostId) -> Result<Option<GroupId>, StoreError> {
    let found = Sql::new("SELECT group_id FROM group_posts WHERE post_id = ")
        .int(post.get())
        .one(conn)?;
    Ok(found.map(GroupId))
}

/// The groups of posts; those that stand in none are left out.
///
/// # Errors
/// Those of the query.
pub fn of_posts(conn: &mut Conn, posts: &[i64]) -> Result<Vec<(PostId, GroupId)>, StoreError> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Sql::new("SELECT post_id, group_id FROM group_posts WHERE post_id IN ")
        .ids(posts)
        .load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(post, group)| (PostId(post), GroupId(group)))
        .collect())
}

/// The last `most` posts of a group, deleted ones too, newest first.
///
/// # Errors
/// Those of the query.
pub fn posts_of(conn: &mut Conn, group: GroupId, most: i64) -> Result<Vec<PostId>, StoreError> {
    let ids = Sql::new("SELECT post_id FROM group_posts WHERE group_id = ")
        .int(group.get())
        .raw(format!(" ORDER BY post_id DESC LIMIT {}", most.clamp(0, 1_000)))
        .list(conn)?;
    Ok(ids.into_iter().map(PostId).collect())
}

/// Takes posts out of their groups: of those that are gone nothing else is to be done.
///
/// # Errors
/// Those of the query.
pub fn forget_posts(conn: &mut Conn, posts: &[PostId]) -> Result<(), StoreError> {
    let ids: Vec<i64> = posts.iter().map(|id| id.get()).collect();
    Sql::new("DELETE FROM group_posts WHERE post_id IN ")
        .ids(&ids)
        .run(conn)?;
    Ok(())
}
