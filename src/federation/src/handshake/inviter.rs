//! The side that invited: tells the terms, and takes the acceptance.

use super::limits::Guessed;
use super::message::{Acceptance, Ask, Standing, Talk, Terms, same};
use super::{contact, link};
use crate::Federation;
use crate::gate::{Denied, Received};
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use entrenous_domain::peers::Spent;
use entrenous_domain::{DomainError, peers};
use entrenous_door::ClientAddr;
use entrenous_model::peer::PeerInvite;
use entrenous_model::{Origin, PeerIdentity, PeerInviteId, PeerState, Software};
use entrenous_wire::keys::{Fingerprint, PublicKey};
use http::StatusCode;
use std::net::{IpAddr, Ipv4Addr};

/// Longest question for the terms, in bytes.
const ASK: usize = 16 * 1024;
/// The one reason that is told to whoever does not know the token, whatever is wrong.
const INVITATION: &str = "invitation";

/// `POST /invitations/{id}/preview`: the terms, for who has the token. Nothing is used up.
pub(super) async fn preview(
    State(federation): State<Federation>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let address = address(&request);
    let body = axum::body::to_bytes(request.into_body(), ASK).await;
    let told = match body {
        Ok(body) => terms(&federation, &id, &body, address).await,
        Err(_) => Err(Denied::new(StatusCode::BAD_REQUEST, "body")),
    };
    answer(&federation, "POST invitation preview", told.map(Json)).await
}

async fn terms(federation: &Federation, id: &str, body: &[u8], address: IpAddr) -> Result<Terms, Denied> {
    let ask: Ask = read(body)?;
    if !ask.is_whole() {
        return Err(malformed());
    }
    let door = Door {
        federation,
        id: number(id)?,
        address,
        origin: &ask.origin,
    };
    door.open()?;
    let (invite, key, spent) = door.key().await?;
    let talk = door.talk(&key, &ask.nonce);
    if !same(&talk.ask(), &ask.code) {
        return Err(door.wrong("the code is not the token's"));
    }
    door.usable(spent)?;
    let mut terms = Terms {
        purpose: invite.purpose,
        contract: invite.contract,
        expires: invite.expires_at.timestamp(),
        code: String::new(),
    };
    terms.code = talk.terms(&terms);
    Ok(terms)
}

/// `POST /invitations/{id}`: the acceptance.
pub(super) async fn accept(
    State(federation): State<Federation>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let address = address(&request);
    let standing = accepted(&federation, &id, request, address).await;
    answer(&federation, "POST invitation", standing.map(Json)).await
}

async fn accepted(
    federation: &Federation,
    id: &str,
    request: Request,
    address: IpAddr,
) -> Result<Standing, Denied> {
    // The limit comes before the signature is read: a guess costs nothing here.
    let now = federation.ctx().now();
    if let Some(seconds) = federation.desk().closed(Guessed::by(address), now) {
        return Err(too_many(seconds));
    }
    let received = Received::of(request).await?;
    let acceptance: Acceptance = read(&received.body)?;
    let id = number(id)?;
    let ours = federation.ctx().origin().join(&link::path(id));
    let joiner = received.origin.clone();
    if !acceptance.is_whole() || acceptance.object.id != ours || acceptance.actor != joiner.join("/actor") {
        return Err(malformed().about(&joiner));
    }
    let fingerprint: Fingerprint = acceptance
        .fingerprint
        .parse()
        .map_err(|_| malformed().about(&joiner))?;
    let door = Door {
        federation,
        id,
        address,
        origin: &joiner,
    };
    // Token, expiry, single use and domain come before anything is asked of the joiner.
    let (invite, key, spent) = door.key().await?;
    if !same(
        &door
            .talk(&key, &acceptance.nonce)
            .accept(fingerprint, &invite.contract),
        &acceptance.code,
    ) {
        return Err(door.wrong("the code is not the token's"));
    }
    door.usable(spent)?;
    let identity = who(federation, &joiner).await?;
    if identity.keys.fingerprint.parse() != Ok(fingerprint) {
        return Err(Denied::forbidden("fingerprint")
            .about(&joiner)
            .because("its instance actor has other keys"));
    }
    let key = identity
        .keys
        .ed25519
        .as_deref()
        .and_then(|text| PublicKey::from_text(text).ok());
    let key = key.ok_or_else(|| Denied::key("key").about(&joiner))?;
    received.verify(federation, &key)?;
    let state = peers::accepted_by(federation.ctx(), id, identity)
        .await
        .map_err(|error| denied(error, &joiner))?;
    Ok(Standing {
        state: state.as_str().to_owned(),
    })
}

async fn who(federation: &Federation, joiner: &Origin) -> Result<PeerIdentity, Denied> {
    let unreachable = |error: DomainError| {
        Denied::new(StatusCode::BAD_REQUEST, "unreachable")
            .about(joiner)
            .because(error.to_string())
    };
    let permit = contact::permit(joiner, &[]).map_err(unreachable)?;
    federation.who_is(joiner, &permit).await.map_err(unreachable)
}

/// `GET /invitations/{id}/state`: how far it is, for the node that accepted, by its pinned key.
pub(super) async fn state(State(federation): State<Federation>, request: Request) -> Response {
    let standing = standing(&federation, request).await;
    answer(&federation, "GET invitation state", standing.map(Json)).await
}

async fn standing(federation: &Federation, request: Request) -> Result<Standing, Denied> {
    let received = Received::of(request).await?;
    let (_, state) = known(federation, &received).await?;
    Ok(Standing {
        state: state.as_str().to_owned(),
    })
}

/// The native peer, in any state, whose pinned instance key signed.
pub(super) async fn known(
    federation: &Federation,
    received: &Received,
) -> Result<(std::sync::Arc<entrenous_model::Peer>, PeerState), Denied> {
    let origin = &received.origin;
    let peer = peers::by_origin(federation.ctx(), origin)
        .await
        .map_err(|error| Denied::failed(&error))?;
    let peer = peer.filter(|peer| peer.software == Software::Native);
    let peer = peer.ok_or_else(|| Denied::stranger().about(origin))?;
    let pinned = peer
        .keys
        .as_ref()
        .ok_or_else(|| Denied::stranger().about(origin))?;
    let by_instance = received
        .signature
        .key_id()
        .strip_prefix(pinned.actor.as_str())
        .is_some_and(|rest| rest.starts_with('#'));
    let key = pinned
        .ed25519
        .as_deref()
        .filter(|_| by_instance)
        .and_then(|text| PublicKey::from_text(text).ok());
    let key = key.ok_or_else(|| Denied::key("key_unknown").about(origin))?;
    if let Err(denied) = received.verify(federation, &key) {
        if denied.reason() == entrenous_wire::signature::Refusal::BadSignature.code() {
            federation.suspect(&peer);
        }
        return Err(denied);
    }
    let state = peer.state;
    Ok((peer, state))
}

/// One try at an invitation.
struct Door<'a> {
    federation: &'a Federation,
    id: PeerInviteId,
    address: IpAddr,
    origin: &'a Origin,
}

impl Door<'_> {
    /// # Errors
    /// 429 after too many wrong tries from this address.
    fn open(&self) -> Result<(), Denied> {
        let now = self.federation.ctx().now();
        match self.federation.desk().closed(Guessed::by(self.address), now) {
            Some(seconds) => Err(too_many(seconds)),
            None => Ok(()),
        }
    }

    async fn key(&self) -> Result<(PeerInvite, zeroize::Zeroizing<Vec<u8>>, Option<Spent>), Denied> {
        let found = peers::invite_key(self.federation.ctx(), self.id, self.origin).await;
        found.map_err(|error| match error {
            DomainError::Refused(_) => self.wrong("unknown"),
            other => Denied::failed(&other),
        })
    }

    /// Who has the link may know what became of it.
    fn usable(&self, spent: Option<Spent>) -> Result<(), Denied> {
        match spent {
            None => Ok(()),
            Some(spent) => Err(Denied::forbidden(spent.code())
                .since(spent.at())
                .about(self.origin)
                .because(format!("invitation {}", self.id))),
        }
    }

    fn talk<'t>(&'t self, key: &'t [u8], nonce: &'t str) -> Talk<'t> {
        Talk {
            key,
            id: self.id,
            inviter: self.federation.ctx().origin(),
            joiner: self.origin,
            nonce,
        }
    }

    /// Counts a wrong try. Who knows the token is let in whatever was counted for the invitation: nobody can lock it.
    fn wrong(&self, detail: &str) -> Denied {
        let (desk, now) = (self.federation.desk(), self.federation.ctx().now());
        desk.wrong(Guessed::by(self.address), now);
        let closed = desk.closed(Guessed::At(self.id), now);
        desk.wrong(Guessed::At(self.id), now);
        match closed {
            Some(seconds) => too_many(seconds),
            None => Denied::forbidden(INVITATION),
        }
        .about(self.origin)
        .because(format!("invitation {}: {detail}", self.id))
    }
}

fn denied(error: DomainError, origin: &Origin) -> Denied {
    match error {
        DomainError::Refused(_) => Denied::forbidden(INVITATION).because("it was used meanwhile"),
        DomainError::Conflict(text) => Denied::new(StatusCode::CONFLICT, "conflict").because(text),
        other => Denied::failed(&other),
    }
    .about(origin)
}

fn too_many(seconds: u64) -> Denied {
    Denied::too_many(seconds).because(format!("closed for {seconds} s"))
}

fn malformed() -> Denied {
    Denied::new(StatusCode::BAD_REQUEST, "malformed")
}

fn number(text: &str) -> Result<PeerInviteId, Denied> {
    text.parse().map(PeerInviteId).map_err(|_| malformed())
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Denied> {
    let value =
        crate::vocabulary::read(body).map_err(|why| Denied::new(StatusCode::BAD_REQUEST, why.code()))?;
    serde_json::from_value(value).map_err(|_| malformed())
}

/// Without a serving accept loop (tests) there is no address.
fn address(request: &Request) -> IpAddr {
    request
        .extensions()
        .get::<ClientAddr>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0)
}

/// The answer, or the refusal after it was recorded.
pub(super) async fn answer<T: axum::response::IntoResponse>(
    federation: &Federation,
    route: &str,
    result: Result<T, Denied>,
) -> Response {
    match result {
        Ok(answer) => answer.into_response(),
        Err(denied) => {
            denied.record(federation.ctx(), route).await;
            denied.answer()
        }
    }
}
