//! Other software, added by hand.

use super::{Trusted, contact};
use crate::Federation;
use crate::inbox::pinned_keys;
use crate::vocabulary::{self, Actor, Id};
use bytes::Bytes;
use entrenous_domain::peers::{self, TrustedByHand};
use entrenous_domain::{DomainError, Result};
use entrenous_egress::{Permit, Response};
use entrenous_model::{Contract, Origin, PeerState, SignatureForm};
use http::{Method, StatusCode};
use serde_json::Value;

/// What the administrator is told when there is no key to pin for the node itself.
const UNPINNED: &str = "no instance actor answered, so no key of the node itself is pinned: whoever controls the name \
                        controls this peer. Keys of its people are pinned when they are first seen.";

impl Federation {
    /// Adds other software by hand: `text` is an origin or an authority. A bare authority means https, unless a rule under
    /// `[[egress.allow]]` allows plain http for it. Its instance actor is looked for (WebFinger, `/actor`, `/`), and its
    /// keys are pinned; the peer is added without if none answers, with a warning. The contract is ours alone: such software knows
    /// of none.
    ///
    /// # Errors
    /// `Invalid` for what is no authority, or runs Entrenous (which is connected by invitation); `Conflict` if it is known.
    pub async fn trust(&self, actor: &str, text: &str, contract: Contract) -> Result<Trusted> {
        let origin = self.meant(text)?;
        if &origin == self.ctx().origin() {
            return Err(DomainError::Conflict(
                "this node need not trust itself".to_owned(),
            ));
        }
        let known = peers::by_origin(self.ctx(), &origin).await?;
        if let Some(peer) = known.filter(|peer| peer.state != PeerState::Revoked) {
            return Err(DomainError::Conflict(format!(
                "{origin} is known and {}",
                peer.state.as_str()
            )));
        }
        let found = self.find_instance(&origin).await;
        if let Ok(instance) = &found
            && instance.native
        {
            return Err(DomainError::invalid(format!(
                "{origin} runs Entrenous: it is connected by an invitation"
            )));
        }
        let warning = found.as_ref().err().map(|why| format!("{UNPINNED} ({why})"));
        let instance = found.ok();
        let keys = instance.as_ref().and_then(pinned_keys);
        let shared_inbox = instance
            .as_ref()
            .and_then(|instance| instance.shared_inbox.as_ref());
        let shared_inbox = shared_inbox
            .filter(|inbox| inbox.origin() == &origin)
            .map(Id::to_string);
        let name = instance
            .map(|instance| instance.name)
            .filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| origin.authority().to_owned());
        let fingerprint = keys.as_ref().map(|keys| keys.fingerprint.clone());
        let identity = TrustedByHand {
            origin: origin.clone(),
            name: name.clone(),
            keys,
            shared_inbox,
            contract,
        };
        let peer = peers::trust(self.ctx(), actor, identity).await?;
        let warning = warning.or_else(|| fingerprint.is_none().then(|| UNPINNED.to_owned()));
        Ok(Trusted {
            peer,
            origin,
            name,
            fingerprint,
            warning,
        })
    }

    /// The origin that is meant. A bare authority is https, unless the configuration allows it plain http.
    fn meant(&self, text: &str) -> Result<Origin> {
        let text = text.trim().trim_end_matches('/');
        let wrong = |_| DomainError::invalid(format!("{text:?} is no authority: write host or host:port"));
        let origin = Origin::parse(text).map_err(wrong)?;
        if text.contains("://") {
            return Ok(origin);
        }
        let plain = Origin::parse(&format!("http://{text}")).map_err(wrong)?;
        Ok(if self.allows_plain_http(&plain) {
            plain
        } else {
            origin
        })
    }

    /// The instance actor: by WebFinger of the host's own name (Mastodon, GoToSocial, Mitra), else where it usually is.
    async fn find_instance(&self, origin: &Origin) -> Result<Actor> {
        let permit = hand_added(origin)?;
        let mut places = Vec::new();
        let mut last = None;
        match self.ask_webfinger_by_hand(origin, &permit).await {
            Ok(Some(id)) => places.push(id.without_fragment().to_owned()),
            Ok(None) => {}
            Err(error) => last = Some(error),
        }
        places.extend(["/actor", "/"].map(|path| origin.join(path)));
        for url in places {
            match self.read_instance(origin, &permit, &url).await {
                Ok(actor) => return Ok(actor),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or(DomainError::NotFound))
    }

    async fn ask_webfinger_by_hand(&self, origin: &Origin, permit: &Permit) -> Result<Option<Id>> {
        // Both ways of naming an instance actor are in use: with the port and without.
        let host = origin.authority();
        let resource: String =
            url::form_urlencoded::byte_serialize(format!("acct:{host}@{host}").as_bytes()).collect();
        let url = origin.join(&format!("/.well-known/webfinger?resource={resource}"));
        let response = self.contact(permit, Method::GET, &url, Bytes::new(), None).await;
        let response = response.map_err(|error| contact::no_answer(origin, error))?;
        if response.status != StatusCode::OK {
            return Ok(None);
        }
        let Ok(document) = vocabulary::read(&response.body) else {
            return Ok(None);
        };
        Ok(self_link(&document).filter(|id| id.origin() == origin))
    }

    /// Signed, since many answer nothing else; in the other form after a 401.
    async fn read_instance(&self, origin: &Origin, permit: &Permit, url: &str) -> Result<Actor> {
        let keys = self.identity().for_stranger();
        let mut answer: Option<Response> = None;
        for form in [SignatureForm::Cavage, SignatureForm::Rfc9421Rsa] {
            let response = self
                .contact(permit, Method::GET, url, Bytes::new(), Some((form, &*keys)))
                .await;
            let response = response.map_err(|error| contact::no_answer(origin, error))?;
            let refused = response.status == StatusCode::UNAUTHORIZED;
            answer = Some(response);
            if !refused {
                break;
            }
        }
        let strange = || DomainError::Remote(format!("{url} is no instance actor"));
        let answer = answer.filter(|answer| answer.status == StatusCode::OK && contact::is_activity(answer));
        let document = answer
            .and_then(|answer| vocabulary::read(&answer.body).ok())
            .ok_or_else(strange)?;
        let actor = Actor::read(&document).map_err(|_| strange())?;
        // It speaks for the node only under the node's origin, and only if it is the server and no person.
        let server = actor.kind.account_kind() == entrenous_model::AccountKind::Application;
        (actor.id.origin() == origin && server)
            .then_some(actor)
            .ok_or_else(strange)
    }
}

pub(super) fn hand_added(origin: &Origin) -> Result<Permit> {
    Permit::hand_added(origin.as_str()).map_err(|error| contact::no_answer(origin, error))
}

fn self_link(document: &Value) -> Option<Id> {
    let links = document.get("links")?.as_array()?;
    let text = |link: &Value, name: &str| link.get(name).and_then(Value::as_str).map(str::to_owned);
    links.iter().take(50).find_map(|link| {
        let activity = text(link, "type").is_some_and(|kind| {
            kind.starts_with("application/activity+json") || kind.starts_with("application/ld+json")
        });
        (activity && text(link, "rel").as_deref() == Some("self"))
            .then(|| Id::parse(&text(link, "href")?).ok())?
    })
}
