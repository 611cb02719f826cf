//! Introductions on the wire: the sponsor's statement, its offer to each of the two, and their answers.
//!
//! The statement and the activities about it are of instance actors, each with a proof (FEP-8b32) of its node's key, and
//! travel as every other activity. How the two then meet is a step of the handshake (`handshake::introduced`).

#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod statement;

use crate::Federation;
use crate::inbox::Incoming;
use crate::{contracts::signed_by, vocabulary::Id};
use chrono::TimeDelta;
use entrenous_domain::peers::contracts::Signed;
use entrenous_domain::peers::introductions::{self, Answers, By, Made, Newcomer, between};
use entrenous_domain::{DomainError, Result};
use entrenous_model::{Contract, Introduction, IntroductionId, Peer, PeerId, PeerInviteId, ProposalStep};
use serde_json::{Value, json};
use statement::{Party, Statement};
use std::sync::Arc;

impl Federation {
    /// Our administrator introduces `about` to these peers (to everyone whom it may be introduced to if none is named), and
    /// each of them to it. `contract` is what would hold seen from `about`; else each gives what it gives us.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` if one of them may not be introduced, or there is nobody; `Invalid` for a long note or terms
    /// beyond their bounds.
    pub async fn introduce(
        &self,
        actor: &str,
        about: PeerId,
        to: Option<Vec<PeerId>>,
        contract: Option<Contract>,
        note: &str,
    ) -> Result<()> {
        let newcomer = self.peer(about).await?;
        let possible = introductions::introducible(self.ctx(), about).await?;
        let chosen: Vec<Arc<Peer>> = match to {
            None => with_same_keys(&newcomer, possible),
            Some(ids) => {
                let mut chosen = Vec::new();
                for id in ids {
                    let found = possible.iter().find(|peer| peer.id == id).cloned();
                    chosen.push(found.ok_or_else(|| {
                        DomainError::Conflict(format!(
                            "{} cannot be introduced to one of these: the contracts must give introductions, and the two \
                             must not know of each other",
                            newcomer.origin
                        ))
                    })?);
                }
                chosen
            }
        };
        if chosen.is_empty() {
            return Err(DomainError::Conflict(format!(
                "there is nobody whom {} could be introduced to",
                newcomer.origin
            )));
        }
        let made = self.statements(&newcomer, &chosen, contract.as_ref(), note)?;
        introductions::make(self.ctx(), actor, made, None).await
    }

    /// Introduces nodes that came by an invitation which says so.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn introduce_newcomers(&self) -> Result<()> {
        for Newcomer {
            invite,
            peer,
            purpose,
        } in introductions::newcomers(self.ctx()).await?
        {
            if let Err(error) = self.introduce_newcomer(invite, peer, &purpose).await {
                tracing::warn!(%peer, %error, "a newcomer was not introduced to everyone");
            }
        }
        Ok(())
    }

    async fn introduce_newcomer(&self, invite: PeerInviteId, peer: PeerId, purpose: &str) -> Result<()> {
        let newcomer = self.peer(peer).await?;
        let others = match introductions::introducible(self.ctx(), peer).await {
            Ok(others) => with_same_keys(&newcomer, others),
            // Its contract gives no introductions any more.
            Err(DomainError::Conflict(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        let made = self.statements(&newcomer, &others, None, purpose)?;
        introductions::make(self.ctx(), "invitation", made, Some(invite)).await
    }

    /// Our administrator accepts an introduction: the node waits until it says that it has accepted too.
    ///
    /// # Errors
    /// As [`introductions::accept`].
    pub async fn accept_introduction(&self, actor: &str, id: IntroductionId) -> Result<PeerId> {
        self.accept_by(By::Administrator(actor.to_owned()), id).await
    }

    async fn accept_by(&self, by: By, id: IntroductionId) -> Result<PeerId> {
        let (sponsor, one) = self.introduction(id).await?;
        let answer = self.answer(&sponsor, &one, ProposalStep::Accept)?;
        let document: Value = serde_json::from_str(&one.document).map_err(DomainError::internal)?;
        let statement = statement::read(&document, &sponsor, self.identity()).map_err(|_| {
            DomainError::Conflict(format!(
                "this node's keys have changed since: {} must introduce {} anew",
                sponsor.origin, one.node.origin
            ))
        })?;
        introductions::accept(self.ctx(), by, id, statement.our_keys, answer).await
    }

    /// Our administrator turns an introduction down.
    ///
    /// # Errors
    /// As [`introductions::decline`].
    pub async fn decline_introduction(&self, actor: &str, id: IntroductionId) -> Result<()> {
        let (sponsor, one) = self.introduction(id).await?;
        let answer = self.answer(&sponsor, &one, ProposalStep::Reject)?;
        introductions::decline(self.ctx(), actor, id, answer).await
    }

    async fn introduction(&self, id: IntroductionId) -> Result<(Arc<Peer>, Introduction)> {
        let one = introductions::get(self.ctx(), id).await?;
        let one = one.filter(|one| !one.by_us).ok_or(DomainError::NotFound)?;
        Ok((self.peer(one.peer).await?, one))
    }

    fn answer(&self, sponsor: &Peer, one: &Introduction, step: ProposalStep) -> Result<Signed> {
        let offer = json!({
            "type": "Offer",
            "id": one.offer,
            "object": {"type": "Introduction", "id": one.uri},
        });
        self.step(sponsor, "introduction", step, &offer)
    }

    fn statements(
        &self,
        newcomer: &Peer,
        others: &[Arc<Peer>],
        contract: Option<&Contract>,
        note: &str,
    ) -> Result<Vec<Made>> {
        others
            .iter()
            .map(|other| self.made(newcomer, other, contract, note))
            .collect()
    }

    fn made(&self, first: &Peer, second: &Peer, asked: Option<&Contract>, note: &str) -> Result<Made> {
        let expires_at = self.ctx().now() + TimeDelta::days(Introduction::DAYS);
        let contract = between(first, second, asked);
        let parties = [
            Party::of(first, &contract.we_give)?,
            Party::of(second, &contract.they_give)?,
        ];
        if first.our_keys != second.our_keys {
            // One signature is for both.
            return Err(DomainError::Conflict(format!(
                "{} or {} has not taken this node's new keys yet",
                first.origin, second.origin
            )));
        }
        let statement = statement::create(self, &parties, first.our_keys, note, expires_at)?;
        let object: Value = serde_json::from_str(&statement.document).map_err(DomainError::internal)?;
        let offer = |to: &Peer| self.step(to, "introduction", ProposalStep::Offer, &object);
        Ok(Made {
            offers: [
                (first.id, contract.clone(), offer(first)?),
                (second.id, contract.mirrored(), offer(second)?),
            ],
            statement,
            note: note.to_owned(),
            expires_at,
        })
    }
}

/// One signature is for both: who has other keys of ours, being silent since they changed, is left out.
fn with_same_keys(newcomer: &Peer, mut others: Vec<Arc<Peer>>) -> Vec<Arc<Peer>> {
    others.retain(|other| other.our_keys == newcomer.our_keys);
    others
}

/// An `Offer` of an introduction by a native peer's instance actor, or its answer to one of ours.
///
/// # Errors
/// `Refused` with the reason: `no_proof`, `contract`; `Invalid` for a statement that is not understood, is not the peer's, or
/// is about other keys than this node's; `AlreadyReceived`.
pub(crate) async fn receive(
    federation: &Federation,
    incoming: &Incoming<'_>,
    step: ProposalStep,
) -> Result<()> {
    let (peer, document) = (incoming.peer, &incoming.inbound.document);
    signed_by(peer, document)?;
    let ctx = federation.ctx();
    let object = document.get("object").unwrap_or(&Value::Null);
    if step != ProposalStep::Offer {
        let offer = object.get("id").and_then(Value::as_str).unwrap_or_default();
        let accepted = step == ProposalStep::Accept;
        return introductions::answered(ctx, incoming.receipt(), offer, accepted).await;
    }
    signed_by(peer, object)
        .map_err(|_| DomainError::invalid("the statement is not signed by who makes it"))?;
    let Statement {
        uri,
        node,
        contract,
        note,
        expires_at,
        ..
    } = statement::read(object, peer, federation.identity())?;
    let new = Answers {
        uri,
        offer: Id::to_string(&incoming.inbound.id),
        node,
        contract,
        note,
        expires_at,
        document: object.to_string(),
    };
    let Some(id) = introductions::received(ctx, incoming.receipt(), new).await? else {
        return Ok(());
    };
    if introductions::by_policy(ctx, id).await? {
        // Should it fail, our administrator is asked, who can see why.
        if let Err(error) = federation.accept_by(By::Policy, id).await {
            tracing::warn!(peer = %peer.origin, %error, "the policy could not accept an introduction");
        }
    }
    Ok(())
}
