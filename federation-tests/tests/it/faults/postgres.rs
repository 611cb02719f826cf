//! PostgreSQL stops, is killed, and falls silent without a word, while a node serves.

use super::load::{self, IN_TIME, Load, assert_kept, assert_refused, posts_of};
use federation_tests::client::holds;
use federation_tests::node::{Surroundings, free_port};
use federation_tests::{Database, MockPeer, Node, Server, eventually};
use serde_json::json;
use std::time::{Duration, Instant};

/// Within so long after the database is back, everything works again.
const RECOVERY: Duration = Duration::from_secs(10);
/// After so long what was on its way at the moment of the fault has been decided.
const MOMENT: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped() {
    outage(Server::stop, Server::resume).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed() {
    outage(Server::kill, Server::resume).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frozen() {
    outage(|server| server.freeze(), |server| server.thaw()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frozen_and_killed() {
    outage(
        |server| server.freeze(),
        |server| {
            server.kill();
            server.resume();
        },
    )
    .await;
}

/// A node whose database is frozen can still be ended in time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frozen_at_the_end() {
    let server = Server::start();
    let mut node = node_on(&server).await;
    let alice = node.person("alice").await;
    server.freeze();
    let refused = load::write(&alice, "trop tard").await;
    assert_refused(&refused, 503);
    let (took, well) = node.terminate().await;
    assert!(well && took < Duration::from_secs(10), "{took:?}");
    server.thaw();
}

async fn node_on(server: &Server) -> Node {
    let surroundings = Surroundings {
        database_url: Some(server.url()),
        ..Surroundings::default()
    };
    let authority = format!("localhost:{}", free_port());
    let mut node = Node::init_in("Lyon", Database::Postgres, &authority, surroundings).await;
    node.serve().await;
    node
}

async fn outage(strike: impl Fn(&mut Server), mend: impl Fn(&mut Server)) {
    let mut server = Server::start();
    let node = node_on(&server).await;
    let alice = node.person("alice").await;
    let mock = MockPeer::start("127.0.0.7", "max").await;
    node.command(&["peer", "trust", &mock.origin]).await;
    let note = mock.note("max", "malgré tout", &[node.url("/people/alice")]);
    let fields = json!({ "object": note, "to": [node.url("/people/alice")] });
    let create = mock.activity("max", "Create", fields);
    // Known before, so that its key need not be fetched while there is no database.
    let follow = mock.activity("max", "Follow", json!({ "object": node.url("/people/alice") }));
    assert_eq!(mock.post("max", &node.url("/inbox"), &follow).await.0, 202);
    let process = node.pid();

    let load = Load::start(&alice, 4, "");
    eventually("some posts", || async {
        (alice.home().await.len() > 10).then_some(())
    })
    .await;
    strike(&mut server);
    let struck = Instant::now();
    let mut refused = Vec::new();
    while struck.elapsed() < Duration::from_millis(2_500) {
        let one = load::write(&alice, &format!("refused{}", refused.len())).await;
        assert_refused(&one, 503);
        refused.push(one);
        for path in ["/api/v1/timelines/home", "/health"] {
            let asked = Instant::now();
            let read = alice.get(path).await;
            assert_eq!(read.status, 503, "{path}: {}", read.text);
            assert!(
                asked.elapsed() < IN_TIME,
                "{path} was refused after {:?}",
                asked.elapsed()
            );
            assert!(
                read.headers.contains_key("retry-after"),
                "{path}: {:?}",
                read.headers
            );
        }
        let asked = Instant::now();
        let (status, text) = mock.post("max", &node.url("/inbox"), &create).await;
        assert_eq!(status, 503, "{text}");
        assert!(
            asked.elapsed() < IN_TIME,
            "the inbox refused after {:?}",
            asked.elapsed()
        );
    }
    mend(&mut server);
    let mended = Instant::now();
    let mut again = 0;
    loop {
        again += 1;
        let one = load::write(&alice, &format!("again{again}")).await;
        let worked = one.status() == 200;
        refused.push(one);
        if worked {
            break;
        }
        assert!(mended.elapsed() < RECOVERY, "writes do not work again");
    }
    // Each of the node's connections was in use, and each must be as good as new.
    for number in 0..30 {
        let text = format!("new{number}");
        let (read, one) = tokio::join!(alice.get("/api/v1/timelines/home"), load::write(&alice, &text));
        let settled = (read.status, one.status()) == (200, 200);
        refused.push(one);
        assert!(settled || mended.elapsed() < RECOVERY, "{}", read.text);
    }
    for _ in 0..2 {
        assert_eq!(mock.post("max", &node.url("/inbox"), &create).await.0, 202);
    }
    let mut told = load.stop().await;
    assert_eq!(node.pid(), process, "it is the same process");
    for one in &told {
        if one.status() != 200 {
            assert_refused(one, 503);
        }
    }
    let worst = told
        .iter()
        .filter(|one| one.status() != 200)
        .map(|one| one.took)
        .max();
    println!(
        "{} posts of the load, the slowest refusal after {worst:?}",
        told.len()
    );
    told.extend(refused);
    // What was asked for while there was no database, or a frozen one, has not happened behind the client's back.
    let certainly = |one: &load::Told| one.at > struck + MOMENT && one.at + one.took < mended;
    assert!(told.iter().filter(|one| certainly(one)).count() > 1);
    assert_kept(&posts_of(&alice).await, &told, certainly);
    let max = alice.find(&format!("@max@{}", mock.authority())).await;
    let notes = alice.pages(&format!("/api/v1/accounts/{max}/statuses"), 0).await;
    assert_eq!(notes.iter().filter(|note| holds(note, "malgré tout")).count(), 1);
}
