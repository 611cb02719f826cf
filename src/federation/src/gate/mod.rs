//! The gate: is this request signed by an active peer, and by whom there?
//!
//! The order is the design's: size, `keyId` host, peer table, freshness, key, signature and digest. An unknown host is
//! answered 403 with no DNS question and no connection, since nothing is looked up before the peer table says that it is
//! an active peer. Each refusal is one audit line with a stable reason.

mod body;
mod denied;
mod signer;

pub use denied::Denied;
pub(crate) use denied::RETRY_AFTER;
pub use signer::Signer;

use crate::Federation;
use crate::client::Budget;
use crate::serve::seen_by;
use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::response::Response;
use bytes::Bytes;
use entrenous_domain::audit::Refused;
use entrenous_domain::{deliveries, peers};
use entrenous_model::{Direction, Origin, Parcel, Peer, PeerState, Software};
use entrenous_wire::signature::{self, Parsed, Window};
use http::request::Parts;
use http::{HeaderValue, header};
use std::sync::Arc;

/// A request that an active peer signed. Handlers of peer routes take it as an argument.
#[derive(Clone)]
pub struct Verified {
    /// Whose node it is.
    pub peer: Arc<Peer>,
    /// Who there signed.
    pub signer: Signer,
    /// The key's id as written.
    pub key_id: String,
    /// SHA-256 of the signature's bytes.
    pub replay_id: [u8; 32],
    /// When the request says that it was signed, in seconds of Unix time.
    pub signed_at: i64,
    /// False if the query is not under the signature: it must not select what is done or shown.
    pub query_signed: bool,
    /// `Collection-Synchronization`, if it is under the signature (FEP-8fcf).
    pub synchronization: Option<String>,
    /// The whole body, at most 1 MiB; empty for GET.
    pub body: Bytes,
    /// What may still be fetched for this request, its key already among it.
    pub budget: Arc<Budget>,
}

impl<S: Sync> FromRequestParts<S> for Verified {
    type Rejection = Response;

    /// Only behind the guard there is one; without it the request counts as unsigned.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Denied::unsigned().answer())
    }
}

/// A request whose signature was read and not believed yet, with its body.
pub struct Received {
    /// Everything but the body.
    pub parts: Parts,
    /// The signature as read.
    pub signature: Parsed,
    /// The origin its `keyId` is on.
    pub origin: Origin,
    /// The body, at most 1 MiB.
    pub body: Bytes,
}

impl Received {
    /// Reads the signature and the body of a request without asking who it is: for the invitation route, which has rules
    /// of its own for who may send. Verify it with [`Received::verify`].
    ///
    /// # Errors
    /// [`Denied`]: unsigned or unreadable (401), too large (413).
    pub async fn of(request: Request) -> Result<Self, Denied> {
        let (head, body) = Head::of(request)?;
        let body = body::read(body).await?;
        let Head {
            parts,
            signature,
            origin,
        } = head;
        Ok(Self {
            parts,
            signature,
            origin,
            body,
        })
    }

    /// Checks freshness, authority, signature and digest with `key`, as between native nodes.
    ///
    /// # Errors
    /// [`Denied`] with the reason.
    pub fn verify(
        &self,
        federation: &Federation,
        key: &entrenous_wire::keys::PublicKey,
    ) -> Result<(), Denied> {
        let denied = |refusal| Denied::signature(refusal).about(&self.origin);
        self.signature
            .check_freshness(federation.ctx().now(), Window::NATIVE)
            .map_err(denied)?;
        self.signature
            .verify(key, federation.expected(), &self.body)
            .map(drop)
            .map_err(denied)
    }
}

struct Head {
    parts: Parts,
    signature: Parsed,
    origin: Origin,
}

impl Head {
    fn of(request: Request) -> Result<(Self, Body), Denied> {
        body::check_length(request.headers())?;
        let (mut parts, body) = request.into_parts();
        // HTTP/2 has no Host: what stands in `:authority` is what the sender signed as `host`.
        if !parts.headers.contains_key(header::HOST)
            && let Some(authority) = parts.uri.authority()
            && let Ok(value) = HeaderValue::from_str(authority.as_str())
        {
            parts.headers.insert(header::HOST, value);
        }
        // A target without a path (`GET a HTTP/1.1`) is not the signed `/`: it is unreadable.
        let target = parts
            .uri
            .path_and_query()
            .map_or("", http::uri::PathAndQuery::as_str);
        let signature = signature::parse(&parts.method, target, &parts.headers).map_err(Denied::signature)?;
        // The same canonical text in the model's type, which is what the peer table is asked with.
        let origin = Origin::of_text(signature.key_id())
            .filter(|origin| origin.as_str() == signature.key_origin().to_string())
            .ok_or_else(|| Denied::signature(signature::Refusal::KeyId))?;
        Ok((
            Self {
                parts,
                signature,
                origin,
            },
            body,
        ))
    }
}

/// Verifies a request and gives it back with [`Verified`] among its extensions and its body still readable, or the
/// refusal as an answer, after it was recorded.
///
/// # Errors
/// The refusal: 401, 403, 413, or 503 when the store or the peer's key cannot be reached.
pub(crate) async fn admit(federation: &Federation, request: Request) -> Result<Request, Response> {
    let route = format!("{} {}", request.method(), request.uri().path());
    let what = unproven(federation, &request);
    match verify(federation, request).await {
        Ok((mut parts, verified)) => {
            seen_by(&parts.extensions, &verified);
            let body = Body::from(verified.body.clone());
            parts.extensions.insert(verified);
            Ok(Request::from_parts(parts, body))
        }
        Err(denied) => {
            let denied = denied.of(what);
            denied.record(federation.ctx(), &route).await;
            Err(denied.answer())
        }
    }
}

/// What the ledger tells of a request whose signature does not hold.
pub(crate) fn unproven(federation: &Federation, request: &Request) -> Refused {
    let direction = if request.method() == http::Method::POST {
        Direction::Received
    } else {
        Direction::Served
    };
    let parcel = Parcel {
        kind: request.method().to_string(),
        object: Some(federation.ctx().origin().join(request.uri().path())),
        ..Parcel::default()
    };
    Refused {
        direction,
        parcel,
        proven: false,
    }
}

/// The whole gate, without the audit line.
///
/// # Errors
/// [`Denied`].
pub async fn verify(federation: &Federation, request: Request) -> Result<(Parts, Verified), Denied> {
    let (
        Head {
            parts,
            signature,
            origin,
        },
        body,
    ) = Head::of(request)?;
    let ctx = federation.ctx();
    let peer = peers::by_origin(ctx, &origin)
        .await
        .map_err(|error| Denied::failed(&error))?;
    let peer = match peer {
        Some(peer) if peer.is_active() => peer,
        Some(peer) => return Err(Denied::state(peer.state).about(&origin)),
        None => return Err(Denied::stranger().about(&origin)),
    };
    let window = match peer.software {
        Software::Native => Window::NATIVE,
        Software::Other => Window::OTHER,
    };
    let refused = |refusal| Denied::signature(refusal).about(&origin);
    signature.check_freshness(ctx.now(), window).map_err(refused)?;
    let body = body::read(body).await.map_err(|denied| denied.about(&origin))?;
    let budget = Arc::new(Budget::caused_by(peer.id));
    let (signer, query_signed) = signer::find(federation, &peer, &signature, &body, &budget)
        .await
        .map_err(|denied| denied.about(&origin))?;
    if peer.failing_since.is_some()
        && let Err(error) = deliveries::peer_heard(ctx, peer.id).await
    {
        tracing::warn!(peer = %origin, %error, "a silent peer was heard, but its queue was not woken");
    }
    let verified = Verified {
        peer,
        signer,
        key_id: signature.key_id().to_owned(),
        replay_id: signature.replay_id(),
        signed_at: signature.signed_at(),
        query_signed,
        synchronization: signature
            .covered_field(crate::synchronisation::HEADER.as_str())
            .map(str::to_owned),
        body,
        budget,
    };
    Ok((parts, verified))
}

/// Whether a request carries a signature at all (open routes that tell more to peers).
#[must_use]
pub fn is_signed(parts: &Parts) -> bool {
    parts.headers.contains_key("signature") || parts.headers.contains_key("signature-input")
}

impl Denied {
    /// The refusal of a peer that is not active.
    fn state(state: PeerState) -> Self {
        Self::forbidden(match state {
            PeerState::PendingLocal | PeerState::PendingRemote => "peer_pending",
            PeerState::Suspended => "peer_suspended",
            PeerState::Revoked | PeerState::Active => "peer_revoked",
        })
    }
}
