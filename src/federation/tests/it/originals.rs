//! Recorded requests, byte for byte, over a socket to the gate of a node that has the recorded receiver's origin and clock:
//! accepted as they are, refused with one byte changed.

use crate::corpus::{actors, recorded};
use crate::fixture::Node;
use axum::Router;
use axum::extract::{Request, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use entrenous_federation::vocabulary::Actor;
use entrenous_federation::{Federation, gate};
use entrenous_model::{Contract, Origin, PeerState, Software, Time};
use http::StatusCode;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const HOSTS: [&str; 8] = [
    "gts.test",
    "gts2.test",
    "lemmy.test",
    "lemmy2.test",
    "mitra.test",
    "mitra2.test",
    "snac.test",
    "snac2.test",
];

/// A recorded request as it was on the wire.
#[derive(Clone)]
struct Wire {
    name: String,
    receiver: String,
    at: Time,
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Wire {
    fn read(name: String, exchange: &Value) -> Self {
        let text = |name: &str| exchange[name].as_str().unwrap().to_owned();
        let headers = exchange["headers"].as_array().unwrap().iter();
        let part = |line: &Value, at: usize| line[at].as_str().unwrap().to_owned();
        Self {
            name,
            receiver: text("receiver_host"),
            at: DateTime::parse_from_rfc3339(&text("received_at"))
                .unwrap()
                .to_utc(),
            line: format!("{} {} HTTP/1.1", text("method"), text("target")),
            headers: headers.map(|line| (part(line, 0), part(line, 1))).collect(),
            body: STANDARD.decode(text("body_base64")).unwrap(),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    fn is_to_itself(&self) -> bool {
        let signature = self.header("signature").unwrap();
        signature.contains(&format!("keyId=\"https://{}/", self.receiver))
    }

    fn changed(&self, name: &str, change: impl FnOnce(&str) -> String) -> Self {
        let mut other = self.clone();
        let header = other
            .headers
            .iter_mut()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        let value = &mut header.unwrap().1;
        *value = change(value);
        other
    }

    /// One byte of each signed part changed.
    fn forgeries(&self) -> Vec<(String, Self)> {
        let mut all = Vec::new();
        let place = self.name.bytes().map(usize::from).sum::<usize>();
        if !self.body.is_empty() {
            let mut other = self.clone();
            let at = place % self.body.len();
            other.body[at] ^= 1;
            all.push((format!("body at {at}"), other));
        }
        let signed: &[&str] = if self.header("signature-input").is_some() {
            &["content-digest", "signature-input"]
        } else if self.header("digest").is_some() {
            &["date", "digest", "host"]
        } else {
            &["date", "host"]
        };
        for name in signed {
            // The last letter or digit before the end: of `GMT`, of the digest, of the host.
            let other = self.changed(name, |value| {
                let at = value.rfind(|c: char| c.is_ascii_alphanumeric()).unwrap();
                flip(value, at)
            });
            all.push(((*name).to_owned(), other));
        }
        let other = self.changed("signature", |value| {
            let start = value.rfind("signature=\"").map_or(6, |at| at + 11);
            flip(value, start + place % 340)
        });
        all.push(("signature".to_owned(), other));
        let mut other = self.clone();
        let end = self
            .line
            .find(['?'])
            .unwrap_or(self.line.len() - " HTTP/1.1".len());
        other.line = flip(&self.line, end - 1);
        all.push(("target".to_owned(), other));
        all
    }

    /// Status and body of the answer.
    async fn send(&self, to: SocketAddr) -> (u16, String) {
        let mut bytes = format!("{}\r\n", self.line).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        // The recording proxy's own word; it is under no signature.
        bytes.extend(b"Connection: close\r\n\r\n");
        bytes.extend(&self.body);
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
        (status, body)
    }
}

/// The text with the byte at `at` changed to another of the same kind.
fn flip(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = match bytes[at] {
        b'A' => b'B',
        b'a' => b'b',
        b'0' => b'1',
        byte if byte.is_ascii_uppercase() => b'A',
        byte if byte.is_ascii_digit() => b'0',
        _ => b'a',
    };
    String::from_utf8(bytes).unwrap()
}

fn signed() -> Vec<Wire> {
    let mut all: Vec<Wire> = recorded()
        .into_iter()
        .map(|(name, exchange)| Wire::read(name, &exchange))
        .filter(|wire| wire.header("signature").is_some())
        .collect();
    all.sort_by_key(|wire| wire.at);
    all
}

/// A node called `host` that knows all other hosts as peers, and their signers with their keys.
async fn receiver(host: &str) -> Node {
    let node = Node::at(&format!("https://{host}")).await;
    for peer in HOSTS.into_iter().filter(|peer| *peer != host) {
        let origin = Origin::parse(&format!("https://{peer}")).unwrap();
        node.has_peer(&origin, Software::Other, PeerState::Active, None, Contract::FULL)
            .await;
        let peer = entrenous_domain::peers::active(node.ctx(), &origin)
            .await
            .unwrap()
            .unwrap();
        for document in actors() {
            let actor = Actor::read(&document).unwrap();
            if actor.id.origin() == &origin {
                node.federation.accept_actor(&peer, &actor, None).await.unwrap();
            }
        }
    }
    node
}

fn turn(node: &Node, at: Time) {
    node.clock.advance(at - node.clock.now());
}

async fn listen(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// The gate behind every path: the recorded targets are other software's.
fn gate_alone(federation: Federation) -> Router {
    async fn ask(State(federation): State<Federation>, request: Request) -> axum::response::Response {
        use axum::response::IntoResponse as _;
        match gate::verify(&federation, request).await {
            Ok((_, verified)) => {
                (StatusCode::ACCEPTED, format!("query {}", verified.query_signed)).into_response()
            }
            Err(denied) => denied.answer(),
        }
    }
    Router::new().fallback(ask).with_state(federation)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn originals_pass_the_gate_and_changed_ones_do_not() {
    let all = signed();
    assert_eq!(all.len(), 514);
    let each = HOSTS.map(|host| {
        let requests: Vec<Wire> = all.iter().filter(|wire| wire.receiver == host).cloned().collect();
        tokio::spawn(async move {
            let node = receiver(host).await;
            let address = listen(gate_alone(node.federation.clone())).await;
            let (before, mut counts) = (node.connections(), BTreeMap::<String, usize>::new());
            for wire in requests {
                turn(&node, wire.at);
                let (status, body) = wire.send(address).await;
                *counts.entry(format!("{status} {body}")).or_default() += 1;
                match status {
                    202 => {}
                    // snac delivers to itself too; a node is no peer of its own.
                    403 if wire.is_to_itself() => continue,
                    _ => {
                        assert_eq!(wire.name, "gotosocial/147-get-other-404.json", "{status} {body}");
                        continue;
                    }
                }
                for (what, forgery) in wire.forgeries() {
                    let (status, body) = forgery.send(address).await;
                    assert_eq!(status, 401, "{}: another {what}: {body}", wire.name);
                    *counts.entry("changed".to_owned()).or_default() += 1;
                }
            }
            assert_eq!(node.connections(), before, "a key was asked for");
            counts
        })
    });
    let mut counts = BTreeMap::<String, usize>::new();
    for counted in futures_util::future::join_all(each).await {
        for (what, count) in counted.unwrap() {
            *counts.entry(what).or_default() += count;
        }
    }
    let changed = counts.remove("changed").unwrap();
    assert!(changed > 497 * 4, "{changed}");
    let expected = [
        ("202 query true", 490),
        ("202 query false", 7),
        (r#"403 {"error":"not_a_peer"}"#, 16),
        (r#"401 {"error":"bad_signature"}"#, 1),
    ];
    assert_eq!(
        counts,
        expected.map(|(what, count)| (what.to_owned(), count)).into()
    );
}

/// Lemmy's inbox has the path of ours, so what was sent to it goes through the whole door.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn originals_at_the_real_inbox() {
    let mut counts = BTreeMap::<u16, usize>::new();
    for host in ["lemmy.test", "lemmy2.test"] {
        let node = receiver(host).await;
        let address = listen(node.federation.router()).await;
        let here = |wire: &Wire| wire.receiver == host && wire.line.starts_with("POST /inbox ");
        for wire in signed().into_iter().filter(here) {
            turn(&node, wire.at);
            for (what, forgery) in wire.forgeries() {
                if what == "target" {
                    continue; // no route of ours
                }
                let (status, body) = forgery.send(address).await;
                assert_eq!(status, 401, "{}: another {what}: {body}", wire.name);
            }
            let (status, body) = wire.send(address).await;
            assert!(status != 401, "{}: {body}", wire.name);
            *counts.entry(status).or_default() += 1;
        }
    }
    assert_eq!(counts, BTreeMap::from([(202, 60)]));
}
