//! Keys of people.

use super::known_one;
use crate::{Ctx, Result};
use entrenous_model::{Account, AccountId};
use entrenous_store as store;
use std::sync::Arc;

/// For what private keys of people are sealed.
pub(crate) const SEAL: &str = "person key";

/// A public key of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id on the wire, such as `https://node/people/a#main-key`.
    pub key_id: String,
    /// `rsa` (SPKI PEM in `public`) or `ed25519` (multibase in `public`).
    pub kind: KeyKind,
    /// The key in the form of its kind.
    pub public: String,
}

/// Kinds of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA, 2048 bits or more.
    Rsa,
    /// Ed25519.
    Ed25519,
}

impl KeyKind {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }

    /// From the stored form.
    fn parse(text: &str) -> Option<Self> {
        match text {
            "rsa" => Some(Self::Rsa),
            "ed25519" => Some(Self::Ed25519),
            _ => None,
        }
    }
}

impl PublicKey {
    /// As stored.
    pub(crate) fn to_row(&self) -> store::keys::Key {
        store::keys::Key {
            key_id: self.key_id.clone(),
            kind: self.kind.as_str().to_owned(),
            public_key: self.public.clone(),
        }
    }

    /// From the stored form; `None` for a kind this version does not know.
    pub(crate) fn from_row(row: store::keys::Key) -> Option<Self> {
        Some(Self {
            kind: KeyKind::parse(&row.kind)?,
            key_id: row.key_id,
            public: row.public_key,
        })
    }
}

/// The public keys of an account; none of a hidden one.
///
/// # Errors
/// Only the store's.
pub async fn public_keys(ctx: &Ctx, id: AccountId) -> Result<Vec<PublicKey>> {
    if !known_one(ctx, id).await?.is_some_and(|known| known.visible()) {
        return Ok(Vec::new());
    }
    let rows = ctx
        .store()
        .read(move |conn| store::keys::of_account(conn, id))
        .await?;
    Ok(rows.into_iter().filter_map(PublicKey::from_row).collect())
}

/// The account a key id belongs to, with the key; known keys only, cached. Disabled accounts have no keys.
///
/// # Errors
/// Only the store's.
pub async fn key_owner(ctx: &Ctx, key_id: &str) -> Result<Option<(Arc<Account>, PublicKey)>> {
    let caches = ctx.caches();
    let (id, key) = if let Some(found) = caches.owner(key_id) {
        found
    } else {
        let mark = caches.mark_owners();
        let asked = key_id.to_owned();
        let Some((id, row)) = ctx
            .store()
            .read(move |conn| store::keys::owner(conn, &asked))
            .await?
        else {
            return Ok(None);
        };
        let Some(key) = PublicKey::from_row(row) else {
            return Ok(None);
        };
        caches.keep_owner(mark, id, key.clone());
        (id, key)
    };
    Ok(super::get(ctx, id).await?.map(|account| (account, key)))
}

/// The private key of a local person, opened (PKCS#8 DER), with its key id. `None` for people of peers and disabled people.
/// Cached in memory after the first use.
///
/// # Errors
/// [`crate::DomainError::Internal`] if the vault key is wrong.
pub async fn private_key(
    ctx: &Ctx,
    id: AccountId,
    kind: KeyKind,
) -> Result<Option<(String, Arc<zeroize::Zeroizing<Vec<u8>>>)>> {
    let Some(known) = known_one(ctx, id).await?.filter(|known| known.visible()) else {
        return Ok(None);
    };
    if !known.account.is_local() {
        return Ok(None);
    }
    let caches = ctx.caches();
    if let Some(key) = caches.private(id, kind) {
        return Ok(Some(key));
    }
    let mark = caches.mark_private();
    let row = ctx
        .store()
        .read(move |conn| store::keys::sealed(conn, id, kind.as_str()))
        .await?;
    let Some((key_id, sealed)) = row else {
        return Ok(None);
    };
    let key = (key_id, Arc::new(ctx.vault().open(SEAL, &sealed)?));
    caches.keep_private(mark, id, kind, key.clone());
    Ok(Some(key))
}
