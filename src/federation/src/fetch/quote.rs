//! What posts of peers quote, and whether they may (FEP-044f).
//!
//! A stamp is believed only of the origin of the quoted post, from where it is fetched: that another peer passes it on says
//! nothing.

use crate::Federation;
use crate::client::Budget;
use crate::vocabulary::{Authorization, Id, Note};
use entrenous_domain::quotes::{Quoting, Stamp};
use entrenous_domain::{DomainError, Result, accounts, peers, posts};
use entrenous_model::{Account, Fetching, Matter, Peer, PostId};
use std::sync::Arc;

impl Federation {
    /// What a note quotes, as far as it is known without asking anyone.
    ///
    /// # Errors
    /// Only the store's.
    pub(super) async fn quoting(&self, note: &Note) -> Result<Option<Quoting>> {
        let Some(quoted) = &note.quote else {
            return Ok(None);
        };
        let stamp = match &note.quote_authorization {
            None => Stamp::None,
            Some(stamp) if self.is_known_stamp(note, quoted, stamp).await? => Stamp::Seen(stamp.to_string()),
            Some(_) => Stamp::Unseen,
        };
        Ok(Some(Quoting::Uri {
            uri: quoted.to_string(),
            stamp,
        }))
    }

    /// What a note quotes: the quoted post and the stamp are fetched from their own origin, if that is an active peer. What
    /// cannot be fetched changes nothing.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn quoting_asked(&self, note: &Note, budget: &Budget) -> Result<Option<Quoting>> {
        let found = self.quoting(note).await?;
        let (Some(Quoting::Uri { uri, stamp }), Some(quoted)) = (found, &note.quote) else {
            return Ok(None);
        };
        let ours = quoted.origin() == self.ctx().origin();
        if !ours {
            or_nothing(self.quoted_post(quoted, budget).await)?;
        }
        let stamp = match (&note.quote_authorization, stamp) {
            (Some(named), Stamp::Unseen) if !ours && named.origin() == quoted.origin() => {
                let seen = or_nothing(self.has_stamped(note, quoted, named, budget).await)?;
                if seen == Some(true) {
                    Stamp::Seen(named.to_string())
                } else {
                    Stamp::Unseen
                }
            }
            (_, stamp) => stamp,
        };
        Ok(Some(Quoting::Uri { uri, stamp }))
    }

    /// Fetches the post of `author` that says that it quotes `quoted`, and takes it in; nothing else that may stand there.
    ///
    /// # Errors
    /// As [`Federation::post`]; `NotFound` if it is of somebody else, `Refused("quote_mismatch")` if it quotes something else.
    pub(crate) async fn fetch_quoting(
        &self,
        peer: &Arc<Peer>,
        author: &Account,
        (id, quoted): (&Id, &Id),
        budget: &Budget,
    ) -> Result<PostId> {
        let (cleared, note) = self.fetch_note(peer, id, budget).await?;
        if note.attributed_to.as_str() != author.uri {
            return Err(DomainError::NotFound);
        }
        if note.quote.as_ref() != Some(quoted) {
            return Err(DomainError::Refused("quote_mismatch"));
        }
        self.accept_note(peer, cleared, &note, budget).await
    }

    /// The same stamp was believed of the same post before.
    async fn is_known_stamp(&self, note: &Note, quoted: &Id, stamp: &Id) -> Result<bool> {
        let known = posts::known_by_uri(self.ctx(), note.id.as_str()).await?;
        Ok(known.is_some_and(|post| {
            post.uri == note.id.as_str()
                && post.quote.as_ref().is_some_and(|quote| {
                    quote.is_accepted()
                        && quote.uri == quoted.as_str()
                        && quote.stamp.as_deref() == Some(stamp.as_str())
                })
        }))
    }

    /// Whether the origin of the quoted post says that its author lets this note quote it.
    async fn has_stamped(&self, note: &Note, quoted: &Id, stamp: &Id, budget: &Budget) -> Result<bool> {
        let Some(post) = posts::known_by_uri(self.ctx(), quoted.as_str()).await? else {
            return Ok(false);
        };
        let author = accounts::get(self.ctx(), post.account).await?;
        let peer = peers::active(self.ctx(), stamp.origin()).await?;
        let (Some(author), Some(peer)) = (author, peer) else {
            return Ok(false);
        };
        let cleared = peer.clear::<Fetching>(Matter::Posts)?;
        let document = self.client().object(&peer, cleared, stamp, budget).await?;
        Ok(Authorization::read(&document).is_some_and(|found| {
            found.id == *stamp
                && found.interacting == note.id
                && found.target == *quoted
                && found.attributed_to.as_str() == author.uri
        }))
    }
}

/// What a peer does not give, or gives wrongly, is nothing; what fails here fails.
fn or_nothing<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error @ (DomainError::Store(_) | DomainError::Internal(_))) => Err(error),
        Err(error) => {
            tracing::debug!(%error, "a quoted post, or its stamp, is not seen");
            Ok(None)
        }
    }
}
