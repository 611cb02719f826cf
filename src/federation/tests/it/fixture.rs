//! Nodes without people's doors: a context, federation, and, if wanted, a socket on loopback.

use async_trait::async_trait;
use entrenous_domain::context::Ports;
use entrenous_domain::people::{self, NewPerson};
use entrenous_domain::ports::{Clock, Entropy, FileStore, KeySmith, PersonKeys, StoredFile};
use entrenous_domain::posts::{self, Draft, ReplyTo};
use entrenous_domain::secrets::Vault;
use entrenous_domain::{Ctx, DomainError, NodeSettings, Result, Via};
use entrenous_egress::{AllowRule, Egress, EgressConfig, OriginPattern};
use entrenous_federation::{Federation, Identity};
use entrenous_model::{
    Account, AccountId, Contract, Event, KeyGeneration, Origin, Peer, PeerId, PeerKeys, PeerState, PostId,
    Role, SignatureForm, Software, Time, Visibility,
};
use entrenous_store::testing::{TestClock, TestDatabase};
use entrenous_wire::keys::{Ed25519KeyPair, RsaKeyPair};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

/// A node on a database of its own.
pub(crate) struct Node {
    pub(crate) federation: Federation,
    pub(crate) clock: TestClock,
    _database: TestDatabase,
}

impl Node {
    /// A node that listens on a loopback port of its own.
    pub(crate) async fn serving() -> Self {
        Self::serving_on(TestDatabase::sqlite()).await
    }

    /// The same on that database.
    pub(crate) async fn serving_on(database: TestDatabase) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let node = Self::at_on(&origin, database).await;
        let router = node.federation.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        node
    }

    /// A node without a socket.
    pub(crate) async fn at(origin: &str) -> Self {
        Self::at_on(origin, TestDatabase::sqlite()).await
    }

    async fn at_on(origin: &str, database: TestDatabase) -> Self {
        let clock = database.clock().clone();
        let node = NodeSettings {
            origin: Origin::parse(origin).unwrap(),
            name: "Somewhere".to_owned(),
            description: "A node in a test".to_owned(),
            accent: "#336699".to_owned(),
            languages: vec!["en".to_owned()],
            rules: Vec::new(),
            contact_email: None,
            source_url: None,
            max_post_chars: 5_000,
            max_upload_bytes: 8 << 20,
            open_webfinger: false,
            push_services: Vec::new(),
        };
        let ports = Ports {
            clock: Arc::new(Turned(clock.clone())),
            entropy: Arc::new(System),
            files: Arc::new(MemoryFiles::default()),
            keys: Arc::new(Smith),
        };
        let ctx = Ctx::new(database.open(), node, Vault::new(&[42; 32]), ports);
        let identity = Identity::load_or_create(&ctx).await.unwrap();
        let config = EgressConfig {
            allow: vec![AllowRule {
                origin: OriginPattern::parse("http://127.0.0.*:*").unwrap(),
                addresses: vec!["127.0.0.0/8".parse().unwrap()],
                ca: None,
            }],
            ..EgressConfig::new("entrenous-test")
        };
        let egress = Egress::new(&config).unwrap();
        let federation = Federation::new(ctx.clone(), egress, identity, config.allow).unwrap();
        ctx.set_lookup(Arc::new(federation.clone()));
        Self {
            federation,
            clock,
            _database: database,
        }
    }

    pub(crate) fn ctx(&self) -> &Ctx {
        self.federation.ctx()
    }

    pub(crate) fn origin(&self) -> &Origin {
        self.ctx().origin()
    }

    pub(crate) fn authority(&self) -> &str {
        self.origin().authority()
    }

    /// How many connections this node has tried to make.
    pub(crate) fn connections(&self) -> u64 {
        self.federation.client().egress().connections_made()
    }

    /// Trusts a node, with its real keys.
    pub(crate) async fn trusts(&self, other: &Self) -> PeerId {
        let keys = other.federation.identity().peer_keys();
        self.has_peer(
            other.origin(),
            Software::Native,
            PeerState::Active,
            Some(keys),
            Contract::FULL,
        )
        .await
    }

    /// Puts a peer into the table.
    pub(crate) async fn has_peer(
        &self,
        origin: &Origin,
        software: Software,
        state: PeerState,
        keys: Option<PeerKeys>,
        contract: Contract,
    ) -> PeerId {
        let origin = origin.clone();
        let write = self.ctx().store().write(move |tx| {
            let known = entrenous_store::peers::by_origin(tx, &origin)?;
            let id = known
                .as_ref()
                .map_or_else(|| PeerId(tx.next_id()), |peer| peer.id);
            let peer = Peer {
                id,
                name: origin.authority().to_owned(),
                state,
                software,
                keys,
                shared_inbox: Some(origin.join("/inbox")),
                origin,
                contract,
                signature_form: match software {
                    Software::Native => SignatureForm::Rfc9421Ed25519,
                    Software::Other => SignatureForm::Cavage,
                },
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
            if known.is_some() {
                entrenous_store::peers::update(tx, &peer, None)?;
            } else {
                entrenous_store::peers::insert(tx, &peer, None)?;
            }
            Ok::<_, DomainError>(id)
        });
        let id = write.await.unwrap();
        let event = [Event::PeerChanged { peer: id }];
        self.ctx().caches().apply(&event);
        self.ctx().trust().apply(&event);
        id
    }

    pub(crate) async fn person(&self, username: &str) -> Arc<Account> {
        self.person_as(username, Role::Member).await
    }

    pub(crate) async fn person_as(&self, username: &str, role: Role) -> Arc<Account> {
        let person = NewPerson {
            username: username.to_owned(),
            display_name: username.to_uppercase(),
            password: "correct horse battery".to_owned(),
            role,
            locale: "en".to_owned(),
        };
        people::add(self.ctx(), person).await.unwrap()
    }

    pub(crate) async fn writes(&self, author: AccountId, text: &str, visibility: Visibility) -> PostId {
        self.answers(author, ReplyTo::None, text, visibility).await
    }

    pub(crate) async fn answers(
        &self,
        author: AccountId,
        reply_to: ReplyTo,
        text: &str,
        visibility: Visibility,
    ) -> PostId {
        let draft = Draft {
            text: text.to_owned(),
            spoiler: String::new(),
            sensitive: false,
            visibility,
            language: Some("en".to_owned()),
            reply_to,
            poll: None,
            idempotency_key: None,
            remote: None,
            created_at: None,
            files: posts::Files::default(),
            group: None,
            quote: None,
            quote_policy: None,
        };
        posts::publish(self.ctx(), Via::Local, author, draft)
            .await
            .unwrap()
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

#[derive(Default)]
struct MemoryFiles(Mutex<HashMap<String, Arc<Vec<u8>>>>);

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

/// RSA keys take long, so all people share one pair; their Ed25519 keys are their own.
struct Smith;

#[async_trait]
impl KeySmith for Smith {
    async fn person_keys(&self) -> Result<PersonKeys> {
        static RSA: OnceLock<RsaKeyPair> = OnceLock::new();
        let rsa = RSA.get_or_init(|| RsaKeyPair::generate().unwrap());
        let ed25519 = Ed25519KeyPair::generate().unwrap();
        Ok(PersonKeys {
            rsa_public_pem: rsa.public_key().unwrap().to_pem(),
            rsa_private: rsa.to_pkcs8().unwrap(),
            ed25519_public: ed25519.public_key().unwrap().to_multibase().unwrap(),
            ed25519_private: ed25519.to_pkcs8().unwrap(),
        })
    }
}
