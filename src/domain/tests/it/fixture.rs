//! A house to test in: a context with a clock that tests turn, files in memory, and keys made once.

use async_trait::async_trait;
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use base64::Engine as _;
use entrenous_domain::accounts::{self, KeyKind, PublicKey, RemotePerson};
use entrenous_domain::context::Ports;
use entrenous_domain::media::{Opened, PIECE};
use entrenous_domain::people::{self, NewPerson};
use entrenous_domain::ports::{Clock, Entropy, FileStore, KeySmith, PersonKeys, StoredFile};
use entrenous_domain::secrets::Vault;
use entrenous_domain::{Ctx, DomainError, NodeSettings, Receipt, Result, Via};
use entrenous_model::{
    Account, AccountId, AccountKind, Contract, Event, KeyGeneration, Matter, Origin, Parcel, Peer, PeerId,
    PeerState, Role, SignatureForm, Software, Time,
};
use entrenous_store::testing::{TestClock, TestDatabase};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use zeroize::Zeroizing;

/// Password of everyone whom [`House::person`] adds.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// One node without its sockets.
pub(crate) struct House {
    /// What the use-cases take.
    pub(crate) ctx: Ctx,
    /// Turns time.
    pub(crate) clock: TestClock,
    /// Numbers activities.
    activities: AtomicU64,
}

impl House {
    /// A node at `https://here.example` on that database.
    pub(crate) fn new(db: &TestDatabase) -> Self {
        Self::at(db, "https://here.example")
    }

    /// A node at that origin.
    pub(crate) fn at(db: &TestDatabase, origin: &str) -> Self {
        let clock = db.clock().clone();
        let node = NodeSettings {
            origin: Origin::parse(origin).unwrap(),
            name: "Here".to_owned(),
            description: "A node in a test".to_owned(),
            accent: "#336699".to_owned(),
            languages: vec!["en".to_owned(), "fr".to_owned()],
            rules: Vec::new(),
            contact_email: None,
            source_url: None,
            max_post_chars: 5_000,
            max_upload_bytes: 8 << 20,
            open_webfinger: false,
            push_services: vec!["https://push.example".to_owned()],
        };
        let ports = Ports {
            clock: Arc::new(Turned(clock.clone())),
            entropy: Arc::new(System),
            files: Arc::new(MemoryFiles::default()),
            keys: Arc::new(Smith),
        };
        let ctx = Ctx::new(db.open(), node, Vault::new(&[42; 32]), ports);
        Self {
            ctx,
            clock,
            activities: AtomicU64::new(1),
        }
    }

    /// Adds a member.
    pub(crate) async fn person(&self, username: &str) -> Arc<Account> {
        self.person_as(username, Role::Member).await
    }

    /// Adds a person with a role.
    pub(crate) async fn person_as(&self, username: &str, role: Role) -> Arc<Account> {
        people::add(&self.ctx, new_person(username, role)).await.unwrap()
    }

    /// An active native peer at that origin, with everything in its contract.
    pub(crate) async fn peer(&self, origin: &str) -> PeerId {
        self.peer_as(origin, Software::Native, PeerState::Active).await
    }

    /// A peer in any state.
    pub(crate) async fn peer_as(&self, origin: &str, software: Software, state: PeerState) -> PeerId {
        let origin = Origin::parse(origin).unwrap();
        let id = self
            .ctx
            .store()
            .write(move |tx| {
                let id = PeerId(tx.next_id());
                let peer = Peer {
                    id,
                    name: origin.authority().to_owned(),
                    state,
                    software,
                    keys: None,
                    shared_inbox: Some(origin.join("/inbox")),
                    origin,
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
                Ok::<_, DomainError>(id)
            })
            .await
            .unwrap();
        self.happened(&[Event::PeerChanged { peer: id }]);
        id
    }

    /// Puts a peer into another state.
    pub(crate) async fn set_peer_state(&self, id: PeerId, state: PeerState) {
        self.ctx
            .store()
            .write(move |tx| {
                let mut peer = entrenous_store::peers::by_id(tx, id)?.unwrap();
                peer.state = state;
                entrenous_store::peers::update(tx, &peer, None)?;
                Ok::<_, DomainError>(())
            })
            .await
            .unwrap();
        self.happened(&[Event::PeerChanged { peer: id }]);
    }

    /// Adds a person of a peer: `https://there.example/people/{username}`.
    pub(crate) async fn remote(&self, peer: PeerId, origin: &str, username: &str) -> Arc<Account> {
        let person = remote_person(peer, origin, username);
        let (id, _) = accounts::upsert_remote(&self.ctx, None, person, false)
            .await
            .unwrap();
        self.account(id).await
    }

    /// An account that is there.
    pub(crate) async fn account(&self, id: AccountId) -> Arc<Account> {
        accounts::get(&self.ctx, id).await.unwrap().unwrap()
    }

    /// A verified activity of a peer that was not received before.
    pub(crate) fn via(&self, peer: PeerId) -> Via {
        let number = self.activities.fetch_add(1, Ordering::Relaxed);
        Via::Peer(Receipt {
            peer,
            activity: format!("https://there.example/activities/{number}"),
            parcel: Parcel::default(),
            matter: Matter::Posts,
        })
    }

    /// What the node does with each batch of events.
    pub(crate) fn happened(&self, events: &[Event]) {
        self.ctx.caches().apply(events);
        self.ctx.trust().apply(events);
    }
}

/// Somebody to add.
pub(crate) fn new_person(username: &str, role: Role) -> NewPerson {
    NewPerson {
        username: username.to_owned(),
        display_name: String::new(),
        password: PASSWORD.to_owned(),
        role,
        locale: "en".to_owned(),
    }
}

/// What the actor document of a person of a peer says; the keys are made of the name.
pub(crate) fn remote_person(peer: PeerId, origin: &str, username: &str) -> RemotePerson {
    let uri = format!("{origin}/people/{username}");
    RemotePerson {
        peer,
        origin: Origin::parse(origin).unwrap(),
        username: username.to_owned(),
        kind: AccountKind::Person,
        display_name: username.to_uppercase(),
        note: String::new(),
        fields: Vec::new(),
        url: format!("{origin}/@{username}"),
        inbox_uri: format!("{uri}/inbox"),
        shared_inbox_uri: Some(format!("{origin}/inbox")),
        followers_uri: format!("{uri}/followers"),
        featured_uri: None,
        locked: false,
        discoverable: true,
        keys: vec![PublicKey {
            key_id: format!("{uri}#main-key"),
            kind: KeyKind::Rsa,
            public: format!("PEM of {username}"),
        }],
        avatar_url: None,
        header_url: None,
        uri,
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

/// Some bytes of a file that may be served, piece by piece; `None` if they are not all there.
pub(crate) async fn bytes_of(ctx: &Ctx, opened: &Opened, start: u64, length: u64) -> Option<Vec<u8>> {
    let mut left = opened.pieces(ctx, start, length).await.unwrap()?;
    let mut bytes = Vec::new();
    while let Some((piece, rest)) = left.next().await.unwrap() {
        assert!(!piece.is_empty() && piece.len() <= usize::try_from(PIECE).unwrap());
        bytes.extend(piece);
        left = rest;
    }
    Some(bytes)
}

/// Gives everyone the same keys, because making RSA keys takes long.
struct Smith;

struct Made {
    rsa_pem: String,
    rsa: Vec<u8>,
    ed25519_multibase: String,
    ed25519: Vec<u8>,
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let rsa_private: Pkcs8V1Der<'_> = rsa.as_der().unwrap();
        let rsa_public: PublicKeyX509Der<'_> = rsa.public_key().as_der().unwrap();
        let body = base64::engine::general_purpose::STANDARD.encode(rsa_public.as_ref());
        let lines: Vec<&str> = body
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        let ed25519 = Ed25519KeyPair::generate().unwrap();
        let mut multikey = vec![0xed, 0x01];
        multikey.extend_from_slice(ed25519.public_key().as_ref());
        Made {
            rsa_pem: format!(
                "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
                lines.join("\n")
            ),
            rsa: rsa_private.as_ref().to_vec(),
            ed25519_multibase: format!("z{}", bs58::encode(multikey).into_string()),
            ed25519: ed25519.to_pkcs8v1().unwrap().as_ref().to_vec(),
        }
    })
}

#[async_trait]
impl KeySmith for Smith {
    async fn person_keys(&self) -> Result<PersonKeys> {
        let made = made();
        Ok(PersonKeys {
            rsa_public_pem: made.rsa_pem.clone(),
            rsa_private: Zeroizing::new(made.rsa.clone()),
            ed25519_public: made.ed25519_multibase.clone(),
            ed25519_private: Zeroizing::new(made.ed25519.clone()),
        })
    }
}
