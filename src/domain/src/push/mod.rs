//! Web Push: clients that want to be told of notifications while nobody looks at them.
//!
//! What waits to be sent stands in the rows of `pushes`, which come in the transaction of the notification itself
//! (`work`): a node that is killed at any moment forgets none. Whether a message may still be sent is asked when its turn
//! comes ([`told`]): what was muted, blocked, filtered, deleted or dismissed since is not. Only push services that the
//! configuration lists are ever asked; subscriptions for others are refused.

mod endpoint;
mod key;
mod queue;

pub use endpoint::Endpoint;
pub use key::{keep_key, sealed_key};
pub use queue::{Outcome, Parcel, due, forget_old, next_at, settle, told};

use crate::secrets::sha256_hex;
use crate::{Ctx, DomainError, Result, work};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use entrenous_model::{
    AccountId, PushAlerts, PushKeys, PushPolicy, PushSubscription, PushSubscriptionId, TokenId,
};
use entrenous_store::{push as rows, tokens};
use serde::{Deserialize, Serialize};

/// What the vault seals endpoints and keys of browsers for.
pub const SEAL: &str = "push subscription";
/// Subscriptions of one person; the oldest goes for one more.
pub const SUBSCRIPTIONS: u32 = 50;
/// Messages that wait for one subscription; the oldest goes for one more.
pub const WAITING: u32 = 100;
/// How long a message waits, here and at the push service. Who has not been there for longer looks at the list.
pub const PATIENCE: TimeDelta = TimeDelta::hours(48);

/// What a client asks for.
pub struct NewSubscription {
    /// The address at the push service, as the browser gave it.
    pub endpoint: String,
    /// The browser's public key, base64url.
    pub p256dh: String,
    /// The shared secret, base64url.
    pub auth: String,
    /// Of what it wants to be told.
    pub alerts: PushAlerts,
    /// From whom.
    pub policy: PushPolicy,
}

/// What is sealed of a subscription.
#[derive(Serialize, Deserialize)]
struct Secret {
    endpoint: String,
    p256dh: String,
    auth: String,
}

impl Secret {
    fn seal(&self, ctx: &Ctx) -> Result<Vec<u8>> {
        let plain = serde_json::to_vec(self).map_err(DomainError::internal)?;
        ctx.vault().seal(SEAL, ctx.random(), &plain)
    }

    fn open(ctx: &Ctx, sealed: &[u8]) -> Result<(String, PushKeys)> {
        let plain = ctx.vault().open(SEAL, sealed)?;
        let Self {
            endpoint,
            p256dh,
            auth,
        } = serde_json::from_slice(&plain).map_err(DomainError::internal)?;
        let read = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(DomainError::internal);
        let keys = PushKeys {
            p256dh: read(&p256dh)?,
            auth: read(&auth)?,
        };
        Ok((endpoint, keys))
    }
}

fn opened(ctx: &Ctx, row: rows::Row) -> Result<PushSubscription> {
    let (endpoint, keys) = Secret::open(ctx, &row.sealed)?;
    Ok(PushSubscription {
        id: row.id,
        token: row.token,
        account: row.account,
        endpoint,
        keys,
        alerts: row.alerts,
        policy: row.policy,
        created_at: row.created_at,
    })
}

/// Subscribes the client with this token, in place of what it was subscribed to before. Of a person's other
/// subscriptions those for the same browser go, and the oldest beyond [`SUBSCRIPTIONS`].
///
/// # Errors
/// `Invalid` for an endpoint that is no https address or not at a push service on the node's list, and for keys that are
/// none; `Unauthenticated` if the token was revoked at this very moment: nothing would end the subscription any more.
pub async fn subscribe(
    ctx: &Ctx,
    owner: AccountId,
    token: TokenId,
    new: NewSubscription,
) -> Result<PushSubscription> {
    let endpoint = Endpoint::check(&ctx.node().push_services, &new.endpoint)?;
    let keys = endpoint::keys(&new.p256dh, &new.auth)?;
    // Held until it is written down: a change of the vault's key leaves nothing behind.
    let _steady = ctx.vault().steady().await;
    let secret = Secret {
        endpoint: endpoint.url.clone(),
        p256dh: URL_SAFE_NO_PAD.encode(&keys.p256dh),
        auth: URL_SAFE_NO_PAD.encode(&keys.auth),
    };
    let sealed = secret.seal(ctx)?;
    let hash = sha256_hex(endpoint.url.as_bytes());
    let row = work::write(ctx, move |tx| {
        if !tokens::lock(tx, token)? {
            return Err(DomainError::Unauthenticated("The access token was revoked"));
        }
        let row = rows::Row {
            id: PushSubscriptionId(tx.next_id()),
            token,
            account: owner,
            service: endpoint.service.clone(),
            endpoint_hash: hash.clone(),
            sealed: sealed.clone(),
            alerts: new.alerts.clone(),
            policy: new.policy,
            created_at: tx.now(),
        };
        rows::remove(tx, token)?;
        rows::remove_same(tx, owner, &hash)?;
        rows::insert(tx, &row)?;
        rows::keep_newest(tx, owner, SUBSCRIPTIONS)?;
        Ok(row)
    })
    .await?;
    opened(ctx, row)
}

/// What the client with this token is subscribed to.
///
/// # Errors
/// `NotFound` if to nothing.
pub async fn get(ctx: &Ctx, token: TokenId) -> Result<PushSubscription> {
    let row = ctx.store().read(move |conn| rows::of_token(conn, token)).await?;
    opened(ctx, row.ok_or(DomainError::NotFound)?)
}

/// Changes of what, or from whom, the client with this token is told; what is `None` stays.
///
/// # Errors
/// `NotFound` if it is subscribed to nothing.
pub async fn change(
    ctx: &Ctx,
    token: TokenId,
    alerts: Option<PushAlerts>,
    policy: Option<PushPolicy>,
) -> Result<PushSubscription> {
    let row = work::write(ctx, move |tx| {
        let mut row = rows::of_token(tx, token)?.ok_or(DomainError::NotFound)?;
        row.alerts = alerts.clone().unwrap_or(row.alerts);
        row.policy = policy.unwrap_or(row.policy);
        if !rows::change(tx, token, &row.alerts, row.policy)? {
            return Err(DomainError::NotFound);
        }
        Ok(row)
    })
    .await?;
    opened(ctx, row)
}

/// Ends what the client with this token is subscribed to; nothing to end is no error.
///
/// # Errors
/// Only the store's.
pub async fn unsubscribe(ctx: &Ctx, token: TokenId) -> Result<()> {
    work::write(ctx, move |tx| {
        rows::remove(tx, token)?;
        Ok(())
    })
    .await
}
