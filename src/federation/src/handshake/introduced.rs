//! Two introduced nodes tell each other that their administrators have accepted. Nothing but the sponsor's statement, which
//! both hold, names the keys: no document is fetched from either.

use super::contact;
use super::inviter;
use crate::Federation;
use crate::gate::{Denied, Received};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use entrenous_domain::peers::introductions::{self, Met, Stands};
use entrenous_domain::{DomainError, Result, ledger, peers};
use entrenous_model::{Crossing, Direction, Introduction, Origin, Parcel, Peer, PeerKeys, PeerState};
use entrenous_wire::keys::PublicKey;
use entrenous_wire::proof;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The route.
pub(super) const PATH: &str = "/invitations/introduced";
/// The reason that says that there is nothing more to ask.
const DECLINED: &str = "introduction_declined";

/// The answer: how it stands with who is asked.
#[derive(Debug, Serialize, Deserialize)]
struct Standing {
    /// `pending_local`: its administrator has not answered; `active`: it has accepted.
    state: String,
    /// Its own acceptance, signed, once it has accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acceptance: Option<Value>,
}

impl Federation {
    /// Asks an introduced peer, at its address, whether it has accepted, as we have, and keeps what it says. True if there is
    /// nothing more to ask.
    ///
    /// # Errors
    /// `Remote` if it cannot be reached or does not know of it yet.
    pub(super) async fn meet(&self, peer: &Peer, uri: &str) -> Result<bool> {
        let ctx = self.ctx();
        let Some(one) = introductions::waiting(ctx, peer, uri).await? else {
            return Ok(true);
        };
        let permit = contact::permit(&peer.origin, &[PATH])?;
        let body = Bytes::from(self.acceptance(peer, &one)?.to_string());
        let size = body.len();
        // Asked once more when its time is over: the other side may have accepted just before.
        let over = one.expires_at <= ctx.now();
        let response = match self.contact_peer(peer, &permit, Method::POST, PATH, body).await {
            Ok(response) => response,
            Err(_) if over => {
                introductions::refused_by_node(ctx, peer.id, uri).await?;
                return Ok(true);
            }
            Err(error) => return Err(error),
        };
        let said: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let accepted = response.status == StatusCode::OK && said.get("acceptance").is_some();
        let declined =
            response.status == StatusCode::FORBIDDEN && said.get("error") == Some(&json!(DECLINED));
        if declined || (over && !accepted) {
            introductions::refused_by_node(ctx, peer.id, uri).await?;
            return Ok(true);
        }
        if response.status != StatusCode::OK {
            return Err(DomainError::Remote(format!(
                "{} does not know of the introduction yet (status {})",
                peer.origin,
                response.status.as_u16()
            )));
        }
        let standing: Standing = serde_json::from_value(said)
            .map_err(|_| DomainError::Remote(format!("the answer of {} cannot be read", peer.origin)))?;
        let Some(acceptance) = standing.acceptance else {
            return Ok(false);
        };
        accepts(&acceptance, &one, &one.node.keys)
            .ok_or_else(|| DomainError::Remote(format!("{} answers with no acceptance", peer.origin)))?;
        let met = met(&one, &acceptance, size);
        introductions::answered_by_node(ctx, peer.id, met).await?;
        // It may have begun before us, and rest since we refused it.
        self.tell_later(peer.id).await?;
        Ok(true)
    }

    /// Our acceptance of the statement, for the other node.
    fn acceptance(&self, peer: &Peer, one: &Introduction) -> Result<Value> {
        let statement: Value = serde_json::from_str(&one.document).map_err(DomainError::internal)?;
        let says = json!({ "object": statement });
        let to = (&peer.origin, peer.our_keys);
        let signed = self.signed_for(to, "introduction", "Accept", says)?;
        serde_json::from_str(&signed.document).map_err(DomainError::internal)
    }
}

/// `POST /invitations/introduced`: the other node has accepted.
pub(super) async fn receive(State(federation): State<Federation>, request: Request) -> Response {
    let standing = take(&federation, request).await;
    inviter::answer(&federation, "POST introduced", standing.map(Json)).await
}

async fn take(federation: &Federation, request: Request) -> std::result::Result<Standing, Denied> {
    let received = Received::of(request).await?;
    let origin = received.origin.clone();
    let malformed = || Denied::new(StatusCode::BAD_REQUEST, "malformed").about(&origin);
    let said = crate::vocabulary::read(&received.body)
        .map_err(|why| Denied::new(StatusCode::BAD_REQUEST, why.code()).about(&origin))?;
    let uri = said.get("object").and_then(|object| object.get("id"));
    let uri = uri.and_then(Value::as_str).ok_or_else(malformed)?;
    let failed = |error: DomainError| failed(&error, &origin);
    let ctx = federation.ctx();
    // Who was not introduced is nobody, and nothing is asked of them.
    let one = introductions::known_by(ctx, &origin, uri).await.map_err(failed)?;
    let one = one.ok_or_else(|| Denied::stranger().about(&origin))?;
    let keys = &one.node.keys;
    let by_instance = received
        .signature
        .key_id()
        .strip_prefix(keys.actor.as_str())
        .is_some_and(|rest| rest.starts_with('#'));
    let key = key_of(keys).filter(|_| by_instance);
    let key = key.ok_or_else(|| Denied::key("key_unknown").about(&origin))?;
    received.verify(federation, &key)?;
    accepts(&said, &one, keys).ok_or_else(malformed)?;
    match introductions::met(ctx, &origin, uri).await.map_err(failed)? {
        Stands::Open => Ok(Standing {
            state: PeerState::PendingLocal.as_str().to_owned(),
            acceptance: None,
        }),
        Stands::Accepted(id) => {
            let peer = peers::get(ctx, id).await.map_err(failed)?;
            let peer = peer.ok_or_else(|| Denied::stranger().about(&origin))?;
            let parcel = met(&one, &said, received.body.len()).parcel;
            ledger::note(ctx, Crossing::of(id, Direction::Received, parcel));
            Ok(Standing {
                state: PeerState::Active.as_str().to_owned(),
                acceptance: Some(federation.acceptance(&peer, &one).map_err(failed)?),
            })
        }
    }
}

/// Whether a document is the `Accept` of that statement by the node that it introduces.
pub(super) fn accepts(said: &Value, one: &Introduction, keys: &PeerKeys) -> Option<()> {
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    let statement: Value = serde_json::from_str(&one.document).ok()?;
    let is_it = text("type") == Some("Accept")
        && text("actor") == Some(keys.actor.as_str())
        && said.get("object").map(unsigned) == Some(unsigned(&statement));
    let proof = proof::parse(said).ok().filter(|_| is_it)?;
    proof.verify(&key_of(keys)?).ok()
}

/// The sponsor may have signed what it says for each of the two with the keys of its that this one has.
fn unsigned(statement: &Value) -> Value {
    let mut statement = statement.clone();
    if let Some(members) = statement.as_object_mut() {
        members.remove("proof");
    }
    statement
}

fn key_of(keys: &PeerKeys) -> Option<PublicKey> {
    PublicKey::from_text(keys.ed25519.as_deref()?).ok()
}

fn met(one: &Introduction, said: &Value, size: usize) -> Met {
    Met {
        uri: one.uri.clone(),
        document: said.to_string(),
        parcel: Parcel {
            kind: "Accept Introduction".to_owned(),
            activity: said.get("id").and_then(Value::as_str).map(str::to_owned),
            object: Some(one.uri.clone()),
            account: None,
            bytes: i64::try_from(size).unwrap_or(i64::MAX),
        },
    }
}

fn failed(error: &DomainError, origin: &Origin) -> Denied {
    match error {
        DomainError::Refused(reason) => Denied::forbidden(reason),
        DomainError::NotFound => Denied::stranger(),
        other => Denied::failed(other),
    }
    .about(origin)
}
