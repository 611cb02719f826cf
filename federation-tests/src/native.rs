//! A node of our own kind that a test plays: its own keys, people whom its instance key endorses, and the mock's server,
//! which writes down what it is asked and sent.

use crate::client::Answer;
use crate::mock::{self, MockPeer};
use crate::{Node, eventually};
use aws_lc_rs::{digest, hkdf, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entrenous_model::Contract;
use entrenous_wire::jcs::canonicalize;
use entrenous_wire::keys::{Ed25519KeyPair, fingerprint};
use entrenous_wire::proof;
use entrenous_wire::signature::sign_rfc9421;
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use url::Url;

/// What an instance actor says of a node of Entrenous.
const NATIVE: &str = "urn:entrenous:federation:1";

struct Length;

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

/// The page of an invitation, and the key of its link's token.
///
/// # Panics
/// If it is no link.
#[must_use]
pub fn opened(link: &str) -> (String, [u8; 32]) {
    let (page, token) = link.split_once('#').expect("no token");
    let (page, _) = page.split_once('?').expect("no fingerprint");
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"entrenous token v1");
    let prk = salt.extract(token.as_bytes());
    let mut key = [0; 32];
    prk.expand(&[b"peer invitation"], Length)
        .and_then(|okm| okm.fill(&mut key))
        .expect("no key");
    (page.to_owned(), key)
}

/// The code over these lines.
#[must_use]
pub fn code(key: &[u8], lines: &[&str]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, lines.join("\n").as_bytes()))
}

/// The hexadecimal SHA-256 of a document's canonical form.
#[must_use]
pub fn hash(document: &Value) -> String {
    let hash = digest::digest(&digest::SHA256, canonicalize(document).as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The node. Ends with the value.
pub struct NativePeer {
    /// Its server.
    pub mock: MockPeer,
    instance: Ed25519KeyPair,
    /// All its people have the same.
    people: Ed25519KeyPair,
}

impl NativePeer {
    /// Starts one at `host` (an address of the loopback interface), with a person `name`.
    ///
    /// # Panics
    /// If it cannot listen.
    pub async fn start(host: &str, name: &str) -> Self {
        let mock = MockPeer::start(host, name).await;
        let key = || Ed25519KeyPair::generate().expect("no key");
        let peer = Self {
            mock,
            instance: key(),
            people: key(),
        };
        let (actor, origin) = (peer.actor(), &peer.mock.origin);
        let rsa = peer.mock.key().public_key().expect("no public key");
        let document = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": actor, "type": "Application", "preferredUsername": "actor", "name": "A node of the test",
            "webfinger": format!("actor@{}", peer.mock.authority()),
            "inbox": format!("{actor}/inbox"), "outbox": format!("{actor}/outbox"),
            "endpoints": { "sharedInbox": format!("{origin}/inbox") },
            "publicKey": { "id": format!("{actor}#main-key"), "owner": actor, "publicKeyPem": rsa.to_pem() },
            "assertionMethod": [multikey(&actor, &peer.instance)],
            "implements": [{ "href": NATIVE, "name": "Entrenous federation, version 1" }],
        });
        peer.mock.serve_document("/actor", document);
        peer.put_person(name, &json!({}));
        peer
    }

    /// Its instance actor.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("{}/actor", self.mock.origin)
    }

    /// The collection that its public posts are addressed to.
    #[must_use]
    pub fn network(&self) -> String {
        format!("{}/network", self.mock.origin)
    }

    /// Adds a person, with these members of its document besides or instead.
    ///
    /// # Panics
    /// If `members` is no object, or a key cannot sign.
    pub fn put_person(&self, name: &str, members: &Value) {
        self.mock.put_person(name);
        let mut document = self.mock.document(&format!("/users/{name}"));
        let id = self.mock.person(name);
        document.as_object_mut().expect("no object").remove("publicKey");
        document["webfinger"] = json!(format!("{name}@{}", self.mock.authority()));
        document["assertionMethod"] = json!([multikey(&id, &self.people)]);
        let public = self.people.public_key().expect("no public key");
        let statement = json!({ "id": id, "keys": [public.to_text()] });
        let key_id = format!("{}#ed25519-key", self.actor());
        let word = proof::create(&statement, &self.instance, &key_id, mock::now()).expect("not endorsed");
        document["endorsement"] = word;
        for (name, value) in members.as_object().expect("no object") {
            document[name] = value.clone();
        }
        self.mock.serve_document(&format!("/users/{name}"), document);
    }

    fn headers(&self, signer: Option<&str>, method: &Method, url: &str, body: &[u8]) -> HeaderMap {
        let (key, owner) = match signer {
            Some(name) => (&self.people, self.mock.person(name)),
            None => (&self.instance, self.actor()),
        };
        let url = Url::parse(url).expect("no URL");
        let key_id = format!("{owner}#ed25519-key");
        sign_rfc9421(key, &key_id, method, &url, body, mock::now()).expect("cannot be signed")
    }

    /// Posts an activity signed by the person `name`; answers the status and the body.
    pub async fn post(&self, name: &str, url: &str, activity: &Value) -> (u16, String) {
        self.send(Some(name), url, activity).await
    }

    /// Posts what the instance says, signed by its key.
    pub async fn say(&self, url: &str, document: &Value) -> (u16, String) {
        self.send(None, url, document).await
    }

    async fn send(&self, signer: Option<&str>, url: &str, document: &Value) -> (u16, String) {
        let body = document.to_string().into_bytes();
        let headers = self.headers(signer, &Method::POST, url, &body);
        mock::send(Method::POST, url, headers, body).await
    }

    /// Gets a URL, signed by the instance.
    pub async fn get(&self, url: &str) -> Answer {
        let headers = self.headers(None, &Method::GET, url, b"");
        mock::hear(Method::GET, url, headers, Vec::new()).await
    }

    /// Accepts an invitation of `node`, which confirms it: both are active afterwards.
    ///
    /// # Panics
    /// If a step fails.
    pub async fn join(&self, node: &Node, link: &str) {
        let (page, key) = opened(link);
        let id = page.rsplit('/').next().expect("no id");
        let (inviter, joiner) = (node.url(""), self.mock.origin.as_str());
        let nonce = "n".repeat(43);
        let lines = ["entrenous invitation ask v1", id, &inviter, joiner, &nonce];
        let ask = json!({ "origin": joiner, "nonce": nonce, "code": code(&key, &lines) });
        let (status, terms) = self.say(&format!("{page}/preview"), &ask).await;
        assert_eq!(status, 200, "{terms}");
        let terms: Value = serde_json::from_str(&terms).expect("no JSON");
        let rsa = self.mock.key().public_key().expect("no public key");
        let print = fingerprint(&[self.instance.public_key().expect("no public key"), rsa]).to_compact();
        let hash = hash(&terms["contract"]);
        let purpose = "entrenous invitation accept v1";
        let lines = [purpose, id, &inviter, joiner, &nonce, &print, &hash];
        let actor = self.actor();
        let acceptance = json!({
            "id": format!("{actor}#accept-{}", unique()), "type": "Accept", "actor": actor,
            "object": { "id": page, "type": "Invite" },
            "fingerprint": print, "nonce": nonce, "code": code(&key, &lines),
        });
        let (status, said) = self.say(&page, &acceptance).await;
        assert_eq!(status, 200, "{said}");
        node.command(&["peer", "confirm", self.mock.authority()]).await;
    }

    /// What this instance says of a contract, with a proof.
    ///
    /// # Panics
    /// If it cannot be signed.
    #[must_use]
    pub fn of_contract(&self, node: &Node, kind: &str, object: &Value) -> Value {
        let actor = self.actor();
        let mut document = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{actor}#contract-{}", unique()), "type": kind, "actor": actor,
            "to": [node.url("/actor")], "object": object,
        });
        let key_id = format!("{actor}#ed25519-key");
        proof::attach(&mut document, &self.instance, &key_id, mock::now()).expect("cannot be signed");
        document
    }

    /// Offers `node` a contract, which is written as that node sees it; answers the address of the offer.
    ///
    /// # Panics
    /// If it is not taken.
    pub async fn offer(&self, node: &Node, contract: &Contract) -> String {
        let ours = contract.clone().mirrored();
        let object = json!({ "type": "Contract", "contract": ours, "summary": "" });
        let document = self.of_contract(node, "Offer", &object);
        self.insist(node, &document).await;
        document["id"].as_str().expect("no id").to_owned()
    }

    /// Accepts an offer of `node`.
    ///
    /// # Panics
    /// If it is not taken.
    pub async fn accept(&self, node: &Node, offer: &Value) {
        let document = self.of_contract(node, "Accept", offer);
        self.insist(node, &document).await;
    }

    /// Says it until there is room under the rate of the contract.
    async fn insist(&self, node: &Node, document: &Value) {
        let url = node.url("/inbox");
        eventually("the node to take what is said of a contract", || async {
            let (status, said) = self.say(&url, document).await;
            assert!([202, 429].contains(&status), "{status} {said}");
            (status == 202).then_some(())
        })
        .await;
    }

    /// The next offer of `node` that was not there when `before` requests were seen.
    ///
    /// # Panics
    /// If none comes.
    pub async fn offered(&self, before: usize) -> Value {
        eventually("the offer", || async {
            let seen = self.mock.seen();
            let offer = |one: &&mock::Seen| one.body["type"] == "Offer";
            let new = seen.get(before..).unwrap_or_default();
            new.iter().rev().find(offer).map(|one| one.body.clone())
        })
        .await
    }
}

fn multikey(owner: &str, key: &Ed25519KeyPair) -> Value {
    let public = key.public_key().expect("no public key");
    json!({
        "id": format!("{owner}#ed25519-key"), "type": "Multikey", "controller": owner,
        "publicKeyMultibase": public.to_multibase(),
    })
}

fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::SeqCst).to_string()
}
