//! Starting with something broken: the node says what, how to mend it, and touches nothing.

use super::attempt::{Ended, changed, everything, run};
use federation_tests::contents;
use federation_tests::database::{server_url, url_of};
use federation_tests::node::{PASSWORD, free_port};
use federation_tests::{Database, Node};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

crate::on_both!(
    a_broken_configuration_stops_it,
    keys_are_guarded,
    the_database_must_be_the_right_one,
    one_node_in_one_place,
    setting_up_makes_everything_or_nothing,
);

/// The configuration must be changed.
const CONFIGURATION: i32 = 78;
const FAILED: i32 = 1;
const USAGE: i32 = 2;

/// A node that was set up and does not serve, and what went wrong with its refusals.
struct Stage {
    node: Node,
    wrong: Vec<String>,
}

impl Stage {
    async fn open(on: Database) -> Self {
        let node = Node::init("Lyon", on, &format!("localhost:{}", free_port())).await;
        Self {
            node,
            wrong: Vec::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.node.dir().join(name)
    }

    fn toml(&self) -> String {
        fs::read_to_string(self.path("entrenous.toml")).unwrap()
    }

    /// `serve` must refuse with these words, and leave the directory as it is.
    async fn refuses(&mut self, what: &str, variables: &[(&str, &[u8])], code: i32, words: &[&str]) -> Ended {
        let dir = self.node.dir().to_str().unwrap().to_owned();
        let before = everything(self.node.dir());
        let ended = run(&["serve", "--data-dir", &dir], variables, "").await;
        self.note(what, ended.refusal(code, words));
        let odd = changed(&before, &everything(self.node.dir()));
        if !odd.is_empty() {
            self.note(what, Err(format!("changed {odd:?}")));
        }
        ended
    }

    /// Other commands must refuse it too.
    async fn everyone_refuses(&mut self, what: &str, code: i32, words: &[&str]) {
        self.refuses(what, &[], code, words).await;
        let dir = self.node.dir().to_str().unwrap().to_owned();
        let ended = run(&["person", "list", "--data-dir", &dir], &[], "").await;
        self.note(&format!("{what} (person list)"), ended.refusal(code, words));
    }

    fn note(&mut self, what: &str, judged: Result<(), String>) {
        if let Err(why) = judged {
            self.wrong.push(format!("{what}: {why}"));
        }
    }

    /// With the right things in place again it serves: nothing was lost.
    async fn close(mut self) {
        assert!(
            self.wrong.is_empty(),
            "{} are wrong:\n{}",
            self.wrong.len(),
            self.wrong.join("\n")
        );
        self.node.serve().await;
        let owner = self.node.signed_in("owner").await;
        assert_eq!(
            owner.get("/api/v1/accounts/verify_credentials").await.ok()["username"],
            "owner"
        );
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

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
    let name = format!("entrenous_test_empty_{}", std::process::id());
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

    if on == Database::Sqlite {
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
    }
    stage.close().await;
}

fn no_user() -> String {
    let mut url = url::Url::parse(&server_url()).unwrap();
    url.set_username("nobody_here").unwrap();
    url.into()
}

async fn one_node_in_one_place(on: Database) {
    let mut stage = Stage::open(on).await;
    // Somebody else has the port.
    let authority = stage.node.authority.clone();
    let port = authority.rsplit(':').next().unwrap();
    let taken = std::net::TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    stage
        .refuses("a port in use", &[], FAILED, &[port, "node.listen"])
        .await;
    stage
        .refuses(
            "an address of another machine",
            &[("ENTRENOUS_NODE_LISTEN", b"192.0.2.1:8300")],
            FAILED,
            &["192.0.2.1:8300", "node.listen"],
        )
        .await;
    drop(taken);

    // The same directory serves already: its own data go on changing, so only the answer is judged.
    stage.node.serve().await;
    let dir = stage.node.dir().to_str().unwrap().to_owned();
    let second = run(&["serve", "--data-dir", &dir], &[], "").await;
    stage.note(
        "serving already",
        second.refusal(FAILED, &["another process", &dir]),
    );
    assert_eq!(stage.node.client("").get("/health").await.status, 200);
    stage.node.kill().await;

    // A node elsewhere cannot begin with this one's database.
    let other = tempfile::tempdir().unwrap();
    let place = other.path().join("b");
    let url = match stage.node.database() {
        Some(name) => url_of(name),
        None => format!("sqlite:{}", stage.path("entrenous.db").display()),
    };
    let begin = [
        "init",
        "--data-dir",
        place.to_str().unwrap(),
        "--url",
        "http://localhost:1",
        "--owner",
        "eve",
        "--owner-password-stdin",
        "--database-url",
        &url,
    ];
    let ended = run(&begin, &[], PASSWORD).await;
    stage.note(
        "another's database",
        ended.refusal(FAILED, &["holds another node"]),
    );
    assert!(!place.exists(), "something was left behind");
    stage.close().await;
}

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
