//! Posts.

use super::{files, question};
use crate::Federation;
use crate::client::Budget;
use crate::vocabulary::{Id, Note, Object};
use entrenous_domain::posts::{self, Draft, RemotePost, ReplyTo};
use entrenous_domain::{DomainError, Result, Via, accounts, peers};
use entrenous_model::{Account, AccountId, Cleared, Fetching, Matter, Peer, PostId, Software};
use std::sync::Arc;

impl Federation {
    /// The post with that id: known already, or fetched from the active peer that it belongs to. `None` if the origin is no
    /// active peer that gives posts, there is no such post, or it is none that anyone here may receive.
    ///
    /// # Errors
    /// `Refused` with a stable reason for what the peer did wrong, `Remote` if it does not answer, the store's.
    pub async fn post(&self, id: &Id, budget: &Budget) -> Result<Option<PostId>> {
        if let Some(post) = posts::known_by_uri(self.ctx(), id.as_str()).await? {
            return Ok(post.deleted_at.is_none().then_some(post.id));
        }
        if id.origin() == self.ctx().origin() {
            return Ok(None);
        }
        let Some(peer) = peers::active(self.ctx(), id.origin()).await? else {
            return Ok(None);
        };
        match self.fetch_post(&peer, id, budget).await {
            Ok(id) => Ok(Some(id)),
            Err(DomainError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Fetches a post of the peer by its id or page URL and publishes it here.
    ///
    /// # Errors
    /// `NotFound`; else as [`Federation::post`].
    pub async fn fetch_post(&self, peer: &Arc<Peer>, id: &Id, budget: &Budget) -> Result<PostId> {
        let cleared = peer
            .clear::<Fetching>(Matter::Posts)
            .map_err(|_| DomainError::NotFound)?;
        let document = self.client().object(peer, cleared, id, budget).await?;
        let note = match Object::read(&document) {
            Object::Note(note) if !note.is_vote() => note,
            Object::Other(_, why) => return Err(DomainError::Refused(why.code())),
            _ => return Err(DomainError::NotFound),
        };
        self.accept_note(peer, cleared, &note, budget).await
    }

    /// Publishes a note that was fetched from the peer whose origin it has.
    ///
    /// # Errors
    /// `Refused("origin")` for a note or author of another origin, `NotFound` if the author is not, or the contract does
    /// not give it; else the domain's.
    pub(crate) async fn accept_note(
        &self,
        peer: &Arc<Peer>,
        cleared: Cleared<Fetching>,
        note: &Note,
        budget: &Budget,
    ) -> Result<PostId> {
        if note.id.origin() != &peer.origin || note.attributed_to.origin() != &peer.origin {
            return Err(DomainError::Refused("origin"));
        }
        // Asked by its page URL, it may be known by its id.
        if let Some(known) = posts::known_by_uri(self.ctx(), note.id.as_str()).await? {
            return if known.deleted_at.is_none() {
                Ok(known.id)
            } else {
                Err(DomainError::NotFound)
            };
        }
        let author = self
            .actor(&note.attributed_to, budget)
            .await?
            .ok_or(DomainError::NotFound)?;
        let author = accounts::get(self.ctx(), author)
            .await?
            .ok_or(DomainError::NotFound)?;
        let draft = self.draft(&author, note).await?;
        // Other software has no network, and answers with what it likes.
        let for_all =
            peer.software == Software::Native && draft.visibility.is_network() && !cleared.network();
        if for_all && !posts::concerns_someone(self.ctx(), author.id, &draft).await? {
            return Err(DomainError::NotFound);
        }
        // Fetched, not delivered: it is news to nobody, and its `Create` may still come.
        let id = posts::publish(self.ctx(), Via::Local, author.id, draft).await?;
        if !note.attachments.is_empty() {
            self.fetch_files(peer, id);
        }
        self.fetch_emojis(peer, &note.tags.emojis);
        Ok(id)
    }

    /// What `posts::publish` and `posts::edit` take, from a note of `author` (whose origin the caller has checked). Only
    /// people known here are mentioned; nothing is fetched.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn draft(&self, author: &Account, note: &Note) -> Result<Draft> {
        let origin = author
            .origin
            .clone()
            .unwrap_or_else(|| self.ctx().origin().clone());
        let mut mentions: Vec<AccountId> = Vec::new();
        for mention in &note.tags.mentions {
            if let Some(id) = self.known(&mention.id).await?
                && !mentions.contains(&id)
            {
                mentions.push(id);
            }
        }
        let mut silent = Vec::new();
        let ours = note
            .audience
            .ids()
            .filter(|id| id.origin() == self.ctx().origin());
        for id in ours {
            if let Some(id) = self.known(id).await?
                && !mentions.contains(&id)
                && !silent.contains(&id)
            {
                silent.push(id);
            }
        }
        let url = if origin.owns(&note.url) {
            note.url.clone()
        } else {
            note.id.to_string()
        };
        Ok(Draft {
            text: note.html(),
            spoiler: note.summary.clone(),
            sensitive: note.sensitive,
            visibility: note.audience.visibility(&origin, &author.followers_uri),
            language: note.language.clone(),
            reply_to: note
                .in_reply_to
                .as_ref()
                .map_or(ReplyTo::None, |id| ReplyTo::Uri(id.to_string())),
            poll: note
                .question
                .as_ref()
                .map(|question| question::poll(question, self.ctx().now())),
            idempotency_key: None,
            remote: Some(RemotePost {
                uri: note.id.to_string(),
                url,
                mentions,
                silent,
                tags: note.tags.hashtags.clone(),
            }),
            created_at: note.published,
            files: files::named(note),
            quote: self.quoting(note).await?,
            quote_policy: Some(note.can_quote.policy(&note.attributed_to, &author.followers_uri)),
        })
    }

    async fn known(&self, id: &Id) -> Result<Option<AccountId>> {
        match accounts::known_by_uri(self.ctx(), id.as_str()).await? {
            Some(account) => self.if_shown(account.id).await,
            None => Ok(None),
        }
    }
}
