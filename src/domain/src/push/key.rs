//! The key that tells push services who sends (VAPID, RFC 8292): made once, sealed like the node's other keys.

use crate::{Ctx, DomainError, Result, own_keys, work};
use entrenous_store::node_secrets;
use zeroize::Zeroizing;

/// Its name among the secrets of the node.
const NAME: &str = "vapid";

/// The private key, PKCS #8, if one was made.
///
/// # Errors
/// `Conflict` if the vault does not open it; the store's.
pub async fn sealed_key(ctx: &Ctx) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let sealed = ctx.store().read(|conn| node_secrets::get(conn, NAME)).await?;
    let opened = sealed.map(|sealed| ctx.vault().open(own_keys::SEAL, &sealed));
    opened.transpose().map_err(|_| {
        DomainError::Conflict("the key for push services was sealed with another one".to_owned())
    })
}

/// Keeps a private key, PKCS #8, if there is none yet.
///
/// # Errors
/// Only the store's.
pub async fn keep_key(ctx: &Ctx, pkcs8: &[u8]) -> Result<()> {
    let _steady = ctx.vault().steady().await;
    let sealed = ctx.vault().seal(own_keys::SEAL, ctx.random(), pkcs8)?;
    work::write(ctx, move |tx| {
        node_secrets::insert_new(tx, &[(NAME, sealed.clone())])?;
        Ok(())
    })
    .await
}
