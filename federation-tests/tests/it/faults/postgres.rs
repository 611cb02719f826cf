//! PostgreSQL stops, is killed, and falls silent without a word, while a node serves.

use super::load::{
    self, Load, Told, assert_kept, assert_refused, assert_says_when, assert_soon, posts_of, words,
};
use federation_tests::client::{Client, holds};
use federation_tests::node::{Surroundings, free_port};
use federation_tests::{Database, MockPeer, Node, Server, eventually};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Within so long after the database is back, everything works again.
const RECOVERY: Duration = Duration::from_secs(10);
/// After so long what was on its way at the moment of the fault has been decided.
const MOMENT: Duration = Duration::from_millis(300);
/// Not the newest page of the home timeline, which may be in memory.
const OLDER_PAGE: &str = "/api/v1/timelines/home?max_id=9000000000000000000";

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

/// Pages of home timelines that were answered while there was no database.
///
/// The newest page may be in memory, and what is there is as good as ever: nothing can have changed meanwhile. A page
/// that is there is right, or it is refused; nobody is promised either.
#[derive(Default)]
struct Pages {
    /// When each was asked for, and the ids and words of its posts.
    answered: Vec<(Instant, BTreeMap<u64, String>)>,
    refused: usize,
}

impl Pages {
    async fn ask(&mut self, reader: &Client, waits: &mut Vec<Duration>) {
        let asked = Instant::now();
        let read = reader.get("/api/v1/timelines/home").await;
        waits.push(asked.elapsed());
        if read.status == 200 {
            let posts = read.json();
            let posts = posts.as_array().expect("no list").iter();
            let posts = posts.map(|post| (id_of(post), words(post))).collect();
            self.answered.push((asked, posts));
        } else {
            assert_eq!(read.status, 503, "{}", read.text);
            assert_says_when(&read);
            self.refused += 1;
        }
    }

    /// Every post that was shown is there, and every post that was acknowledged before was shown, down to the page's
    /// oldest.
    fn assert_true(&self, there: &BTreeMap<String, usize>, told: &[Told]) {
        println!(
            "{} pages from memory, {} refused",
            self.answered.len(),
            self.refused
        );
        for (asked, page) in &self.answered {
            for text in page.values() {
                assert_eq!(there.get(text), Some(&1), "{text} was shown, and is not there");
            }
            let oldest = if page.len() < 20 { None } else { page.keys().next() };
            for one in told
                .iter()
                .filter(|one| one.status() == 200 && one.at + one.took < *asked)
            {
                let id = id_of(&one.answer.as_ref().expect("no answer").json());
                assert!(
                    page.contains_key(&id) || oldest.is_some_and(|oldest| id < *oldest),
                    "{} was acknowledged, and is not shown: {page:?}",
                    one.text
                );
            }
        }
    }
}

fn id_of(post: &Value) -> u64 {
    post["id"].as_str().and_then(|id| id.parse().ok()).expect("no id")
}

/// How long each client of the load waited for the first answer after the fault that was a refusal: later ones are
/// refused at once, since the fault is known by then.
fn first_refusals(told: &[Told], struck: Instant) -> Vec<Duration> {
    let mut first: BTreeMap<&str, &Told> = BTreeMap::new();
    for one in told {
        if one.status() != 200 && one.at + one.took > struck {
            let client = one.text.split('n').next().unwrap_or_default();
            let kept = first.entry(client).or_insert(one);
            if one.at < kept.at {
                *kept = one;
            }
        }
    }
    first.values().map(|one| one.took).collect()
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
    // Nobody writes to her meanwhile: her page is in memory when the fault comes.
    let claire = node.person("claire").await;
    let quiet = load::write(&claire, "au calme").await;
    assert_eq!(quiet.status(), 200);

    let load = Load::start(&alice, 4, "");
    eventually("some posts", || async {
        (alice.home().await.len() > 10).then_some(())
    })
    .await;
    assert_eq!(claire.home().await.len(), 1);
    strike(&mut server);
    let struck = Instant::now();
    let (mut refused, mut waits) = (Vec::new(), Vec::new());
    let (mut pages, mut quiet_pages) = (Pages::default(), Pages::default());
    while struck.elapsed() < Duration::from_millis(2_500) || refused.len() < 2 {
        let one = load::write(&alice, &format!("refused{}", refused.len())).await;
        assert_refused(&one, 503);
        waits.push(one.took);
        refused.push(one);
        pages.ask(&alice, &mut waits).await;
        quiet_pages.ask(&claire, &mut waits).await;
        // Nothing of these is in memory: the database, as it is.
        for path in ["/health", OLDER_PAGE] {
            let asked = Instant::now();
            let read = alice.get(path).await;
            waits.push(asked.elapsed());
            assert_eq!(read.status, 503, "{path}: {}", read.text);
            assert_says_when(&read);
        }
        let asked = Instant::now();
        let answer = mock.post_and_hear("max", &node.url("/inbox"), &create).await;
        waits.push(asked.elapsed());
        assert_eq!(answer.status, 503, "{}", answer.text);
        assert_says_when(&answer);
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
        let (read, one) = tokio::join!(alice.get(OLDER_PAGE), load::write(&alice, &text));
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
    assert_soon("of all", waits);
    assert_soon("of those who met the fault", first_refusals(&told, struck));
    told.extend(refused);
    // What was asked for while there was no database, or a frozen one, has not happened behind the client's back.
    let certainly = |one: &Told| one.at > struck + MOMENT && one.at + one.took < mended;
    assert!(told.iter().filter(|one| certainly(one)).count() > 1);
    let there = posts_of(&alice).await;
    assert_kept(&there, &told, certainly);
    pages.assert_true(&there, &told);
    quiet_pages.assert_true(&posts_of(&claire).await, &[quiet]);
    let max = alice.find(&format!("@max@{}", mock.authority())).await;
    let notes = alice.pages(&format!("/api/v1/accounts/{max}/statuses"), 0).await;
    assert_eq!(notes.iter().filter(|note| holds(note, "malgré tout")).count(), 1);
}
