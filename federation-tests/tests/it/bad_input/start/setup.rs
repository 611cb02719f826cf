//! Setting up makes everything or nothing.

use super::super::attempt::{changed, everything, run};
use super::{CONFIGURATION, FAILED, USAGE};
use federation_tests::Database;
use federation_tests::node::PASSWORD;
use std::fs;

crate::on_both!(setting_up_makes_everything_or_nothing);

async fn setting_up_makes_everything_or_nothing(on: Database) {
    let house = tempfile::tempdir().unwrap();
    let place = house.path().join("node");
    let dir = place.to_str().unwrap().to_owned();
    let name = format!("entrenous_test_init_{}_{on:?}", std::process::id()).to_lowercase();
    let database = match on {
        Database::Sqlite => None,
        Database::Postgres => Some(federation_tests::database::create(&name).await),
    };
    let mut wrong = Vec::new();
    let file = house.path().join("file");
    fs::write(&file, "x").unwrap();
    let inside = file.join("node").to_str().unwrap().to_owned();
    let base: Vec<(&str, String)> = vec![
        ("--data-dir", dir.clone()),
        ("--url", "http://localhost:8300".to_owned()),
        ("--owner", "alice".to_owned()),
    ];
    for (what, option, value, input, code, words) in [
        (
            "a URL without a scheme",
            "--url",
            "lyon.example",
            PASSWORD,
            USAGE,
            &["--url", "https://"][..],
        ),
        (
            "a URL with a path",
            "--url",
            "https://lyon.example/x",
            PASSWORD,
            USAGE,
            &["--url"],
        ),
        ("no URL", "--url", "", PASSWORD, USAGE, &["--url"]),
        (
            "an odd address",
            "--listen",
            "here",
            PASSWORD,
            USAGE,
            &["--listen"],
        ),
        ("an odd owner", "--owner", "a b", PASSWORD, FAILED, &["owner"]),
        ("an empty owner", "--owner", "", PASSWORD, FAILED, &["owner"]),
        ("a short password", "--name", "x", "abc", FAILED, &["password"]),
        (
            "no password",
            "--name",
            "x",
            "",
            USAGE,
            &["--owner-password-stdin"],
        ),
        (
            "an odd colour",
            "--accent",
            "red",
            PASSWORD,
            CONFIGURATION,
            &["node.accent"],
        ),
        (
            "an empty name",
            "--name",
            "",
            PASSWORD,
            CONFIGURATION,
            &["node.name"],
        ),
        (
            "a database of another kind",
            "--database-url",
            "mysql://x/y",
            PASSWORD,
            CONFIGURATION,
            &["sqlite"],
        ),
        (
            "a database that is not there",
            "--database-url",
            "postgres://me:geheim@127.0.0.1:1/x",
            PASSWORD,
            FAILED,
            &["refused"],
        ),
        (
            "a directory in a file",
            "--data-dir",
            &inside,
            PASSWORD,
            FAILED,
            &["cannot be made"],
        ),
    ] {
        let mut options = base.clone();
        options.retain(|(name, _)| *name != option);
        options.push((option, value.to_owned()));
        if let Some(database) = database.as_ref().filter(|_| option != "--database-url") {
            options.push(("--database-url", database.clone()));
        }
        let mut arguments = vec!["init".to_owned(), "--owner-password-stdin".to_owned()];
        arguments.extend(options.into_iter().map(|(name, value)| format!("{name}={value}")));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ended = run(&arguments, &[], input).await;
        if let Err(why) = ended.refusal(code, words) {
            wrong.push(format!("{what}: {why}"));
        }
        if ended.error.contains("geheim") {
            wrong.push(format!("{what}: tells the password"));
        }
        if place.exists() {
            wrong.push(format!("{what}: left {:?}", everything(&place).keys()));
            drop(fs::remove_dir_all(&place));
        }
    }
    // Then it works, and the second time it does not.
    let mut arguments = vec![
        "init",
        "--owner-password-stdin",
        "--data-dir",
        &dir,
        "--url",
        "http://localhost:8300",
        "--owner",
        "alice",
    ];
    if let Some(database) = &database {
        arguments.extend(["--database-url", database]);
    }
    let made = run(&arguments, &[], PASSWORD).await;
    if made.code != 0 {
        wrong.push(format!("afterwards: {}", made.error));
    }
    let before = everything(&place);
    let again = run(&arguments, &[], PASSWORD).await;
    if let Err(why) = again.refusal(FAILED, &["exists", "Nothing was changed"]) {
        wrong.push(format!("twice: {why}"));
    }
    let odd = changed(&before, &everything(&place));
    if !odd.is_empty() {
        wrong.push(format!("twice: changed {odd:?}"));
    }
    federation_tests::database::drop_detached(&name);
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
