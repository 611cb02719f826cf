//! Opening SQLite.

use super::Use;
use crate::StoreError;
use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, connection::SimpleConnection as _,
    sql_query, sql_types::Text,
};
use std::{
    fs::{self, OpenOptions},
    io::ErrorKind,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

/// Group or other may write, or other may read.
const OPEN_TO_OTHERS: u32 = 0o026;

#[derive(QueryableByName)]
struct Mode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

/// Creates the file, mode 0600, or checks that nobody else may use the one there is.
///
/// # Errors
/// [`StoreError::Insecure`] if the file, or SQLite's log beside it, is open to others.
pub(crate) fn secure(path: &Path) -> Result<(), StoreError> {
    let unavailable = |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", path.display()));
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(unavailable(error)),
    }
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let mode = match fs::metadata(&name) {
            Ok(meta) if !meta.is_file() => {
                return Err(StoreError::Config(format!(
                    "{} is no file",
                    Path::new(&name).display()
                )));
            }
            Ok(meta) => meta.permissions().mode() & 0o7777,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(unavailable(error)),
        };
        if mode & OPEN_TO_OTHERS != 0 {
            return Err(StoreError::Insecure {
                path: name.into(),
                mode,
            });
        }
    }
    Ok(())
}

/// Opens a file that [`secure`] has accepted.
pub(crate) fn open(path: &Path, usage: Use) -> Result<SqliteConnection, StoreError> {
    let Some(name) = path.to_str() else {
        return Err(StoreError::Config("the database's path is not UTF-8".to_owned()));
    };
    // A leading `./` keeps a file whose name begins like a URI from being taken for one.
    let name = if path.is_absolute() {
        name.to_owned()
    } else {
        format!("./{name}")
    };
    let mut conn = SqliteConnection::establish(&name)?;
    conn.batch_execute("PRAGMA busy_timeout = 5000")?;
    if usage == Use::Write {
        let mode: Mode = sql_query("PRAGMA journal_mode = WAL").get_result(&mut conn)?;
        if mode.journal_mode != "wal" {
            // A network file system, usually: there, neither locks nor the log can be relied on.
            return Err(StoreError::Config(format!(
                "SQLite cannot use a write-ahead log at {} (it uses `{}`): put the database on a local disk",
                path.display(),
                mode.journal_mode
            )));
        }
    }
    // FULL: NORMAL may lose acknowledged commits when the power fails.
    conn.batch_execute(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
         PRAGMA trusted_schema = OFF;",
    )?;
    conn.batch_execute(match usage {
        // 16 MiB; a checkpoint every 4,000 pages, so that it is one commit in many that waits for it.
        Use::Write => {
            "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000; \
             PRAGMA journal_size_limit = 67108864; PRAGMA mmap_size = 268435456;"
        }
        // The whole file up to 64 GiB, so that pages are read where the system keeps them anyway; what is mapped
        // counts as the process's memory, though the system takes it back when it needs it.
        Use::Read => "PRAGMA cache_size = -2048; PRAGMA query_only = ON; PRAGMA mmap_size = 68719476736;",
    })?;
    Ok(conn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::sql_types::{BigInt, Integer};

    #[derive(QueryableByName)]
    struct Used {
        #[diesel(sql_type = Integer)]
        used: i32,
    }

    #[test]
    fn sqlite_was_built_for_one_thread_a_connection() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        for (option, expected) in [
            ("THREADSAFE=2", 1),
            ("DEFAULT_MEMSTATUS=0", 1),
            ("ENABLE_MEMORY_MANAGEMENT", 0),
        ] {
            let query = format!("SELECT sqlite_compileoption_used('{option}') AS used");
            let one: Used = sql_query(query).get_result(&mut conn).unwrap();
            assert_eq!(one.used, expected, "{option}: see .cargo/config.toml");
        }
    }

    #[derive(QueryableByName)]
    struct Mapped {
        #[diesel(sql_type = BigInt)]
        mmap_size: i64,
    }

    /// Asked for more than it was built for, SQLite maps as much as it was built for and says nothing: usually 2 GiB.
    #[test]
    fn readers_map_as_much_as_they_ask_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("house.db");
        secure(&path).unwrap();
        drop(open(&path, Use::Write).unwrap());
        let mut reader = open(&path, Use::Read).unwrap();
        let got: Mapped = sql_query("PRAGMA mmap_size").get_result(&mut reader).unwrap();
        assert_eq!(
            got.mmap_size,
            64 << 30,
            "SQLITE_MAX_MMAP_SIZE: see .cargo/config.toml"
        );
    }
}
