//! A node without federation: the real router over a fresh database, with a clock that tests turn.

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes};
use entrenous_api::{ApiSettings, ApiState, ClientFile};
use entrenous_domain::context::Ports;
use entrenous_domain::people::{self, NewPerson};
use entrenous_domain::ports::{Clock, Entropy, FileStore, KeySmith, PersonKeys, StoredFile};
use entrenous_domain::secrets::Vault;
use entrenous_domain::{Ctx, NodeSettings, Result, oauth};
use entrenous_model::{Account, Origin, Role, Time};
use entrenous_store::testing::{TestClock, TestDatabase};
use futures_util::StreamExt as _;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;
use zeroize::Zeroizing;

/// Where the node of a test is.
pub(crate) const ORIGIN: &str = "https://here.example";
/// The node's public key for push services.
pub(crate) const VAPID: &str = "BExample";
/// Password of everyone whom [`House::person`] adds.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// One node.
pub(crate) struct House {
    /// The use-cases.
    pub(crate) ctx: Ctx,
    /// The router as `node` serves it.
    pub(crate) router: Router,
    /// What its handlers are given.
    pub(crate) state: ApiState,
    /// Turns time.
    pub(crate) clock: TestClock,
    /// What is uploaded.
    pub(crate) files: Arc<MemoryFiles>,
    /// Ends with the test.
    db: TestDatabase,
}

impl House {
    /// A node on SQLite, without the web client.
    pub(crate) fn new() -> Self {
        Self::with_client(Vec::new())
    }

    /// A node on SQLite, with a web client of these files.
    pub(crate) fn with_client(client: Vec<ClientFile>) -> Self {
        Self::made(TestDatabase::sqlite(), client, 0)
    }

    /// A node on that database, without the web client.
    pub(crate) fn on(db: TestDatabase) -> Self {
        Self::made(db, Vec::new(), 0)
    }

    /// A node that counts requests by person.
    pub(crate) fn counting(most: u32) -> Self {
        Self::made(TestDatabase::sqlite(), Vec::new(), most)
    }

    fn made(db: TestDatabase, client: Vec<ClientFile>, requests_per_person: u32) -> Self {
        let clock = db.clock().clone();
        let node = NodeSettings {
            origin: Origin::parse(ORIGIN).unwrap(),
            name: "Here & <b>there</b>".to_owned(),
            description: "A node in a test".to_owned(),
            accent: "#336699".to_owned(),
            languages: vec!["en".to_owned(), "fr".to_owned()],
            rules: vec!["Be kind".to_owned()],
            contact_email: None,
            source_url: Some("https://source.example/entrenous".to_owned()),
            max_post_chars: 5_000,
            max_upload_bytes: 8 << 20,
            open_webfinger: false,
            push_services: vec!["https://push.example".to_owned()],
        };
        let files = Arc::new(MemoryFiles::default());
        let ports = Ports {
            clock: Arc::new(Turned(clock.clone())),
            entropy: Arc::new(System),
            files: files.clone(),
            keys: Arc::new(Smith),
        };
        let ctx = Ctx::new(db.open(), node, Vault::new(&[42; 32]), ports);
        let settings = ApiSettings {
            version: "0.1.0".to_owned(),
            trust: None,
            requests_per_person,
            client,
            vapid: VAPID.to_owned(),
        };
        let state = ApiState::new(ctx.clone(), settings);
        let router = entrenous_api::router(state.clone());
        // What `node` does with each batch of events.
        let (follower, mut events) = (ctx.clone(), ctx.store().events());
        let hub = state.clone();
        tokio::spawn(async move {
            while let Ok(batch) = events.recv().await {
                follower.caches().apply(&batch);
                follower.trust().apply(&batch);
                entrenous_domain::look::follow(&follower, &batch).await;
                hub.publish(&batch);
            }
        });
        Self {
            ctx,
            router,
            state,
            clock,
            files,
            db,
        }
    }

    /// What it is stored in.
    pub(crate) const fn database(&self) -> &TestDatabase {
        &self.db
    }

    /// Adds a member.
    pub(crate) async fn person(&self, username: &str) -> Arc<Account> {
        self.person_as(username, Role::Member).await
    }

    /// Adds a person with a role.
    pub(crate) async fn person_as(&self, username: &str, role: Role) -> Arc<Account> {
        let person = NewPerson {
            username: username.to_owned(),
            display_name: String::new(),
            password: PASSWORD.to_owned(),
            role,
            locale: "en".to_owned(),
        };
        people::add(&self.ctx, person).await.unwrap()
    }

    /// A token of a person.
    pub(crate) async fn token(&self, username: &str, scopes: &str) -> String {
        oauth::create_token(&self.ctx, username, scopes)
            .await
            .unwrap()
            .secret
    }

    /// Sends a request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        // A stream has no end: its head is the answer.
        let endless = parts
            .headers
            .get("content-type")
            .is_some_and(|kind| kind == "text/event-stream");
        let bytes = if endless {
            Bytes::new()
        } else {
            body.collect().await.unwrap().to_bytes()
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    /// GET with a token (empty for none).
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(authorized("GET", path, token).body(Body::empty()).unwrap())
            .await
    }

    /// A JSON body.
    pub(crate) async fn json(&self, method: &str, path: &str, token: &str, body: Value) -> Answer {
        let request = authorized(method, path, token).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// A form body.
    pub(crate) async fn form(&self, path: &str, token: &str, fields: &[(&str, &str)]) -> Answer {
        let request =
            authorized("POST", path, token).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(encoded(fields))).unwrap())
            .await
    }
}

/// A request with a token.
pub(crate) fn authorized(method: &str, path: &str, token: &str) -> http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    if token.is_empty() {
        request
    } else {
        request.header("authorization", format!("Bearer {token}"))
    }
}

/// Fields as a form or a query.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Status.
    pub(crate) status: StatusCode,
    /// Headers.
    pub(crate) headers: HeaderMap,
    /// Body.
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON; it must be a success.
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    /// A header as text; empty if absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a hidden field of a page.
    pub(crate) fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let rest = self
            .text
            .split_once(&start)
            .unwrap_or_else(|| panic!("no field {name} in {}", self.text))
            .1;
        let value = rest.split_once('"').unwrap().0;
        // What askama escapes.
        value
            .replace("&#38;", "&")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&#60;", "<")
            .replace("&#62;", ">")
    }
}

/// A browser: keeps cookies, sends forms, says where they come from.
pub(crate) struct Browser<'a> {
    house: &'a House,
    cookies: Mutex<HashMap<String, String>>,
    /// `Accept-Language`.
    pub(crate) language: &'static str,
}

impl<'a> Browser<'a> {
    /// A fresh one.
    pub(crate) fn new(house: &'a House) -> Self {
        Self {
            house,
            cookies: Mutex::default(),
            language: "en",
        }
    }

    /// Opens a page.
    pub(crate) async fn open(&self, path: &str) -> Answer {
        self.keep(
            self.house
                .send(self.request("GET", path).body(Body::empty()).unwrap())
                .await,
        )
    }

    /// Sends a form of our own pages.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.submit_from(ORIGIN, path, fields).await
    }

    /// Sends a form with files of our own pages.
    pub(crate) async fn submit_files(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        for (name, bytes) in files {
            let head =
                format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"me\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--XX--\r\n");
        let request = self
            .request("POST", path)
            .header("origin", ORIGIN)
            .header("content-type", "multipart/form-data; boundary=XX");
        // As a network brings it: in pieces, with a wait before each but the first.
        let pieces: Vec<_> = body
            .chunks(1 << 16)
            .map(Bytes::copy_from_slice)
            .enumerate()
            .collect();
        let pieces = futures_util::stream::iter(pieces).then(|(at, piece)| async move {
            if at > 0 {
                tokio::task::yield_now().await;
            }
            Ok::<_, Infallible>(piece)
        });
        let body = Body::from_stream(pieces);
        self.keep(self.house.send(request.body(body).unwrap()).await)
    }

    /// Sends a form from a page of that origin.
    pub(crate) async fn submit_from(&self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self
            .request("POST", path)
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded");
        self.keep(
            self.house
                .send(request.body(Body::from(encoded(fields))).unwrap())
                .await,
        )
    }

    /// What a script on a page of that origin sends with a token; the cookies go with it.
    pub(crate) async fn call_from(&self, origin: &str, path: &str, token: &str) -> Answer {
        let request = self
            .request("POST", path)
            .header("origin", origin)
            .header("authorization", format!("Bearer {token}"));
        self.keep(self.house.send(request.body(Body::empty()).unwrap()).await)
    }

    /// Signs in; answers where that leads.
    pub(crate) async fn sign_in(&self, username: &str, next: &str) -> String {
        let page = self.open("/auth/sign_in").await;
        let fields = [
            ("token", &*page.field("token")),
            ("next", next),
            ("username", username),
            ("password", PASSWORD),
        ];
        let answer = self.submit("/auth/sign_in", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.header("location").to_owned()
    }

    fn request(&self, method: &str, path: &str) -> http::request::Builder {
        let cookies = self.cookies.lock().unwrap();
        let cookies: Vec<_> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::USER_AGENT, "A browser")
    }

    fn keep(&self, answer: Answer) -> Answer {
        let mut cookies = self.cookies.lock().unwrap();
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            for needed in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
                assert!(set.contains(needed), "{set}");
            }
            let (name, rest) = set.split_once('=').unwrap();
            assert!(name.starts_with("__Host-"), "{set}");
            let value = rest.split(';').next().unwrap();
            if set.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        drop(cookies);
        answer
    }
}

struct Turned(TestClock);

impl Clock for Turned {
    fn now(&self) -> Time {
        self.0.now()
    }
}

struct System;

impl Entropy for System {
    fn fill(&self, buffer: &mut [u8]) {
        aws_lc_rs::rand::fill(buffer).unwrap();
    }
}

/// Files in memory.
#[derive(Default)]
pub(crate) struct MemoryFiles(Mutex<HashMap<String, Arc<Vec<u8>>>>);

impl MemoryFiles {
    /// How many have a file open.
    pub(crate) fn open_now(&self, hash: &str) -> usize {
        let kept = self.0.lock().unwrap();
        kept.get(hash).map_or(0, |bytes| Arc::strong_count(bytes) - 1)
    }
}

#[async_trait]
impl FileStore for MemoryFiles {
    async fn put(&self, hash: &str, bytes: Vec<u8>) -> Result<()> {
        self.0.lock().unwrap().insert(hash.to_owned(), Arc::new(bytes));
        Ok(())
    }

    async fn open(&self, hash: &str) -> Result<Option<Box<dyn StoredFile>>> {
        let kept = self.0.lock().unwrap().get(hash).cloned();
        Ok(kept.map(|bytes| Box::new(bytes) as Box<dyn StoredFile>))
    }

    async fn remove(&self, hash: &str) -> Result<()> {
        self.0.lock().unwrap().remove(hash);
        Ok(())
    }
}

/// Nothing here signs: keys that are only there.
struct Smith;

#[async_trait]
impl KeySmith for Smith {
    async fn person_keys(&self) -> Result<PersonKeys> {
        Ok(PersonKeys {
            rsa_public_pem: "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n".to_owned(),
            rsa_private: Zeroizing::new(vec![1; 32]),
            ed25519_public: "z6MkTest".to_owned(),
            ed25519_private: Zeroizing::new(vec![2; 32]),
        })
    }
}
