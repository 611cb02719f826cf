//! What many people use and react to. Looked for among the newest public posts only, so that it costs the same whatever the
//! node holds.

use crate::{
    Conn, StoreError,
    sql::Sql,
    timelines::PUBLIC,
    visible::{POSTS, Who, visible_to, wanted},
};
use diesel::sql_types::{BigInt, Text};
use entrenous_model::{AccountId, PostId, Time};

/// Public posts looked at, the newest.
const LOOKED_AT: i64 = 20_000;

/// Hashtags (lower-case) of public posts since a moment that at least `people` people used, with how many did: those of
/// most people first.
///
/// # Errors
/// Those of the query.
pub fn tags(conn: &mut Conn, since: Time, people: i64, most: i64) -> Result<Vec<(String, i64)>, StoreError> {
    tags_sql(since, people, most).load::<(Text, BigInt), (String, i64)>(conn)
}

fn tags_sql(since: Time, people: i64, most: i64) -> Sql {
    Sql::new("SELECT t.tag, COUNT(DISTINCT n.account_id) FROM (SELECT p.id, p.account_id, p.created_at FROM posts p WHERE ")
        .raw(PUBLIC)
        .raw(" ORDER BY p.id DESC LIMIT ")
        .int(LOOKED_AT)
        .raw(") n JOIN post_tags t ON t.post_id = n.id WHERE n.created_at >= ")
        .time(since)
        .raw(" GROUP BY t.tag HAVING COUNT(DISTINCT n.account_id) >= ")
        .int(people)
        .raw(" ORDER BY COUNT(DISTINCT n.account_id) DESC, COUNT(*) DESC, t.tag LIMIT ")
        .int(most)
}

/// Public posts since a moment, no replies, with at least `score` points: one for each favourite and reply, two for each
/// boost. Those with most first.
///
/// # Errors
/// Those of the query.
pub fn posts(conn: &mut Conn, since: Time, score: i64, most: i64) -> Result<Vec<PostId>, StoreError> {
    let ids = posts_sql(since, score, most).list(conn)?;
    Ok(ids.into_iter().map(PostId).collect())
}

fn posts_sql(since: Time, score: i64, most: i64) -> Sql {
    Sql::new(
        "SELECT n.id FROM (SELECT p.id, p.created_at, p.in_reply_to_uri, \
         p.favourites_count + p.replies_count + 2 * p.boosts_count AS score FROM posts p WHERE ",
    )
    .raw(PUBLIC)
    .raw(" ORDER BY p.id DESC LIMIT ")
    .int(LOOKED_AT)
    .raw(") n WHERE n.in_reply_to_uri IS NULL AND n.created_at >= ")
    .time(since)
    .raw(" AND n.score >= ")
    .int(score)
    .raw(" ORDER BY n.score DESC, n.id DESC LIMIT ")
    .int(most)
}

/// Those of `ids` that the viewer may see, and of people whom they neither block nor mute. In no particular order.
///
/// # Errors
/// Those of the query.
pub fn for_viewer(
    conn: &mut Conn,
    viewer: AccountId,
    ids: &[PostId],
    now: Time,
) -> Result<Vec<PostId>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    let who = Who::Id(viewer.get());
    let sql = Sql::new("SELECT p.id FROM ")
        .raw(POSTS)
        .raw(" WHERE p.id IN ")
        .ids(&ids)
        .raw(" AND ");
    let seen = wanted(visible_to(sql, who).raw(" AND "), who, now).list(conn)?;
    Ok(seen.into_iter().map(PostId).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;

    /// Only the newest public posts are looked at, along their index.
    #[tokio::test]
    async fn plans() {
        let db = TestDatabase::sqlite();
        let store = db.open();
        let now = store.now();
        for sql in [tags_sql(now, 2, 9), posts_sql(now, 2, 9)] {
            let plan = store
                .read(move |conn| {
                    sql.explained()
                        .load::<(BigInt, BigInt, BigInt, Text), (i64, i64, i64, String)>(conn)
                })
                .await
                .unwrap();
            let plan: Vec<String> = plan.into_iter().map(|(_, _, _, detail)| detail).collect();
            assert!(plan.iter().any(|step| step.contains("posts_known")), "{plan:#?}");
        }
    }
}
