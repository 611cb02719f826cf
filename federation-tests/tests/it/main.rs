//! Stories with real nodes. Each runs on SQLite and on PostgreSQL.

#[cfg(test)]
mod adversary;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod ending;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod files;
#[cfg(test)]
mod flood;
#[cfg(test)]
mod followers;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod hidden_nodes;
#[cfg(test)]
mod introductions;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod look;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod other_software;
#[cfg(test)]
mod partition;
#[cfg(test)]
mod polls;
#[cfg(test)]
mod push;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod scheduled;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod strangers;
#[cfg(test)]
mod streaming;
#[cfg(test)]
mod table;
#[cfg(test)]
mod vault;

/// Makes a test of an async function on each database.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(federation_tests::Database::Sqlite).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(federation_tests::Database::Postgres).await; })*
        }
    };
}
