//! SIGKILL at random moments, while eight clients and a peer write and two peers are delivered to; then everything is
//! compared with what was acknowledged. The test command runs some kills, `cargo xtask soak` as many as one likes.

mod check;
mod peer;
mod writer;

use crate::client::Client;
use crate::database::Database;
use crate::mock::MockPeer;
use crate::node::Node;
use crate::rng::Rng;
use crate::wait::eventually;
use check::Books;
use peer::Sender;
use serde_json::json;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use writer::Writer;

/// People who write; each has two clients.
const PEOPLE: usize = 4;
/// Clients that write.
const CLIENTS: usize = 8;
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
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    /// What the moments were made from.
    pub seed: u64,
    /// Kills.
    pub kills: u32,
    /// Posts, favourites and follows that clients had acknowledged.
    pub acknowledged: u64,
    /// Activities of the peer that were answered 2xx.
    pub received: u64,
    /// Requests whose answer was lost by a kill.
    pub unanswered: u64,
    /// Deliveries that the peer of other software got, and how many of them more than once.
    pub delivered: (u64, u64),
    /// Acknowledged, and not there.
    pub lost: Vec<String>,
    /// There more than once, or with a second effect.
    pub doubled: Vec<String>,
    /// The longest time from start to the first healthy answer, after a kill.
    pub worst_ready: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (delivered, again) = self.delivered;
        write!(
            f,
            "seed {}: {} kills, {} writes acknowledged, {} activities received, {} answers lost on the way, \
             {delivered} deliveries ({again} of them again), {} lost, {} doubled, ready again after {} ms at most",
            self.seed,
            self.kills,
            self.acknowledged,
            self.received,
            self.unanswered,
            self.lost.len(),
            self.doubled.len(),
            self.worst_ready.as_millis(),
        )?;
        for (what, list) in [("lost", &self.lost), ("doubled", &self.doubled)] {
            for one in list.iter().take(20) {
                write!(f, "\n  {what}: {one}")?;
            }
        }
        Ok(())
    }
}

/// The posts that anyone has had acknowledged: id and URI.
type Known = Arc<Mutex<Vec<(String, String)>>>;

struct Scene {
    lyon: Node,
    /// Serves for as long as it is here.
    _paris: Node,
    bob: Client,
    mock: Arc<MockPeer>,
    people: Vec<Client>,
    writers: Vec<Writer>,
    senders: Vec<Sender>,
    rng: Rng,
}

/// Kills a node as planned.
///
/// # Panics
/// If it does not come back, or answers what it must not.
pub async fn run(on: Database, plan: &Plan) -> Report {
    let begun = Instant::now();
    let mut scene = Scene::open(on, plan.seed).await;
    let mut books = Books::default();
    let mut report = Report {
        seed: plan.seed,
        ..Report::default()
    };
    while report.kills < plan.kills && begun.elapsed() < plan.at_most {
        scene.write_until_killed(plan.longest).await;
        report.worst_ready = report.worst_ready.max(scene.lyon.serve_timed().await);
        report.kills += 1;
        books.look(&scene, false).await;
    }
    scene.settle().await;
    books.look(&scene, true).await;
    books.close(&scene, &mut report).await;
    report
}

impl Scene {
    /// Lyon, where all is written; Paris, a node that receives; and a peer of other software that does both.
    async fn open(on: Database, seed: u64) -> Self {
        let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
        lyon.connect(&paris).await;
        let mock = Arc::new(MockPeer::start("127.0.0.7", "max").await);
        lyon.command(&["peer", "trust", &mock.origin]).await;
        let bob = paris.person("bob").await;
        let mut rng = Rng::new(seed);
        let known = Known::default();
        let mut people = Vec::new();
        let mut ids = Vec::new();
        for number in 0..PEOPLE {
            let name = name(number);
            let client = lyon.person(&name).await;
            let me = client.get("/api/v1/accounts/verify_credentials").await.ok();
            ids.push(me["id"].as_str().unwrap_or_default().to_owned());
            people.push(client);
            bob.follow(&format!("@{name}@{}", lyon.authority)).await;
            let uri = lyon.url(&format!("/people/{name}"));
            let follow = mock.activity("max", "Follow", json!({ "object": uri }));
            let (status, text) = mock.post("max", &lyon.url("/inbox"), &follow).await;
            assert_eq!(status, 202, "{text}");
        }
        let writers = (0..CLIENTS)
            .map(|number| {
                let (person, next) = (number % PEOPLE, (number + 1) % PEOPLE);
                Writer::new(
                    number,
                    person,
                    people[person].clone(),
                    // One client of each person follows and unfollows: who else did would be a matter of chance.
                    (number < PEOPLE).then(|| ids[next].clone()),
                    Arc::clone(&known),
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
            _paris: paris,
            bob,
            mock,
            people,
            writers,
            senders,
            rng,
        }
    }

    /// Everyone writes, until the node is killed at some moment.
    async fn write_until_killed(&mut self, longest: Duration) {
        let writers: Vec<_> = self
            .writers
            .drain(..)
            .map(|writer| tokio::spawn(writer.write()))
            .collect();
        let senders: Vec<_> = self
            .senders
            .drain(..)
            .map(|sender| tokio::spawn(sender.send()))
            .collect();
        let most = u64::try_from(longest.as_micros()).unwrap_or(1).max(1);
        // The moment is what chance decides here.
        tokio::time::sleep(Duration::from_micros(self.rng.below(most))).await;
        self.lyon.kill().await;
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
        let mut left = i64::MAX;
        let mut since = Instant::now();
        while left > 0 {
            let queues = self.lyon.json(&["peer", "deliveries"]).await;
            let queues = queues.as_array().expect("no list").clone();
            let queued = queues.iter().filter_map(|queue| queue["queued"].as_i64()).sum();
            if queued < left {
                (left, since) = (queued, Instant::now());
            }
            assert!(
                since.elapsed() < Duration::from_secs(75),
                "deliveries do not go on: {queues:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // The last answers may still be on their way into the books of the receivers.
        eventually("Paris to be at rest", || async {
            self.bob.try_get("/health").await
        })
        .await;
    }
}

fn name(person: usize) -> String {
    format!("writer{person}")
}

/// The words of a post that was written here.
fn words(content: &str) -> String {
    content.replace("<p>", "").replace("</p>", "").trim().to_owned()
}
