//! Key pairs for new people, a few always ready: an RSA key takes a hundred milliseconds and more to make.

use async_trait::async_trait;
use entrenous_domain::ports::{KeySmith, PersonKeys};
use entrenous_domain::{DomainError, Result};
use entrenous_wire::keys::{Ed25519KeyPair, RsaKeyPair};
use tokio::sync::{Mutex, mpsc};

/// Makes keys ahead of need, on a thread of its own that sleeps while the stock is full.
pub(crate) struct StockedSmith {
    stock: Mutex<mpsc::Receiver<PersonKeys>>,
}

impl StockedSmith {
    /// Starts the thread; it ends when the smith is dropped. `stock` is how many pairs are kept ready, at least 1.
    pub(crate) fn start(stock: usize) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel(stock.max(1));
        std::thread::Builder::new()
            .name("keysmith".to_owned())
            .spawn(move || {
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
        Ok(Self {
            stock: Mutex::new(receiver),
        })
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
        let keys = self.stock.lock().await.recv().await;
        keys.ok_or_else(|| DomainError::internal("the key smith has stopped"))
    }
}
