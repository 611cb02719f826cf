//! Clients that write all the time, and what they were told.

use federation_tests::Client;
use federation_tests::client::Answer;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A client that cannot be served is to know within two seconds: half of those who waited did, and the others waited
/// for a machine that was busy with something else.
const SOON: Duration = Duration::from_secs(2);
/// Nobody waits for so long, however busy the machine is.
const EVER: Duration = Duration::from_secs(10);

/// What became of one post.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) text: String,
    /// When it was asked for.
    pub(super) at: Instant,
    pub(super) took: Duration,
    /// `None`: the connection ended without an answer.
    pub(super) answer: Option<Answer>,
}

impl Told {
    pub(super) fn status(&self) -> u16 {
        self.answer.as_ref().map_or(0, |answer| answer.status)
    }
}

/// Clients that write until they are told to stop, or nobody answers.
pub(super) struct Load {
    stop: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<Vec<Told>>>,
}

impl Load {
    /// `clients` of one person; their texts begin with `mark`, which no other has.
    pub(super) fn start(person: &Client, clients: usize, mark: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let tasks = (0..clients)
            .map(|client| {
                let (person, stop) = (person.clone(), Arc::clone(&stop));
                let mark = format!("{mark}c{client}");
                tokio::spawn(async move {
                    let mut told = Vec::new();
                    while !stop.load(Ordering::SeqCst) {
                        let one = write(&person, &format!("{mark}n{}", told.len())).await;
                        let refused = one.status() != 200;
                        let silent = one.answer.is_none();
                        told.push(one);
                        if silent {
                            break;
                        }
                        if refused {
                            // As a client would, though sooner than it is asked to.
                            tokio::time::sleep(Duration::from_millis(100)).await;
                        }
                    }
                    told
                })
            })
            .collect();
        Self { stop, tasks }
    }

    /// Ends it and answers what the clients were told.
    pub(super) async fn stop(self) -> Vec<Told> {
        self.stop.store(true, Ordering::SeqCst);
        let mut all = Vec::new();
        for task in self.tasks {
            all.extend(task.await.expect("a client failed"));
        }
        all
    }
}

/// Publishes a post, whatever is answered.
pub(super) async fn write(person: &Client, text: &str) -> Told {
    let at = Instant::now();
    let body = json!({ "status": text, "visibility": "public" });
    let answer = person.try_send("POST", "/api/v1/statuses", Some(body)).await;
    Told {
        text: text.to_owned(),
        at,
        took: at.elapsed(),
        answer,
    }
}

/// The times for which clients waited for an answer while something was missing: in time, as a whole.
pub(super) fn assert_soon(what: &str, mut waits: Vec<Duration>) {
    waits.sort_unstable();
    let median = waits.get(waits.len() / 2).copied().expect("nobody waited");
    let longest = waits.last().copied().unwrap_or_default();
    println!(
        "{what}: {} waited, half of them {median:?}, one {longest:?}",
        waits.len()
    );
    assert!(median < SOON && longest < EVER, "{what}: {waits:?}");
}

/// A refusal as it must be: in the shape of Mastodon's errors, with the time to wait. See also [`assert_soon`].
pub(super) fn assert_refused(told: &Told, status: u16) {
    let answer = told.answer.as_ref().expect("no answer");
    assert_eq!(answer.status, status, "{}: {}", told.text, answer.text);
    assert!(
        told.took < EVER,
        "{} was refused after {:?}",
        told.text,
        told.took
    );
    assert!(answer.json()["error"].is_string(), "{}", answer.text);
    assert_says_when(answer);
}

/// A refusal says when to come again, and that is soon.
pub(super) fn assert_says_when(answer: &Answer) {
    let told = answer.retry_after();
    assert!(
        told.is_some_and(|seconds| (1..60).contains(&seconds)),
        "{:?}",
        answer.headers
    );
}

/// How often each of the person's posts is there, by its words.
pub(super) async fn posts_of(person: &Client) -> BTreeMap<String, usize> {
    let me = person.get("/api/v1/accounts/verify_credentials").await.ok();
    let path = format!(
        "/api/v1/accounts/{}/statuses",
        me["id"].as_str().unwrap_or_default()
    );
    let mut times = BTreeMap::new();
    let posts = person.pages(&path, 0).await;
    assert_eq!(me["statuses_count"], posts.len());
    for post in posts {
        *times.entry(words(&post)).or_default() += 1;
    }
    times
}

/// The words of a post.
pub(super) fn words(post: &Value) -> String {
    let content = post["content"].as_str().unwrap_or_default();
    content.replace("<p>", "").replace("</p>", "").trim().to_owned()
}

/// What was acknowledged is there once; what was refused for certain is not; anything else is there once at most.
pub(super) fn assert_kept(
    there: &BTreeMap<String, usize>,
    told: &[Told],
    certainly_refused: impl Fn(&Told) -> bool,
) {
    for one in told {
        let times = there.get(&one.text).copied().unwrap_or(0);
        match one.status() {
            200 => assert_eq!(times, 1, "acknowledged: {one:?}"),
            _ if certainly_refused(one) => assert_eq!(times, 0, "refused: {one:?}"),
            _ => assert!(times <= 1, "{times} times: {one:?}"),
        }
    }
}
