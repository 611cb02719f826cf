//! Requests to nodes that are no active peers, each under the narrowest permit there is.

use crate::Federation;
use crate::client::sign;
use crate::inbox::pinned_keys;
use crate::keys::SigningKeys;
use crate::vocabulary::{self, Actor};
use bytes::Bytes;
use entrenous_domain::{DomainError, Result, own_keys};
use entrenous_egress::{EgressError, Permit, Response, is_activity_json};
use entrenous_model::{Origin, Peer, PeerIdentity, SignatureForm};
use http::{HeaderMap, HeaderValue, Method, Request, header};
use url::Url;

/// What is asked for.
const ACCEPT: &str = "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\", application/json";
/// What the handshake sends.
const JSON: &str = "application/json";
/// How requests between native nodes are signed.
pub(super) const FORM: SignatureForm = SignatureForm::Rfc9421Ed25519;
/// Where every node of Entrenous has its instance actor.
const ACTOR: &str = "/actor";

impl Federation {
    /// One request, signed in a form with keys of the instance actor, or not signed.
    pub(super) async fn contact(
        &self,
        permit: &Permit,
        method: Method,
        url: &str,
        body: Bytes,
        signed: Option<(SignatureForm, &SigningKeys)>,
    ) -> std::result::Result<Response, EgressError> {
        let parsed = Url::parse(url).map_err(|_| EgressError::InvalidRequest)?;
        let mut headers = HeaderMap::new();
        let content_type = (!body.is_empty()).then_some(JSON);
        if let Some((form, keys)) = signed {
            let now = self.ctx().now();
            headers = sign(form, keys, &method, &parsed, content_type, &body, now)
                .map_err(|_| EgressError::InvalidRequest)?;
        }
        headers.insert(header::ACCEPT, HeaderValue::from_static(ACCEPT));
        if content_type.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
        }
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = url.parse().map_err(|_| EgressError::InvalidRequest)?;
        *request.headers_mut() = headers;
        self.client().egress().send(permit, request).await
    }

    /// One request to a native peer of any state, signed with the keys of ours that it has. After a 401 with those that came
    /// after them: it may have them before we hear of it.
    pub(super) async fn contact_peer(
        &self,
        peer: &Peer,
        permit: &Permit,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Response> {
        let url = peer.origin.join(path);
        let mut signing = vec![self.identity().for_peer(peer)];
        signing.extend(self.identity().after(peer.our_keys));
        let mut last = None;
        for keys in signing {
            let signed = Some((FORM, &*keys));
            let response = self
                .contact(permit, method.clone(), &url, body.clone(), signed)
                .await;
            let response = response.map_err(|error| no_answer(&peer.origin, error))?;
            if response.status.is_success()
                && let Some(generation) = keys.generation.filter(|signed| *signed > peer.our_keys)
            {
                own_keys::seen_at(self.ctx(), peer.id, generation).await?;
            }
            let unsure = response.status == http::StatusCode::UNAUTHORIZED;
            last = Some(response);
            if !unsure {
                break;
            }
        }
        last.ok_or_else(|| DomainError::internal("there are no keys to sign with"))
    }

    /// Asks a node of Entrenous who it is. The answer counts only under that very origin.
    ///
    /// # Errors
    /// `Remote` with words for the administrator.
    pub(super) async fn who_is(&self, origin: &Origin, permit: &Permit) -> Result<PeerIdentity> {
        let url = origin.join(ACTOR);
        let response = self.contact(permit, Method::GET, &url, Bytes::new(), None).await;
        let response = response.map_err(|error| no_answer(origin, error))?;
        let strange = |what: &str| {
            DomainError::Remote(format!("{origin} does not answer as a node of Entrenous: {what}"))
        };
        if response.status != http::StatusCode::OK {
            return Err(strange(&format!("status {}", response.status.as_u16())));
        }
        if !is_activity(&response) {
            return Err(strange("another content type"));
        }
        let document = vocabulary::read(&response.body).map_err(|why| strange(&why.to_string()))?;
        let actor = Actor::read(&document).map_err(|why| strange(&why.to_string()))?;
        if actor.id.as_str() != url || !actor.native {
            return Err(strange("its instance actor is another"));
        }
        let keys = pinned_keys(&actor).filter(|keys| keys.ed25519.is_some() && keys.rsa_pem.is_some());
        let keys = keys.ok_or_else(|| strange("its instance actor lacks a key"))?;
        let inbox = actor
            .shared_inbox
            .as_ref()
            .filter(|inbox| inbox.origin() == origin);
        let shared_inbox = inbox
            .ok_or_else(|| strange("its instance actor has no inbox"))?
            .to_string();
        let name = if actor.name.is_empty() {
            origin.authority().to_owned()
        } else {
            actor.name
        };
        Ok(PeerIdentity {
            origin: origin.clone(),
            name,
            keys,
            shared_inbox,
        })
    }
}

/// Whether an answer is an ActivityStreams document.
pub(super) fn is_activity(response: &Response) -> bool {
    is_activity_json(&response.headers)
}

/// The permit for the handshake: the instance actor, and these paths.
pub(super) fn permit(origin: &Origin, paths: &[&str]) -> Result<Permit> {
    let mut all = vec![ACTOR];
    all.extend(paths);
    Permit::invitation(origin.as_str(), &all).map_err(|error| no_answer(origin, error))
}

/// Why there was no answer, for the administrator.
pub(super) fn no_answer(origin: &Origin, error: EgressError) -> DomainError {
    let hint = match error {
        EgressError::PlainHttp | EgressError::AddressRefused(_) => {
            "; if that is meant, write it under [[egress.allow]] in the configuration"
        }
        _ => "",
    };
    DomainError::Remote(format!("{origin} cannot be reached: {error}{hint}"))
}
