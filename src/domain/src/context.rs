//! What every use-case is given: the store, the ports, and what is known of this node.

use crate::ports::{Clock, Entropy, FileStore, KeySmith, RemoteLookup};
use crate::secrets::Vault;
use crate::{DomainError, Result};
use entrenous_model::{Origin, Time};
use entrenous_store::Store;
use std::sync::{Arc, OnceLock};

/// What the configuration says of this node. How it shows itself (name, description, colour, rules, contact) is
/// [`Ctx::look`], since administrators change that at run time.
#[derive(Debug, Clone)]
pub struct NodeSettings {
    /// Where this node is reached.
    pub origin: Origin,
    /// Its name.
    pub name: String,
    /// One paragraph about it, plain text.
    pub description: String,
    /// Accent colour, `#rrggbb`.
    pub accent: String,
    /// Languages of the interface, the first is the default (`en`, `fr`).
    pub languages: Vec<String>,
    /// House rules, plain text.
    pub rules: Vec<String>,
    /// Contact address shown in the instance document, if any.
    pub contact_email: Option<String>,
    /// Where the source code of the running version is offered (AGPL-3.0, section 13), if the configuration says.
    pub source_url: Option<String>,
    /// Longest post, in characters.
    pub max_post_chars: usize,
    /// Largest upload, in bytes.
    pub max_upload_bytes: usize,
    /// Whether WebFinger of people answers anyone (off by default).
    pub open_webfinger: bool,
    /// Origins of the push services that may be asked to tell people's devices; none by default.
    pub push_services: Vec<String>,
}

/// Handle to everything a use-case needs. Cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    node: NodeSettings,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    files: Arc<dyn FileStore>,
    keys: Arc<dyn KeySmith>,
    vault: Vault,
    lookup: OnceLock<Arc<dyn RemoteLookup>>,
    caches: crate::accounts::Caches,
    trust: crate::peers::Trust,
    looks: crate::look::Looks,
    ledger: crate::ledger::Desk,
    filing: tokio::sync::RwLock<()>,
}

/// The ports a context is made of.
pub struct Ports {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Files.
    pub files: Arc<dyn FileStore>,
    /// Key pairs.
    pub keys: Arc<dyn KeySmith>,
}

impl Ctx {
    /// Puts a context together. `RemoteLookup` is set later, since federation needs a context itself.
    #[must_use]
    pub fn new(store: Store, node: NodeSettings, vault: Vault, ports: Ports) -> Self {
        let Ports {
            clock,
            entropy,
            files,
            keys,
        } = ports;
        let caches = crate::accounts::Caches::default();
        let looks = crate::look::Looks::new(&node);
        Self {
            inner: Arc::new(Inner {
                store,
                node,
                clock,
                entropy,
                files,
                keys,
                vault,
                lookup: OnceLock::new(),
                caches,
                trust: crate::peers::Trust::default(),
                looks,
                ledger: crate::ledger::Desk::default(),
                filing: tokio::sync::RwLock::default(),
            }),
        }
    }

    /// Connects the lookup of remote people and posts. The first call counts.
    pub fn set_lookup(&self, lookup: Arc<dyn RemoteLookup>) {
        if self.inner.lookup.set(lookup).is_err() {
            tracing::debug!("remote lookup was set before");
        }
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// This node, as configured.
    #[must_use]
    pub fn node(&self) -> &NodeSettings {
        &self.inner.node
    }

    /// How this node shows itself now.
    #[must_use]
    pub fn look(&self) -> Arc<crate::look::Look> {
        self.inner.looks.current()
    }

    pub(crate) fn looks(&self) -> &crate::look::Looks {
        &self.inner.looks
    }

    /// What is kept in memory of the ledger.
    pub(crate) fn ledger(&self) -> &crate::ledger::Desk {
        &self.inner.ledger
    }

    /// This node's origin.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.inner.node.origin
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Time {
        self.inner.clock.now()
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.inner.clock)
    }

    /// `N` random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.inner.entropy.fill(&mut bytes);
        bytes
    }

    /// A random token of 256 bits, base64url without padding (43 characters).
    #[must_use]
    pub fn random_token(&self) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.random::<32>())
    }

    /// The files.
    #[must_use]
    pub fn files(&self) -> &dyn FileStore {
        self.inner.files.as_ref()
    }

    /// Held to read while bytes are stored and named in a row, to write while bytes that no row names are removed.
    pub(crate) fn filing(&self) -> &tokio::sync::RwLock<()> {
        &self.inner.filing
    }

    /// The key smith.
    #[must_use]
    pub fn keys(&self) -> &dyn KeySmith {
        self.inner.keys.as_ref()
    }

    /// Seals and opens secrets kept in the database.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    /// The peer table in memory.
    #[must_use]
    pub fn trust(&self) -> &crate::peers::Trust {
        &self.inner.trust
    }

    /// Small caches of accounts and tokens.
    #[must_use]
    pub fn caches(&self) -> &crate::accounts::Caches {
        &self.inner.caches
    }

    /// The lookup of remote people and posts.
    ///
    /// # Errors
    /// [`DomainError::Remote`] if this process does not federate (a command without a serving node).
    pub fn lookup(&self) -> Result<&dyn RemoteLookup> {
        self.inner
            .lookup
            .get()
            .map(AsRef::as_ref)
            .ok_or_else(|| DomainError::Remote("this command needs a serving node".to_owned()))
    }
}
