//! A database that is another's, from a newer version, not there, or not to be reached.

use super::{CONFIGURATION, FAILED, Stage};
use federation_tests::database::{server_url, url_of};
use federation_tests::{Database, contents};
use std::fs;

crate::on_both!(the_database_must_be_the_right_one);

async fn the_database_must_be_the_right_one(on: Database) {
    let mut stage = Stage::open(on).await;
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')";
    let older = "DELETE FROM __diesel_schema_migrations WHERE version = '99990101000000'";
    contents::run(&stage.node, on, newer);
    stage
        .everyone_refuses(
            "from a newer version",
            FAILED,
            &["99990101000000", "newer version"],
        )
        .await;
    contents::run(&stage.node, on, older);

    let elsewhere = |url: &str| url.as_bytes().to_vec();
    for (what, url, code, words) in [
        (
            "another kind",
            "mysql://localhost/x".to_owned(),
            CONFIGURATION,
            &["sqlite", "postgres"][..],
        ),
        (
            "in memory",
            "sqlite::memory:".to_owned(),
            CONFIGURATION,
            &["database.url", "sqlite:FILE"],
        ),
        (
            "nothing",
            "sqlite:".to_owned(),
            CONFIGURATION,
            &["database.url", "sqlite:FILE"],
        ),
        (
            "a file that is not there",
            "sqlite:other.db".to_owned(),
            CONFIGURATION,
            &["other.db", "holds no node", "backup"],
        ),
        (
            "a directory that is not there",
            "sqlite:none/other.db".to_owned(),
            CONFIGURATION,
            &["other.db", "holds no node"],
        ),
        (
            "a directory",
            "sqlite:media".to_owned(),
            CONFIGURATION,
            &["media", "no file"],
        ),
        (
            "an unreachable server",
            "postgres://me:geheim@127.0.0.1:1/x".to_owned(),
            FAILED,
            &["127.0.0.1", "refused"],
        ),
        (
            "no such database",
            url_of("entrenous_test_never_made"),
            FAILED,
            &["entrenous_test_never_made", "does not exist"],
        ),
        ("no such user", no_user(), FAILED, &["nobody_here"]),
    ] {
        fs::create_dir_all(stage.path("media")).unwrap();
        let value = elsewhere(&url);
        let ended = stage
            .refuses(what, &[("ENTRENOUS_DATABASE_URL", &value)], code, words)
            .await;
        if ended.error.contains("geheim") {
            stage
                .wrong
                .push(format!("{what}: tells the password: {}", ended.error));
        }
    }
    let name = format!("entrenous_test_empty_{}_{on:?}", std::process::id()).to_lowercase();
    let empty = federation_tests::database::create(&name).await;
    stage
        .refuses(
            "an empty database",
            &[("ENTRENOUS_DATABASE_URL", empty.as_bytes())],
            CONFIGURATION,
            &["holds no node"],
        )
        .await;
    let tables = std::process::Command::new("psql")
        .arg(&empty)
        .args([
            "-Atc",
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'",
        ])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&tables.stdout).trim(),
        "0",
        "it was written to"
    );
    federation_tests::database::drop_detached(&name);

    stage.close().await;
}

fn no_user() -> String {
    let mut url = url::Url::parse(&server_url()).unwrap();
    url.set_username("nobody_here").unwrap();
    url.into()
}
