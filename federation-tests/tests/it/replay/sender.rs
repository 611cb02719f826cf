//! A recorded server, played by a mock: its actors under its own keys, its requests signed as that software signs.

use super::corpus::{Exchange, HOSTS};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrenous_wire::digest::make_digest;
use entrenous_wire::keys::{Ed25519KeyPair, Signer as _};
use entrenous_wire::proof;
use entrenous_wire::signature::sign_rfc9421;
use federation_tests::MockPeer;
use federation_tests::mock::{Reply, now, send};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Headers that are made anew, or that belong to the recording proxy's connection.
const OWN: [&str; 9] = [
    "accept-encoding",
    "connection",
    "content-digest",
    "content-length",
    "date",
    "digest",
    "host",
    "signature",
    "signature-input",
];

/// A recorded server.
pub(super) struct Sender {
    /// Where it is and what it was sent.
    pub(super) mock: MockPeer,
    ed25519: Ed25519KeyPair,
    /// `keyId` by actor.
    keys: HashMap<String, String>,
}

impl Sender {
    /// Starts `host` at its own address of the loopback interface.
    pub(super) async fn start(host: &str) -> Self {
        let place = HOSTS
            .iter()
            .position(|known| *known == host)
            .expect("an unknown host");
        Self {
            mock: MockPeer::start(&format!("127.0.0.{}", 20 + place), "nobody").await,
            ed25519: Ed25519KeyPair::generate().expect("no key"),
            keys: HashMap::new(),
        }
    }

    /// Serves an actor with our keys in place of the recorded ones.
    pub(super) fn serve_actor(&mut self, document: &str) {
        let mut actor: Value = serde_json::from_str(document).expect("no JSON");
        let id = actor["id"].as_str().expect("no id").to_owned();
        let key_id = actor["publicKey"]["id"].as_str().expect("no key").to_owned();
        self.put_keys(&mut actor);
        if actor["type"] == "Application" || id.ends_with(self.mock.authority()) || id.ends_with(".test") {
            self.serve_instance(&id);
        }
        let path = self.path(&id).to_owned();
        if let Some((page, _)) = key_id.split_once("/main-key") {
            // GoToSocial gives this much of an actor to whoever asks for the key.
            let stub = json!({ "@context": actor["@context"], "id": id, "type": actor["type"],
                "preferredUsername": actor["preferredUsername"], "publicKey": actor["publicKey"] });
            let path = format!("{}/main-key", self.path(page));
            self.mock.serve_document(&path, stub);
        }
        self.mock.serve_document(&path, actor);
        self.keys.insert(id, key_id);
    }

    /// The mock's keys in an actor's document. The RSA key stands there twice for Mitra; once is enough.
    pub(super) fn put_keys(&self, actor: &mut Value) {
        let pem = self.mock.key().public_key().expect("no public key").to_pem();
        actor["publicKey"]["publicKeyPem"] = json!(pem);
        let multibase = self.ed25519.public_key().expect("no public key").to_multibase();
        if let Some(methods) = actor.get_mut("assertionMethod").and_then(Value::as_array_mut) {
            methods.retain(|method| {
                method["id"]
                    .as_str()
                    .is_some_and(|id| id.ends_with("#ed25519-key"))
            });
            methods
                .iter_mut()
                .for_each(|method| method["publicKeyMultibase"] = json!(multibase));
        }
    }

    fn serve_instance(&self, id: &str) {
        let resource = format!("acct:{0}@{0}", self.mock.authority());
        let link = json!({ "rel": "self", "type": "application/activity+json", "href": id });
        self.mock.serve_document(
            &format!("/.well-known/webfinger?resource={resource}"),
            json!({ "subject": resource, "links": [link] }),
        );
    }

    /// Path of one of its ids.
    pub(super) fn path<'a>(&self, id: &'a str) -> &'a str {
        let path = id.strip_prefix(&self.mock.origin).expect("not of this server");
        path.split('#').next().unwrap_or(path)
    }

    /// The actor is gone: 410.
    pub(super) fn forget(&self, actor: &str) {
        let path = self.path(actor).to_owned();
        self.mock.serve_reply(&path, Reply::Status(410));
        self.mock
            .serve_reply(&format!("{path}/main-key"), Reply::Status(410));
    }

    /// The body with a proof of its own, if it had one; else byte for byte.
    pub(super) fn proven(&self, text: &str) -> String {
        let mut body: Value = serde_json::from_str(text).expect("no JSON");
        let Some(proof) = body.as_object_mut().and_then(|members| members.remove("proof")) else {
            return text.to_owned();
        };
        let method = proof["verificationMethod"].as_str().expect("no method");
        proof::attach(&mut body, &self.ed25519, method, now()).expect("no proof");
        body.to_string()
    }

    /// Posts in the form of the recorded request; answers status and body.
    pub(super) async fn replay(
        &self,
        exchange: &Exchange,
        key_id: &str,
        url: &str,
        body: &str,
    ) -> (u16, String) {
        let mut headers = HeaderMap::new();
        for (name, value) in &exchange.headers {
            let name: HeaderName = name.to_ascii_lowercase().parse().expect("no header");
            if !OWN.contains(&name.as_str()) {
                headers.append(name, HeaderValue::from_str(value).expect("no value"));
            }
        }
        let signed = if exchange.header("signature-input").is_some() {
            let url = url::Url::parse(url).expect("no URL");
            sign_rfc9421(
                self.mock.key(),
                key_id,
                &Method::POST,
                &url,
                body.as_bytes(),
                now(),
            )
            .expect("no signature")
        } else {
            self.cavage(exchange, key_id, url, body)
        };
        headers.extend(signed);
        send(Method::POST, url, headers, body.as_bytes().to_vec()).await
    }

    /// The same headers in the same order, and the same name of the algorithm, as the recorded signature.
    fn cavage(&self, exchange: &Exchange, key_id: &str, url: &str, body: &str) -> HeaderMap {
        let recorded = exchange.header("signature").expect("unsigned");
        let parameter = |name: &str| {
            let after = recorded
                .split(&format!("{name}=\""))
                .nth(1)
                .expect("no parameter");
            after.split('"').next().unwrap_or_default().to_owned()
        };
        let url = url::Url::parse(url).expect("no URL");
        let authority = url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
        let date = now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let digest = make_digest(body.as_bytes());
        let (names, algorithm) = (parameter("headers"), parameter("algorithm"));
        let value = |name: &str| match name {
            "(request-target)" => format!("post {}", url.path()),
            "host" => authority.clone(),
            "date" => date.clone(),
            "digest" => digest.clone(),
            other => exchange.header(other).expect("signed, but not there").to_owned(),
        };
        let base: Vec<String> = names
            .split(' ')
            .map(|name| format!("{name}: {}", value(name)))
            .collect();
        let signature = self
            .mock
            .key()
            .sign(base.join("\n").as_bytes())
            .expect("no signature");
        let signature = STANDARD.encode(signature);
        let line = format!(
            "keyId=\"{key_id}\",algorithm=\"{algorithm}\",headers=\"{names}\",signature=\"{signature}\""
        );
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", &authority),
            ("date", &date),
            ("digest", &digest),
            ("signature", &line),
        ] {
            headers.insert(name, HeaderValue::from_str(value).expect("no value"));
        }
        headers
    }

    /// Says something that was not recorded but must have been said before.
    pub(super) async fn say(&self, activity: &Value, url: &str) {
        let actor = activity["actor"].as_str().expect("no actor");
        let key_id = self
            .keys
            .get(actor)
            .unwrap_or_else(|| panic!("no key of {actor}"));
        let body = self.proven(&activity.to_string());
        let headers = self.mock.sign_as(key_id, &Method::POST, url, body.as_bytes());
        let (status, answer) = send(Method::POST, url, headers, body.into_bytes()).await;
        assert_eq!(status, 202, "{activity}: {answer}");
    }

    /// The newest `Follow` of `actor` that `follower` has sent here, beyond the first `seen`.
    pub(super) fn followed(&self, follower: &str, actor: &str, seen: &[String]) -> Option<String> {
        let all = self.mock.inbox();
        let follow = all.iter().rev().find(|activity| {
            activity["type"] == "Follow" && activity["actor"] == follower && activity["object"] == actor
        })?;
        let id = follow["id"].as_str()?.to_owned();
        (!seen.contains(&id)).then_some(id)
    }
}
