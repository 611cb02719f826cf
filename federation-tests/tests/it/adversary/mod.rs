//! What an adversary can try against what is built: the table "Black-box tests that must always pass" of the security
//! design. P is an invited peer of other software that was broken into, Q another invited peer, U was never invited.
//!
//! Every answer must come within ten seconds and be no 5xx; afterwards nothing of alice's has changed, U was never
//! contacted, and the node has not grown by more than 64 MiB.

mod browser;
mod client;
mod fetch;
mod files;
mod forge;
mod gate;
mod identity;
mod invitation;
mod load;
mod visibility;

use federation_tests::{Client, Database, MockPeer, Node};
use http::{HeaderMap, Method};
use serde_json::{Value, json};
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

    /// Asserts that nothing came of it.
    async fn close(&self, before: &str) {
        assert_eq!(self.seen_by_alice().await, before, "content has changed");
        self.watched();
    }

    /// What holds in every test.
    fn watched(&self) {
        assert_eq!(
            self.u.connections(),
            0,
            "the stranger was contacted: {:?}",
            self.u.seen()
        );
        let growth = self.node.memory().saturating_sub(self.memory);
        assert!(growth < GROWTH, "the node has grown by {growth} KiB");
        let log = self.node.log();
        assert!(!log.contains("panicked"), "{log}");
    }
}

/// The routes of the client API: method, path, what may use it, its scopes.
struct Route {
    method: Method,
    path: String,
    access: String,
    scopes: Vec<String>,
}

async fn api_routes() -> Vec<Route> {
    let output = std::process::Command::new(federation_tests::node::binary())
        .arg("openapi")
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, route) in methods.as_object().unwrap() {
            let scopes = route["security"].as_array().into_iter().flatten();
            routes.push(Route {
                method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
                path: path.clone(),
                access: route["x-access"].as_str().unwrap().to_owned(),
                scopes: scopes
                    .flat_map(|one| one["oauth"].as_array().unwrap())
                    .map(|scope| scope.as_str().unwrap().to_owned())
                    .collect(),
            });
        }
    }
    assert!(
        routes.len() > 100,
        "the OpenAPI document names {} routes",
        routes.len()
    );
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

/// Runs many requests, `at_once` at a time.
async fn many<T>(at_once: usize, requests: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    use futures_util::StreamExt as _;
    futures_util::stream::iter(requests)
        .buffer_unordered(at_once)
        .collect()
        .await
}
