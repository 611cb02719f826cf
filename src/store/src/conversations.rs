//! Conversations of people of this node: which there are, of whom, and which posts stand in them.

use crate::{
    Conn, StoreError,
    page::{newest_first, page},
    sql::Sql,
    visible::{POSTS, Who, node_wanted, visible_to, wanted},
};
use diesel::sql_types::{BigInt, Bool, Text};
use entrenous_model::{AccountId, Conversation, ConversationId, Page, PostId, Time};

type SqlRow = (BigInt, BigInt, Text, BigInt, Bool);
type Row = (i64, i64, String, i64, bool);

const SELECT: &str =
    "SELECT c.id, c.account_id, c.participants, c.last_post_id, c.unread FROM conversations c WHERE ";

fn conversation((id, owner, participants, place, unread): Row) -> Result<Conversation, StoreError> {
    let others = participants.split(',').filter(|one| !one.is_empty());
    let others = others.map(str::parse).collect::<Result<Vec<AccountId>, _>>();
    Ok(Conversation {
        id: ConversationId(id),
        owner: AccountId(owner),
        participants: others.map_err(|error| StoreError::Corrupt(format!("conversation {id}: {error}")))?,
        last: None,
        place: PostId(place),
        unread,
    })
}

/// How the others of a conversation are written down: what two conversations of one thread differ by.
fn key(participants: &[AccountId]) -> String {
    let mut ids: Vec<i64> = participants.iter().map(|id| id.get()).collect();
    ids.sort_unstable();
    ids.dedup();
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.join(",")
}

/// The condition "`p` is a post of the conversation `c` that `owner` may see and wants to".
fn shown(sql: Sql, owner: i64, now: Time) -> Sql {
    let sql = sql.raw("EXISTS (SELECT 1 FROM conversation_posts s, ").raw(POSTS);
    let sql = sql.raw(" WHERE s.conversation_id = c.id AND p.id = s.post_id AND ");
    wanted(visible_to(sql, Who::Id(owner)).raw(" AND "), Who::Id(owner), now).raw(")")
}

/// The condition "`c` is with oneself, or with someone whom its owner neither blocks nor mutes, of a node that they do not
/// hide".
fn with_someone(sql: Sql, owner: i64, now: Time) -> Sql {
    let sql = sql.raw(
        "(c.participants = '' OR EXISTS (SELECT 1 FROM conversation_people q JOIN accounts e ON e.id = q.account_id \
         WHERE q.conversation_id = c.id AND ",
    );
    node_wanted(sql, Who::Id(owner), "e.peer_id")
        .raw(" AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.target_id = q.account_id AND b.account_id = ")
        .int(owner)
        .raw(") AND NOT EXISTS (SELECT 1 FROM mutes u WHERE u.target_id = q.account_id AND u.account_id = ")
        .int(owner)
        .raw(" AND (u.expires_at IS NULL OR u.expires_at > ")
        .time(now)
        .raw("))))")
}

/// Gives each conversation its newest post that its owner may see.
fn with_last(
    conn: &mut Conn,
    owner: AccountId,
    rows: Vec<Row>,
    now: Time,
) -> Result<Vec<Conversation>, StoreError> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let mut one = conversation(row)?;
        let sql = Sql::new("SELECT p.id FROM conversation_posts s, ").raw(POSTS);
        let sql = sql
            .raw(" WHERE p.id = s.post_id AND s.conversation_id = ")
            .int(one.id.get())
            .raw(" AND ");
        let who = Who::Id(owner.get());
        one.last = wanted(visible_to(sql, who).raw(" AND "), who, now)
            .raw(" ORDER BY s.post_id DESC LIMIT 1")
            .one(conn)?
            .map(PostId);
        all.push(one);
    }
    Ok(all)
}

/// A page of a person's conversations, by their newest posts, newest first; without those in which there is nothing to
/// see, and those with people alone whom they block or mute.
///
/// # Errors
/// Those of the queries.
pub fn of(
    conn: &mut Conn,
    owner: AccountId,
    paging: &Page,
    now: Time,
) -> Result<Vec<Conversation>, StoreError> {
    let id = owner.get();
    let sql = Sql::new(SELECT).raw("c.account_id = ").int(id).raw(" AND ");
    let sql = with_someone(shown(sql, id, now).raw(" AND "), id, now);
    let rows = page(sql, "c.last_post_id", paging).load::<SqlRow, Row>(conn)?;
    with_last(conn, owner, newest_first(rows, paging), now)
}

/// One conversation of a person, as [`of`]; nobody else's.
///
/// # Errors
/// Those of the queries.
pub fn get(
    conn: &mut Conn,
    owner: AccountId,
    id: ConversationId,
    now: Time,
) -> Result<Option<Conversation>, StoreError> {
    let sql = Sql::new(SELECT)
        .raw("c.id = ")
        .int(id.get())
        .raw(" AND c.account_id = ")
        .int(owner.get())
        .raw(" AND ");
    let sql = with_someone(shown(sql, owner.get(), now).raw(" AND "), owner.get(), now);
    let rows = sql.load::<SqlRow, Row>(conn)?;
    Ok(with_last(conn, owner, rows, now)?.pop())
}

/// Which of `people` have a conversation with a post of `author`: of this node and enabled; not who blocks them, or is
/// blocked by them.
///
/// # Errors
/// Those of the query.
pub fn owners(conn: &mut Conn, people: &[i64], author: AccountId) -> Result<Vec<AccountId>, StoreError> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let author = author.get();
    let ids = Sql::new(
        "SELECT x.id FROM accounts x WHERE x.peer_id IS NULL AND x.disabled_at IS NULL AND x.id IN ",
    )
    .ids(people)
    .raw(" AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = x.id AND b.target_id = ")
    .int(author)
    .raw(") AND NOT EXISTS (SELECT 1 FROM blocks d WHERE d.target_id = x.id AND d.account_id = ")
    .int(author)
    .raw(") ORDER BY x.id")
    .list(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// A direct post comes into a conversation.
pub struct Arrival<'a> {
    /// The id of the conversation, if it begins with this post.
    pub id: ConversationId,
    /// Whose.
    pub owner: AccountId,
    /// `conversation` of the post.
    pub thread: PostId,
    /// The others.
    pub participants: &'a [AccountId],
    /// The post.
    pub post: PostId,
    /// Whether it is unread from now on; `None` leaves that as it is.
    pub unread: Option<bool>,
}

/// Puts a post into a person's conversation, which begins with it if there is none. `None` if it stands in it already.
///
/// # Errors
/// Those of the queries.
pub fn put(conn: &mut Conn, arrival: &Arrival<'_>) -> Result<Option<ConversationId>, StoreError> {
    let (post, unread) = (arrival.post.get(), arrival.unread);
    let id = Sql::new(
        "INSERT INTO conversations (id, account_id, thread, participants, last_post_id, unread) VALUES (",
    )
    .int(arrival.id.get())
    .raw(",")
    .int(arrival.owner.get())
    .raw(",")
    .int(arrival.thread.get())
    .raw(",")
    .text(key(arrival.participants))
    .raw(",")
    .int(post)
    .raw(",")
    .flag(unread.unwrap_or(false))
    .raw(
        ") ON CONFLICT (account_id, thread, participants) DO UPDATE SET last_post_id = \
         CASE WHEN conversations.last_post_id < excluded.last_post_id THEN excluded.last_post_id \
         ELSE conversations.last_post_id END RETURNING id",
    )
    .one(conn)?
    .ok_or_else(|| StoreError::Corrupt("a conversation was not written".to_owned()))?;
    let stands = Sql::new("INSERT INTO conversation_posts (conversation_id, post_id) VALUES (")
        .int(id)
        .raw(",")
        .int(post)
        .raw(") ON CONFLICT (conversation_id, post_id) DO NOTHING")
        .run(conn)?;
    if stands == 0 {
        return Ok(None);
    }
    for participant in arrival.participants {
        Sql::new("INSERT INTO conversation_people (conversation_id, account_id) VALUES (")
            .int(id)
            .raw(",")
            .int(participant.get())
            .raw(") ON CONFLICT (conversation_id, account_id) DO NOTHING")
            .run(conn)?;
    }
    if let Some(unread) = unread {
        set_unread(conn, ConversationId(id), unread)?;
    }
    Ok(Some(ConversationId(id)))
}

/// Whether there is something unread in a conversation.
///
/// # Errors
/// Those of the query.
pub fn set_unread(conn: &mut Conn, id: ConversationId, unread: bool) -> Result<(), StoreError> {
    Sql::new("UPDATE conversations SET unread = ")
        .flag(unread)
        .raw(" WHERE id = ")
        .int(id.get())
        .run(conn)?;
    Ok(())
}

/// Removes a conversation of a person; its posts stay. False if it is not theirs.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, owner: AccountId, id: ConversationId) -> Result<bool, StoreError> {
    let removed = Sql::new("DELETE FROM conversations WHERE id = ")
        .int(id.get())
        .raw(" AND account_id = ")
        .int(owner.get())
        .run(conn)?;
    Ok(removed > 0)
}

/// Removes all conversations of a person that someone takes part in.
///
/// # Errors
/// Those of the query.
pub fn remove_with(conn: &mut Conn, owner: AccountId, other: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM conversations WHERE account_id = ")
        .int(owner.get())
        .raw(" AND id IN (SELECT q.conversation_id FROM conversation_people q WHERE q.account_id = ")
        .int(other.get())
        .raw(")")
        .run(conn)?;
    Ok(())
}

/// Removes all conversations of a person.
///
/// # Errors
/// Those of the query.
pub fn remove_of(conn: &mut Conn, owner: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM conversations WHERE account_id = ")
        .int(owner.get())
        .run(conn)?;
    Ok(())
}

/// The conversations in which any of these posts stands, each with its owner.
///
/// # Errors
/// Those of the query.
pub fn holding(conn: &mut Conn, posts: &[i64]) -> Result<Vec<(ConversationId, AccountId)>, StoreError> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Sql::new("SELECT DISTINCT c.id, c.account_id FROM conversations c, conversation_posts s WHERE s.conversation_id = c.id AND s.post_id IN ")
        .ids(posts)
        .raw(" ORDER BY c.id")
        .load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, owner)| (ConversationId(id), AccountId(owner)))
        .collect())
}

/// Takes posts that go out of all conversations. One without posts goes too, others fall back to what is newest then.
///
/// # Errors
/// Those of the queries.
pub(crate) fn forget_posts(conn: &mut Conn, posts: &[i64]) -> Result<(), StoreError> {
    let held: Vec<i64> = holding(conn, posts)?
        .into_iter()
        .map(|(id, _)| id.get())
        .collect();
    if held.is_empty() {
        return Ok(());
    }
    Sql::new("DELETE FROM conversation_posts WHERE post_id IN ")
        .ids(posts)
        .run(conn)?;
    for some in held.chunks(256) {
        settle(conn, some)?;
    }
    Ok(())
}

/// Removes those that are empty, and says what is the newest post of the others.
fn settle(conn: &mut Conn, conversations: &[i64]) -> Result<(), StoreError> {
    Sql::new("DELETE FROM conversations WHERE id IN ")
        .ids(conversations)
        .raw(
            " AND NOT EXISTS (SELECT 1 FROM conversation_posts s WHERE s.conversation_id = conversations.id)",
        )
        .run(conn)?;
    Sql::new(
        "UPDATE conversations SET last_post_id = (SELECT MAX(s.post_id) FROM conversation_posts s \
         WHERE s.conversation_id = conversations.id) WHERE id IN ",
    )
    .ids(conversations)
    .run(conn)?;
    Ok(())
}

/// Posts of these threads belong to another thread now: so do the conversations they stand in. What becomes the same
/// conversation is one from then on.
///
/// # Errors
/// Those of the queries.
pub(crate) fn rethread(conn: &mut Conn, threads: &[i64], thread: PostId) -> Result<(), StoreError> {
    if threads.is_empty() {
        return Ok(());
    }
    let moving = Sql::new(SELECT)
        .raw("c.thread IN ")
        .ids(threads)
        .raw(" ORDER BY c.id")
        .load::<SqlRow, Row>(conn)?;
    for (id, owner, participants, _, unread) in moving {
        let other = Sql::new("SELECT id FROM conversations WHERE account_id = ")
            .int(owner)
            .raw(" AND thread = ")
            .int(thread.get())
            .raw(" AND participants = ")
            .text(participants)
            .one(conn)?;
        match other {
            Some(other) if other == id => {}
            Some(other) => {
                Sql::new("UPDATE conversation_posts SET conversation_id = ")
                    .int(other)
                    .raw(" WHERE conversation_id = ")
                    .int(id)
                    .raw(" AND post_id NOT IN (SELECT s.post_id FROM conversation_posts s WHERE s.conversation_id = ")
                    .int(other)
                    .raw(")")
                    .run(conn)?;
                if unread {
                    set_unread(conn, ConversationId(other), true)?;
                }
                Sql::new("DELETE FROM conversations WHERE id = ")
                    .int(id)
                    .run(conn)?;
                settle(conn, &[other])?;
            }
            None => {
                Sql::new("UPDATE conversations SET thread = ")
                    .int(thread.get())
                    .raw(" WHERE id = ")
                    .int(id)
                    .run(conn)?;
            }
        }
    }
    Ok(())
}
