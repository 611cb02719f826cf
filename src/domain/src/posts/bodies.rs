//! Posts as everyone who may see them sees them, kept in memory.
//!
//! Whether someone may see a post is never kept here: only what it is.

use super::{Body, Mention};
use crate::cache::Cache;
use crate::marks::{Mark, Marks};
use entrenous_model::{AccountId, Attachment, GroupId, Origin, PeerId, PollOption, Post, PostId, Visibility};
use entrenous_store::{Conn, StoreError, groups, polls, posts as rows};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// What all of them together may take, in bytes.
const ROOM: u64 = 32 * 1024 * 1024;
/// The longest an entry lives should an event be missed.
const BACKSTOP: Duration = Duration::from_secs(60);

/// The posts in memory. An entry goes when an event says that the post was edited, counted or deleted.
pub(crate) struct Bodies {
    kept: Cache<PostId, Arc<Body>>,
    marks: Marks,
}

impl Default for Bodies {
    fn default() -> Self {
        Self {
            kept: Cache::of_bytes(ROOM, |_, body: &Arc<Body>| body.weight()).living(BACKSTOP),
            marks: Marks::default(),
        }
    }
}

impl Bodies {
    /// Whether this is what is kept of its post: nothing has changed since it was read.
    pub(crate) fn holds(&self, body: &Arc<Body>) -> bool {
        self.kept
            .get(&body.post.id)
            .is_some_and(|kept| Arc::ptr_eq(&kept, body))
    }

    /// Taken before the first query of a read that ends in [`Bodies::of`].
    pub(crate) fn mark(&self) -> Mark {
        self.marks.mark()
    }

    /// The post has changed.
    pub(crate) fn forget(&self, id: PostId) {
        self.marks.forget(|| self.kept.forget(&id));
    }

    /// The pictures of a peer's emoji have changed: what its people wrote, and what was answered with an emoji of a peer.
    pub(crate) fn forget_shown_by(&self, peer: PeerId) {
        let shows = |body: &Body| {
            let foreign = body.reactions.iter().any(|one| one.name.contains('@'));
            body.post.peer == Some(peer) || foreign
        };
        self.marks.forget(|| self.kept.forget_each(|_, body| shows(body)));
    }

    /// What is older than it may be.
    pub(crate) fn forget_ended(&self) {
        self.kept.forget_ended();
    }

    /// Anything may have changed.
    pub(crate) fn forget_all(&self) {
        self.marks.forget(|| self.kept.forget_all());
    }

    /// The posts of these ids, from memory or else read, tombstones included.
    ///
    /// # Errors
    /// Those of the queries.
    pub(crate) fn of(
        &self,
        conn: &mut Conn,
        mark: Mark,
        ids: &[i64],
    ) -> Result<HashMap<PostId, Arc<Body>>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        let mut missing = Vec::new();
        for id in ids {
            match self.kept.get(&PostId(*id)) {
                Some(body) => {
                    found.insert(PostId(*id), body);
                }
                None => missing.push(*id),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let posts = rows::many(conn, &missing)?;
        let mut mentions = mentions(conn, &missing)?;
        let mut tags: HashMap<i64, Vec<String>> = HashMap::new();
        for (post, tag) in rows::tags_of(conn, &missing)? {
            tags.entry(post).or_default().push(tag);
        }
        let mut files: HashMap<i64, Vec<Attachment>> = HashMap::new();
        for file in entrenous_store::attachments::of_posts(conn, &missing)? {
            if let Some(post) = file.post {
                files.entry(post.get()).or_default().push(file);
            }
        }
        let mut polls = polls::many(conn, &missing)?;
        let mut reactions = super::reactions::of_posts(conn, &missing)?;
        let in_groups: Vec<i64> = posts
            .iter()
            .filter(|post| post.visibility == Visibility::Group)
            .map(|post| post.id.get())
            .collect();
        let mut groups: HashMap<PostId, GroupId> = groups::of_posts(conn, &in_groups)?.into_iter().collect();
        for post in posts {
            let id = post.id;
            let body = Arc::new(Body {
                mentions: mentions.remove(&id.get()).unwrap_or_default(),
                tags: tags.remove(&id.get()).unwrap_or_default(),
                files: files.remove(&id.get()).unwrap_or_default(),
                poll: polls.remove(&id.get()),
                reactions: reactions.remove(&id.get()).unwrap_or_default(),
                group: groups.remove(&id),
                post,
            });
            self.marks.keep(mark, || self.kept.insert(id, Arc::clone(&body)));
            found.insert(id, body);
        }
        Ok(found)
    }
}

impl Body {
    /// About how many bytes it takes.
    #[must_use]
    pub fn weight(&self) -> usize {
        let Post {
            uri,
            url,
            content,
            source,
            spoiler,
            quote,
            ..
        } = &self.post;
        let quote = quote.as_ref().map_or(0, |quote| {
            quote.uri.len() + quote.stamp.as_ref().map_or(0, String::len)
        });
        let text = uri.len() + url.len() + content.len() + source.len() + spoiler.len() + quote;
        let mentions: usize = self
            .mentions
            .iter()
            .map(|one| {
                size_of::<Mention>() + one.username.len() + one.acct.len() + one.url.len() + one.uri.len()
            })
            .sum();
        let tags: usize = self.tags.iter().map(|tag| size_of::<String>() + tag.len()).sum();
        let files: usize = self.files.iter().map(weight_of).sum();
        let options = self.poll.iter().flat_map(|poll| &poll.options);
        let poll: usize = options
            .map(|option| size_of::<PollOption>() + option.title.len())
            .sum();
        let reactions: usize = self.reactions.iter().map(super::Reaction::weight).sum();
        size_of::<Self>() + text + mentions + tags + files + poll + reactions
    }
}

/// About how many bytes a file's row takes: two hashes, and what varies.
fn weight_of(file: &Attachment) -> usize {
    let texts = file.description.len() + file.remote_url.as_ref().map_or(0, String::len);
    size_of::<Attachment>() + 256 + texts
}

fn mentions(conn: &mut Conn, posts: &[i64]) -> Result<HashMap<i64, Vec<Mention>>, StoreError> {
    let mut mentions: HashMap<i64, Vec<Mention>> = HashMap::new();
    for row in rows::mentions_of(conn, posts)? {
        let acct = match row.origin.as_deref().map(Origin::parse) {
            Some(Ok(origin)) => format!("{}@{}", row.username, origin.authority()),
            Some(Err(error)) => return Err(StoreError::Corrupt(error.to_string())),
            None => row.username.clone(),
        };
        mentions.entry(row.post).or_default().push(Mention {
            account: AccountId(row.account),
            username: row.username,
            acct,
            url: row.url,
            uri: row.uri,
        });
    }
    Ok(mentions)
}
