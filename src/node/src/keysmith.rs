//! Key pairs for new people. An RSA key takes a hundred milliseconds and more to make: a serving node has a few ready,
//! a command makes the one it needs.

use crate::system::SystemEntropy;
use async_trait::async_trait;
use entrenous_domain::ports::{Entropy as _, KeySmith, PersonKeys};
use entrenous_domain::{DomainError, Result};
use entrenous_wire::keys::{Ed25519KeyPair, RsaKeyPair};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};

/// A node that has just started has better things to do, and so have those who waited for it.
const REST: Duration = Duration::from_secs(10);

/// Makes keys ahead of need, on a thread of its own that sleeps while the stock is full. It begins when the first are asked
/// for, or the node has been up for some seconds.
pub(crate) struct StockedSmith {
    stock: Mutex<mpsc::Receiver<PersonKeys>>,
    wanted: SyncSender<()>,
}

impl StockedSmith {
    /// Starts the thread; it ends when the smith is dropped. `stock` is how many pairs are kept ready, at least 1.
    pub(crate) fn start(stock: usize) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel(stock.max(1));
        let (begun, beginning) = sync_channel::<()>(1);
        let (wanted, wants) = sync_channel::<()>(1);
        std::thread::Builder::new()
            .name("keysmith".to_owned())
            .spawn(move || {
                // Nobody waits for this thread at the end. AWS-LC frees what randomness comes from when the process
                // exits, and aborts a thread that asks it for the first time after that: so this one asks now.
                SystemEntropy.fill(&mut [0; 1]);
                drop(begun);
                if matches!(wants.recv_timeout(REST), Err(RecvTimeoutError::Disconnected)) {
                    return;
                }
                loop {
                    let keys = match make() {
                        Ok(keys) => keys,
                        Err(error) => {
                            tracing::error!(cause = %error, "key pairs cannot be made");
                            return;
                        }
                    };
                    if sender.blocking_send(keys).is_err() {
                        return;
                    }
                }
            })?;
        // Nothing is sent: it ends when the thread lets go of its side.
        let _ = beginning.recv();
        Ok(Self {
            stock: Mutex::new(receiver),
            wanted,
        })
    }
}

/// Makes keys when they are needed.
pub(crate) struct PromptSmith;

#[async_trait]
impl KeySmith for PromptSmith {
    async fn person_keys(&self) -> Result<PersonKeys> {
        let made = tokio::task::spawn_blocking(make).await;
        let made =
            made.map_err(|error| DomainError::internal(format!("key pairs cannot be made: {error}")))?;
        made.map_err(|error| DomainError::internal(format!("key pairs cannot be made: {error}")))
    }
}

fn make() -> std::result::Result<PersonKeys, entrenous_wire::keys::KeyError> {
    let rsa = RsaKeyPair::generate()?;
    let ed25519 = Ed25519KeyPair::generate()?;
    Ok(PersonKeys {
        rsa_public_pem: rsa.public_key()?.to_pem(),
        rsa_private: rsa.to_pkcs8()?,
        ed25519_public: ed25519.public_key()?.to_text(),
        ed25519_private: ed25519.to_pkcs8()?,
    })
}

#[async_trait]
impl KeySmith for StockedSmith {
    async fn person_keys(&self) -> Result<PersonKeys> {
        // Full means that it was said already.
        let _ = self.wanted.try_send(());
        let keys = self.stock.lock().await.recv().await;
        keys.ok_or_else(|| DomainError::internal("the key smith has stopped"))
    }
}
