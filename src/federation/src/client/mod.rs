//! Asking peers and posting to them, signed.
//!
//! Everything goes through the egress client, which contacts active peers and nobody else. On top of it, here: the
//! signature in the form that the peer takes, the other form after a 401, content types, and the rule that a document is
//! believed only under its own id on its own origin.

mod answer;
mod budget;
mod exchange;
mod sign;
mod still;

pub use answer::{Answer, ClientError};
pub use budget::Budget;
pub use exchange::Outgoing;
use sign::sign_with;
pub use sign::{other_form, sign};

use crate::keys::{KeyRing, SigningKeys};
use crate::vocabulary::Id;
use bytes::Bytes;
use entrenous_domain::{Ctx, ledger, own_keys};
use entrenous_egress::{Egress, Permit, is_activity_json, is_jrd_json};
use entrenous_model::{Cleared, Crossing, Direction, Fetching, Parcel, Peer, PeerId, Sending, SignatureForm};
use http::HeaderMap;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What is asked for by everything but WebFinger and files.
const ACCEPT: &str =
    "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";
const ACCEPT_JSON: &str = "application/jrd+json, application/json";
/// Longest pause in the middle of a file.
const IDLE: Duration = Duration::from_secs(10);

/// The signing client. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    ctx: Ctx,
    egress: Egress,
    keys: KeyRing,
    limits: budget::PeerLimits,
    /// Forms learned since the start; what deliveries learn is kept in the peer table by the domain.
    learned: Mutex<HashMap<PeerId, SignatureForm>>,
}

impl Client {
    pub(crate) fn new(ctx: Ctx, egress: Egress, keys: KeyRing) -> Self {
        let inner = Inner {
            ctx,
            egress,
            keys,
            limits: budget::PeerLimits::default(),
            learned: Mutex::default(),
        };
        Self(Arc::new(inner))
    }

    /// The egress client itself.
    #[must_use]
    pub fn egress(&self) -> &Egress {
        &self.0.egress
    }

    /// The object with that id, from the active peer whose origin it has, signed by the instance actor.
    ///
    /// The document's own `id` must be the one asked for. If it is another of the same origin (a page's URL or a key's was
    /// asked), it is asked for once more under its own id.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::is_gone`] tells whether the peer says that it is not there.
    pub async fn object(
        &self,
        peer: &Peer,
        cleared: Cleared<Fetching>,
        id: &Id,
        budget: &Budget,
    ) -> Result<Value, ClientError> {
        let document = self
            .document(peer, cleared, id.without_fragment(), budget)
            .await?;
        let own = own_id(&document)?;
        if own.as_str() == id.as_str() || own.as_str() == id.without_fragment() {
            return Ok(document);
        }
        if own.origin() != id.origin() {
            return Err(ClientError::Mismatch);
        }
        let document = self
            .document(peer, cleared, own.without_fragment(), budget)
            .await?;
        if own_id(&document)? == own {
            Ok(document)
        } else {
            Err(ClientError::Mismatch)
        }
    }

    /// What stands at a URL of an active peer, whatever id it has: for collections, whose parts nobody names by an id.
    ///
    /// # Errors
    /// As [`Client::object`].
    pub(crate) async fn document(
        &self,
        peer: &Peer,
        cleared: Cleared<Fetching>,
        url: &str,
        budget: &Budget,
    ) -> Result<Value, ClientError> {
        read_document(&self.get(peer, cleared, "GET", url, ACCEPT, budget).await?)
    }

    /// Plain JSON (WebFinger) at a URL of an active peer, signed by the instance actor.
    ///
    /// # Errors
    /// As [`Client::object`].
    pub async fn json(
        &self,
        peer: &Peer,
        cleared: Cleared<Fetching>,
        url: &str,
        budget: &Budget,
    ) -> Result<Value, ClientError> {
        let answer = self
            .get(peer, cleared, "GET json", url, ACCEPT_JSON, budget)
            .await?;
        if !is_jrd_json(&answer.headers) {
            return Err(ClientError::ContentType);
        }
        Ok(crate::vocabulary::read(&answer.body)?)
    }

    async fn get(
        &self,
        peer: &Peer,
        cleared: Cleared<Fetching>,
        kind: &str,
        url: &str,
        accept: &str,
        budget: &Budget,
    ) -> Result<Answer, ClientError> {
        self.may_ask(peer, cleared, url, budget)?;
        let (request, keys) = (Outgoing::get(url, accept), self.0.keys.instance().for_peer(peer));
        let answer = budget.in_time(self.signed(peer, &request, &keys)).await;
        self.noted(peer, kind, url, answer.and_then(succeeded))
    }

    /// Counts what was asked of a peer and what came of it, for the ledger. A query may name a person, or let its holder
    /// in: it is left out.
    fn noted(
        &self,
        peer: &Peer,
        kind: &str,
        url: &str,
        answer: Result<Answer, ClientError>,
    ) -> Result<Answer, ClientError> {
        let parcel = Parcel {
            kind: kind.to_owned(),
            object: url.split(['?', '#']).next().map(str::to_owned),
            bytes: answer
                .as_ref()
                .map_or(0, |answer| i64::try_from(answer.body.len()).unwrap_or(i64::MAX)),
            ..Parcel::default()
        };
        let crossing = Crossing::of(peer.id, Direction::Fetched, parcel);
        ledger::note(
            &self.0.ctx,
            match &answer {
                Ok(_) => crossing,
                Err(ClientError::Status(status)) => crossing.refused(format!("status_{status}")),
                Err(error) => crossing.refused(error.code()),
            },
        );
        answer
    }

    /// A file of at most `most` bytes from an active peer's own origin, signed by the instance actor.
    ///
    /// # Errors
    /// As [`Client::object`].
    pub async fn file(
        &self,
        peer: &Peer,
        cleared: Cleared<Fetching>,
        url: &str,
        most: u64,
        budget: &Budget,
    ) -> Result<Bytes, ClientError> {
        self.may_ask(peer, cleared, url, budget)?;
        let form = self.form(peer);
        let request = Outgoing::get(url, "*/*");
        let request = self.prepare(form, &self.0.keys.instance().for_peer(peer), &request)?;
        let permit = Permit::active_peer(peer.origin.as_str())?;
        let fetching = async { Ok(self.0.egress.fetch_file(&permit, request, most, IDLE).await?) };
        let response = self.while_active(peer.id, fetching).await;
        let answer = response.and_then(|response| succeeded(Answer::of(response, form)));
        Ok(self.noted(peer, "GET file", url, answer)?.body)
    }

    /// Posts an activity to an inbox of an active peer, signed with `keys`. After a 401 the other signature form is tried
    /// once, and if `keys` are the node's own, those that came after them. The answer tells the status and the form; any
    /// status is an answer, not an error.
    ///
    /// # Errors
    /// [`ClientError`] if there was no answer, or nothing may be sent there.
    pub async fn post(
        &self,
        peer: &Peer,
        cleared: Cleared<Sending>,
        url: &str,
        body: Bytes,
        keys: &SigningKeys,
    ) -> Result<Answer, ClientError> {
        self.post_synchronizing(peer, cleared, url, body, None, keys)
            .await
    }

    /// The same with `Collection-Synchronization`, under the signature (FEP-8fcf).
    ///
    /// # Errors
    /// As [`Client::post`].
    pub(crate) async fn post_synchronizing(
        &self,
        peer: &Peer,
        cleared: Cleared<Sending>,
        url: &str,
        body: Bytes,
        synchronization: Option<&str>,
        keys: &SigningKeys,
    ) -> Result<Answer, ClientError> {
        may_post(peer, cleared, url)?;
        let request = Outgoing::post(url, ACCEPT, body).with_synchronization(synchronization);
        self.signed(peer, &request, keys).await
    }

    /// The same with these keys and no others.
    ///
    /// # Errors
    /// As [`Client::post`].
    pub(crate) async fn post_as_signed(
        &self,
        peer: &Peer,
        cleared: Cleared<Sending>,
        url: &str,
        body: Bytes,
        keys: &SigningKeys,
    ) -> Result<Answer, ClientError> {
        may_post(peer, cleared, url)?;
        self.signed_with(peer, &Outgoing::post(url, ACCEPT, body), keys)
            .await
    }

    /// One request under a permit of its own (before a peer is active, or the purge of a revoked one), in one form.
    ///
    /// # Errors
    /// [`ClientError`] if there was no answer.
    pub async fn exchange(
        &self,
        permit: &Permit,
        form: SignatureForm,
        keys: &SigningKeys,
        request: &Outgoing<'_>,
    ) -> Result<Answer, ClientError> {
        let prepared = self.prepare(form, keys, request)?;
        Ok(Answer::of(self.0.egress.send(permit, prepared).await?, form))
    }

    /// The document at exactly this id of a peer that is not active, under a permit of its own (its instance actor, when an
    /// administrator asks for it).
    ///
    /// # Errors
    /// As [`Client::object`].
    pub(crate) async fn document_with(
        &self,
        permit: &Permit,
        peer: &Peer,
        id: &Id,
    ) -> Result<Value, ClientError> {
        let request = Outgoing::get(id.without_fragment(), ACCEPT);
        let (form, keys) = (self.form(peer), self.0.keys.instance().for_peer(peer));
        let answer = succeeded(self.exchange(permit, form, &keys, &request).await?)?;
        let document = read_document(&answer)?;
        if own_id(&document)? == *id {
            Ok(document)
        } else {
            Err(ClientError::Mismatch)
        }
    }

    /// Sends with `keys`, and after a 401, if they are the node's own, with those that came after them: the peer may have
    /// them before we hear of it.
    async fn signed(
        &self,
        peer: &Peer,
        request: &Outgoing<'_>,
        keys: &SigningKeys,
    ) -> Result<Answer, ClientError> {
        let mut answer = self.signed_with(peer, request, keys).await?;
        let Some(had) = keys.generation else {
            return Ok(answer);
        };
        for later in self.0.keys.instance().after(had) {
            if answer.status != 401 {
                break;
            }
            answer = self.signed_with(peer, request, &later).await?;
            if let Some(generation) = later.generation.filter(|_| answer.is_success())
                && let Err(error) = own_keys::seen_at(&self.0.ctx, peer.id, generation).await
            {
                tracing::warn!(peer = %peer.origin, %error, "which keys of ours it has was not written down");
            }
        }
        Ok(answer)
    }

    /// Sends with the form that the peer takes, and after a 401 with the other.
    async fn signed_with(
        &self,
        peer: &Peer,
        request: &Outgoing<'_>,
        keys: &SigningKeys,
    ) -> Result<Answer, ClientError> {
        let permit = Permit::active_peer(peer.origin.as_str())?;
        let first = self.form(peer);
        let answer = self
            .while_active(peer.id, self.exchange(&permit, first, keys, request))
            .await?;
        let Some(other) = other_form(first).filter(|_| answer.status == 401) else {
            return Ok(answer);
        };
        let answer = self
            .while_active(peer.id, self.exchange(&permit, other, keys, request))
            .await?;
        if answer.status != 401 {
            self.learn(peer.id, other);
        }
        Ok(answer)
    }

    fn may_ask(
        &self,
        peer: &Peer,
        cleared: Cleared<Fetching>,
        url: &str,
        budget: &Budget,
    ) -> Result<(), ClientError> {
        if cleared.peer() != peer.id || !peer.is_active() || !peer.origin.owns(url) {
            return Err(ClientError::NotAPeer);
        }
        budget.take()?;
        self.0.limits.fetch(peer.id, budget.cause(), self.0.ctx.now())
    }

    /// Whether keys of this peer may be fetched again now: once a minute. Asking counts.
    #[must_use]
    pub fn may_refetch_keys(&self, peer: PeerId) -> bool {
        self.0.limits.refetch_keys(peer, self.0.ctx.now())
    }

    /// Whether the keys that this peer shows may be looked at now: once a minute. Asking counts.
    pub(crate) fn may_look_at_keys(&self, peer: PeerId) -> bool {
        self.0.limits.look_at_keys(peer, self.0.ctx.now())
    }

    /// The form that the peer takes, as far as we know.
    #[must_use]
    pub fn form(&self, peer: &Peer) -> SignatureForm {
        let learned = self.0.learned.lock().unwrap_or_else(PoisonError::into_inner);
        learned.get(&peer.id).copied().unwrap_or(peer.signature_form)
    }

    fn learn(&self, peer: PeerId, form: SignatureForm) {
        self.0
            .learned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(peer, form);
    }
}

fn may_post(peer: &Peer, cleared: Cleared<Sending>, url: &str) -> Result<(), ClientError> {
    if cleared.peer() != peer.id || !peer.is_active() || !peer.origin.owns(url) {
        return Err(ClientError::NotAPeer);
    }
    Ok(())
}

fn succeeded(answer: Answer) -> Result<Answer, ClientError> {
    match answer.status {
        200 => Ok(answer),
        status => Err(ClientError::Status(status)),
    }
}

fn read_document(answer: &Answer) -> Result<Value, ClientError> {
    let headers: &HeaderMap = &answer.headers;
    if !is_activity_json(headers) {
        return Err(ClientError::ContentType);
    }
    Ok(crate::vocabulary::read(&answer.body)?)
}

fn own_id(document: &Value) -> Result<Id, ClientError> {
    Ok(Id::parse(
        document.get("id").and_then(Value::as_str).unwrap_or_default(),
    )?)
}
