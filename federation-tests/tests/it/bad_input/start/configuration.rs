//! A configuration that is broken, in its file and in the environment.

use super::super::attempt::run;
use super::{CONFIGURATION, Stage};
use federation_tests::Database;
use std::fs;

crate::on_both!(a_broken_configuration_stops_it);

async fn a_broken_configuration_stops_it(on: Database) {
    let mut stage = Stage::open(on).await;
    let (path, good) = (stage.path("entrenous.toml"), stage.toml());
    let url = good
        .lines()
        .find(|line| line.starts_with("url = "))
        .unwrap()
        .to_owned();
    let listen = good
        .lines()
        .find(|line| line.starts_with("listen = "))
        .unwrap()
        .to_owned();
    let replaced = |from: &str, to: &str| good.replacen(from, to, 1);
    let added = |more: &str| format!("{good}\n{more}\n");
    let rule = "[[egress.allow]]\norigin = \"https://paris.example\"\n";
    let half = good.get(..good.find("\nlisten = \"").unwrap() + 14).unwrap();
    let cases: Vec<(&str, String, &[&str])> = vec![
        ("empty", String::new(), &["configuration", "node"]),
        ("half of it", half.to_owned(), &["configuration", "line"]),
        ("a star", "*".to_owned(), &["configuration", "line 1"]),
        ("zeros", "\0".repeat(300), &["configuration"]),
        ("an unknown key", added("[nonsense]\na = 1"), &["nonsense"]),
        (
            "an unknown key in a table",
            replaced(&url, &format!("{url}\ncolour = 1")),
            &["colour"],
        ),
        ("a table that is none", "node = 5".to_owned(), &["node"]),
        (
            "a text for a number",
            added("[limits]\nconnections = \"many\"").replace("[limits]\n# ", "[[x]]\n# "),
            &["configuration"],
        ),
        (
            "a port without an address",
            replaced(&listen, "listen = \"8300\""),
            &["node.listen"],
        ),
        (
            "a name of the machine",
            replaced(&listen, "listen = \"localhost:8300\""),
            &["node.listen"],
        ),
        (
            "a number for a text",
            replaced("name = \"Lyon\"", "name = 5"),
            &["node.name"],
        ),
        (
            "an empty name",
            replaced("name = \"Lyon\"", "name = \" \""),
            &["node.name"],
        ),
        (
            "the URL of another node",
            replaced(&url, "url = \"https://paris.example\""),
            &["node.url", "never changes", "localhost"],
        ),
        (
            "a path in the URL",
            replaced(&url, "url = \"https://lyon.example/social\""),
            &["node.url"],
        ),
        (
            "another scheme",
            replaced(&url, "url = \"ftp://lyon.example\""),
            &["node.url"],
        ),
        ("a star for the URL", replaced(&url, "url = \"*\""), &["node.url"]),
        (
            "a user in the URL",
            replaced(&url, "url = \"https://a:b@lyon.example\""),
            &["node.url"],
        ),
        (
            "two rules for one origin",
            added(&rule.repeat(2)),
            &["paris.example", "more than one"],
        ),
        (
            "a rule for everything",
            added("[[egress.allow]]\norigin = \"https://*\""),
            &["egress"],
        ),
        (
            "all addresses",
            added(&format!("{rule}addresses = [\"0.0.0.0/0\"]")),
            &["paris.example", "too wide"],
        ),
        (
            "no addresses",
            added(&format!("{rule}addresses = [\"here\"]")),
            &["egress"],
        ),
        (
            "a certificate that is not there",
            added(&format!("{rule}ca = \"/nowhere/ca.pem\"")),
            &["paris.example"],
        ),
        (
            "a certificate for http",
            added("[[egress.allow]]\norigin = \"http://paris.example\"\nca = \"x\""),
            &["https"],
        ),
        (
            "another key in a rule",
            added(&format!("{rule}ports = 1")),
            &["ports"],
        ),
    ];
    for (what, text, words) in cases {
        fs::write(&path, text).unwrap();
        stage.everyone_refuses(what, CONFIGURATION, words).await;
        let dir = stage.node.dir().to_str().unwrap().to_owned();
        if what == "the URL of another node" {
            // Only the database knows.
            continue;
        }
        let checked = run(&["config", "check", "--data-dir", &dir], &[], "").await;
        stage.note(
            &format!("{what} (config check)"),
            checked.refusal(CONFIGURATION, words),
        );
    }
    fs::remove_file(&path).unwrap();
    stage
        .everyone_refuses("none", CONFIGURATION, &["entrenous.toml", "entrenous init"])
        .await;
    fs::create_dir(&path).unwrap();
    stage
        .everyone_refuses("a directory", CONFIGURATION, &["entrenous.toml"])
        .await;
    fs::remove_dir(&path).unwrap();
    fs::write(&path, &good).unwrap();

    for (name, value, words) in [
        (
            "ENTRENOUS_LIMITS_CONNECTIONS",
            &b"many"[..],
            &["ENTRENOUS_LIMITS_CONNECTIONS"][..],
        ),
        (
            "ENTRENOUS_LIMITS_CONNECTIONS",
            b"-1",
            &["ENTRENOUS_LIMITS_CONNECTIONS"],
        ),
        ("ENTRENOUS_LIMITS_CONNECTIONS", b"1", &["limits.connections"]),
        (
            "ENTRENOUS_NODE_URL",
            b"ftp://lyon.example",
            &["ENTRENOUS_NODE_URL"],
        ),
        ("ENTRENOUS_NODE_LISTEN", b"", &["ENTRENOUS_NODE_LISTEN"]),
        (
            "ENTRENOUS_NODE_NAME",
            b"\xff\xfe",
            &["ENTRENOUS_NODE_NAME", "UTF-8"],
        ),
        (
            "ENTRENOUS_HTTP_TRUSTED_PROXIES",
            b"[10.0.0.0/8]",
            &["ENTRENOUS_HTTP_TRUSTED_PROXIES"],
        ),
        ("ENTRENOUS_LOG_FORMAT", b"xml", &["log.format"]),
        ("ENTRENOUS_LOG_LEVEL", b"=,=[", &["log.level"]),
        (
            "ENTRENOUS_FEDERATION_OPEN_WEBFINGER",
            b"perhaps",
            &["ENTRENOUS_FEDERATION_OPEN_WEBFINGER"],
        ),
    ] {
        let what = format!("{name}={}", String::from_utf8_lossy(value));
        stage.refuses(&what, &[(name, value)], CONFIGURATION, words).await;
    }
    // What is none of ours may hold anything.
    let dir = stage.node.dir().to_str().unwrap().to_owned();
    let listed = run(
        &["person", "list", "--data-dir", &dir],
        &[("LC_ODD", b"\xff"), ("ENTRENOUS_ODD", b"\xff")],
        "",
    )
    .await;
    assert_eq!(listed.code, 0, "{}", listed.error);
    stage.close().await;
}
