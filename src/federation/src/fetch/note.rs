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
    /// `Refused` with a stable reason for what the peer did wrong, `Remote` if it does not answer, `TooMany` if the fetches of
    /// this hour are made; the store's.
    pub async fn post(&self, id: &Id, budget: &Budget) -> Result<Option<PostId>> {
        match self.sought(id).await? {
            Sought::Here(post) => Ok(post),
            Sought::At(peer) => none_if_not_there(self.fetch_post(&peer, id, budget).await),
        }
    }

    /// The same of a post that another one quotes. What it quotes in turn is taken as it says: nobody is asked about that, so
    /// that no chain of quotes is followed.
    ///
    /// # Errors
    /// As [`Federation::post`].
    pub(super) async fn quoted_post(&self, id: &Id, budget: &Budget) -> Result<Option<PostId>> {
        let peer = match self.sought(id).await? {
            Sought::Here(post) => return Ok(post),
            Sought::At(peer) => peer,
        };
        let taken = async {
            let (cleared, note) = self.fetch_note(&peer, id, budget).await?;
            match self.weigh(&peer, cleared, &note, budget).await? {
                Weighed::Known(id) => Ok(id),
                Weighed::New(author, draft) => self.publish_fetched(&peer, author, *draft, &note).await,
            }
        };
        none_if_not_there(taken.await)
    }

    /// Where a post is to be had.
    async fn sought(&self, id: &Id) -> Result<Sought> {
        if let Some(post) = posts::known_by_uri(self.ctx(), id.as_str()).await? {
            return Ok(Sought::Here(post.deleted_at.is_none().then_some(post.id)));
        }
        if id.origin() == self.ctx().origin() {
            return Ok(Sought::Here(None));
        }
        let peer = peers::active(self.ctx(), id.origin()).await?;
        Ok(peer.map_or(Sought::Here(None), Sought::At))
    }

    /// Fetches a post of the peer by its id or page URL and publishes it here.
    ///
    /// # Errors
    /// `NotFound`; else as [`Federation::post`].
    pub async fn fetch_post(&self, peer: &Arc<Peer>, id: &Id, budget: &Budget) -> Result<PostId> {
        let (cleared, note) = self.fetch_note(peer, id, budget).await?;
        self.accept_note(peer, cleared, &note, budget).await
    }

    /// Fetches a post of the peer; nothing is stored.
    pub(super) async fn fetch_note(
        &self,
        peer: &Arc<Peer>,
        id: &Id,
        budget: &Budget,
    ) -> Result<(Cleared<Fetching>, Box<Note>)> {
        let cleared = peer
            .clear::<Fetching>(Matter::Posts)
            .map_err(|_| DomainError::NotFound)?;
        let document = self.client().object(peer, cleared, id, budget).await?;
        match Object::read(&document) {
            Object::Note(note) if !note.is_vote() => Ok((cleared, note)),
            Object::Other(_, why) => Err(DomainError::Refused(why.code())),
            _ => Err(DomainError::NotFound),
        }
    }

    /// Publishes a note that was fetched from the peer whose origin it has. What it quotes, and the stamp that lets it, are
    /// asked for as of a post that is delivered.
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
        match self.weigh(peer, cleared, note, budget).await? {
            Weighed::Known(id) => Ok(id),
            Weighed::New(author, mut draft) => {
                // Last: for what is not taken nobody else is asked.
                if note.quote.is_some() {
                    draft.quote = self.quoting_asked(note, budget).await?;
                }
                self.publish_fetched(peer, author, *draft, note).await
            }
        }
    }

    /// Whether a note that was fetched may be published here.
    async fn weigh(
        &self,
        peer: &Arc<Peer>,
        cleared: Cleared<Fetching>,
        note: &Note,
        budget: &Budget,
    ) -> Result<Weighed> {
        if note.id.origin() != &peer.origin || note.attributed_to.origin() != &peer.origin {
            return Err(DomainError::Refused("origin"));
        }
        // Asked by its page URL, it may be known by its id.
        if let Some(known) = posts::known_by_uri(self.ctx(), note.id.as_str()).await? {
            return if known.deleted_at.is_none() {
                Ok(Weighed::Known(known.id))
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
        Ok(Weighed::New(author.id, Box::new(draft)))
    }

    /// Fetched, not delivered: it is news to nobody, and its `Create` may still come.
    async fn publish_fetched(
        &self,
        peer: &Arc<Peer>,
        author: AccountId,
        draft: Draft,
        note: &Note,
    ) -> Result<PostId> {
        let id = posts::publish(self.ctx(), Via::Local, author, draft).await?;
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
            group: None,
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

/// Where a post is to be had.
enum Sought {
    /// Nowhere but here; `None` if it is not here, or was deleted.
    Here(Option<PostId>),
    /// At the active peer that it belongs to.
    At(Arc<Peer>),
}

/// What a note that was fetched is here.
enum Weighed {
    /// A post that is known.
    Known(PostId),
    /// One that may be published, and its author.
    New(AccountId, Box<Draft>),
}

fn none_if_not_there(found: Result<PostId>) -> Result<Option<PostId>> {
    match found {
        Ok(id) => Ok(Some(id)),
        Err(DomainError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
