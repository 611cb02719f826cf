//! A fresh database per test, a clock that tests turn, and stories that run on both databases.

mod asked;

pub use asked::read_whole;

use crate::{Clock, Conn, Store, StoreConfig, StoreError};
use aws_lc_rs::rand;
use chrono::{DateTime, Duration};
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, connection::SimpleConnection as _};
use entrenous_model::Time;
use std::{
    env, fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use tempfile::TempDir;

/// The server on which tests make their databases: a URL whose user may create some.
pub const POSTGRES_URL: &str = "ENTRENOUS_TEST_POSTGRES_URL";
/// When set (or `CI` is), a missing [`POSTGRES_URL`] fails the tests that need it instead of leaving them out.
pub const REQUIRE_POSTGRES: &str = "ENTRENOUS_TEST_REQUIRE_POSTGRES";

/// A database that ends with the test.
pub struct TestDatabase {
    url: String,
    clock: TestClock,
    kept: Kept,
}

enum Kept {
    Folder(TempDir),
    Postgres { server: String, name: String },
}

impl TestDatabase {
    /// An SQLite file in a folder of its own.
    #[must_use]
    pub fn sqlite() -> Self {
        let folder = must("a temporary folder", tempfile::tempdir());
        let url = format!("sqlite:{}", folder.path().join("house.db").display());
        Self {
            url,
            clock: TestClock::default(),
            kept: Kept::Folder(folder),
        }
    }

    /// A database on the server at [`POSTGRES_URL`]; `None` if there is no such server.
    ///
    /// # Panics
    /// If there is none but `CI` or [`REQUIRE_POSTGRES`] is set.
    #[must_use]
    pub fn postgres() -> Option<Self> {
        let Ok(server) = env::var(POSTGRES_URL) else {
            let required = [REQUIRE_POSTGRES, "CI"]
                .into_iter()
                .find(|name| env::var_os(name).is_some());
            return match required {
                Some(name) => must(name, Err(format!("is set, but {POSTGRES_URL} is not"))),
                None => None,
            };
        };
        let mut random = [0_u8; 8];
        must("randomness", rand::fill(&mut random));
        let name = format!("entrenous_test_{}", u64::from_be_bytes(random));
        let mut url = must("the server's URL", url::Url::parse(&server));
        url.set_path(&name);
        let mut conn = must("the PostgreSQL server", PgConnection::establish(&server));
        must(
            "a test database",
            conn.batch_execute(&format!(
                "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"
            )),
        );
        Some(Self {
            url: url.into(),
            clock: TestClock::default(),
            kept: Kept::Postgres { server, name },
        })
    }

    /// Where it is, as [`StoreConfig`] wants it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The file, if it is SQLite.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        match &self.kept {
            Kept::Folder(folder) => Some(folder.path().join("house.db")),
            Kept::Postgres { .. } => None,
        }
    }

    /// Few connections, because a server has a hundred and tests run side by side; and not alone, so that a test may
    /// open several stores.
    #[must_use]
    pub fn config(&self) -> StoreConfig {
        StoreConfig {
            readers: 2,
            writers: 3,
            alone: false,
            ..StoreConfig::new(self.url.clone())
        }
    }

    /// The clock of the stores opened on it.
    #[must_use]
    pub const fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// Opens a store on it.
    ///
    /// # Panics
    /// If it cannot be opened.
    #[must_use]
    pub fn open(&self) -> Store {
        must(
            "opening the store",
            Store::open(&self.config(), self.clock.clock()),
        )
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Kept::Postgres { server, name } = &self.kept
            && let Ok(mut conn) = PgConnection::establish(server)
        {
            // By force: the store's threads may still be at the end of theirs.
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// Runs a statement as somebody with the database would, past everything this crate knows.
///
/// # Errors
/// The database's.
pub fn tamper(conn: &mut Conn, statement: &str) -> Result<(), StoreError> {
    diesel::sql_query(statement).execute(conn)?;
    Ok(())
}

/// A clock that stands still until it is turned. Clones are the same clock.
#[derive(Clone)]
pub struct TestClock {
    micros: Arc<AtomicI64>,
}

impl TestClock {
    /// A clock that shows `time`.
    #[must_use]
    pub fn at(time: Time) -> Self {
        Self {
            micros: Arc::new(AtomicI64::new(time.timestamp_micros())),
        }
    }

    /// What it shows.
    #[must_use]
    pub fn now(&self) -> Time {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::SeqCst)).unwrap_or_default()
    }

    /// Turns it forward, or back.
    pub fn advance(&self, by: Duration) {
        self.micros
            .fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
    }

    /// For [`Store::open`].
    #[must_use]
    pub fn clock(&self) -> Clock {
        let this = self.clone();
        Arc::new(move || this.now())
    }
}

impl Default for TestClock {
    /// A morning in 2030.
    fn default() -> Self {
        Self::at(DateTime::from_timestamp(1_900_000_000, 0).unwrap_or_default())
    }
}

#[expect(clippy::panic, reason = "a test without its database has failed")]
fn must<T>(what: &str, result: Result<T, impl fmt::Display>) -> T {
    result.unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// Tests that are told once and run on both databases: `async fn name(db: &TestDatabase) { … }`.
///
/// Each becomes a module with the tests `sqlite` and `postgres`; the latter passes without doing anything where
/// there is no server and none is required.
#[macro_export]
macro_rules! stories {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: &TestDatabase) $body:block)*) => {$(
        $(#[$meta])*
        #[cfg(test)]
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "whatever the story's neighbours import")]
            use super::*;
            #[allow(unused_imports, clippy::allow_attributes, reason = "the neighbours may import it as well")]
            use $crate::testing::TestDatabase;

            async fn story($db: &$crate::testing::TestDatabase) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                story(&$crate::testing::TestDatabase::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(db) = $crate::testing::TestDatabase::postgres() {
                    story(&db).await;
                }
            }
        }
    )*};
}
