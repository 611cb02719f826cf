//! The steps of trust between nodes that need the network, for the administration API. `node` connects federation.

use async_trait::async_trait;
use entrenous_domain::Result;
pub use entrenous_domain::peers::InviteOffer;
use entrenous_model::{Contract, IntroductionId, Origin, PeerId, PeerInviteId, PeerState, Time};

/// A fresh invitation.
#[derive(Debug, Clone)]
pub struct InviteLink {
    /// Its id.
    pub id: PeerInviteId,
    /// The link, shown once: origin, id and fingerprint, and the token in the fragment.
    pub link: String,
    /// Fingerprint of this node's keys, to be compared by voice.
    pub fingerprint: String,
    /// Not valid from then on.
    pub expires_at: Time,
}

/// What an invitation says, after the inviter's instance actor was fetched and its fingerprint compared.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The inviter's origin.
    pub origin: Origin,
    /// The name it gives itself.
    pub name: String,
    /// Why, in its administrator's words.
    pub purpose: String,
    /// Fingerprint of its instance keys.
    pub fingerprint: String,
    /// What is offered, seen from this node.
    pub contract: Contract,
    /// Not valid from then on.
    pub expires_at: Time,
}

/// Steps of trust; `actor` is the username of the administrator, for the audit trail.
#[async_trait]
pub trait TrustDesk: Send + Sync + 'static {
    /// Makes an invitation.
    async fn create_invite(&self, actor: &str, offer: InviteOffer) -> Result<InviteLink>;
    /// Looks at a link without using it. Contacts the inviter and nobody else.
    async fn preview(&self, link: &str) -> Result<Preview>;
    /// Accepts a link; answers the state the peer is in then.
    async fn join(&self, actor: &str, link: &str) -> Result<PeerState>;
    /// Confirms a peer that accepted our invitation, or one that was suspended, and tells it.
    async fn confirm(&self, actor: &str, peer: PeerId) -> Result<()>;
    /// Halts a peer.
    async fn suspend(&self, actor: &str, peer: PeerId) -> Result<()>;
    /// Ends a peer, and tells it.
    async fn revoke(&self, actor: &str, peer: PeerId) -> Result<()>;
    /// Offers a change of the contract, seen from this node; of that with other software, makes it.
    async fn propose(&self, actor: &str, peer: PeerId, contract: Contract, note: String) -> Result<()>;
    /// Accepts a standing offer of the peer, or turns it down.
    async fn answer_proposal(&self, actor: &str, peer: PeerId, uri: &str, accept: bool) -> Result<()>;
    /// Introduces a peer to others (to everyone possible if none is named), and each of them to it. `contract` is what would
    /// hold seen from that peer; else each gives what it gives us.
    async fn introduce(
        &self,
        actor: &str,
        about: PeerId,
        to: Option<Vec<PeerId>>,
        contract: Option<Contract>,
        note: String,
    ) -> Result<()>;
    /// Accepts an introduction, or turns it down.
    async fn answer_introduction(&self, actor: &str, id: IntroductionId, accept: bool) -> Result<()>;
    /// Changes this node's keys, and tells its peers.
    async fn rotate_keys(&self, actor: &str) -> Result<()>;
    /// Adds other software by hand; answers the peer.
    async fn trust(&self, actor: &str, authority: &str, contract: Contract) -> Result<PeerId>;
}
