//! What stands in a node's database, to see that a refusal changed nothing.

use crate::{Database, Node, database};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};
use std::collections::BTreeMap;

/// Tables that may change with every request: what was refused stands in the trail, and in the ledger.
const TRAIL: &[&str] = &["audit", "ledger", "ledger_waiting", "ledger_heads", "ledger_keys"];
/// Columns that say when, and with what, something was last used: written at most once a minute, whatever was asked.
const USES: &[&str] = &["last_used_at", "user_agent"];

/// Tables that are content, or lead to it: a refusal leaves each row as it was. What is missing here is what is learnt of
/// a signer before the signature can be judged (accounts, keys), and what only says that something came.
const CONTENT: &[&str] = &[
    "activities",
    "attachments",
    "blocks",
    "bookmarks",
    "conversation_people",
    "conversation_posts",
    "conversations",
    "dismissed_suggestions",
    "domain_blocks",
    "emojis",
    "endorsements",
    "favourites",
    "featured_tags",
    "feed",
    "follows",
    "group_bans",
    "group_members",
    "group_nodes",
    "group_posts",
    "groups",
    "invites",
    "list_feed",
    "list_members",
    "lists",
    "markers",
    "members",
    "mutes",
    "notifications",
    "poll_options",
    "poll_votes",
    "polls",
    "post_edits",
    "post_mentions",
    "post_tags",
    "posts",
    "report_posts",
    "reports",
    "push_subscriptions",
    "pushes",
    "reactions",
    "scheduled_files",
    "scheduled_posts",
];

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Every row of every table as text, by table, read past the node.
pub struct Contents {
    conn: Conn,
    /// A statement for each table.
    tables: BTreeMap<String, String>,
}

impl Contents {
    /// Opens the database of a node.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn open(node: &Node) -> Self {
        let mut conn = connect(node);
        // `table`: without the tables in which SQLite keeps a full-text index.
        let tables = rows(
            &mut conn,
            "SELECT name AS text FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
            "SELECT tablename::text AS text FROM pg_tables WHERE schemaname = current_schema()",
        );
        let mut statements = BTreeMap::new();
        for table in tables
            .into_iter()
            .filter(|table| !TRAIL.contains(&table.as_str()))
        {
            let columns = columns_of(&mut conn, &table);
            let cast = match conn {
                Conn::Sqlite(_) => |column: &str| format!("quote(\"{column}\")"),
                Conn::Postgres(_) => |column: &str| format!("coalesce(\"{column}\"::text, 'NULL')"),
            };
            let cells: Vec<String> = columns
                .iter()
                .filter(|column| !USES.contains(&column.as_str()))
                .map(|column| cast(column))
                .collect();
            let statement = format!(
                "SELECT {} AS text FROM \"{table}\" ORDER BY 1",
                cells.join(" || '|' || ")
            );
            statements.insert(table, statement);
        }
        assert!(statements.len() > 10, "the tables are not found");
        Self {
            conn,
            tables: statements,
        }
    }

    /// All rows now.
    pub fn now(&mut self) -> BTreeMap<String, Vec<String>> {
        let Self { conn, tables } = self;
        tables
            .iter()
            .map(|(table, statement)| (table.clone(), rows(conn, statement, statement)))
            .collect()
    }
}

/// The rows of content of a node: what a refusal leaves as it was.
///
/// # Panics
/// If its database cannot be read.
#[must_use]
pub fn of_content(node: &Node) -> BTreeMap<String, Vec<String>> {
    let mut conn = connect(node);
    let mut found = BTreeMap::new();
    for table in CONTENT {
        let row = match conn {
            Conn::Sqlite(_) => {
                let columns = columns_of(&mut conn, table).into_iter();
                let cells: Vec<String> = columns.map(|column| format!("quote(\"{column}\")")).collect();
                assert!(!cells.is_empty(), "{table} has another name");
                cells.join(" || '|' || ")
            }
            // The columns of every table would have to be asked for each time, which is slow here.
            Conn::Postgres(_) => "CAST(t AS TEXT)".to_owned(),
        };
        // A `Delete` that overtook its `Create` leaves a tombstone, which nobody sees and the author may replace.
        let but = if *table == "posts" {
            " WHERE deleted_at IS NULL"
        } else {
            ""
        };
        let statement = format!("SELECT {row} AS text FROM \"{table}\" t{but} ORDER BY 1");
        found.insert((*table).to_owned(), rows(&mut conn, &statement, &statement));
    }
    found
}

/// What is in `after` and not in `before`, or the opposite, a few lines of it.
#[must_use]
pub fn differences(before: &BTreeMap<String, Vec<String>>, after: &BTreeMap<String, Vec<String>>) -> String {
    let mut found = Vec::new();
    for (table, rows) in after {
        let old = before.get(table).map_or(&[][..], Vec::as_slice);
        let mut of = |sign: &str, these: &[String], those: &[String]| {
            let odd = these.iter().filter(|row| !those.contains(row)).take(2);
            found.extend(odd.map(|row| format!("{sign} {table}: {row:.200}")));
        };
        of("+", rows, old);
        of("-", old, rows);
    }
    found.join("\n")
}

fn connect(node: &Node) -> Conn {
    match node.database() {
        None => {
            let path = node.dir().join("entrenous.db");
            let mut conn =
                SqliteConnection::establish(path.to_str().expect("no UTF-8")).expect("no database");
            conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON")
                .expect("no pragma");
            Conn::Sqlite(conn)
        }
        Some(name) => {
            let conn = PgConnection::establish(&database::url_of(name)).expect("no database");
            Conn::Postgres(conn)
        }
    }
}

fn columns_of(conn: &mut Conn, table: &str) -> Vec<String> {
    rows(
        conn,
        &format!("SELECT name AS text FROM pragma_table_info('{table}')"),
        &format!(
            "SELECT column_name::text AS text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = '{table}'"
        ),
    )
}

/// The columns of a table of a node.
///
/// # Panics
/// If its database cannot be read.
#[must_use]
pub fn columns(node: &Node, table: &str) -> Vec<String> {
    columns_of(&mut connect(node), table)
}

/// What a statement answers on the database of a node: one column of texts, called `text`.
///
/// # Panics
/// If it fails.
#[must_use]
pub fn column(node: &Node, statement: &str) -> Vec<String> {
    rows(&mut connect(node), statement, statement)
}

fn rows(conn: &mut Conn, sqlite: &str, postgres: &str) -> Vec<String> {
    let loaded = match conn {
        Conn::Sqlite(conn) => sql_query(sqlite).load::<Row>(conn),
        Conn::Postgres(conn) => sql_query(postgres).load::<Row>(conn),
    };
    let loaded = loaded.unwrap_or_else(|error| panic!("{error}: {sqlite}"));
    loaded.into_iter().map(|row| row.text).collect()
}

/// Runs statements on a node's database, past the node: to bring about what a test needs.
///
/// # Panics
/// If they fail.
pub fn run(node: &Node, on: Database, statements: &str) {
    let done = match on {
        Database::Sqlite => {
            let path = node.dir().join("entrenous.db");
            let mut conn =
                SqliteConnection::establish(path.to_str().expect("no UTF-8")).expect("no database");
            // The node may be writing at this moment.
            conn.batch_execute("PRAGMA busy_timeout = 10000")
                .and_then(|()| conn.batch_execute(statements))
        }
        Database::Postgres => PgConnection::establish(&database::url_of(node.database().expect("no name")))
            .expect("no database")
            .batch_execute(statements),
    };
    done.unwrap_or_else(|error| panic!("{error}: {statements}"));
}
