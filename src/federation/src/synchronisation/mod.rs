//! Followers synchronisation (FEP-8fcf), so that a lost `Undo` does not let posts out for ever.
//!
//! With what goes to an author's followers, the receiver is told the digest of those of them that are its own people,
//! under the signature ([`Federation::synchronization_of`]). A receiver that comes to another digest asks for that part of
//! the list, later and in the background, and puts right what differs: `follows::synchronise`.

mod desk;
mod header;
mod list;

pub(crate) use desk::Desk;
pub(crate) use header::HEADER;

use crate::Federation;
use desk::{Next, Offer};
use entrenous_domain::follows::{self, Place};
use entrenous_domain::{Result, accounts, peers};
use entrenous_model::{Account, Matter, Peer, PeerId};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long one comparison may take.
const LONGEST: Duration = Duration::from_secs(30);

/// That a peer is being asked; not any more when it is dropped.
struct Busy<'a>(&'a Federation, PeerId);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.0.followers.done(self.1);
    }
}

/// Where a peer reads those followers of a person that are its own people.
pub(crate) fn url_of(account: &Account) -> String {
    format!("{}/followers_synchronization", account.uri)
}

impl Federation {
    /// The header that tells `peer` of the followers that `author`, a person of this node, has there. `None` if they are too
    /// many to be compared.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn synchronization_of(&self, peer: PeerId, author: &Account) -> Result<Option<String>> {
        let digest = follows::digest(self.ctx(), author.id, Place::Peer(peer)).await?;
        Ok(digest.map(|digest| header::write(&author.followers_uri, &url_of(author), digest)))
    }

    /// A peer has sent something by `author` with this header under its signature. It is believed only of the author's own
    /// followers, and looked up only on the author's own node; anything else is as if it were not there.
    pub(crate) fn heard_of_followers(&self, peer: &Peer, author: &Account, text: &str) {
        let stated = header::read(text).filter(|stated| {
            author.peer == Some(peer.id)
                && stated.collection.as_str() == author.followers_uri
                && stated.collection.origin() == &peer.origin
                && stated.url.origin() == &peer.origin
        });
        let Some(stated) = stated else {
            tracing::debug!(peer = %peer.origin, author = author.uri, "a synchronisation header is left unread");
            return;
        };
        let offer = Offer {
            peer: peer.id,
            author: author.id,
            url: stated.url,
            digest: stated.digest,
        };
        self.0.followers.offer(offer, self.ctx().now());
    }

    /// Compares what peers say of their people's followers with our books, until `stop` ends.
    pub async fn run_synchronisation(self, stop: impl Future<Output = ()> + Send) {
        let mut under_way = JoinSet::new();
        tokio::pin!(stop);
        loop {
            let desk = &self.0.followers;
            let pause = loop {
                match desk.next(self.ctx().now()) {
                    Next::Later(pause) => break pause,
                    Next::Now(offer) => {
                        let federation = self.clone();
                        under_way.spawn(async move {
                            let _busy = Busy(&federation, offer.peer);
                            federation.look_at(&offer).await;
                        });
                    }
                }
            };
            tokio::select! {
                () = &mut stop => return,
                () = desk.heard.notified() => {}
                () = sleep(pause) => {}
                Some(ended) = under_way.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a comparison of followers broke off");
                    }
                }
            }
        }
    }

    async fn look_at(&self, offer: &Offer) {
        match timeout(LONGEST, self.compare(offer)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::info!(peer = %offer.peer, url = %offer.url, %error, "followers could not be compared");
            }
            Err(_) => {
                tracing::info!(peer = %offer.peer, url = %offer.url, "followers were not listed in time");
            }
        }
    }

    async fn compare(&self, offer: &Offer) -> Result<()> {
        let ctx = self.ctx();
        let Some(peer) = peers::get(ctx, offer.peer).await? else {
            return Ok(());
        };
        // Where the peer has stopped being one, nothing is asked.
        let cleared = peer.clear(Matter::Retraction)?;
        let Some(author) = accounts::get(ctx, offer.author).await? else {
            return Ok(());
        };
        // With too many to be compared on our side there is no digest, and nothing is done.
        let own = follows::digest(ctx, author.id, Place::Own).await?;
        if own.is_none_or(|own| own == offer.digest) {
            return Ok(());
        }
        if !self.0.followers.may_ask(offer, ctx.now()) {
            tracing::debug!(peer = %peer.origin, "its followers were compared often enough in this hour");
            return Ok(());
        }
        let before = follows::own_followers(ctx, author.id).await?;
        let listed = self.followers_listed(&peer, cleared, &offer.url).await?;
        let outcome = follows::synchronise(ctx, &peer, author.id, before, listed).await?;
        tracing::info!(peer = %peer.origin, followed = author.uri, ?outcome, "followers were compared");
        Ok(())
    }
}
