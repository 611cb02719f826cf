//! Search: people by the beginnings of their names, hashtags by their beginnings, posts by the index of their words.

mod ask;
mod document;
mod expression;
mod html;
mod index;
mod newest;
#[cfg(test)]
mod plans;
mod posts;
mod stems;

use crate::visible::{Who, node_wanted};
use crate::{Conn, StoreError, sql::Sql, words};
use diesel::sql_types::{BigInt, Text};
use entrenous_model::AccountId;

pub use ask::{Has, Term};
pub use document::Document;
pub(crate) use index::forget;
pub use index::{index, index_piece};
pub use posts::{PostQuery, posts};

/// `text` as a part of a `LIKE` pattern, lower-case, without special meaning.
pub(crate) fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// What is asked of [`accounts`].
pub struct AccountQuery<'a> {
    /// Beginnings of words of a name.
    pub text: &'a str,
    /// Authority or its beginning, if a handle was typed: the text is then the beginning of a username.
    pub authority: Option<&'a str>,
    /// Only people the viewer follows.
    pub following_only: bool,
    /// Results to leave out.
    pub offset: i64,
    /// How many.
    pub limit: i64,
}

/// People looked at who are not followed: of the beginning of the range, in which the shortest words stand first.
const LOOKED_AT: i64 = 500;

/// People whose username or name has words that begin with what was typed, whatever its case and accents: those the
/// viewer follows first, then exactly that name, then this node's, then by last post. Not those who are gone, nor those
/// who block the viewer or are blocked.
///
/// # Errors
/// Those of the query.
pub fn accounts(
    conn: &mut Conn,
    viewer: AccountId,
    query: &AccountQuery<'_>,
) -> Result<Vec<AccountId>, StoreError> {
    let mut typed = words::typed(query.text);
    // The longest word is likely the one that fewest people have.
    typed.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    let Some((first, others)) = typed.split_first() else {
        return Ok(Vec::new());
    };
    let (limit, offset) = (query.limit.clamp(1, 80), query.offset.clamp(0, 10_000));
    let wanted = limit + offset;
    let mut found = ranked(followed_sql(viewer, first), viewer, query, others, wanted).list(conn)?;
    let followed = i64::try_from(found.len()).unwrap_or(i64::MAX);
    if !query.following_only && followed < wanted {
        // Of several words, and of a handle, the rest decides, which is seen only when people are looked at.
        let looked_at = if query.authority.is_some() || !others.is_empty() {
            LOOKED_AT * 20
        } else {
            LOOKED_AT
        };
        let rest = ranked(
            all_sql(first, looked_at),
            viewer,
            query,
            others,
            wanted + followed,
        )
        .list(conn)?;
        for id in rest {
            if !found.contains(&id) {
                found.push(id);
            }
        }
    }
    let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(found
        .into_iter()
        .skip(skipped)
        .take(most)
        .map(AccountId)
        .collect())
}

/// Those of the viewer's follows who have the word.
fn followed_sql(viewer: AccountId, word: &str) -> Sql {
    let sql = Sql::new(
        "SELECT DISTINCT n.account_id FROM follows w JOIN account_words n ON n.account_id = w.followee_id \
         WHERE w.accepted AND w.follower_id = ",
    )
    .int(viewer.get())
    .raw(" AND ");
    words::begins(sql, "n.word", word)
}

/// The first of all who have the word.
fn all_sql(word: &str, most: i64) -> Sql {
    let sql = words::begins(
        Sql::new("SELECT DISTINCT c.account_id FROM (SELECT n.account_id FROM account_words n WHERE "),
        "n.word",
        word,
    );
    sql.raw(format!(" ORDER BY n.word, n.account_id LIMIT {most}) c"))
}

/// The people of `candidates` who are there and have everything that was typed, best first.
fn ranked(candidates: Sql, viewer: AccountId, query: &AccountQuery<'_>, others: &[String], most: i64) -> Sql {
    let viewer = viewer.get();
    let mut sql = candidates.around(
        "SELECT a.id FROM (",
        ") k JOIN accounts a ON a.id = k.account_id LEFT JOIN peers r ON r.id = a.peer_id \
         WHERE a.disabled_at IS NULL AND (a.peer_id IS NULL OR r.state IN ('active', 'suspended')) AND ",
    );
    sql = crate::groups::known_or_person(sql, Who::Id(viewer));
    for word in others {
        sql = words::begins(
            sql.raw(" AND EXISTS (SELECT 1 FROM account_words z WHERE z.account_id = a.id AND "),
            "z.word",
            word,
        )
        .raw(")");
    }
    let sql = match query.authority {
        Some(authority) => sql
            .raw(" AND a.username_key LIKE ")
            .text(format!("{}%", escaped(query.text)))
            .raw(" ESCAPE '\\' AND (a.origin LIKE ")
            .text(format!("https://{}%", escaped(authority)))
            .raw(" ESCAPE '\\' OR a.origin LIKE ")
            .text(format!("http://{}%", escaped(authority)))
            .raw(" ESCAPE '\\')"),
        None => sql,
    };
    node_wanted(sql.raw(" AND "), Who::Id(viewer), "a.peer_id")
        .raw(" AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.account_id = a.id AND b.target_id = ")
        .int(viewer)
        .raw(") OR (b.target_id = a.id AND b.account_id = ")
        .int(viewer)
        .raw(")) ORDER BY CASE WHEN a.username_key = ")
        .text(query.text.to_lowercase())
        .raw(
            " THEN 0 ELSE 1 END, CASE WHEN a.peer_id IS NULL THEN 0 ELSE 1 END, \
             CASE WHEN a.last_posted_at IS NULL THEN 1 ELSE 0 END, a.last_posted_at DESC, a.id",
        )
        .raw(format!(" LIMIT {most}"))
}

/// Hashtags that are looked at: the first in the order of the alphabet.
const TAGS: usize = 200;
/// Posts of each that are counted: the newest.
const USES: usize = 50;

/// Hashtags of public posts that begin with `text` (lower case): (tag, posts), most used first; of many tags the first
/// [`TAGS`], with at most [`USES`] of the newest posts of each, so that a search costs the same whatever was ever written.
///
/// # Errors
/// Those of the query.
pub fn tags(conn: &mut Conn, text: &str, offset: i64, limit: i64) -> Result<Vec<(String, i64)>, StoreError> {
    tags_sql(text)
        .raw(format!(" LIMIT {} OFFSET ", limit.clamp(1, 80)))
        .int(offset.clamp(0, 10_000))
        .load::<(Text, BigInt), (String, i64)>(conn)
}

/// From each tag to the next along the index, past all its posts.
fn tags_sql(text: &str) -> Sql {
    let sql = Sql::new("WITH RECURSIVE names(tag) AS (SELECT MIN(b.tag) FROM post_tags b WHERE ");
    let sql = words::begins(sql, "b.tag", text)
        .raw(" UNION ALL SELECT (SELECT MIN(m.tag) FROM post_tags m WHERE m.tag > names.tag AND m.tag < ");
    sql.text(words::end_of(text))
        .raw(format!(
            ") FROM names WHERE names.tag IS NOT NULL), \
             found AS (SELECT tag FROM names WHERE tag IS NOT NULL LIMIT {TAGS}), \
             used AS (SELECT f.tag, (SELECT COUNT(*) FROM (SELECT p.visibility, p.deleted_at FROM post_tags t \
             JOIN posts p ON p.id = t.post_id WHERE t.tag = f.tag ORDER BY t.post_id DESC LIMIT {USES}) u \
             WHERE u.visibility = 'public' AND u.deleted_at IS NULL) AS posts FROM found f) \
             SELECT tag, posts FROM used WHERE posts > 0 ORDER BY posts DESC, tag",
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;

    /// Who begins with what was typed is found along an index of words, and nowhere else.
    #[tokio::test]
    async fn plans() {
        let db = TestDatabase::sqlite();
        let store = db.open();
        let me = AccountId(1);
        let query = AccountQuery {
            text: "jea",
            authority: None,
            following_only: false,
            offset: 0,
            limit: 20,
        };
        let others = ["lu".to_owned()];
        let queries = [
            (
                "all",
                ranked(all_sql("jea", 500), me, &query, &others, 20),
                "SEARCH n USING PRIMARY KEY (word>? AND word<?)",
            ),
            (
                "followed",
                ranked(followed_sql(me, "jea"), me, &query, &others, 20),
                "SEARCH n USING COVERING INDEX account_words_account (account_id=? AND word>? AND word<?)",
            ),
        ];
        for (name, sql, expected) in queries {
            let plan = store
                .read(move |conn| {
                    sql.explained()
                        .load::<(BigInt, BigInt, BigInt, Text), (i64, i64, i64, String)>(conn)
                })
                .await
                .unwrap();
            let plan: Vec<String> = plan.into_iter().map(|(_, _, _, detail)| detail).collect();
            assert!(plan.iter().any(|step| step == expected), "{name}: {plan:#?}");
            // The candidates themselves are gone through; no table is.
            let scans: Vec<_> = plan.iter().filter(|step| step.starts_with("SCAN")).collect();
            assert!(
                scans
                    .iter()
                    .all(|step| ["SCAN k", "SCAN c"].contains(&step.as_str())),
                "{name}: {plan:#?}"
            );
        }
    }
}
