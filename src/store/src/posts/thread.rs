//! What comes before and after a post.

use crate::{
    Conn, StoreError,
    sql::Sql,
    visible::{POSTS, Viewer, Who, visible, wanted},
};
use diesel::sql_types::{BigInt, Nullable};
use entrenous_model::{PostId, Time};
use std::collections::{HashMap, HashSet};

/// Replies read of one conversation before the thread is cut.
const READ: usize = 2_000;

/// Ids of the posts that `post` answers, oldest first, as far as the viewer may see without a gap, at most `most`.
///
/// # Errors
/// Those of the queries.
pub fn ancestors(
    conn: &mut Conn,
    viewer: Viewer,
    post: PostId,
    most: usize,
) -> Result<Vec<PostId>, StoreError> {
    let parent_of = |conn: &mut Conn, id: i64| {
        let found = Sql::new("SELECT in_reply_to FROM posts WHERE id = ")
            .int(id)
            .first::<Nullable<BigInt>, Option<i64>>(conn);
        found.map(Option::flatten)
    };
    let mut ids = Vec::new();
    let mut seen = HashSet::from([post.get()]);
    let mut next = parent_of(conn, post.get())?;
    while let Some(id) = next
        && ids.len() < most
        && seen.insert(id)
    {
        let sql = Sql::new("SELECT p.id FROM ")
            .raw(POSTS)
            .raw(" WHERE p.id = ")
            .int(id)
            .raw(" AND ");
        if visible(sql, viewer).any(conn)? {
            ids.push(PostId(id));
        } else {
            break;
        }
        next = parent_of(conn, id)?;
    }
    ids.reverse();
    Ok(ids)
}

/// Ids of the posts that answer `post`, directly or not, in thread order (each answer followed by its own answers), at
/// most `most`. People whom a person blocks or mutes are left out, with what follows them.
///
/// # Errors
/// Those of the queries.
pub fn descendants(
    conn: &mut Conn,
    viewer: Viewer,
    post: PostId,
    now: Time,
    most: usize,
) -> Result<Vec<PostId>, StoreError> {
    let mut children: HashMap<i64, Vec<i64>> = HashMap::new();
    let mut level = vec![post.get()];
    let mut seen = HashSet::from([post.get()]);
    // Level by level, so that the cut of a huge thread takes its deepest answers.
    while !level.is_empty() && seen.len() <= READ {
        let sql = Sql::new("SELECT p.in_reply_to, p.id FROM ")
            .raw(POSTS)
            .raw(" WHERE p.in_reply_to IN ")
            .ids(level.get(..level.len().min(200)).unwrap_or_default())
            .raw(" AND ");
        let mut sql = visible(sql, viewer);
        if let Viewer::Person(id) = viewer {
            sql = wanted(sql.raw(" AND "), Who::Id(id.get()), now);
        }
        let rows = sql
            .raw(" ORDER BY p.id LIMIT 500")
            .load::<(Nullable<BigInt>, BigInt), (Option<i64>, i64)>(conn)?;
        level.clear();
        for (parent, id) in rows {
            if let Some(parent) = parent
                && seen.insert(id)
            {
                children.entry(parent).or_default().push(id);
                level.push(id);
            }
        }
    }
    let mut ids = Vec::new();
    let mut stack = vec![post.get()];
    while let Some(id) = stack.pop()
        && ids.len() <= most
    {
        if id != post.get() {
            ids.push(PostId(id));
        }
        stack.extend(children.remove(&id).unwrap_or_default().into_iter().rev());
    }
    ids.truncate(most);
    Ok(ids)
}
