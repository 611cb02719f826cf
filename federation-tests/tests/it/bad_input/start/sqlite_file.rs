//! An SQLite file that is open to others, no database, cut off, gone.

use super::{CONFIGURATION, FAILED, Stage, mode};
use federation_tests::Database;
use std::fs;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_must_be_a_whole_database() {
    let mut stage = Stage::open(Database::Sqlite).await;
    let path = stage.path("entrenous.db");
    let good = fs::read(&path).unwrap();
    for open in [0o644, 0o660, 0o602] {
        mode(&path, open);
        stage
            .everyone_refuses("open to others", CONFIGURATION, &["entrenous.db", "chmod 600"])
            .await;
    }
    mode(&path, 0o600);
    for (what, bytes, code, words) in [
        ("zeros", vec![0; 8_192], FAILED, &["not a database"][..]),
        ("text", b"Bonjour".repeat(2_000), FAILED, &["not a database"]),
        ("empty", Vec::new(), CONFIGURATION, &["holds no node", "backup"]),
        (
            "half",
            good.get(..good.len() / 2).unwrap().to_vec(),
            FAILED,
            &["database", "backup"],
        ),
    ] {
        fs::write(&path, bytes).unwrap();
        stage.everyone_refuses(what, code, words).await;
    }
    fs::remove_file(&path).unwrap();
    stage
        .everyone_refuses("gone", CONFIGURATION, &["holds no node", "backup"])
        .await;
    fs::write(&path, good).unwrap();
    mode(&path, 0o600);
    for side in ["entrenous.db-wal", "entrenous.db-shm"] {
        drop(fs::remove_file(stage.path(side)));
    }
    stage.close().await;
}
