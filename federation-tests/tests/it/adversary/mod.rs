//! What an adversary can try against what is built: the table "Black-box tests that must always pass" of the security
//! design. P is an invited peer of other software that was broken into, Q another invited peer, U was never invited.
//!
//! What holds in every row is checked by the scene itself, and a scene that ends unchecked fails: every answer comes within
//! ten seconds and is no 5xx; a refusal by the federation's doors stands in the audit trail under its reason; the process
//! of the node has contacted nobody and asked for no name besides its peers' ([`federation_tests::witness`]); its memory
//! never grew by more than 64 MiB; and, where all was refused, no row of content has changed.

mod bombs;
mod browser;
mod client;
mod emoji;
mod fetch;
mod files;
mod forge;
mod gate;
mod identity;
mod invitation;
mod load;
mod logs;
mod names;
mod paths;
mod probing;
mod quotes;
mod replies;
mod reports;
mod said_twice;
mod spelling;
mod visibility;

use federation_tests::contents::{self, differences};
use federation_tests::{Client, Database, MockPeer, Node, eventually};
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Growth of the node that is allowed in a test, in KiB.
const GROWTH: u64 = 64 * 1024;

/// A node with alice, the invited P with max and mona, and the stranger U with mallory.
struct Scene {
    node: Node,
    alice: Client,
    p: MockPeer,
    u: MockPeer,
    inbox: String,
    http: reqwest::Client,
    memory: u64,
    /// Nodes that are no peers, and yet may be contacted: what they sent passed the invitation's code.
    admitted: Mutex<BTreeSet<String>>,
    /// Reasons that the federation's doors gave.
    reasons: Mutex<BTreeSet<String>>,
    watched: AtomicBool,
}

/// What there was before an attack.
struct Before {
    seen: String,
    rows: BTreeMap<String, Vec<String>>,
}

/// What the node answered.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    status: u16,
    text: String,
    headers: Vec<(String, String)>,
}

impl Scene {
    async fn open(on: Database) -> Self {
        let node = Node::start("Lyon", on).await;
        let alice = node.person("alice").await;
        let p = MockPeer::start("127.0.0.7", "max").await;
        p.put_person("mona");
        let u = MockPeer::start("127.0.0.9", "mallory").await;
        node.command(&["peer", "trust", &p.origin]).await;
        let inbox = node.url("/inbox");
        node.forget_peak();
        let memory = node.memory();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(15))
            .build()
            .unwrap();
        Self {
            node,
            alice,
            p,
            u,
            inbox,
            http,
            memory,
            admitted: Mutex::default(),
            reasons: Mutex::default(),
            watched: AtomicBool::new(false),
        }
    }

    fn alice_uri(&self) -> String {
        self.node.url("/people/alice")
    }

    /// An activity of `name` that creates a note to alice.
    fn create(&self, name: &str, text: &str) -> Value {
        let note = self.note(name, text);
        self.p.activity(
            name,
            "Create",
            json!({ "object": note, "to": [self.alice_uri()] }),
        )
    }

    fn note(&self, name: &str, text: &str) -> Value {
        let mut note = self.p.note(name, text, &[self.alice_uri()]);
        note["tag"] = json!([{
            "type": "Mention", "href": self.alice_uri(), "name": format!("@alice@{}", self.node.authority),
        }]);
        note
    }

    /// Sends exactly this, and holds the answer to what every answer must be.
    async fn send(&self, what: &str, method: Method, url: &str, headers: HeaderMap, body: Vec<u8>) -> Said {
        let start = Instant::now();
        let large = body.len() > 1 << 20;
        let mut request = self.http.request(method, url).headers(headers.clone()).body(body);
        for (name, value) in [
            (http::header::ACCEPT, "application/activity+json"),
            (http::header::CONTENT_TYPE, "application/activity+json"),
        ] {
            if !headers.contains_key(&name) {
                request = request.header(name, value);
            }
        }
        let response = match request.send().await {
            Ok(response) => response,
            // It stops reading where the limit is: a sender that goes on may lose the answer with the connection.
            Err(_) if large => {
                return Said {
                    status: 413,
                    text: String::new(),
                    headers: Vec::new(),
                };
            }
            Err(error) => panic!("{what}: no answer from {url}: {error}"),
        };
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let text = response.text().await.unwrap_or_default();
        assert!(
            start.elapsed() < Duration::from_secs(11),
            "{what}: answered after {:?}",
            start.elapsed()
        );
        // 503 is documented for what could not be fetched from the sender itself.
        assert!(
            status < 500 || (status == 503 && text.contains("unreachable")),
            "{what}: {status} {text}"
        );
        if [400, 401, 403, 413].contains(&status)
            && let Some(reason) = reason(url, &text)
        {
            self.reasons.lock().unwrap().insert(reason);
        }
        Said {
            status,
            text,
            headers,
        }
    }

    /// Posts an activity of P signed by `name`.
    async fn post(&self, what: &str, name: &str, activity: &Value) -> Said {
        let body = activity.to_string().into_bytes();
        let headers = self.p.sign(name, &Method::POST, &self.inbox, &body);
        self.send(what, Method::POST, &self.inbox, headers, body).await
    }

    /// Gets a URL signed by `name` of `peer`.
    async fn fetch(&self, peer: &MockPeer, name: &str, url: &str) -> Said {
        let headers = peer.sign(name, &Method::GET, url, b"");
        self.send(url, Method::GET, url, headers, Vec::new()).await
    }

    /// All that alice can see.
    async fn seen_by_alice(&self) -> String {
        let mut all = String::new();
        for path in [
            "/api/v1/timelines/home",
            "/api/v1/timelines/public",
            "/api/v1/notifications?limit=40",
            "/api/v1/accounts/verify_credentials",
            "/api/v1/conversations",
        ] {
            all.push_str(&self.alice.get(path).await.text);
        }
        all
    }

    /// What alice sees and what the database holds.
    async fn before(&self) -> Before {
        Before {
            seen: self.seen_by_alice().await,
            rows: contents::of_content(&self.node),
        }
    }

    /// Asserts that nothing came of it.
    async fn close(&self, before: &Before) {
        assert_eq!(self.seen_by_alice().await, before.seen, "content has changed");
        let rows = contents::of_content(&self.node);
        assert!(
            rows == before.rows,
            "rows have changed:\n{}",
            differences(&before.rows, &rows)
        );
        self.watched().await;
    }

    /// What holds in every test, now that it ends.
    async fn watched(&self) {
        let peers = self.node.json(&["peer", "list"]).await;
        let peers = peers.as_array().unwrap().iter();
        let peers = peers.map(|peer| peer["authority"].as_str().unwrap().to_owned());
        let admitted = self.admitted.lock().unwrap().clone();
        self.contacted_only(&peers.chain(admitted).collect());
        let growth = self.node.peak_memory().saturating_sub(self.memory);
        assert!(growth < GROWTH, "the node has grown by {growth} KiB");
        let written: BTreeSet<String> = contents::column(
            &self.node,
            "SELECT DISTINCT reason AS text FROM audit WHERE reason IS NOT NULL",
        )
        .into_iter()
        .collect();
        let missing: Vec<String> = self
            .reasons
            .lock()
            .unwrap()
            .difference(&written)
            .cloned()
            .collect();
        assert!(
            missing.is_empty(),
            "refused for {missing:?}, but the audit trail has {written:?}"
        );
    }

    /// This node has the code of an invitation, so that it may be contacted without being a peer.
    fn admit(&self, mock: &MockPeer) {
        self.admitted.lock().unwrap().insert(mock.authority().to_owned());
    }

    /// No connection and no question to anybody else; the node may be gone.
    fn contacted_only(&self, peers: &BTreeSet<String>) {
        self.watched.store(true, Ordering::Relaxed);
        assert!(!peers.contains(self.u.authority()), "the stranger is a peer");
        let others = self.node.contacts().besides(peers);
        assert!(others.is_empty(), "contacted besides {peers:?}: {others:?}");
        assert_eq!(
            self.u.connections(),
            0,
            "the stranger was contacted: {:?}",
            self.u.seen()
        );
        let log = self.node.log();
        assert!(!log.contains("panicked"), "{log}");
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let watched = self.watched.load(Ordering::Relaxed);
        assert!(watched || std::thread::panicking(), "a scene ended unchecked");
    }
}

/// The stable reason of a refusal by one of the federation's doors.
fn reason(url: &str, text: &str) -> Option<String> {
    let path = url::Url::parse(url).ok()?.path().to_owned();
    let doors = [
        "/inbox",
        "/actor",
        "/people/",
        "/posts/",
        "/activities/",
        "/network",
        "/invitations/",
    ];
    let said: Value = serde_json::from_str(text).ok()?;
    let reason = said["error"].as_str()?;
    let stable = reason
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit());
    (stable && doors.iter().any(|door| path.starts_with(door))).then(|| reason.to_owned())
}

/// A route: method, path, what may use it, its scopes.
struct Route {
    method: Method,
    path: String,
    access: String,
    scopes: Vec<String>,
}

/// Every route of the node, as its routers list them: client API, federation, pages, files of the web client.
async fn routes() -> Vec<Route> {
    let output = std::process::Command::new(federation_tests::node::binary())
        .args(["routes", "--json"])
        .output()
        .unwrap();
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let routes: Vec<Route> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|route| Route {
            method: Method::from_bytes(text(&route["method"]).as_bytes()).unwrap(),
            path: text(&route["path"]),
            access: text(&route["access"]),
            scopes: route["scopes"].as_array().unwrap().iter().map(text).collect(),
        })
        .collect();
    assert!(routes.len() > 250, "the node names {} routes", routes.len());
    routes
}

/// A path with `id` in the place of every parameter.
fn filled(path: &str, id: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{username}" | "@{username}" => part.replace("{username}", "alice"),
        part if part.starts_with('{') => id.to_owned(),
        part => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

fn id(entity: &Value) -> String {
    entity["id"].as_str().expect("no id").to_owned()
}

/// Waits until alice was told these words.
async fn told(scene: &Scene, words: &str) {
    eventually(words, || async {
        scene.seen_by_alice().await.contains(words).then_some(())
    })
    .await;
}

/// Runs many requests, `at_once` at a time.
async fn many<T>(at_once: usize, requests: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    use futures_util::StreamExt as _;
    futures_util::stream::iter(requests)
        .buffer_unordered(at_once)
        .collect()
        .await
}
