//! A small server of other software with its own keys: it answers for its people, keeps what it is sent, and can send
//! whatever a test wants, signed or forged.

use crate::client::Answer;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use entrenous_wire::keys::RsaKeyPair;
use entrenous_wire::signature::sign_cavage;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::watch;
use url::Url;

const ACTIVITY_JSON: &str = "application/activity+json";

/// A request the mock got.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Method and path with query.
    pub line: String,
    /// Body as JSON, or null.
    pub body: Value,
    /// Whether it was signed.
    pub signed: bool,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, byte for byte.
    pub bytes: Bytes,
}

/// What a mock can answer besides a document.
#[derive(Debug, Clone)]
pub enum Reply {
    /// 302 to another place.
    Redirect(String),
    /// A body of any type, with any other headers.
    Bytes(&'static str, Vec<(&'static str, &'static str)>, Bytes),
    /// A document, one byte every second.
    Slow,
    /// A document that never ends.
    Endless,
    /// Nothing, ever.
    Silent,
    /// This status and nothing else.
    Status(u16),
}

/// How a request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// draft-cavage.
    Cavage,
    /// RFC 9421.
    Rfc9421,
}

/// What a mock answers to what is posted to its inboxes, by what it is.
type Judge = dyn Fn(&Value) -> (u16, &'static str) + Send + Sync;

#[derive(Default)]
struct Shared {
    taken: Mutex<Option<Form>>,
    judge: Mutex<Option<Arc<Judge>>>,
    /// While this is true, nothing that is posted is answered.
    held: watch::Sender<bool>,
    seen: Mutex<Vec<Seen>>,
    documents: Mutex<HashMap<String, Value>>,
    replies: Mutex<HashMap<String, Reply>>,
    connections: AtomicU32,
}

/// The mock. Ends with the value.
pub struct MockPeer {
    /// `http://127.0.0.x:PORT`.
    pub origin: String,
    shared: Arc<Shared>,
    key: RsaKeyPair,
    http: reqwest::Client,
    task: tokio::task::JoinHandle<()>,
}

impl MockPeer {
    /// Starts a mock at `host` (an address of the loopback interface) with a person `name`.
    ///
    /// # Panics
    /// If it cannot listen.
    pub async fn start(host: &str, name: &str) -> Self {
        Self::start_as(host, host, name).await
    }

    /// The same, but its ids have `known` for its host: a name that the nodes under test must be told
    /// ([`crate::Node::answer_names`]).
    ///
    /// # Panics
    /// If it cannot listen.
    pub async fn start_as(host: &str, known: &str, name: &str) -> Self {
        let listener = TcpListener::bind((host, 0)).await.expect("no port");
        let port = listener.local_addr().expect("no address").port();
        let origin = format!("http://{known}:{port}");
        let shared = Arc::new(Shared::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let counted = Arc::clone(&shared);
        let listener = axum::serve::ListenerExt::tap_io(listener, move |_| {
            counted.connections.fetch_add(1, Ordering::SeqCst);
        });
        let task = tokio::spawn(async move {
            drop(axum::serve(listener, router).await);
        });
        let key = RsaKeyPair::generate().expect("no key");
        let mock = Self {
            origin,
            shared,
            key,
            http: reqwest::Client::new(),
            task,
        };
        mock.put_person(name);
        mock.put_person("instance");
        let actor = mock
            .shared
            .documents
            .lock()
            .expect("lock")
            .get("/users/instance")
            .cloned()
            .unwrap_or_default();
        mock.serve_document("/actor", actor);
        mock
    }

    /// `host:port`.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.origin.strip_prefix("http://").unwrap_or(&self.origin)
    }

    /// The id of a person.
    #[must_use]
    pub fn person(&self, name: &str) -> String {
        format!("{}/users/{name}", self.origin)
    }

    /// Adds a person with WebFinger and an actor document.
    ///
    /// # Panics
    /// If the key has no public half.
    pub fn put_person(&self, name: &str) {
        let id = self.person(name);
        let pem = self.key.public_key().expect("no public key").to_pem();
        let document = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": id, "type": "Person", "preferredUsername": name, "name": format!("{name} of the mock"),
            "summary": "<p>Mock</p>", "url": format!("{}/@{name}", self.origin),
            "inbox": format!("{id}/inbox"), "outbox": format!("{id}/outbox"),
            "followers": format!("{id}/followers"), "following": format!("{id}/following"),
            "featured": format!("{id}/featured"),
            "endpoints": { "sharedInbox": format!("{}/inbox", self.origin) },
            "publicKey": { "id": format!("{id}#main-key"), "owner": id, "publicKeyPem": pem },
        });
        self.serve_document(&format!("/users/{name}"), document);
        let resource = format!("acct:{name}@{}", self.authority());
        self.serve_document(
            &format!("/.well-known/webfinger?resource={resource}"),
            json!({
                "subject": resource, "aliases": [id],
                "links": [{ "rel": "self", "type": ACTIVITY_JSON, "href": id }],
            }),
        );
    }

    /// Serves a document at a path (with query).
    ///
    /// # Panics
    /// If a test panicked while it held the lock.
    pub fn serve_document(&self, path: &str, document: Value) {
        self.shared
            .documents
            .lock()
            .expect("lock")
            .insert(path.to_owned(), document);
    }

    /// Answers a path (with query) badly, whatever document there is; `POST ` before it: what is posted there.
    ///
    /// # Panics
    /// If a test panicked while it held the lock.
    pub fn serve_reply(&self, path: &str, reply: Reply) {
        self.shared
            .replies
            .lock()
            .expect("lock")
            .insert(path.to_owned(), reply);
    }

    /// From now on its inboxes take this form only, and answer any other with 401.
    ///
    /// # Panics
    /// If a test panicked while it held the lock.
    pub fn take_only(&self, form: Form) {
        *self.shared.taken.lock().expect("lock") = Some(form);
    }

    /// From now on it answers what is posted with the status and the body that `judge` says; 202 without one.
    ///
    /// # Panics
    /// If a test panicked while it held the lock.
    pub fn judge(&self, judge: impl Fn(&Value) -> (u16, &'static str) + Send + Sync + 'static) {
        *self.shared.judge.lock().expect("lock") = Some(Arc::new(judge));
    }

    /// While `held`, what is posted is written down and not answered.
    pub fn hold(&self, held: bool) {
        self.shared.held.send_replace(held);
    }

    /// The document it serves at a path.
    ///
    /// # Panics
    /// If a test panicked while it held the lock.
    #[must_use]
    pub fn document(&self, path: &str) -> Value {
        let documents = self.shared.documents.lock().expect("lock");
        documents.get(path).cloned().unwrap_or_default()
    }

    /// Its key, for signatures of any other form.
    #[must_use]
    pub fn key(&self) -> &RsaKeyPair {
        &self.key
    }

    /// What it was asked and sent so far.
    ///
    /// # Panics
    /// If a test panicked while it held the lock.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().expect("lock").clone()
    }

    /// Activities that were posted to its inboxes.
    #[must_use]
    pub fn inbox(&self) -> Vec<Value> {
        self.seen()
            .into_iter()
            .filter(|seen| seen.line.starts_with("POST"))
            .map(|seen| seen.body)
            .collect()
    }

    /// Activities that were posted to its inboxes since the last time; they are forgotten.
    ///
    /// # Panics
    /// If a test panicked while it held the lock.
    pub fn take_inbox(&self) -> Vec<Value> {
        let seen = std::mem::take(&mut *self.shared.seen.lock().expect("lock"));
        seen.into_iter()
            .filter(|seen| seen.line.starts_with("POST"))
            .map(|seen| seen.body)
            .collect()
    }

    /// How many connections were ever made to it.
    #[must_use]
    pub fn connections(&self) -> u32 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// The headers of a request signed by `name`, draft-cavage, as of now.
    ///
    /// # Panics
    /// If it cannot be signed.
    #[must_use]
    pub fn sign(&self, name: &str, method: &Method, url: &str, body: &[u8]) -> HeaderMap {
        let key_id = format!("{}#main-key", self.person(name));
        self.sign_as(&key_id, method, url, body)
    }

    /// The same under any `keyId`.
    ///
    /// # Panics
    /// If it cannot be signed.
    #[must_use]
    pub fn sign_as(&self, key_id: &str, method: &Method, url: &str, body: &[u8]) -> HeaderMap {
        let url = Url::parse(url).expect("no URL");
        sign_cavage(&self.key, key_id, method, &url, None, body, now()).expect("cannot be signed")
    }

    /// Posts an activity signed by `name`; answers the status and the body.
    pub async fn post(&self, name: &str, url: &str, activity: &Value) -> (u16, String) {
        let answer = self.post_and_hear(name, url, activity).await;
        (answer.status, answer.text)
    }

    /// The same; answers the headers too.
    pub async fn post_and_hear(&self, name: &str, url: &str, activity: &Value) -> Answer {
        let body = activity.to_string().into_bytes();
        let headers = self.sign(name, &Method::POST, url, &body);
        hear(Method::POST, url, headers, body).await
    }

    /// The same; `None` if nobody answers.
    pub async fn try_post(&self, name: &str, url: &str, activity: &Value) -> Option<(u16, String)> {
        let body = activity.to_string().into_bytes();
        let mut headers = self.sign(name, &Method::POST, url, &body);
        let json = http::HeaderValue::from_static(ACTIVITY_JSON);
        headers.entry(http::header::CONTENT_TYPE).or_insert(json);
        let response = self
            .http
            .post(url)
            .headers(headers)
            .body(body)
            .send()
            .await
            .ok()?;
        let status = response.status().as_u16();
        Some((status, response.text().await.ok()?))
    }

    /// Gets a URL signed by `name`.
    pub async fn get(&self, name: &str, url: &str) -> (u16, String) {
        let headers = self.sign(name, &Method::GET, url, b"");
        send(Method::GET, url, headers, Vec::new()).await
    }

    /// An activity of `name` with a fresh id.
    ///
    /// # Panics
    /// If `fields` is no object.
    #[must_use]
    pub fn activity(&self, name: &str, kind: &str, mut fields: Value) -> Value {
        let mut activity = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{}/activities/{}", self.origin, unique()),
            "type": kind,
            "actor": self.person(name),
        });
        for (key, value) in std::mem::take(fields.as_object_mut().expect("no object")) {
            activity[key] = value;
        }
        activity
    }

    /// A note of `name` addressed to `to`, and served at its id.
    #[must_use]
    pub fn note(&self, name: &str, text: &str, to: &[String]) -> Value {
        let path = format!("/notes/{}", unique());
        let note = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{}{path}", self.origin), "type": "Note", "attributedTo": self.person(name),
            "content": format!("<p>{text}</p>"), "published": now().to_rfc3339(), "to": to, "cc": [],
        });
        self.serve_document(&path, note.clone());
        note
    }
}

impl Drop for MockPeer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Sends a request with exactly these headers.
///
/// # Panics
/// If nobody answers.
pub async fn send(method: Method, url: &str, headers: HeaderMap, body: Vec<u8>) -> (u16, String) {
    let answer = hear(method, url, headers, body).await;
    (answer.status, answer.text)
}

pub(crate) async fn hear(method: Method, url: &str, mut headers: HeaderMap, body: Vec<u8>) -> Answer {
    let client = reqwest::Client::builder()
        .timeout(std::time::Duration::from_secs(15))
        .build()
        .expect("no client");
    headers
        .entry(http::header::CONTENT_TYPE)
        .or_insert(http::HeaderValue::from_static(ACTIVITY_JSON));
    headers
        .entry(http::header::ACCEPT)
        .or_insert(http::HeaderValue::from_static(ACTIVITY_JSON));
    let response = client
        .request(method, url)
        .headers(headers)
        .body(body)
        .send()
        .await
        .expect("no answer");
    let mut answer = Answer::without_body(&response);
    answer.text = response.text().await.unwrap_or_default();
    answer
}

/// The machine's clock: the nodes under test have it too.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the nodes are real processes with the real clock"
)]
pub fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst))
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts
        .uri
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let body = axum::body::to_bytes(body, 4 << 20).await.unwrap_or_default();
    let form = if parts.headers.contains_key("signature-input") {
        Form::Rfc9421
    } else {
        Form::Cavage
    };
    let taken = *shared.taken.lock().expect("lock");
    if parts.method == Method::POST && taken.is_some_and(|taken| taken != form) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    shared.seen.lock().expect("lock").push(Seen {
        line: format!("{} {path}", parts.method),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        signed: parts.headers.contains_key("signature"),
        headers: parts.headers.clone(),
        bytes: body.clone(),
    });
    if parts.method == Method::POST {
        return taken_in(&shared, &path, &body).await;
    }
    let reply = shared.replies.lock().expect("lock").get(&path).cloned();
    if let Some(reply) = reply {
        return misbehave(reply).await;
    }
    let documents = shared.documents.lock().expect("lock");
    let decoded: String = url::form_urlencoded::parse(path.replacen('?', "&", 1).as_bytes())
        .map(|(key, value)| {
            if value.is_empty() {
                key.into_owned()
            } else {
                format!("{key}={value}")
            }
        })
        .collect::<Vec<_>>()
        .join("?");
    match documents.get(&path).or_else(|| documents.get(&decoded)) {
        Some(document) => (
            [(
                http::header::CONTENT_TYPE,
                if path.starts_with("/.well-known/webfinger") {
                    "application/jrd+json"
                } else {
                    ACTIVITY_JSON
                },
            )],
            Bytes::from(document.to_string()),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What is answered to what was posted.
async fn taken_in(shared: &Shared, path: &str, body: &[u8]) -> Response {
    let mut held = shared.held.subscribe();
    // The sender lives as long as this does.
    drop(held.wait_for(|held| !held).await);
    let reply = shared
        .replies
        .lock()
        .expect("lock")
        .get(&format!("POST {path}"))
        .cloned();
    if let Some(reply) = reply {
        return misbehave(reply).await;
    }
    let judge = shared.judge.lock().expect("lock").clone();
    let document = serde_json::from_slice(body).unwrap_or(Value::Null);
    let (status, body) = judge.map_or((202, ""), |judge| judge(&document));
    (StatusCode::from_u16(status).expect("no status"), body).into_response()
}

async fn misbehave(reply: Reply) -> Response {
    let json = (http::header::CONTENT_TYPE, ACTIVITY_JSON);
    match reply {
        Reply::Redirect(to) => (StatusCode::FOUND, [(http::header::LOCATION, to)]).into_response(),
        Reply::Bytes(content_type, headers, bytes) => {
            let mut response = ([(http::header::CONTENT_TYPE, content_type)], bytes).into_response();
            for (name, value) in headers {
                response
                    .headers_mut()
                    .insert(name, http::HeaderValue::from_static(value));
            }
            response
        }
        Reply::Slow => {
            let bytes = futures_util::stream::unfold((), |()| async {
                // The slowness is what is tested.
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), ()))
            });
            ([json], axum::body::Body::from_stream(bytes)).into_response()
        }
        Reply::Endless => {
            let spaces = Bytes::from(vec![b' '; 64 * 1024]);
            let bytes = futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(spaces.clone()));
            ([json], axum::body::Body::from_stream(bytes)).into_response()
        }
        Reply::Silent => std::future::pending().await,
        Reply::Status(status) => StatusCode::from_u16(status).expect("no status").into_response(),
    }
}
