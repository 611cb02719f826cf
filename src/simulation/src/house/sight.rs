//! Looking into a node's database from outside, at once and without the node.

use crate::{Failed, failed};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::{Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};
use std::path::Path;

/// A database, to be read.
pub struct Sight(SqliteConnection);

/// A post as it is there.
#[derive(Debug, Clone, QueryableByName)]
pub struct Seen {
    /// Its ActivityPub id.
    #[diesel(sql_type = Text)]
    pub uri: String,
    /// What it says.
    #[diesel(sql_type = Text)]
    pub content: String,
    /// Whether it was deleted.
    #[diesel(sql_type = Bool)]
    pub deleted: bool,
}

/// A delivery as it is there.
#[derive(Debug, Clone, QueryableByName)]
pub struct Delivery {
    /// To whom.
    #[diesel(sql_type = Text)]
    pub peer: String,
    /// What that is to the node.
    #[diesel(sql_type = Text)]
    pub peer_state: String,
    /// `queued`, `done`, `dropped`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// What.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Its number.
    #[diesel(sql_type = BigInt)]
    pub activity: i64,
    /// Why it was dropped, or has failed.
    #[diesel(sql_type = Nullable<Text>)]
    pub error: Option<String>,
}

/// A row of a ledger.
#[derive(Debug, Clone, QueryableByName)]
pub struct Row {
    /// About whom.
    #[diesel(sql_type = Text)]
    pub peer: String,
    /// `sent`, `received`.
    #[diesel(sql_type = Text)]
    pub direction: String,
    /// What.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// The activity's id.
    #[diesel(sql_type = Text)]
    pub activity: String,
    /// Why it was refused.
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<String>,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Uri {
    #[diesel(sql_type = Text)]
    uri: String,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

impl Sight {
    /// Opens it.
    ///
    /// # Errors
    /// The database's.
    pub fn open(path: &Path) -> Result<Self, Failed> {
        let name = path.display().to_string();
        let mut conn = SqliteConnection::establish(&name).map_err(failed("looking into a database"))?;
        let set = "PRAGMA busy_timeout = 5000; PRAGMA synchronous = OFF";
        conn.batch_execute(set)
            .map_err(failed("looking into a database"))?;
        Ok(Self(conn))
    }

    /// Changes rows before a run begins.
    ///
    /// # Errors
    /// The database's.
    pub fn set(&mut self, statements: &str) -> Result<(), Failed> {
        self.0
            .batch_execute(statements)
            .map_err(failed("setting a database"))
    }

    /// All posts.
    ///
    /// # Errors
    /// The database's.
    pub fn posts(&mut self) -> Result<Vec<Seen>, Failed> {
        let query = "SELECT uri, content, deleted_at IS NOT NULL AS deleted FROM posts ORDER BY id";
        sql_query(query)
            .load(&mut self.0)
            .map_err(failed("reading posts"))
    }

    /// The row of a post that is there and not deleted.
    ///
    /// # Errors
    /// The database's.
    pub fn post(&mut self, uri: &str) -> Result<Option<i64>, Failed> {
        let query = "SELECT id FROM posts WHERE uri = ? AND deleted_at IS NULL";
        let found: Vec<Id> = sql_query(query)
            .bind::<Text, _>(uri)
            .load(&mut self.0)
            .map_err(failed("reading a post"))?;
        Ok(found.first().map(|row| row.id))
    }

    /// The ids of the activities that it has taken, in the order in which it did.
    ///
    /// # Errors
    /// The database's.
    pub fn received(&mut self) -> Result<Vec<String>, Failed> {
        let query = "SELECT activity_uri AS uri FROM received ORDER BY rowid";
        let found: Vec<Uri> = sql_query(query)
            .load(&mut self.0)
            .map_err(failed("reading what came"))?;
        Ok(found.into_iter().map(|row| row.uri).collect())
    }

    /// Whether a person follows another, and was accepted, as this node has it.
    ///
    /// # Errors
    /// The database's.
    pub fn follows(&mut self, follower: &str, followee: &str) -> Result<bool, Failed> {
        let query = "SELECT count(*) AS count FROM follows f JOIN accounts a ON a.id = f.follower_id \
                     JOIN accounts b ON b.id = f.followee_id WHERE f.accepted AND a.uri = ? AND b.uri = ?";
        let found: Count = sql_query(query)
            .bind::<Text, _>(follower)
            .bind::<Text, _>(followee)
            .get_result(&mut self.0)
            .map_err(failed("reading follows"))?;
        Ok(found.count > 0)
    }

    /// How many deliveries wait for active peers.
    ///
    /// # Errors
    /// The database's.
    pub fn queued(&mut self) -> Result<i64, Failed> {
        let query = "SELECT count(*) AS count FROM deliveries d JOIN peers p ON p.id = d.peer_id \
                     WHERE d.state = 'queued' AND p.state = 'active'";
        let found: Count = sql_query(query)
            .get_result(&mut self.0)
            .map_err(failed("reading the queue"))?;
        Ok(found.count)
    }

    /// All deliveries, in their order.
    ///
    /// # Errors
    /// The database's.
    pub fn deliveries(&mut self) -> Result<Vec<Delivery>, Failed> {
        let query = "SELECT p.origin AS peer, p.state AS peer_state, d.state AS state, a.kind AS kind, \
                     a.id AS activity, d.last_error AS error \
                     FROM deliveries d JOIN peers p ON p.id = d.peer_id JOIN activities a ON a.id = d.activity_id \
                     ORDER BY d.id";
        sql_query(query)
            .load(&mut self.0)
            .map_err(failed("reading deliveries"))
    }

    /// The rows of all ledgers that tell of activities with ids of their own.
    ///
    /// # Errors
    /// The database's.
    pub fn ledger(&mut self) -> Result<Vec<Row>, Failed> {
        let query = "SELECT p.origin AS peer, l.direction AS direction, l.kind AS kind, l.activity AS activity, \
                     l.reason AS reason FROM ledger l JOIN peers p ON p.id = l.peer_id \
                     WHERE l.activity LIKE 'http%/activities/%' ORDER BY l.peer_id, l.seq";
        sql_query(query)
            .load(&mut self.0)
            .map_err(failed("reading ledgers"))
    }
}
