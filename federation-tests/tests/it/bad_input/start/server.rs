//! A PostgreSQL server that asks for a password, and how refused processes leave it.

use super::super::attempt::run;
use super::{CONFIGURATION, FAILED};
use federation_tests::contents::{Contents, differences};
use federation_tests::node::{PASSWORD, Surroundings, free_port};
use federation_tests::{Database, Node, Server};

/// Who connects with the right password.
async fn node_on(server: &Server) -> Node {
    let surroundings = Surroundings {
        database_url: Some(server.url()),
        ..Surroundings::default()
    };
    Node::init_in(
        "Lyon",
        Database::Postgres,
        &format!("localhost:{}", free_port()),
        surroundings,
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_told_and_not_shown() {
    let server = Server::guarded();
    let mut node = node_on(&server).await;
    let dir = node.dir().to_str().unwrap().to_owned();
    for (what, password, words) in [
        (
            "a wrong one",
            Some("geheim"),
            &["password authentication failed", "database.url"][..],
        ),
        ("none", None, &["no password supplied", "database.url"]),
    ] {
        let url = server.url_with(password);
        for command in [&["serve"][..], &["person", "list"]] {
            let arguments = [command, &["--data-dir", &dir]].concat();
            let ended = run(
                &arguments,
                &[("ENTRENOUS_DATABASE_URL", url.as_bytes()), ("PGPASSWORD", b"")],
                "",
            )
            .await;
            ended
                .refusal(FAILED, words)
                .unwrap_or_else(|why| panic!("{what}, {command:?}: {why}"));
            assert!(!ended.error.contains("geheim"), "{}", ended.error);
        }
    }
    node.serve().await;
    assert!(!node.log().contains("gut"), "{}", node.log());
}

/// A process that exits while its threads still connect is aborted now and then, and its status is another then: so it
/// lets them end first. The server sees whether a connection was closed or cut off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_refused_closes_its_connections() {
    const TIMES: usize = 5;
    let server = Server::guarded();
    let node = node_on(&server).await;
    let dir = node.dir().to_str().unwrap().to_owned();
    let port = node.authority.rsplit(':').next().unwrap();
    let _taken = std::net::TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    let other: &[(&str, &[u8])] = &[("ENTRENOUS_NODE_URL", b"https://paris.example")];
    for _ in 0..TIMES {
        let serve = ["serve", "--data-dir", &dir];
        for (arguments, variables, code, word) in [
            (&serve[..], other, CONFIGURATION, "node.url"),
            (&serve, &[], FAILED, "node.listen"),
            (
                &["person", "list", "--data-dir", &dir],
                other,
                CONFIGURATION,
                "node.url",
            ),
        ] {
            run(arguments, variables, "")
                .await
                .refusal(code, &[word])
                .unwrap();
        }
    }
    let log = server.logged();
    let cut = [
        "unexpected EOF on client",
        "incomplete startup packet",
        "Connection reset",
    ];
    let cut: Vec<&str> = log
        .lines()
        .filter(|line| cut.iter().any(|words| line.contains(words)))
        .collect();
    // Nobody waits for the one connection of each process that asks whether the server still answers: up to two lines
    // for each. Processes that wait for none leave hundreds.
    assert!(cut.len() <= 6 * TIMES, "{} were cut off: {cut:?}", cut.len());
}

/// A copy of the data directory, on this machine or another, is the same node: nothing there may use the database beside
/// the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_do_not_use_one_database() {
    let mut node = Node::init("Lyon", Database::Postgres, &format!("localhost:{}", free_port())).await;
    let house = tempfile::tempdir().unwrap();
    let copy = house.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    for name in ["entrenous.toml", "vault.key"] {
        std::fs::copy(node.dir().join(name), copy.join(name)).unwrap();
    }
    node.serve().await;
    let mut contents = Contents::open(&node);
    let before = contents.now();
    let copy = copy.to_str().unwrap();
    let new = house.path().join("new").to_str().unwrap().to_owned();
    let database = federation_tests::database::url_of(node.database().unwrap());
    let listen = format!("127.0.0.1:{}", free_port());
    let add = ["person", "add", "--username", "eve", "--password-stdin"];
    let init = [
        "init",
        "--url",
        "http://localhost:8300",
        "--owner",
        "eve",
        "--owner-password-stdin",
        "--database-url",
        &database,
        "--data-dir",
        &new,
    ];
    let of_copy = ["--data-dir", copy];
    let serve = [&["serve"][..], &of_copy].concat();
    let add = [&add[..], &of_copy].concat();
    for arguments in [&serve[..], &add, &init] {
        let variables: &[(&str, &[u8])] = match arguments.first() {
            Some(&"serve") => &[("ENTRENOUS_NODE_LISTEN", listen.as_bytes())],
            _ => &[],
        };
        let words = [
            "another process uses",
            "--data-dir",
            "stop it",
            "database of its own",
        ];
        run(arguments, variables, PASSWORD)
            .await
            .refusal(FAILED, &words)
            .unwrap_or_else(|why| panic!("{arguments:?}: {why}"));
    }
    assert!(!house.path().join("new").exists());
    assert_eq!(differences(&before, &contents.now()), "");
    assert_eq!(node.client("").get("/health").await.status, 200);
    // Killed without a word, it does not stand in its own way.
    for _ in 0..3 {
        node.kill().await;
        node.serve().await;
    }
    node.terminate().await;
    let added = run(&add, &[], PASSWORD).await;
    assert_eq!(added.code, 0, "{}", added.error);
}
