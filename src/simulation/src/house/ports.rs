//! What a node is given instead of the machine: a clock that may be wrong, and randomness that a seed repeats.

use crate::rng::Rng;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta};
use entrenous_domain::ports::{Clock, Entropy, FileStore, KeySmith, PersonKeys, StoredFile};
use entrenous_domain::{DomainError, Result};
use entrenous_model::Time;
use entrenous_wire::keys::{Ed25519KeyPair, RsaKeyPair};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::time::Instant;

/// When all runs begin: a morning in 2030.
const BEGINNING: i64 = 1_900_000_000;

/// The clock of one machine: it outlives the node's process.
#[derive(Debug, Clone)]
pub struct Watch {
    start: Instant,
    /// How far it is off, in milliseconds.
    off: Arc<AtomicI64>,
}

impl Watch {
    /// A clock that is right. `start` is when the run began.
    #[must_use]
    pub fn new(start: Instant) -> Self {
        Self {
            start,
            off: Arc::default(),
        }
    }

    /// Sets how far it is off, in milliseconds.
    pub fn set(&self, off: i64) {
        self.off.store(off, Ordering::SeqCst);
    }

    /// What it shows.
    #[must_use]
    pub fn shows(&self) -> Time {
        let passed = TimeDelta::from_std(Instant::now() - self.start).unwrap_or_default();
        let off = TimeDelta::milliseconds(self.off.load(Ordering::SeqCst));
        // An hour in, so that a clock that is behind still shows a later time than the one at which the stage was set.
        let now = DateTime::from_timestamp(BEGINNING + 3_600, 0).unwrap_or_default();
        now + passed + off
    }
}

impl Clock for Watch {
    fn now(&self) -> Time {
        self.shows()
    }
}

/// Randomness that a seed repeats.
pub(super) struct Dice(pub(super) Mutex<Rng>);

impl Entropy for Dice {
    fn fill(&self, buffer: &mut [u8]) {
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for part in buffer.chunks_mut(8) {
            let bytes = rng.next().to_le_bytes();
            for (to, from) in part.iter_mut().zip(bytes) {
                *to = from;
            }
        }
    }
}

/// No files: nobody attaches any.
pub(super) struct NoFiles;

#[async_trait]
impl FileStore for NoFiles {
    async fn put(&self, _: &str, _: Vec<u8>) -> Result<()> {
        Err(DomainError::internal("there are no files"))
    }

    async fn open(&self, _: &str) -> Result<Option<Box<dyn StoredFile>>> {
        Ok(None)
    }

    async fn remove(&self, _: &str) -> Result<()> {
        Ok(())
    }
}

/// RSA keys take long: a few are made once in the process, and given out in turn. Ed25519 keys are everyone's own.
pub(super) struct Smith;

const RSA_KEYS: usize = 3;

fn rsa() -> Result<&'static RsaKeyPair> {
    static KEYS: OnceLock<Vec<RsaKeyPair>> = OnceLock::new();
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let keys = KEYS.get_or_init(|| {
        let made = std::iter::repeat_with(RsaKeyPair::generate).take(RSA_KEYS);
        made.filter_map(std::result::Result::ok).collect()
    });
    let turn = TURN.fetch_add(1, Ordering::SeqCst) % RSA_KEYS;
    keys.get(turn).ok_or_else(|| DomainError::internal("no RSA key"))
}

#[async_trait]
impl KeySmith for Smith {
    async fn person_keys(&self) -> Result<PersonKeys> {
        let (rsa, ed25519) = (rsa()?, Ed25519KeyPair::generate().map_err(DomainError::internal)?);
        Ok(PersonKeys {
            rsa_public_pem: rsa.public_key().map_err(DomainError::internal)?.to_pem(),
            rsa_private: rsa.to_pkcs8().map_err(DomainError::internal)?,
            ed25519_public: ed25519
                .public_key()
                .map_err(DomainError::internal)?
                .to_multibase()
                .ok_or_else(|| DomainError::internal("an Ed25519 key has a multibase form"))?,
            ed25519_private: ed25519.to_pkcs8().map_err(DomainError::internal)?,
        })
    }

    async fn node_keys(&self) -> Result<Option<PersonKeys>> {
        self.person_keys().await.map(Some)
    }
}
