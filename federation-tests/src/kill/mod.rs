//! SIGKILL at random moments, of the node that sends and of the node that receives in turn, while eight clients and a
//! peer write and two peers are delivered to; then everything is compared with what was acknowledged. The test command runs some kills, `cargo xtask soak` as many as one likes.

mod check;
mod peer;
mod report;
mod writer;

use crate::client::Client;
use crate::database::Database;
use crate::mock::MockPeer;
use crate::node::Node;
use crate::rng::Rng;
use check::Books;
use peer::Sender;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use writer::Writer;

pub use report::{Kills, Report, Tally};

/// People who write; each has two clients.
const PEOPLE: usize = 4;
/// Clients that write.
const CLIENTS: usize = 8;
/// Clients of Bob, who is delivered to and writes as well: what his node sends wakes the queue of one that rests.
const BOBS_CLIENTS: usize = 2;
/// Deliveries that stand still for so long do not go on. A peer that was away for a moment is tried again sooner.
const STANDSTILL: Duration = Duration::from_secs(75);
/// Senders of the peer of other software.
const SENDERS: usize = 2;

/// How much to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many kills.
    pub kills: u32,
    /// What the moments are made from.
    pub seed: u64,
    /// The longest a node lives before it is killed.
    pub longest: Duration,
    /// No more kills are begun after so long.
    pub at_most: Duration,
    /// Told after each kill how many there have been.
    pub progress: fn(u32),
}

/// The posts that anyone has had acknowledged: id and URI.
type Known = Arc<Mutex<Vec<(String, String)>>>;

/// One of the two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum House {
    /// Where nearly all is written, and what the peer of other software sends arrives.
    Lyon,
    /// Which is delivered to.
    Paris,
}

impl House {
    const fn other(self) -> Self {
        match self {
            Self::Lyon => Self::Paris,
            Self::Paris => Self::Lyon,
        }
    }
}

/// Someone who writes.
struct Person {
    name: String,
    house: House,
    client: Client,
}

struct Scene {
    lyon: Node,
    paris: Node,
    mock: Arc<MockPeer>,
    /// Those of Lyon, then Bob at Paris, who follows all of them; the first of them follows him.
    people: Vec<Person>,
    writers: Vec<Writer>,
    senders: Vec<Sender>,
    rng: Rng,
}

/// Kills nodes as planned, the sender and the receiver in turn.
///
/// # Panics
/// If one does not come back, or answers what it must not.
pub async fn run(on: Database, plan: &Plan) -> Report {
    let begun = Instant::now();
    let mut scene = Scene::open(on, plan.seed).await;
    let mut books = Books::default();
    let mut report = Report {
        seed: plan.seed,
        ..Report::default()
    };
    let mut house = House::Lyon;
    for kill in 1..=plan.kills {
        if begun.elapsed() >= plan.at_most {
            break;
        }
        scene.write_until_killed(house, plan.longest).await;
        let ready = scene.node_mut(house).serve_timed().await;
        let under_delivery = books.has_received(&scene, house).await;
        let kills = report.of(house);
        kills.ready.push(ready);
        kills.under_delivery += usize::from(under_delivery);
        books.look(&scene, false).await;
        (plan.progress)(kill);
        house = house.other();
    }
    scene.settle().await;
    books.look(&scene, true).await;
    books.close(&scene, &mut report).await;
    report
}

impl Scene {
    /// Lyon, where all is written; Paris, a node that receives and sends a little; and a peer of other software that
    /// does both.
    async fn open(on: Database, seed: u64) -> Self {
        let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
        lyon.connect(&paris).await;
        let mock = Arc::new(MockPeer::start("127.0.0.7", "max").await);
        lyon.command(&["peer", "trust", &mock.origin]).await;
        let bob = paris.person("bob").await;
        let mut rng = Rng::new(seed);
        let (known, known_to_bob) = (Known::default(), Known::default());
        let mut people = Vec::new();
        let mut ids = Vec::new();
        for number in 0..PEOPLE {
            let name = name(number);
            let client = lyon.person(&name).await;
            let me = client.get("/api/v1/accounts/verify_credentials").await.ok();
            ids.push(me["id"].as_str().unwrap_or_default().to_owned());
            bob.follow(&format!("@{name}@{}", lyon.authority)).await;
            let uri = lyon.url(&format!("/people/{name}"));
            let follow = mock.activity("max", "Follow", json!({ "object": uri }));
            let (status, text) = mock.post("max", &lyon.url("/inbox"), &follow).await;
            assert_eq!(status, 202, "{text}");
            people.push(Person {
                name,
                house: House::Lyon,
                client,
            });
        }
        people[0]
            .client
            .follow(&format!("@bob@{}", paris.authority))
            .await;
        people.push(Person {
            name: "bob".to_owned(),
            house: House::Paris,
            client: bob,
        });
        let writers = (0..CLIENTS + BOBS_CLIENTS)
            .map(|number| {
                let bobs = number >= CLIENTS;
                let person = if bobs { PEOPLE } else { number % PEOPLE };
                // One client of each person follows and unfollows: who else did would be a matter of chance.
                let target = ids.get((number + 1) % PEOPLE).filter(|_| number < PEOPLE);
                let known = if bobs { &known_to_bob } else { &known };
                Writer::new(
                    number,
                    person,
                    people[person].client.clone(),
                    target.cloned(),
                    Arc::clone(known),
                    Rng::new(rng.next()),
                )
            })
            .collect();
        let senders = (0..SENDERS)
            .map(|number| {
                Sender::new(
                    number,
                    Arc::clone(&mock),
                    &lyon,
                    Arc::clone(&known),
                    Rng::new(rng.next()),
                )
            })
            .collect();
        Self {
            lyon,
            paris,
            mock,
            people,
            writers,
            senders,
            rng,
        }
    }

    const fn node(&self, house: House) -> &Node {
        match house {
            House::Lyon => &self.lyon,
            House::Paris => &self.paris,
        }
    }

    const fn node_mut(&mut self, house: House) -> &mut Node {
        match house {
            House::Lyon => &mut self.lyon,
            House::Paris => &mut self.paris,
        }
    }

    fn first_of(&self, house: House) -> &Person {
        let mut here = self.people.iter().filter(|person| person.house == house);
        here.next().expect("someone lives in each")
    }

    /// Someone here who follows the people of the other node.
    fn reader_at(&self, house: House) -> &Client {
        &self.first_of(house).client
    }

    /// The handle of someone who is followed from the other node.
    fn handle_of(&self, house: House) -> String {
        format!("@{}@{}", self.first_of(house).name, self.node(house).authority)
    }

    /// Everyone writes, until a node is killed at some moment.
    async fn write_until_killed(&mut self, house: House, longest: Duration) {
        let enough = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = self
            .writers
            .drain(..)
            .map(|writer| {
                let enough = Arc::clone(&enough);
                tokio::spawn(async move { writer.write(&enough).await })
            })
            .collect();
        let senders: Vec<_> = self
            .senders
            .drain(..)
            .map(|sender| {
                let enough = Arc::clone(&enough);
                tokio::spawn(async move { sender.send(&enough).await })
            })
            .collect();
        let most = u64::try_from(longest.as_micros()).unwrap_or(1).max(1);
        // The moment is what chance decides here.
        tokio::time::sleep(Duration::from_micros(self.rng.below(most))).await;
        self.node_mut(house).kill().await;
        enough.store(true, Ordering::SeqCst);
        for task in writers {
            self.writers.push(task.await.expect("a client failed"));
        }
        for task in senders {
            self.senders.push(task.await.expect("a sender failed"));
        }
    }

    /// What was unanswered is asked for again; then everything that is queued has arrived.
    async fn settle(&mut self) {
        for writer in &mut self.writers {
            writer.again().await;
        }
        for sender in &mut self.senders {
            sender.again().await;
        }
        for node in [&self.lyon, &self.paris] {
            let mut left = i64::MAX;
            let mut since = Instant::now();
            while left > 0 {
                let queues = node.json(&["peer", "deliveries"]).await;
                let queues = queues.as_array().expect("no list").clone();
                let queued = queues.iter().filter_map(|queue| queue["queued"].as_i64()).sum();
                if queued < left {
                    (left, since) = (queued, Instant::now());
                }
                assert!(
                    since.elapsed() < STANDSTILL,
                    "deliveries of {} do not go on: {queues:?}",
                    node.name
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn name(person: usize) -> String {
    format!("writer{person}")
}

/// The words of a post that was written here.
fn words(content: &str) -> String {
    content.replace("<p>", "").replace("</p>", "").trim().to_owned()
}
