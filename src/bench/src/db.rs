//! The node's database, written to past the node: a million rows through its own door would take an hour.

use crate::Outcome;
use chrono::NaiveDateTime;
use diesel::connection::SimpleConnection as _;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, HasSqlType, Nullable, Text, Timestamp};
use diesel::{
    Connection as _, PgConnection, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection,
    backend::Backend, serialize::ToSql, sql_query,
};

/// Bound values of one statement, at most: SQLite takes 32,766.
const MOST: usize = 6_000;

/// Either database.
pub enum Db {
    /// The file in the node's directory.
    Sqlite(Box<SqliteConnection>),
    /// A server.
    Postgres(Box<PgConnection>),
}

/// One number of a row.
#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// A person of the node.
#[derive(Debug, QueryableByName)]
pub struct Named {
    /// Their id.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Their user name.
    #[diesel(sql_type = Text)]
    pub username: String,
}

macro_rules! either {
    ($db:expr, $conn:ident => $body:expr) => {
        match $db {
            Db::Sqlite($conn) => $body,
            Db::Postgres($conn) => $body,
        }
    };
}

impl Db {
    /// Opens the database at a path or `postgres://` URL.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(url: &str) -> Outcome<Self> {
        Ok(if url.starts_with("postgres") {
            Self::Postgres(Box::new(PgConnection::establish(url)?))
        } else {
            Self::Sqlite(Box::new(SqliteConnection::establish(url)?))
        })
    }

    /// True of PostgreSQL.
    #[must_use]
    pub const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Runs statements without rows.
    ///
    /// # Errors
    /// The database's.
    pub fn run(&mut self, statements: &str) -> Outcome {
        either!(self, conn => conn.batch_execute(statements)?);
        Ok(())
    }

    /// The answer to `SELECT … AS number`; `None` without a row.
    ///
    /// # Errors
    /// The database's.
    pub fn number(&mut self, query: &str) -> Outcome<Option<i64>> {
        let rows: Vec<Number> = either!(self, conn => sql_query(query).load(&mut **conn)?);
        Ok(rows.first().map(|row| row.number))
    }

    /// The people of the node itself.
    ///
    /// # Errors
    /// The database's.
    pub fn local_people(&mut self) -> Outcome<Vec<Named>> {
        let query = "SELECT id, username FROM accounts WHERE peer_id IS NULL ORDER BY id";
        Ok(either!(self, conn => sql_query(query).load(&mut **conn)?))
    }

    /// Reads the newest 20 rows of a home timeline with their posts and authors; how many there were.
    ///
    /// # Errors
    /// The database's.
    pub fn timeline(&mut self, owner: i64) -> Outcome<usize> {
        type Row = (i64, String, String, String);
        Ok(either!(self, conn => Timeline { owner }.load::<Row>(&mut **conn)?).len())
    }

    /// The process under which the server's processes run, if it is one of this machine.
    ///
    /// # Errors
    /// The database's.
    pub fn server_process(&mut self) -> Outcome<Option<u32>> {
        if !self.is_postgres() {
            return Ok(None);
        }
        let pid = self.number("SELECT pg_backend_pid()::bigint AS number")?;
        Ok(pid
            .and_then(|pid| u32::try_from(pid).ok())
            .and_then(crate::node::parent_of))
    }

    /// Makes writing fast and unsafe, until [`Db::settle`]: a broken load is thrown away.
    ///
    /// # Errors
    /// The database's.
    pub fn hurry(&mut self) -> Outcome {
        match self {
            Self::Sqlite(_) => self.run(
                "PRAGMA foreign_keys = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
                 PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY; BEGIN",
            ),
            // Foreign keys are not checked: rows of several tables are written as they come.
            Self::Postgres(_) => {
                self.run("SET session_replication_role = replica; SET synchronous_commit = off; BEGIN")
            }
        }
    }

    /// Ends [`Db::hurry`]: everything is on the disk and the planner knows the sizes.
    ///
    /// # Errors
    /// The database's.
    pub fn settle(&mut self) -> Outcome {
        match self {
            // What the node itself does when it stops.
            Self::Sqlite(_) => self.run(
                "COMMIT; PRAGMA analysis_limit = 400; ANALYZE; PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL; \
                 PRAGMA wal_checkpoint(TRUNCATE)",
            ),
            Self::Postgres(_) => {
                self.run("COMMIT")?;
                // Not in a transaction, nor with others in one call.
                self.run("VACUUM ANALYZE")?;
                self.run("CHECKPOINT")
            }
        }
    }
}

/// What a column gets.
#[derive(Debug)]
pub enum Value {
    /// A number or nothing.
    Int(Option<i64>),
    /// A text or nothing.
    Text(Option<String>),
    /// Yes or no.
    Flag(bool),
    /// A time (UTC) or nothing.
    Time(Option<NaiveDateTime>),
}

macro_rules! values {
    ($($from:ty => |$value:ident| $to:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                $to
            }
        }
    )*};
}
values! {
    i64 => |value| Self::Int(Some(value));
    Option<i64> => |value| Self::Int(value);
    &str => |value| Self::Text(Some(value.to_owned()));
    String => |value| Self::Text(Some(value));
    Option<String> => |value| Self::Text(value);
    bool => |value| Self::Flag(value);
    NaiveDateTime => |value| Self::Time(Some(value));
    Option<NaiveDateTime> => |value| Self::Time(value);
}

/// Rows of one table, gathered and written many at once.
pub struct Rows {
    head: String,
    tail: &'static str,
    width: usize,
    /// Rows of one statement.
    batch: usize,
    waiting: Vec<Value>,
    written: usize,
}

impl Rows {
    /// For `table (a, b, c)`.
    #[must_use]
    pub fn of(table: &str) -> Self {
        let width = table.matches(',').count() + 1;
        Self {
            head: format!("INSERT INTO {table} VALUES "),
            tail: "",
            width,
            batch: (MOST / width).clamp(1, 400),
            waiting: Vec::new(),
            written: 0,
        }
    }

    /// For the index of words: a post's id, and its tokens.
    #[must_use]
    pub fn of_index(db: &Db) -> Self {
        if !db.is_postgres() {
            return Self::of("post_search (rowid, words)");
        }
        Self {
            head: "INSERT INTO post_search (post_id, words) \
                   SELECT v.id, array_to_tsvector(string_to_array(v.words, ' ')) FROM (VALUES "
                .to_owned(),
            tail: ") AS v (id, words)",
            ..Self::of("post_search (post_id, words)")
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The database's; or a row of another width than the table's.
    pub fn add<const N: usize>(&mut self, db: &mut Db, row: [Value; N]) -> Outcome {
        if N != self.width {
            return Err(format!("{N} values for {}", self.head).into());
        }
        self.waiting.extend(row);
        self.written += 1;
        if self.waiting.len() >= self.batch * self.width {
            self.flush(db)?;
        }
        Ok(())
    }

    fn flush(&mut self, db: &mut Db) -> Outcome {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let insert = Insert {
            head: &self.head,
            tail: self.tail,
            width: self.width,
            values: &self.waiting,
        };
        match db {
            Db::Sqlite(conn) => insert.execute(&mut **conn)?,
            Db::Postgres(conn) => insert.execute(&mut **conn)?,
        };
        self.waiting.clear();
        Ok(())
    }

    /// Writes what is left; how many rows there were.
    ///
    /// # Errors
    /// The database's.
    pub fn finish(mut self, db: &mut Db) -> Outcome<usize> {
        self.flush(db)?;
        Ok(self.written)
    }
}

/// A page of a home timeline by the shortest query there is, kept prepared under its text.
struct Timeline {
    owner: i64,
}

impl QueryId for Timeline {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Timeline {
    type SqlType = (BigInt, Text, Text, Text);
}

impl<Conn> RunQueryDsl<Conn> for Timeline {}

impl<DB> QueryFragment<DB> for Timeline
where
    DB: Backend + HasSqlType<BigInt>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(
            "SELECT p.id, p.uri, p.content, a.display_name FROM feed f JOIN posts p ON p.id = f.post_id \
             JOIN accounts a ON a.id = p.account_id WHERE f.owner_id = ",
        );
        out.push_bind_param::<BigInt, _>(&self.owner)?;
        out.push_sql(" ORDER BY f.post_id DESC LIMIT 20");
        Ok(())
    }
}

/// A statement that is kept prepared under its text: one per table and number of rows.
struct Insert<'a> {
    head: &'a str,
    tail: &'a str,
    width: usize,
    values: &'a [Value],
}

impl QueryId for Insert<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Conn> RunQueryDsl<Conn> for Insert<'_> {}

impl<DB> QueryFragment<DB> for Insert<'_>
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<Text> + HasSqlType<Bool> + HasSqlType<Timestamp>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
    Option<String>: ToSql<Nullable<Text>, DB>,
    bool: ToSql<Bool, DB>,
    Option<NaiveDateTime>: ToSql<Nullable<Timestamp>, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.head);
        for (row, values) in self.values.chunks(self.width).enumerate() {
            out.push_sql(if row == 0 { "(" } else { ",(" });
            for (column, value) in values.iter().enumerate() {
                if column > 0 {
                    out.push_sql(",");
                }
                match value {
                    Value::Int(value) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                    Value::Text(value) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                    Value::Flag(value) => out.push_bind_param::<Bool, _>(value)?,
                    Value::Time(value) => out.push_bind_param::<Nullable<Timestamp>, _>(value)?,
                }
            }
            out.push_sql(")");
        }
        out.push_sql(self.tail);
        Ok(())
    }
}
