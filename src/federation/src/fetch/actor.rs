//! Actors.

use crate::client::Budget;
use crate::vocabulary::{Actor, Id};
use crate::{Federation, endorsement};
use entrenous_domain::accounts::{self, KeyKind, RemotePerson};
use entrenous_domain::{DomainError, Result, Via, peers};
use entrenous_model::{AccountId, Acquaintance, Cleared, Fetching, Matter, Peer, ProfileScope, Software};
use entrenous_wire::keys::{Algorithm, PublicKey};
use std::sync::Arc;

impl Federation {
    /// The account of an actor: a person of this node, one known already, or one fetched from their active peer.
    /// `None` if the origin is no active peer, there is no such actor, or the account is disabled.
    ///
    /// # Errors
    /// `Refused` with a stable reason for what the peer did wrong (`not_endorsed`, `id_mismatch`, …), `Remote` if it does
    /// not answer, the store's.
    pub async fn actor(&self, id: &Id, budget: &Budget) -> Result<Option<AccountId>> {
        let known = accounts::known_by_uri(self.ctx(), id.as_str()).await?;
        if let Some(account) = known.filter(|account| !account.is_emptied()) {
            return self.if_shown(account.id).await;
        }
        if id.origin() == self.ctx().origin() {
            return Ok(None);
        }
        let Some(peer) = peers::active(self.ctx(), id.origin()).await? else {
            return Ok(None);
        };
        match self.fetch_actor(&peer, id, budget).await {
            Ok(id) => Ok(Some(id)),
            Err(DomainError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The account, unless it is disabled or of a revoked peer.
    pub(crate) async fn if_shown(&self, id: AccountId) -> Result<Option<AccountId>> {
        Ok(accounts::get(self.ctx(), id).await?.map(|account| account.id))
    }

    /// Fetches an actor of the peer and takes it in.
    ///
    /// # Errors
    /// As [`Federation::actor`], and `NotFound`.
    pub async fn fetch_actor(&self, peer: &Arc<Peer>, id: &Id, budget: &Budget) -> Result<AccountId> {
        let cleared = peer.clear(Matter::Person(Acquaintance::Known))?;
        let actor = self.fetch_actor_document(peer, cleared, id, budget).await?;
        self.accept_actor(peer, &actor, None).await
    }

    /// Fetches an actor's document (or the one a key or page URL leads to). Nothing is stored, but the peer's instance actor
    /// is heeded: its new keys, if the pinned ones endorse them, or that they have changed.
    ///
    /// # Errors
    /// As [`Federation::fetch_actor`]; `Refused("keys_changed")`.
    pub async fn fetch_actor_document(
        &self,
        peer: &Peer,
        cleared: Cleared<Fetching>,
        id: &Id,
        budget: &Budget,
    ) -> Result<Actor> {
        let document = self.client().object(peer, cleared, id, budget).await?;
        let actor = Actor::read(&document).map_err(|why| DomainError::Refused(why.code()))?;
        self.heed(peer, &actor).await?;
        Ok(actor)
    }

    /// Takes in an actor as its document describes it (fetched, or the object of an `Update` whose signer is that actor or
    /// the peer's instance actor). A native person needs the pinned instance key's endorsement of exactly these keys, and may
    /// then have new ones; keys of other software are pinned on first use. New pictures are fetched in the background.
    ///
    /// # Errors
    /// `Refused("origin")` for an actor of another origin, `Refused("not_endorsed")`, `Refused("actor")` without inbox or
    /// user name, `Refused("key_changed")`, `Refused("username_changed")`; `AlreadyReceived` by `via`.
    pub async fn accept_actor(&self, peer: &Arc<Peer>, actor: &Actor, via: Option<Via>) -> Result<AccountId> {
        if actor.id.origin() != &peer.origin {
            return Err(DomainError::Refused("origin"));
        }
        let endorsed = match peer.software {
            Software::Native => {
                if !self.is_endorsed(peer, actor) {
                    self.suspect(peer);
                    return Err(DomainError::Refused("not_endorsed"));
                }
                true
            }
            Software::Other => false,
        };
        let given = peer.clear::<Fetching>(Matter::Key)?.profile();
        let person = person(peer, actor, given).ok_or(DomainError::Refused("actor"))?;
        let pictures = (person.avatar_url.clone(), person.header_url.clone());
        let (id, fresh) = accounts::upsert_remote(self.ctx(), via, person, endorsed).await?;
        if fresh {
            self.fetch_pictures(peer, id, pictures);
        }
        self.fetch_emojis(peer, &actor.emojis);
        Ok(id)
    }

    fn is_endorsed(&self, peer: &Peer, actor: &Actor) -> bool {
        // The instance actor itself is pinned, not endorsed, and is no account.
        let Some(pinned) = &peer.keys else { return false };
        let keys: Vec<PublicKey> = actor.keys.iter().map(|key| key.key.clone()).collect();
        let holds = |word| endorsement::holds(word, pinned, actor.id.as_str(), &keys);
        pinned.actor != actor.id.as_str() && actor.endorsements.iter().any(holds)
    }
}

/// The account of an actor, without what the contract does not give of profiles; `None` if it lacks what every account has.
fn person(peer: &Peer, actor: &Actor, given: ProfileScope) -> Option<RemotePerson> {
    let owned = |id: &Option<Id>| {
        id.as_ref()
            .filter(|id| id.origin() == &peer.origin)
            .map(Id::to_string)
    };
    let picture = |url: &Option<String>| url.clone().filter(|url| given.pictures && peer.origin.owns(url));
    let id = actor.id.as_str();
    let page = |url: &str| peer.origin.owns(url);
    Some(RemotePerson {
        peer: peer.id,
        origin: peer.origin.clone(),
        uri: id.to_owned(),
        username: actor.username.clone()?,
        kind: actor.kind.account_kind(),
        display_name: actor.name.clone(),
        note: if given.note {
            actor.summary.clone()
        } else {
            String::new()
        },
        fields: if given.fields {
            actor.fields.clone()
        } else {
            Vec::new()
        },
        // A page elsewhere would let a peer's person pass as someone of that place.
        url: if page(&actor.url) {
            actor.url.clone()
        } else {
            id.to_owned()
        },
        inbox_uri: owned(&actor.inbox)?,
        shared_inbox_uri: owned(&actor.shared_inbox),
        // Some actors of other software have none; the place below their id is theirs in any case.
        followers_uri: owned(&actor.followers).unwrap_or_else(|| format!("{id}#followers")),
        featured_uri: owned(&actor.featured),
        locked: actor.locked,
        discoverable: actor.discoverable,
        keys: actor.keys.iter().map(public_key).collect(),
        avatar_url: picture(&actor.icon),
        header_url: picture(&actor.image),
    })
}

fn public_key(key: &crate::vocabulary::ActorKey) -> accounts::PublicKey {
    let kind = match key.key.algorithm() {
        Algorithm::Ed25519 => KeyKind::Ed25519,
        Algorithm::RsaV15Sha256 => KeyKind::Rsa,
    };
    accounts::PublicKey {
        key_id: key.id.clone(),
        kind,
        public: key.key.to_text(),
    }
}
