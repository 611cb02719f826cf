//! Hashtags that people feature on their profiles, and how often they use them.

use crate::{Conn, StoreError, from_db, sql::Sql};
use chrono::NaiveDateTime;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};
use entrenous_model::{AccountId, FeaturedTag, FeaturedTagId, Time};
use std::collections::HashMap;

/// Posts of a person that are looked at for hashtags they use.
const RECENT: i64 = 1_000;

/// Which hashtags a person features, with the use of each in posts for the network, in the order in which they were made.
///
/// # Errors
/// Those of the queries.
pub fn of(conn: &mut Conn, account: AccountId) -> Result<Vec<FeaturedTag>, StoreError> {
    let rows = Sql::new("SELECT id, tag FROM featured_tags WHERE account_id = ")
        .int(account.get())
        .raw(" ORDER BY id")
        .load::<(BigInt, Text), (i64, String)>(conn)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let uses = Sql::new(
        "SELECT t.tag, COUNT(*), MAX(p.created_at) FROM posts p JOIN post_tags t ON t.post_id = p.id \
         JOIN featured_tags f ON f.tag = t.tag AND f.account_id = p.account_id \
         WHERE p.deleted_at IS NULL AND p.visibility IN ('public', 'unlisted') AND p.account_id = ",
    )
    .int(account.get())
    .raw(" GROUP BY t.tag")
    .load::<(Text, BigInt, Nullable<Timestamp>), (String, i64, Option<NaiveDateTime>)>(conn)?;
    let mut uses: HashMap<String, (i64, Option<NaiveDateTime>)> = uses
        .into_iter()
        .map(|(tag, posts, last)| (tag, (posts, last)))
        .collect();
    Ok(rows
        .into_iter()
        .map(|(id, tag)| {
            let (posts, last) = uses.remove(&tag).unwrap_or((0, None));
            FeaturedTag {
                id: FeaturedTagId(id),
                tag,
                posts,
                last_posted_at: last.map(from_db),
            }
        })
        .collect())
}

/// Hashtags that a person has used lately and does not feature, most used first.
///
/// # Errors
/// Those of the query.
pub fn used(conn: &mut Conn, account: AccountId, most: i64) -> Result<Vec<String>, StoreError> {
    Sql::new("SELECT t.tag FROM (SELECT id FROM posts WHERE boost_of IS NULL AND deleted_at IS NULL AND visibility IN ('public', 'unlisted') AND account_id = ")
        .int(account.get())
        .raw(format!(" ORDER BY id DESC LIMIT {RECENT}) r JOIN post_tags t ON t.post_id = r.id"))
        .raw(" WHERE t.tag NOT IN (SELECT f.tag FROM featured_tags f WHERE f.account_id = ")
        .int(account.get())
        .raw(format!(") GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag LIMIT {most}"))
        .load::<Text, String>(conn)
}

/// Features a hashtag. Twice is once.
///
/// # Errors
/// Those of the query.
pub fn insert(
    conn: &mut Conn,
    id: FeaturedTagId,
    account: AccountId,
    tag: &str,
    now: Time,
) -> Result<(), StoreError> {
    Sql::new("INSERT INTO featured_tags (id, account_id, tag, created_at) VALUES (")
        .int(id.get())
        .raw(",")
        .int(account.get())
        .raw(",")
        .text(tag)
        .raw(",")
        .time(now)
        .raw(") ON CONFLICT (account_id, tag) DO NOTHING")
        .run(conn)?;
    Ok(())
}

/// No longer features a hashtag. False if it is not theirs.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, account: AccountId, id: FeaturedTagId) -> Result<bool, StoreError> {
    let removed = Sql::new("DELETE FROM featured_tags WHERE account_id = ")
        .int(account.get())
        .raw(" AND id = ")
        .int(id.get())
        .run(conn)?;
    Ok(removed > 0)
}

/// No longer features the hashtag of that name.
///
/// # Errors
/// Those of the query.
pub fn remove_tag(conn: &mut Conn, account: AccountId, tag: &str) -> Result<(), StoreError> {
    Sql::new("DELETE FROM featured_tags WHERE account_id = ")
        .int(account.get())
        .raw(" AND tag = ")
        .text(tag)
        .run(conn)?;
    Ok(())
}

/// Removes what a person features.
///
/// # Errors
/// Those of the query.
pub fn remove_of(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM featured_tags WHERE account_id = ")
        .int(account.get())
        .run(conn)?;
    Ok(())
}
