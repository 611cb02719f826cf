//! Where the database is, and how many threads serve it.

use crate::StoreError;
use std::{fmt, path::PathBuf, thread};

/// How to reach the database.
#[derive(Clone)]
pub struct StoreConfig {
    /// `sqlite:/path/file.db`, a bare path, or `postgres://user:secret@host/name`.
    pub url: String,
    /// Threads that read, each with a connection. 0: one a core on SQLite (2 to 16), 8 on PostgreSQL.
    pub readers: usize,
    /// Threads that write on PostgreSQL, each with a connection. 0: 8. SQLite always has one.
    pub writers: usize,
    /// Whether a database that is missing or empty is begun. Otherwise it is [`StoreError::Empty`], and nothing is written.
    pub create: bool,
    /// Whether no other process may use the database meanwhile, as is asked of PostgreSQL before anything is read or
    /// written: two would not hear of each other's events, and the newer one would migrate the database under the older.
    /// (A file is in a directory with a lock of its own.)
    pub alone: bool,
    /// How many closures may wait for a thread before [`StoreError::Busy`] is answered.
    pub queue: usize,
}

impl StoreConfig {
    /// The usual sizes for the database at `url`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            readers: 0,
            writers: 0,
            create: true,
            alone: true,
            queue: 16_384,
        }
    }

    pub(crate) fn place(&self) -> Result<Place, StoreError> {
        let url = self.url.trim();
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Place::Postgres(with_timeouts(url)));
        }
        let path = url
            .strip_prefix("sqlite://")
            .or_else(|| url.strip_prefix("sqlite:"))
            .unwrap_or(url);
        if path.is_empty()
            || path.starts_with(":memory:")
            || path.contains("://")
            || path.starts_with("file:")
        {
            // Each connection to a database in memory would see another one; and a scheme we do not know
            // must not become a file of that name.
            return Err(StoreError::Config(
                "the database is neither sqlite:/path/to/file nor postgres://…".to_owned(),
            ));
        }
        Ok(Place::Sqlite(PathBuf::from(path)))
    }

    pub(crate) fn reader_threads(&self, place: &Place) -> usize {
        match (self.readers, place) {
            (0, Place::Sqlite(_)) => thread::available_parallelism().map_or(2, |n| n.get().clamp(2, 16)),
            (0, Place::Postgres(_)) => 8,
            (n, _) => n,
        }
    }

    pub(crate) const fn writer_threads(&self) -> usize {
        if self.writers == 0 { 8 } else { self.writers }
    }
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may hold a password.
        let url = url::Url::parse(&self.url).map_or_else(
            |_| String::from("…"),
            |mut url| {
                if url.set_password(None).is_err() || url.set_username("").is_err() {
                    return url.path().to_owned();
                }
                url.set_query(None);
                url.into()
            },
        );
        f.debug_struct("StoreConfig")
            .field("url", &url)
            .field("readers", &self.readers)
            .field("writers", &self.writers)
            .field("queue", &self.queue)
            .finish()
    }
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// SQLite, in a file.
    Sqlite,
    /// PostgreSQL, over a socket.
    Postgres,
}

/// A database's place, checked.
#[derive(Clone)]
pub(crate) enum Place {
    /// A file.
    Sqlite(PathBuf),
    /// A URL for libpq.
    Postgres(String),
}

impl Place {
    pub(crate) const fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            Self::Postgres(_) => Backend::Postgres,
        }
    }
}

/// Adds what makes libpq notice a dead server within seconds, where the operator has not said otherwise.
fn with_timeouts(url: &str) -> String {
    // Several hosts in one URL is libpq's own form, which a URL parser refuses: left as it is.
    let Ok(mut parsed) = url::Url::parse(url) else {
        return url.to_owned();
    };
    let defaults = [
        ("application_name", "entrenous"),
        ("connect_timeout", "2"),
        ("keepalives_idle", "10"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "2"),
        ("tcp_user_timeout", "10000"),
    ];
    for (name, value) in defaults {
        if !parsed.query_pairs().any(|(key, _)| key == name) {
            parsed.query_pairs_mut().append_pair(name, value);
        }
    }
    parsed.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let file = |url: &str| match StoreConfig::new(url).place() {
            Ok(Place::Sqlite(path)) => Some(path.display().to_string()),
            _ => None,
        };
        assert_eq!(file("sqlite:/a/b.db").as_deref(), Some("/a/b.db"));
        assert_eq!(file("sqlite:///a/b.db").as_deref(), Some("/a/b.db"));
        assert_eq!(file("a/b.db").as_deref(), Some("a/b.db"));
        assert_eq!(file("mysql://host/name"), None);
        assert_eq!(file("sqlite::memory:"), None);
        assert_eq!(file(""), None);
        let Ok(Place::Postgres(url)) = StoreConfig::new("postgres://h/d?connect_timeout=9").place() else {
            panic!("not PostgreSQL")
        };
        assert!(
            url.contains("connect_timeout=9") && !url.contains("connect_timeout=2"),
            "{url}"
        );
        assert!(url.contains("application_name=entrenous"), "{url}");
    }

    #[test]
    fn debug_keeps_the_password() {
        let text = format!(
            "{:?}",
            StoreConfig::new("postgres://me:secret@host/name?password=secret")
        );
        assert!(!text.contains("secret"), "{text}");
    }
}
