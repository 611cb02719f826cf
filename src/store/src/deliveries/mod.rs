//! Outgoing activities and the queue of each peer.

mod targets;

use crate::schema::{activities, deliveries, peers, posts};
use crate::sql::Sql;
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::LoadQuery;
use diesel::sql_types::Bool;
use diesel::sqlite::Sqlite;
use entrenous_model::{
    AccountId, ActivityId, Cleared, DeliveryId, OutboundActivity, PeerId, PostId, Sending, Time,
};

pub use targets::{
    Target, inboxes_followed, inboxes_of, inboxes_of_followers, inboxes_reached, inboxes_told,
};

/// One delivery that waits.
#[derive(Debug, Clone)]
pub struct Queued {
    /// Row.
    pub id: DeliveryId,
    /// Its activity.
    pub activity: ActivityId,
    /// Whose activity; `None` for the instance actor.
    pub account: Option<AccountId>,
    /// What to send.
    pub data: OutboundActivity,
    /// Where.
    pub inbox: String,
    /// The conversation it belongs to, 0 if none.
    pub order_key: i64,
    /// Attempts so far.
    pub attempts: i32,
    /// Since when it waits.
    pub created_at: Time,
}

/// Counts of one peer's queue.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Waiting.
    pub queued: i64,
    /// Delivered since the given moment.
    pub delivered: i64,
    /// Given up.
    pub dropped: i64,
    /// Since when the oldest waits.
    pub oldest: Option<Time>,
}

/// The conversation of a post, for the order of deliveries.
///
/// # Errors
/// The database's.
pub fn conversation_of(conn: &mut Conn, post: PostId) -> Result<Option<i64>, StoreError> {
    Ok(posts::table
        .find(post.get())
        .select(posts::conversation)
        .first::<i64>(conn)
        .optional()?)
}

/// An activity to be stored.
pub struct NewActivity<'a> {
    /// Its id.
    pub id: ActivityId,
    /// Whose.
    pub account: Option<AccountId>,
    /// The post it is about.
    pub post: Option<PostId>,
    /// What.
    pub data: &'a OutboundActivity,
    /// Conversation, 0 if none.
    pub order_key: i64,
    /// When.
    pub at: Time,
}

/// A delivery that the contract with its peer allows.
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// To which peer, and that it may.
    pub cleared: Cleared<Sending>,
    /// Where.
    pub inbox: String,
}

/// Stores an activity and its deliveries.
///
/// # Errors
/// The database's.
pub fn insert(
    conn: &mut Conn,
    activity: &NewActivity<'_>,
    targets: &[NewDelivery],
) -> Result<(), StoreError> {
    let data = serde_json::to_string(activity.data).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    diesel::insert_into(activities::table)
        .values((
            activities::id.eq(activity.id.get()),
            activities::account_id.eq(activity.account.map(AccountId::get)),
            activities::post_id.eq(activity.post.map(PostId::get)),
            activities::kind.eq(activity.data.kind()),
            activities::data.eq(data),
            activities::created_at.eq(to_db(activity.at)),
        ))
        .execute(conn)?;
    let mut rest = targets;
    while !rest.is_empty() {
        // In powers of two, so that few different statements are kept prepared.
        let size = (rest.len() + 1).next_power_of_two() / 2;
        let (some, others) = rest.split_at(size.min(MOST_ROWS));
        queue(conn, activity, some)?;
        rest = others;
    }
    Ok(())
}

/// Rows in one statement.
const MOST_ROWS: usize = 128;

fn queue(conn: &mut Conn, activity: &NewActivity<'_>, targets: &[NewDelivery]) -> Result<(), StoreError> {
    let mut sql = Sql::new(
        "INSERT INTO deliveries (id, activity_id, peer_id, inbox, state, order_key, created_at) VALUES ",
    );
    for (n, new) in targets.iter().enumerate() {
        sql = sql
            .raw(if n == 0 { "(" } else { ",(" })
            .int(new.id.get())
            .raw(",")
            .int(activity.id.get())
            .raw(",")
            .int(new.cleared.peer().get())
            .raw(",")
            .text(new.inbox.as_str())
            .raw(",'queued',")
            .int(activity.order_key)
            .raw(",")
            .time(activity.at)
            .raw(")");
    }
    sql.run(conn).map(drop)
}

/// The condition of the partial index `deliveries_queue`, word for word: a bound parameter in the place of the word would
/// hide from both databases that the index holds what is asked for, and every look at a queue would read all that was ever
/// delivered.
fn is_queued() -> SqlLiteral<Bool> {
    sql("deliveries.state = 'queued'")
}

/// Active peers with something queued; from when they may be tried, and after how many failures in a row.
///
/// # Errors
/// The database's.
pub fn waiting_peers(conn: &mut Conn) -> Result<Vec<(PeerId, Option<Time>, i32)>, StoreError> {
    let waiting = deliveries::table
        .filter(deliveries::peer_id.eq(peers::id))
        .filter(is_queued());
    let rows = peers::table
        .filter(peers::state.eq("active"))
        .filter(diesel::dsl::exists(waiting))
        .select((peers::id, peers::retry_at, peers::failures))
        .load::<(i64, Option<NaiveDateTime>, i32)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, at, failures)| (PeerId(id), at.map(from_db), failures))
        .collect())
}

type QueuedRow = (i64, i64, Option<i64>, String, String, i64, i32, NaiveDateTime);

/// The statement of [`next`].
fn next_query(
    peer: PeerId,
    after: Option<DeliveryId>,
    limit: i64,
) -> impl QueryFragment<Sqlite> + QueryFragment<Pg> + for<'a> LoadQuery<'a, Conn, QueuedRow> {
    deliveries::table
        .inner_join(activities::table)
        .inner_join(peers::table)
        .filter(peers::state.eq("active"))
        .filter(deliveries::peer_id.eq(peer.get()))
        .filter(is_queued())
        .filter(deliveries::id.gt(after.map_or(0, DeliveryId::get)))
        .order(deliveries::id)
        .limit(limit)
        .select((
            deliveries::id,
            deliveries::activity_id,
            activities::account_id,
            activities::data,
            deliveries::inbox,
            deliveries::order_key,
            deliveries::attempts,
            deliveries::created_at,
        ))
}

/// The next deliveries of an active peer, in queue order.
///
/// # Errors
/// The database's.
pub fn next(
    conn: &mut Conn,
    peer: PeerId,
    after: Option<DeliveryId>,
    limit: i64,
) -> Result<Vec<Queued>, StoreError> {
    let rows = next_query(peer, after, limit).load::<QueuedRow>(conn)?;
    rows.into_iter()
        .map(
            |(id, activity, account, data, inbox, order_key, attempts, created_at)| {
                Ok(Queued {
                    id: DeliveryId(id),
                    activity: ActivityId(activity),
                    account: account.map(AccountId),
                    data: serde_json::from_str(&data)
                        .map_err(|e| StoreError::Corrupt(format!("activity {activity}: {e}")))?,
                    inbox,
                    order_key,
                    attempts,
                    created_at: from_db(created_at),
                })
            },
        )
        .collect()
}

/// An activity as it is kept: its author, its post, what it says, and since when.
pub type Kept = (Option<AccountId>, Option<PostId>, OutboundActivity, Time);

/// An activity by id, with its author and post (for its dereferenceable document).
///
/// # Errors
/// The database's.
pub fn activity(conn: &mut Conn, id: ActivityId) -> Result<Option<Kept>, StoreError> {
    let row = activities::table
        .find(id.get())
        .select((
            activities::account_id,
            activities::post_id,
            activities::data,
            activities::created_at,
        ))
        .first::<(Option<i64>, Option<i64>, String, NaiveDateTime)>(conn)
        .optional()?;
    row.map(|(account, post, data, at)| {
        let data = serde_json::from_str(&data)
            .map_err(|e| StoreError::Corrupt(format!("activity {}: {e}", id.get())))?;
        Ok((account.map(AccountId), post.map(PostId), data, from_db(at)))
    })
    .transpose()
}

/// True if the activity was queued for the peer.
///
/// # Errors
/// The database's.
pub fn was_for(conn: &mut Conn, activity: ActivityId, peer: PeerId) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(
        deliveries::table
            .filter(deliveries::activity_id.eq(activity.get()))
            .filter(deliveries::peer_id.eq(peer.get())),
    ))
    .get_result::<bool>(conn)?)
}

/// Writes down how attempts ended that will not be made again. `state` is `done` or `dropped`. Answers with those that were
/// still queued.
///
/// # Errors
/// The database's.
pub fn finish(
    conn: &mut Conn,
    ids: &[DeliveryId],
    state: &'static str,
    error: Option<&str>,
    now: Time,
) -> Result<Vec<DeliveryId>, StoreError> {
    let ended = finish_query(ids, state, error, now).list(conn)?;
    Ok(ended.into_iter().map(DeliveryId).collect())
}

/// The statement of [`finish`].
fn finish_query(ids: &[DeliveryId], state: &'static str, error: Option<&str>, now: Time) -> Sql {
    let ids: Vec<i64> = ids.iter().copied().map(DeliveryId::get).collect();
    // By their ids, and in no other way: statistics made while little was queued have PostgreSQL believe that the partial index
    // of what is queued is the shorter one, and read all of a queue that has grown since, for each few that end.
    Sql::new("UPDATE deliveries SET attempts = attempts + 1, state = ")
        .text(state)
        .raw(", last_error = ")
        .opt_text(error.map(str::to_owned))
        .raw(", finished_at = ")
        .time(now)
        .raw(" WHERE COALESCE(state, '') = 'queued' AND id IN ")
        .ids(&ids)
        .raw(" RETURNING id")
}

/// Drops what has waited for a peer since before `before`, but not new keys of this node if `keep_keys`; answers how many.
///
/// # Errors
/// The database's.
pub fn give_up(
    conn: &mut Conn,
    peer: PeerId,
    before: Time,
    keep_keys: bool,
    reason: &str,
    now: Time,
) -> Result<usize, StoreError> {
    let keys = activities::table
        .filter(activities::kind.eq(OutboundActivity::UPDATE_KEYS))
        .filter(keep_keys.into_sql::<Bool>())
        .select(activities::id);
    let old = deliveries::table
        .filter(deliveries::peer_id.eq(peer.get()))
        .filter(is_queued())
        .filter(deliveries::created_at.lt(to_db(before)))
        .filter(deliveries::activity_id.ne_all(keys));
    Ok(diesel::update(old)
        .set((
            deliveries::state.eq("dropped"),
            deliveries::last_error.eq(Some(reason)),
            deliveries::finished_at.eq(Some(to_db(now))),
        ))
        .execute(conn)?)
}

/// Counts an attempt that failed.
///
/// # Errors
/// The database's.
pub fn attempted(conn: &mut Conn, id: DeliveryId, error: &str) -> Result<(), StoreError> {
    diesel::update(deliveries::table.find(id.get()))
        .set((
            deliveries::attempts.eq(deliveries::attempts + 1),
            deliveries::last_error.eq(Some(error)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Counts of one peer: what waits, what was delivered since `since`, what was dropped since `dropped_since`.
///
/// # Errors
/// The database's.
pub fn counts(conn: &mut Conn, peer: PeerId, since: Time, dropped_since: Time) -> Result<Counts, StoreError> {
    let of_peer = || deliveries::table.filter(deliveries::peer_id.eq(peer.get()));
    let waiting = || of_peer().filter(is_queued());
    Ok(Counts {
        queued: waiting().count().get_result(conn)?,
        delivered: of_peer()
            .filter(deliveries::state.eq("done"))
            .filter(deliveries::finished_at.gt(to_db(since)))
            .count()
            .get_result(conn)?,
        dropped: of_peer()
            .filter(deliveries::state.eq("dropped"))
            .filter(deliveries::finished_at.gt(to_db(dropped_since)))
            .count()
            .get_result(conn)?,
        oldest: waiting()
            .select(diesel::dsl::min(deliveries::created_at))
            .first::<Option<NaiveDateTime>>(conn)?
            .map(from_db),
    })
}

/// How many of the first `most` that wait for a peer were tried before, and what was said of the first of them.
///
/// # Errors
/// The database's.
pub fn tried(conn: &mut Conn, peer: PeerId, most: i64) -> Result<(i64, Option<String>), StoreError> {
    let waiting = deliveries::table
        .filter(deliveries::peer_id.eq(peer.get()))
        .filter(is_queued())
        .order(deliveries::id)
        .limit(most)
        .select((deliveries::attempts, deliveries::last_error))
        .load::<(i32, Option<String>)>(conn)?;
    let mut tried = waiting
        .into_iter()
        .filter(|(attempts, _)| *attempts > 0)
        .peekable();
    let error = tried.peek().and_then(|(_, error)| error.clone());
    Ok((i64::try_from(tried.count()).unwrap_or(i64::MAX), error))
}

/// How far a post came with one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The peer.
    pub peer: PeerId,
    /// Since when something of it waits, if it does.
    pub waiting: Option<Time>,
    /// Whether the last that ended was taken; `None` if nothing has ended.
    pub taken: Option<bool>,
    /// What the last failure was.
    pub error: Option<String>,
}

/// Where a post went and is going, by peer.
///
/// # Errors
/// The database's.
pub fn of_post(conn: &mut Conn, post: PostId) -> Result<Vec<Reach>, StoreError> {
    let rows = deliveries::table
        .inner_join(activities::table)
        .filter(activities::post_id.eq(post.get()))
        .order(deliveries::id)
        .select((
            deliveries::peer_id,
            deliveries::state,
            deliveries::last_error,
            deliveries::created_at,
        ))
        .load::<(i64, String, Option<String>, NaiveDateTime)>(conn)?;
    let mut all: std::collections::BTreeMap<i64, Reach> = std::collections::BTreeMap::new();
    for (peer, state, error, at) in rows {
        let reach = all.entry(peer).or_insert_with(|| Reach {
            peer: PeerId(peer),
            waiting: None,
            taken: None,
            error: None,
        });
        match state.as_str() {
            "queued" => reach.waiting = reach.waiting.or(Some(from_db(at))),
            ended => reach.taken = Some(ended == "done"),
        }
        reach.error = error;
    }
    Ok(all.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;
    use diesel::debug_query;
    use diesel::sql_types::{BigInt, Text};

    /// The next of a queue are found along the index of what waits, whatever was delivered before.
    #[tokio::test]
    async fn what_waits_is_found_along_its_index() {
        let statement = |text: String| text.split(" -- binds").next().unwrap_or_default().to_owned();
        let query = || next_query(PeerId(1), Some(DeliveryId(1)), 9);
        let sqlite = statement(debug_query::<Sqlite, _>(&query()).to_string());
        let postgres = statement(debug_query::<Pg, _>(&query()).to_string());

        let db = TestDatabase::sqlite();
        let store = db.open();
        let plan = store.read(move |conn| {
            Sql::default()
                .raw(format!("EXPLAIN QUERY PLAN {sqlite}"))
                .load::<(BigInt, BigInt, BigInt, Text), (i64, i64, i64, String)>(conn)
        });
        let plan: Vec<String> = plan.await.unwrap().into_iter().map(|row| row.3).collect();
        assert!(
            plan.iter()
                .any(|step| step.contains("deliveries_queue (peer_id=? AND id>?)")),
            "{plan:#?}"
        );

        let Some(db) = TestDatabase::postgres() else {
            return;
        };
        let store = db.open();
        let plan = store.write(move |tx| {
            for text in [
                // So small a table would be read whole. Plans are generic, as the readers have them.
                "SET LOCAL enable_seqscan = off".to_owned(),
                "SET LOCAL plan_cache_mode = force_generic_plan".to_owned(),
                format!("PREPARE next_of AS {postgres}"),
            ] {
                Sql::default().raw(text).run(tx)?;
            }
            let nulls = vec!["NULL"; postgres.matches('$').count()].join(", ");
            Sql::default()
                .raw(format!("EXPLAIN EXECUTE next_of({nulls})"))
                .load::<(Text,), (String,)>(tx)
        });
        let plan: Vec<String> = plan.await.unwrap().into_iter().map(|row| row.0).collect();
        assert!(
            plan.iter().any(|step| step.contains("deliveries_queue")),
            "{plan:#?}"
        );
    }

    /// What ended is found by its id, also while the statistics are those of a time in which nothing was queued.
    #[tokio::test]
    async fn what_ended_is_found_by_its_id() {
        let Some(db) = TestDatabase::postgres() else {
            return;
        };
        let store = db.open();
        let deliveries = |state: &str, from: i64, to: i64| {
            format!(
                "INSERT INTO deliveries (id, activity_id, peer_id, inbox, state, order_key, created_at) \
                 SELECT id, 1, 1, '', '{state}', 0, now() FROM generate_series({from}, {to}) AS id"
            )
        };
        let plan = store.write(move |tx| {
            for text in [
                "INSERT INTO peers (id, origin, name, state, software, contract, signature_form, created_at, updated_at) \
                 VALUES (1, 'https://p.test', '', 'active', 'entrenous', '', '', now(), now())"
                    .to_owned(),
                "INSERT INTO activities (id, kind, data, created_at) VALUES (1, '', '', now())".to_owned(),
                deliveries("done", 1, 500),
                "ANALYZE deliveries".to_owned(),
                deliveries("queued", 501, 2_500),
                // So small a table would be read whole.
                "SET LOCAL enable_seqscan = off".to_owned(),
                "SET LOCAL plan_cache_mode = force_generic_plan".to_owned(),
            ] {
                Sql::default().raw(text).run(tx)?;
            }
            let ids: Vec<DeliveryId> = (501..757).map(DeliveryId).collect();
            let now = tx.now();
            finish_query(&ids, "done", None, now).plan(tx)
        });
        let plan = plan.await.unwrap();
        assert!(
            plan.iter().any(|step| step.contains("deliveries_pkey")),
            "{plan:#?}"
        );
    }
}
