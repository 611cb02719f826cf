//! The key file: open to others, broken, another node's, gone.

use super::{CONFIGURATION, Stage, mode};
use federation_tests::Database;
use std::fs;

crate::on_both!(keys_are_guarded);

async fn keys_are_guarded(on: Database) {
    let mut stage = Stage::open(on).await;
    let key = stage.path("vault.key");
    let good = fs::read(&key).unwrap();
    for open in [0o644, 0o640, 0o660, 0o604, 0o777] {
        mode(&key, open);
        stage
            .everyone_refuses("open to others", CONFIGURATION, &["vault.key", "chmod 600"])
            .await;
    }
    mode(&key, 0o600);
    for (what, bytes) in [
        ("empty", Vec::new()),
        ("half", good.get(..good.len() / 2).unwrap().to_vec()),
        ("twice", [good.clone(), good.clone()].concat()),
        ("no hexadecimal digits", vec![b'x'; 64]),
        ("no UTF-8", vec![0xff; 64]),
    ] {
        fs::write(&key, bytes).unwrap();
        stage
            .everyone_refuses(what, CONFIGURATION, &["vault.key", "backup"])
            .await;
    }
    // The key of another node opens nothing, and nothing is sealed anew with it.
    fs::write(&key, format!("{}\n", "ab".repeat(32))).unwrap();
    stage
        .everyone_refuses("of another node", CONFIGURATION, &["vault.key", "backup"])
        .await;
    fs::remove_file(&key).unwrap();
    stage
        .everyone_refuses("none", CONFIGURATION, &["vault.key", "backup"])
        .await;
    fs::create_dir(&key).unwrap();
    stage
        .everyone_refuses("a directory", CONFIGURATION, &["vault.key", "no file"])
        .await;
    fs::remove_dir(&key).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg("-m")
        .arg("600")
        .arg(&key)
        .status();
    assert!(made.is_ok_and(|made| made.success()));
    stage
        .everyone_refuses("a pipe", CONFIGURATION, &["vault.key", "no file"])
        .await;
    fs::remove_file(&key).unwrap();
    fs::write(&key, good).unwrap();
    mode(&key, 0o600);
    stage.close().await;
}
