//! People with tokens, and requests as clients send them.

use crate::fixture::{House, ORIGIN, authorized};
use axum::body::Body;
use entrenous_domain::accounts::{self, RemotePerson};
use entrenous_domain::people::{self, NewPerson};
use entrenous_domain::{DomainError, peers};
use entrenous_model::{
    AccountId, AccountKind, Contract, KeyGeneration, Origin, Peer, PeerId, PeerState, Role, SignatureForm,
    Software,
};
use entrenous_store::testing::{TestClock, TestDatabase};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// What the tokens of [`Stage::person`] may do.
const SCOPES: &str = "read write follow push";

/// A node with people who have tokens.
pub(crate) struct Stage {
    house: House,
    /// Turns time.
    pub(crate) clock: TestClock,
}

/// Somebody with a token.
pub(crate) struct Person {
    pub(crate) id: AccountId,
    pub(crate) token: String,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// The JSON of a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.json()
    }

    /// Fails with that status; the text in `error`.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()["error"].as_str().unwrap().to_owned()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Path and query of one link of the `Link` header, which must be absolute.
    pub(crate) fn link(&self, rel: &str) -> Option<String> {
        let links = self.headers.get(header::LINK)?.to_str().unwrap();
        links.split(", ").find_map(|link| {
            let (url, what) = link.split_once(">; ").unwrap();
            let path = url.strip_prefix('<').unwrap().strip_prefix(ORIGIN).unwrap();
            (what == format!("rel=\"{rel}\"")).then(|| path.to_owned())
        })
    }
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::on(TestDatabase::sqlite())
    }

    /// The same on that database.
    pub(crate) fn on(database: TestDatabase) -> Self {
        let house = House::on(database);
        Self {
            clock: house.clock.clone(),
            house,
        }
    }

    /// What it is stored in.
    pub(crate) const fn database(&self) -> &TestDatabase {
        self.house.database()
    }

    /// The use-cases.
    pub(crate) const fn ctx(&self) -> &entrenous_domain::Ctx {
        &self.house.ctx
    }

    /// What handlers are given.
    pub(crate) const fn state(&self) -> &entrenous_api::ApiState {
        &self.house.state
    }

    /// A member whose token may do what ordinary clients ask for.
    pub(crate) async fn person(&self, username: &str) -> Person {
        self.person_with(username, Role::Member, SCOPES).await
    }

    pub(crate) async fn person_with(&self, username: &str, role: Role, scopes: &str) -> Person {
        let person = NewPerson {
            username: username.to_owned(),
            display_name: username.to_uppercase(),
            password: "correct horse battery".to_owned(),
            role,
            locale: "en".to_owned(),
        };
        let account = people::add(&self.house.ctx, person).await.unwrap();
        self.token(username, account.id, scopes).await
    }

    /// Somebody of a peer that is active, with everything in its contract.
    pub(crate) async fn remote_person(&self, origin: &str, name: &str, username: &str) -> AccountId {
        let origin = Origin::parse(origin).unwrap();
        let (home, name) = (origin.clone(), name.to_owned());
        let write = move |tx: &mut entrenous_store::Tx| {
            let peer = Peer {
                id: PeerId(tx.next_id()),
                origin: home,
                name,
                state: PeerState::Active,
                software: Software::Native,
                keys: None,
                shared_inbox: None,
                contract: Contract::FULL,
                signature_form: SignatureForm::Rfc9421Ed25519,
                created_at: tx.now(),
                updated_at: tx.now(),
                last_seen_at: None,
                failing_since: None,
                failures: 0,
                retry_at: None,
                last_error: None,
                introduced_by: None,
                accepts_introductions: false,
                our_keys: KeyGeneration::FIRST,
                alert: None,
            };
            entrenous_store::peers::insert(tx, &peer, None)?;
            Ok::<_, DomainError>(peer.id)
        };
        let peer = self.house.ctx.store().write(write).await.unwrap();
        let uri = origin.join(&format!("/people/{username}"));
        let person = RemotePerson {
            peer,
            username: username.to_owned(),
            kind: AccountKind::Person,
            display_name: username.to_uppercase(),
            note: String::new(),
            fields: Vec::new(),
            url: origin.join(&format!("/@{username}")),
            inbox_uri: format!("{uri}/inbox"),
            shared_inbox_uri: None,
            followers_uri: format!("{uri}/followers"),
            featured_uri: None,
            locked: false,
            discoverable: true,
            keys: Vec::new(),
            avatar_url: None,
            header_url: None,
            origin,
            uri,
        };
        accounts::upsert_remote(&self.house.ctx, None, person, false)
            .await
            .unwrap()
            .0
    }

    /// A peer is called something else from now on.
    pub(crate) async fn rename_peer(&self, authority: &str, name: &str) {
        let ctx = &self.house.ctx;
        let peer = peers::by_authority(ctx, authority).await.unwrap().unwrap();
        peers::rename(ctx, peer.id, name).await.unwrap();
    }

    /// The same person with another token.
    pub(crate) async fn token(&self, username: &str, id: AccountId, scopes: &str) -> Person {
        Person {
            id,
            token: self.house.token(username, scopes).await,
        }
    }

    /// The body of an answer, to be read as it comes.
    pub(crate) async fn body(&self, person: &Person, path: &str) -> Body {
        let request = request(person, "GET", path).body(Body::empty()).unwrap();
        let response = self.house.router.clone().oneshot(request).await.unwrap();
        response.into_body()
    }

    /// How many have a file open.
    pub(crate) fn open(&self, hash: &str) -> usize {
        self.house.files.open_now(hash)
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.house.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes,
        }
    }

    pub(crate) async fn get(&self, person: &Person, path: &str) -> Answer {
        self.send(request(person, "GET", path).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn delete(&self, person: &Person, path: &str) -> Answer {
        self.send(request(person, "DELETE", path).body(Body::empty()).unwrap())
            .await
    }

    /// A write with a JSON body.
    pub(crate) async fn json(&self, person: &Person, method: &str, path: &str, body: Value) -> Answer {
        let request = request(person, method, path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    /// A POST with a form as its body, perhaps empty.
    pub(crate) async fn post(&self, person: &Person, path: &str, form: &str) -> Answer {
        let request =
            request(person, "POST", path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(form.to_owned().into()).unwrap()).await
    }

    /// A new post; answers its id.
    pub(crate) async fn publish(&self, person: &Person, text: &str, visibility: &str) -> String {
        self.clock.advance(chrono::Duration::seconds(1));
        let body = serde_json::json!({ "status": text, "visibility": visibility });
        let status = self.json(person, "POST", "/api/v1/statuses", body).await.ok();
        status["id"].as_str().unwrap().to_owned()
    }
}

/// A request in the name of a person.
pub(crate) fn request(person: &Person, method: &str, path: &str) -> http::request::Builder {
    authorized(method, path, &person.token)
}

/// The ids of a list of entities.
pub(crate) fn ids(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap();
    list.iter()
        .map(|entity| entity["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The same JSON with its ids numbered in the order in which they appear: their lower bits differ in each run.
pub(crate) fn tame(value: &Value) -> Value {
    fn tamed(value: &Value, seen: &mut Vec<String>) -> Value {
        match value {
            Value::String(text) => Value::String(tamed_text(text, seen)),
            Value::Array(list) => list.iter().map(|value| tamed(value, seen)).collect(),
            // Sorted: another crate of the same build may make maps keep their order.
            Value::Object(map) => map
                .iter()
                .collect::<std::collections::BTreeMap<_, _>>()
                .into_iter()
                .map(|(name, value)| (name.clone(), tamed(value, seen)))
                .collect(),
            other => other.clone(),
        }
    }
    fn tamed_text(text: &str, seen: &mut Vec<String>) -> String {
        let is_id = |piece: &str| piece.len() > 15 && piece.bytes().all(|byte| byte.is_ascii_digit());
        let pieces = text.split_inclusive(|c: char| !c.is_ascii_digit()).map(|piece| {
            let digits = piece.trim_end_matches(|c: char| !c.is_ascii_digit());
            if !is_id(digits) {
                return piece.to_owned();
            }
            let number = seen.iter().position(|id| id == digits).unwrap_or_else(|| {
                seen.push(digits.to_owned());
                seen.len() - 1
            });
            piece.replace(digits, &format!("ID{}", number + 1))
        });
        pieces.collect()
    }
    tamed(value, &mut Vec::new())
}
