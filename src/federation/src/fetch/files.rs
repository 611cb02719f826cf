//! Files of posts of peers: fetched in the background, after the post was taken, from the author's own origin and no other.
//!
//! A post never waits for them: until they are here, and if they cannot be had, it is shown with their descriptions.
//! What could not be fetched is tried again when someone looks at the post.

use super::turns::{Bounds, Turns};
use crate::Federation;
use crate::client::Budget;
use crate::vocabulary::Note;
use entrenous_domain::posts::{Files, RemoteFile};
use entrenous_domain::{DomainError, Result, attachments, peers};
use entrenous_model::{Fetching, Matter, Peer, PostId, PreparedPreview};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Posts whose files are fetched at a time; the others wait. Of more posts than may wait they come when someone looks at
/// them.
const BOUNDS: Bounds = Bounds {
    at_once: 4,
    of_one: 2,
    waiting: 500,
};
/// Longest time for one file without the picture before it.
const PATIENCE: Duration = Duration::from_secs(300);
/// Longest time for the picture before a film.
const PATIENCE_FOR_POSTER: Duration = Duration::from_secs(30);
/// Largest picture before a film, in bytes.
const POSTER: u64 = 4 * 1024 * 1024;

/// The bounds of fetching files in the background.
#[derive(Debug)]
pub(crate) struct Fetches {
    turns: Turns,
    /// Posts that wait or run: no file is fetched twice at the same time.
    posts: Mutex<HashSet<PostId>>,
}

impl Default for Fetches {
    fn default() -> Self {
        Self {
            turns: Turns::new(BOUNDS),
            posts: Mutex::default(),
        }
    }
}

impl Fetches {
    fn begin(&self, post: PostId) -> bool {
        let mut posts = self.posts.lock().unwrap_or_else(PoisonError::into_inner);
        posts.insert(post)
    }

    fn end(&self, post: PostId) {
        let mut posts = self.posts.lock().unwrap_or_else(PoisonError::into_inner);
        posts.remove(&post);
    }
}

/// The files of a note that may be fetched: those of its author's own origin.
pub(super) fn named(note: &Note) -> Files {
    let own = note.attachments.iter().filter(|one| note.is_own_file(one));
    Files::Remote(
        own.map(|one| {
            let (x, y) = one.focus.unwrap_or_default();
            RemoteFile {
                url: one.url.clone(),
                content_type: one.media_type.clone(),
                description: one.description.clone(),
                focus: attachments::focus(x, y),
                pixels: one.pixels,
                duration: one.duration,
                blurhash: one.blurhash.clone(),
                // A picture of another place is left out: nothing is ever fetched there.
                poster: one
                    .poster
                    .clone()
                    .filter(|url| note.attributed_to.origin().owns(url)),
            }
        })
        .collect(),
    )
}

impl Federation {
    /// Fetches what is missing of the files of a post of `peer`. Returns at once.
    pub(crate) fn fetch_files(&self, peer: &Arc<Peer>, post: PostId) {
        let fetches = &self.0.files;
        let Some(place) = fetches.turns.place(peer.id) else {
            tracing::warn!(peer = %peer.origin, "too many files wait to be fetched; those of one post are left for later");
            return;
        };
        if !fetches.begin(post) {
            return;
        }
        let (federation, peer) = (self.clone(), Arc::clone(peer));
        tokio::spawn(async move {
            if let Some(_turn) = place.turn().await
                && let Err(error) = federation.fetch_wanted(&peer, post).await
            {
                tracing::warn!(peer = %peer.origin, %error, "files of a post were not fetched");
            }
            federation.0.files.end(post);
        });
    }

    /// Someone looks at a post: what is missing of its files is fetched, if its peer is still one.
    pub(crate) async fn fetch_files_of(&self, post: PostId) -> Result<()> {
        let ctx = self.ctx();
        let found = ctx
            .store()
            .read(move |conn| entrenous_store::posts::get(conn, post))
            .await?;
        if let Some(id) = found.and_then(|post| post.peer)
            && let Some(peer) = peers::get(ctx, id).await?
            && peer.is_active()
        {
            self.fetch_files(&peer, post);
        }
        Ok(())
    }

    async fn fetch_wanted(&self, peer: &Arc<Peer>, post: PostId) -> Result<()> {
        let ctx = self.ctx();
        let wanted = attachments::wanted(ctx, post).await?;
        let posters = attachments::posters_wanted(ctx, post).await?;
        // A file, and the picture before it.
        let most = wanted.len() * 2 + posters.len();
        let budget = Budget::of(u32::try_from(most).unwrap_or(u32::MAX));
        for file in wanted {
            let taking = self.take_file(peer, &file, &budget);
            // What takes long is not lost for the picture before it.
            let taken = tokio::time::timeout(PATIENCE + PATIENCE_FOR_POSTER, taking).await;
            match taken {
                Ok(Ok(())) => {}
                // Our own disk or database: the peer did nothing wrong.
                Ok(Err(error @ (DomainError::Store(_) | DomainError::Internal(_)))) => {
                    attachments::failed(ctx, file.id).await?;
                    return Err(error);
                }
                Ok(Err(error)) => {
                    tracing::debug!(peer = %peer.origin, %error, "a file was not taken");
                    attachments::failed(ctx, file.id).await?;
                }
                Err(_) => {
                    tracing::debug!(peer = %peer.origin, "a file took too long");
                    attachments::failed(ctx, file.id).await?;
                }
            }
        }
        for poster in posters {
            match self.take_poster(peer, &poster.url, &budget).await {
                Some(taken) => attachments::poster_arrived(ctx, poster, taken).await?,
                None => attachments::poster_failed(ctx, poster.id).await?,
            }
        }
        Ok(())
    }

    /// A picture before a film, made anew. `None` if it cannot be had: the film is as good without.
    async fn take_poster(&self, peer: &Peer, url: &str, budget: &Budget) -> Option<PreparedPreview> {
        let cleared = peer.clear::<Fetching>(Matter::Posts).ok()?;
        let most = POSTER.min(cleared.largest_file());
        let fetching = self.client().file(peer, cleared, url, most, budget);
        let bytes = match tokio::time::timeout(PATIENCE_FOR_POSTER, fetching).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(error)) => {
                tracing::debug!(peer = %peer.origin, %error, "a picture before a film was not taken");
                return None;
            }
            Err(_) => {
                tracing::debug!(peer = %peer.origin, "a picture before a film took too long");
                return None;
            }
        };
        tokio::task::spawn_blocking(move || entrenous_files::preview(&bytes))
            .await
            .ok()?
            .ok()
    }

    async fn take_file(&self, peer: &Peer, file: &attachments::Wanted, budget: &Budget) -> Result<()> {
        let ours = u64::try_from(self.ctx().node().max_upload_bytes).unwrap_or(u64::MAX);
        let cleared = peer.clear::<Fetching>(Matter::Posts)?;
        let most = ours.min(cleared.largest_file());
        let bytes = self.client().file(peer, cleared, &file.url, most, budget).await?;
        let prepared = tokio::task::spawn_blocking(move || entrenous_files::prepare(bytes.into()))
            .await
            .map_err(DomainError::internal)?
            .map_err(|_| DomainError::Refused("file"))?;
        let poster = match &file.poster {
            Some(url) if prepared.kind.plays() => self.take_poster(peer, url, budget).await,
            _ => None,
        };
        attachments::arrived(self.ctx(), file.id, prepared, poster).await
    }
}
