//! What the index tells, and along which ways: on both databases, of more posts than are looked at one by one.

use super::{
    document::{SLICE, token},
    expression::Expression,
    newest::{self, Newest, Range},
    posts::{marks_sql, seen_sql},
};
use crate::testing::{TestDatabase, tamper};
use crate::{Conn, Store, StoreError, sql::Sql, stories};
use entrenous_model::AccountId;

/// Posts, and in how many slices; one of them holds more.
const POSTS: i64 = 14_000;
const SLICES: i64 = 60;
const CROWDED: i64 = 9;
const CROWD: i64 = 6_000;
const ALL: Range = Range {
    from: 0,
    below: i64::MAX,
};

fn id_of(number: i64) -> i64 {
    let slice = if number < CROWD {
        CROWDED
    } else {
        (number - CROWD) * SLICES / (POSTS - CROWD) + 1
    };
    (slice << SLICE) + number
}

fn tokens(number: i64) -> Vec<&'static str> {
    let slice = id_of(number) >> SLICE;
    let mut tokens = vec!["often"];
    let rules = [
        ("seldom", number % 997 == 0),
        ("former", slice < 20),
        ("latter", slice > 40),
        ("crowd", slice == CROWDED),
        ("odd", number % 2 == 1),
    ];
    tokens.extend(rules.iter().filter(|(_, has)| *has).map(|(token, _)| *token));
    tokens
}

fn fill(conn: &mut Conn) -> Result<(), StoreError> {
    if matches!(conn, Conn::Pg(_)) {
        tamper(
            conn,
            "ALTER TABLE post_search DROP CONSTRAINT post_search_post_id_fkey",
        )?;
    }
    for number in 0..POSTS {
        let id = id_of(number);
        let text = format!(
            "{} {}",
            tokens(number).join(" "),
            token::slice(token::slice_of(id))
        );
        let sql = match conn {
            Conn::Sqlite(_) => Sql::new("INSERT INTO post_search (rowid, words) VALUES (")
                .int(id)
                .raw(","),
            Conn::Pg(_) => Sql::new("INSERT INTO post_search (post_id, words) VALUES (")
                .int(id)
                .raw(", array_to_tsvector(string_to_array("),
        };
        let end = if matches!(conn, Conn::Pg(_)) {
            ", ' ')))"
        } else {
            ")"
        };
        sql.text(text).raw(end).run(conn)?;
    }
    if matches!(conn, Conn::Pg(_)) {
        tamper(conn, "ANALYZE post_search")?;
    }
    Ok(())
}

async fn filled(db: &TestDatabase) -> Store {
    let store = db.open();
    store.write(|tx| fill(tx)).await.unwrap();
    store
}

fn one(token: &str) -> Expression {
    Expression::Token(token.to_owned())
}

/// Whether tokens fulfil a condition.
type Fulfils = fn(&[&str]) -> bool;

fn conditions() -> Vec<(&'static str, Expression, Fulfils)> {
    vec![
        ("often", one("often"), |_| true),
        ("seldom", one("seldom"), |has| has.contains(&"seldom")),
        ("former", one("former"), |has| has.contains(&"former")),
        ("crowd", one("crowd"), |has| has.contains(&"crowd")),
        ("never", one("never"), |_| false),
        ("both", one("odd").and(one("latter")), |has| {
            has.contains(&"odd") && has.contains(&"latter")
        }),
        (
            "either",
            Expression::Any(vec![one("seldom"), one("latter")]),
            |has| has.contains(&"seldom") || has.contains(&"latter"),
        ),
        ("neither", one("former").and(one("latter")), |_| false),
        (
            "without",
            Expression::But(Box::new(one("often")), vec![one("latter"), one("odd")]),
            |has| !has.contains(&"latter") && !has.contains(&"odd"),
        ),
    ]
}

stories! {
    async fn the_newest_are_found(db: &TestDatabase) {
        let store = filled(db).await;
        let mut numbers: Vec<(i64, i64)> = (0..POSTS).map(|number| (id_of(number), number)).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        let ranges = [
            ALL,
            Range { from: 0, below: numbers[5_000].0 },
            Range { from: numbers[9_000].0, below: numbers[8_000].0 },
            Range { from: id_of(40) , below: id_of(CROWD - 40) },
            Range { from: 5, below: 5 },
            Range { from: i64::MAX, below: i64::MAX },
        ];
        for (name, condition, fulfils) in conditions() {
            for range in ranges {
                let expected: Vec<i64> = numbers
                    .iter()
                    .filter(|(id, number)| *id >= range.from && *id < range.below && fulfils(&tokens(*number)))
                    .map(|(id, _)| *id)
                    .collect();
                for most in [32, 512] {
                    let condition = condition.clone();
                    let found = store.read(move |conn| {
                        let mut newest = Newest::new(conn, &condition);
                        let first = newest.find(conn, range, most)?;
                        // The second page, by the way that the first has found to be the better one.
                        let below = first.last().copied().unwrap_or(range.below);
                        let second = newest.find(conn, Range { below, ..range }, most)?;
                        let among: Vec<i64> = first.iter().chain(&second).copied().collect();
                        let (kept, _) = newest.among(conn, &among)?;
                        Ok((first, second, among, kept))
                    });
                    let (first, second, among, kept) = found.await.unwrap();
                    let end = expected.len().min(most);
                    assert_eq!(first, expected[..end], "{name} {range:?} {most}");
                    if first.len() == most {
                        assert_eq!(second, expected[end..expected.len().min(2 * most)], "{name} {range:?} {most}");
                        assert_eq!(among, kept, "{name} {range:?} {most}");
                    }
                }
            }
            // Of some that do not all fulfil it, near to each other and far apart.
            for step in [1, 23] {
                let some: Vec<(i64, i64)> = numbers.iter().step_by(step).take(600).copied().collect();
                let ids: Vec<i64> = some.iter().map(|(id, _)| *id).collect();
                let expected: Vec<i64> = some.iter().filter(|(_, number)| fulfils(&tokens(*number))).map(|(id, _)| *id).collect();
                let condition = condition.clone();
                let found = store.read(move |conn| Ok(Newest::new(conn, &condition).among(conn, &ids)?.0));
                assert_eq!(found.await.unwrap(), expected, "{name} {step}");
            }
        }
    }

    /// Nothing is gone through that is not looked for.
    async fn ways(db: &TestDatabase) {
        let store = filled(db).await;
        let plans = store.read(|conn| {
            let text = one("seldom").text(conn);
            let range = Range { from: 7, below: 1 << 60 };
            let mut queries = vec![
                ("marks", marks_sql(AccountId(1), range, 256)),
                ("seen", seen_sql(AccountId(1), &[1, 2, 3], chrono::DateTime::UNIX_EPOCH)),
            ];
            queries.extend(newest::queries(conn, &text, range));
            let plans = queries.into_iter().map(|(name, sql)| Ok((name, sql.plan(conn)?)));
            plans.collect::<Result<Vec<_>, StoreError>>()
        });
        for (name, plan) in plans.await.unwrap() {
            let plan = plan.join("\n");
            let expected = match name {
                "walked" => &["SCAN post_search VIRTUAL TABLE INDEX"][..],
                "marks" if db.path().is_some() => &[
                    "favourites_pair (account_id=? AND post_id>? AND post_id<?)",
                    "bookmarks_pair (account_id=? AND post_id>? AND post_id<?)",
                    "poll_votes_account (account_id=? AND post_id>? AND post_id<?)",
                    "posts_boosted (account_id=? AND boost_of>? AND boost_of<?)",
                ],
                "seen" if db.path().is_some() => &["SEARCH p USING INTEGER PRIMARY KEY"],
                // Nearly empty tables are read as they are.
                "marks" | "seen" => &[],
                "told" => &["Bitmap Index Scan on post_search_words"],
                "looked at" | "dense" | "end" => &["Index Scan Backward using post_search_pkey", "Limit"],
                other => panic!("{other}: {plan}"),
            };
            for step in expected {
                let only = step.replace("Index Scan", "Index Only Scan");
                assert!(plan.contains(step) || plan.contains(&only), "{name}: {step}\n{plan}");
            }
            assert!(!plan.contains("Seq Scan on post_search"), "{name}\n{plan}");
            if !matches!(name, "marks" | "seen") {
                assert!(!plan.contains("TEMP B-TREE") && !plan.contains("Sort"), "{name}\n{plan}");
            }
        }
    }
}
