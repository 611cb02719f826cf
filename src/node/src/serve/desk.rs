//! The administration API's way to the steps of trust that need the network.

use async_trait::async_trait;
use entrenous_api::trust::{InviteLink, InviteOffer, Preview, TrustDesk};
use entrenous_domain::Result;
use entrenous_federation::Federation;
use entrenous_model::{Contract, IntroductionId, PeerId, PeerState};

/// Federation behind the API's trait.
pub(super) struct Desk {
    federation: Federation,
}

impl Desk {
    pub(super) fn new(federation: Federation) -> Self {
        Self { federation }
    }
}

#[async_trait]
impl TrustDesk for Desk {
    async fn create_invite(&self, actor: &str, offer: InviteOffer) -> Result<InviteLink> {
        let made = self.federation.invite_link(actor, offer).await?;
        Ok(InviteLink {
            id: made.id,
            link: made.link,
            fingerprint: made.fingerprint,
            expires_at: made.expires_at,
        })
    }

    async fn preview(&self, link: &str) -> Result<Preview> {
        let seen = self.federation.preview(link).await?;
        Ok(Preview {
            origin: seen.origin,
            name: seen.name,
            purpose: seen.purpose,
            fingerprint: seen.fingerprint,
            contract: seen.contract,
            expires_at: seen.expires_at,
        })
    }

    async fn join(&self, actor: &str, link: &str) -> Result<PeerState> {
        self.federation.join(actor, link).await.map(|(_, state)| state)
    }

    async fn confirm(&self, actor: &str, peer: PeerId) -> Result<()> {
        self.federation.confirm(actor, peer).await
    }

    async fn suspend(&self, actor: &str, peer: PeerId) -> Result<()> {
        self.federation.suspend(actor, peer).await
    }

    async fn revoke(&self, actor: &str, peer: PeerId) -> Result<()> {
        self.federation.revoke(actor, peer).await
    }

    async fn propose(&self, actor: &str, peer: PeerId, contract: Contract, note: String) -> Result<()> {
        self.federation.propose(actor, peer, contract, note).await
    }

    async fn answer_proposal(&self, actor: &str, peer: PeerId, uri: &str, accept: bool) -> Result<()> {
        if accept {
            self.federation.accept_proposal(actor, peer, uri).await
        } else {
            self.federation.reject_proposal(actor, peer, uri).await
        }
    }

    async fn introduce(
        &self,
        actor: &str,
        about: PeerId,
        to: Option<Vec<PeerId>>,
        contract: Option<Contract>,
        note: String,
    ) -> Result<()> {
        self.federation.introduce(actor, about, to, contract, &note).await
    }

    async fn answer_introduction(&self, actor: &str, id: IntroductionId, accept: bool) -> Result<()> {
        if accept {
            self.federation.accept_introduction(actor, id).await.map(drop)
        } else {
            self.federation.decline_introduction(actor, id).await
        }
    }

    async fn rotate_keys(&self, actor: &str) -> Result<()> {
        let identity = self.federation.identity();
        identity.rotate(self.federation.ctx(), actor).await.map(drop)
    }

    async fn trust(&self, actor: &str, authority: &str, contract: Contract) -> Result<PeerId> {
        self.federation
            .trust(actor, authority, contract)
            .await
            .map(|trusted| trusted.peer)
    }
}
