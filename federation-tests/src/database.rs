//! The two databases every test runs on.

use std::process::Stdio;
use tokio::process::Command;

/// Which database a node of a test uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A file in the data directory.
    Sqlite,
    /// A database of its own on the server in `ENTRENOUS_TEST_POSTGRES_URL`.
    Postgres,
}

/// The server's URL.
///
/// # Panics
/// If the variable is missing: a test that silently skips a database proves nothing.
#[must_use]
pub fn server_url() -> String {
    std::env::var("ENTRENOUS_TEST_POSTGRES_URL")
        .expect("ENTRENOUS_TEST_POSTGRES_URL: run `cargo xtask test --only setup,build,federation`")
}

/// The URL of a database on that server.
///
/// # Panics
/// If the server's URL is none.
#[must_use]
pub fn url_of(name: &str) -> String {
    let mut url = url::Url::parse(&server_url()).expect("ENTRENOUS_TEST_POSTGRES_URL is no URL");
    url.set_path(name);
    url.into()
}

/// Makes an empty database and answers its URL.
///
/// # Panics
/// If the server does not answer.
pub async fn create(name: &str) -> String {
    let server = server_url();
    let made = psql(&server, &format!("CREATE DATABASE \"{name}\"")).await;
    assert!(made, "the database {name} could not be made");
    url_of(name)
}

/// Removes a database with everything in it.
pub fn drop_detached(name: &str) {
    let Ok(server) = std::env::var("ENTRENOUS_TEST_POSTGRES_URL") else {
        return;
    };
    let spawned = std::process::Command::new("psql")
        .arg(server)
        .args(["-qc", &format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    drop(spawned);
}

async fn psql(server: &str, statement: &str) -> bool {
    let mut command = Command::new("psql");
    command.arg(server).args(["-qc", statement]).stdin(Stdio::null());
    command.status().await.is_ok_and(|status| status.success())
}
