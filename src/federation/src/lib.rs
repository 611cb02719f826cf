//! Entrenous: federation. ActivityPub between nodes that chose each other.
//!
//! | module | what |
//! |---|---|
//! | [`vocabulary`] | reading received JSON into our types, within bounds |
//! | [`render`] | writing actors, notes, activities |
//! | [`gate`] | whether a request is signed by an active peer, and by whom there |
//! | [`client`] | signed requests to peers |
//! | [`fetch`] | people and posts of peers into the store |
//! | [`serve`] | the GET routes |
//! | `inbox` | what peers tell us |
//! | `handshake` | connecting two nodes, and other software |
//! | `contracts`, `introductions` | what instances agree on beside people's activities |
//! | `delivery` | what is queued for peers |
//! | `synchronisation` | whether two nodes agree on who follows whom (FEP-8fcf) |
//! | `watch` | whether a peer still shows the keys that are pinned |
//! | [`Identity`], [`endorsement`], [`keys`] | the node's own keys, its word for its people's, and finding private keys |
//!
//! How the inbox uses it: its route has [`entrenous_door::Access::Peer`], so the guard has verified the request and the
//! handler extracts [`gate::Verified`] (peer, signer, body). [`vocabulary::Inbound::parse`] reads the body;
//! [`Federation::actor`] gives the account of an actor, known or fetched within a [`client::Budget`];
//! [`Federation::draft`] turns a note into what `posts::publish` takes; [`Federation::accept_actor`] takes in the actor
//! of an `Update`. How delivery uses it: [`keys::KeyRing::of`] chooses the keys, once for an attempt,
//! [`Federation::activity`] renders, [`client::Client::post`] sends.

pub mod client;
mod contracts;
mod delivery;
pub mod endorsement;
pub mod fetch;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod gate;
mod guard;
mod handshake;
mod identity;
mod inbox;
mod introductions;
pub mod keys;
mod lookup;
mod rate;
pub mod render;
pub mod serve;
mod synchronisation;
pub mod vocabulary;
mod watch;

#[cfg(test)]
mod testing;

pub use handshake::{InviteLink, Preview, Trusted};
pub use identity::{Identity, ShownKeys};

use axum::middleware::from_fn_with_state;
use client::Client;
use entrenous_domain::Ctx;
use entrenous_door::Routes;
use entrenous_egress::{AllowRule, Egress};
use keys::KeyRing;
use std::sync::Arc;

/// Everything federation needs at run time. Cheap to clone.
#[derive(Clone)]
pub struct Federation(Arc<Inner>);

struct Inner {
    ctx: Ctx,
    identity: Identity,
    keys: KeyRing,
    client: Client,
    expected: entrenous_wire::Origin,
    pictures: fetch::Pictures,
    files: fetch::Fetches,
    /// Which posts' replies were asked for.
    replies: fetch::Asked,
    emojis: fetch::EmojiFetches,
    webfinger: Vec<AllowRule>,
    desk: handshake::Desk,
    written: render::Written,
    /// What peers said of their people's followers here.
    followers: synchronisation::Desk,
    /// What was sent to each peer, and what came from each.
    sent: rate::Rates,
    received: rate::Rates,
}

impl Federation {
    /// Puts federation together. The caller then connects it as the domain's look-up:
    /// `ctx.set_lookup(Arc::new(federation.clone()))`.
    ///
    /// `rules` are the egress rules of the configuration: WebFinger answers the addresses that they list for active peers of
    /// other software, which do not sign that question.
    ///
    /// # Errors
    /// `Internal` if this node's origin cannot be an origin on the wire.
    pub fn new(
        ctx: Ctx,
        egress: Egress,
        identity: Identity,
        rules: Vec<AllowRule>,
    ) -> entrenous_domain::Result<Self> {
        let keys = KeyRing::new(ctx.clone(), identity.clone());
        let client = Client::new(ctx.clone(), egress, keys.clone());
        let expected = entrenous_wire::Origin::parse(ctx.origin().as_str())
            .map_err(entrenous_domain::DomainError::internal)?;
        let pictures = fetch::Pictures::default();
        Ok(Self(Arc::new(Inner {
            ctx,
            identity,
            keys,
            client,
            expected,
            pictures,
            files: fetch::Fetches::default(),
            replies: fetch::Asked::default(),
            emojis: fetch::EmojiFetches::default(),
            webfinger: rules,
            desk: handshake::Desk::default(),
            written: render::Written::default(),
            followers: synchronisation::Desk::default(),
            sent: rate::Rates::default(),
            received: rate::Rates::default(),
        })))
    }

    /// The use-cases' context.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.0.ctx
    }

    /// The instance actor.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// Private keys of the node and its people.
    #[must_use]
    pub fn keys(&self) -> &KeyRing {
        &self.0.keys
    }

    /// Signed requests.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// The egress rules, for WebFinger.
    pub(crate) fn rules(&self) -> &[AllowRule] {
        &self.0.webfinger
    }

    /// Whether the configuration allows plain http for this origin.
    #[must_use]
    pub fn allows_plain_http(&self, origin: &entrenous_model::Origin) -> bool {
        origin.scheme() == "http" && self.rules().iter().any(|rule| rule.covers(origin.as_str()))
    }

    /// What the handshake keeps in memory.
    pub(crate) fn desk(&self) -> &handshake::Desk {
        &self.0.desk
    }

    /// Activities that were written for other peers.
    pub(crate) fn written(&self) -> &render::Written {
        &self.0.written
    }

    /// This node's origin, as signatures name it.
    pub(crate) fn expected(&self) -> &entrenous_wire::Origin {
        &self.0.expected
    }

    /// Every route of federation with its access class, for tests and to be mounted.
    #[must_use = "routes do nothing until they are mounted"]
    pub fn routes() -> Routes<Self> {
        serve::routes().merge(inbox::routes()).merge(handshake::routes())
    }

    /// The router, behind the peer-signature guard.
    #[must_use = "the router answers nothing until it is served"]
    pub fn router(&self) -> axum::Router {
        let recorded = from_fn_with_state(self.clone(), serve::answered);
        Self::routes()
            .mount(self.clone(), Arc::new(self.clone()))
            .route_layer(recorded)
    }
}
