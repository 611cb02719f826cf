//! Replies that are not here: someone looks at a conversation, and the nodes of its posts are asked what was answered there,
//! as far as they let this node see it (FEP-f228, by the `replies` of each post).
//!
//! A node names its own posts alone, and only those count that say that they answer the post asked about: nobody can have us
//! fetch what they like, from whom they like. What such a post quotes is asked of that one's node, within the same bound.

use crate::Federation;
use crate::client::Budget;
use crate::vocabulary::{Id, Note, Object};
use chrono::TimeDelta;
use entrenous_domain::{DomainError, Result, peers, posts};
use entrenous_model::{Cleared, Fetching, Matter, Peer, PostId, Time};
use serde_json::Value;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// A post's node is not asked again before.
const REST: TimeDelta = TimeDelta::minutes(15);
/// Posts that are remembered as asked about.
const REMEMBERED: usize = 10_000;
/// Posts of one conversation that count as asked about at one look: more than it has fetches for. The others have their turn at
/// another look.
const OF_ONE_LOOK: usize = 200;
/// Fetches for one look at a conversation.
const FETCHES: u32 = 40;
/// Pages that are read of one post's replies.
const PAGES: usize = 3;
/// Replies that are taken from one page.
const ITEMS: usize = 40;

/// Which posts were asked about lately.
#[derive(Debug, Default)]
pub(crate) struct Asked(Mutex<HashMap<PostId, Time>>);

impl Asked {
    /// Those that may be asked about now; they count as asked.
    pub(crate) fn due(&self, posts: &[PostId], now: Time) -> Vec<PostId> {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let most = posts.len().min(OF_ONE_LOOK);
        if asked.len() + most > REMEMBERED {
            asked.retain(|_, at| now - *at < REST);
        }
        if asked.len() + most > REMEMBERED {
            // So many are looked at that none can be asked about once more soon.
            return Vec::new();
        }
        let due = |post: &PostId| asked.get(post).is_none_or(|at| now - *at >= REST);
        let due: Vec<PostId> = posts.iter().copied().filter(due).take(most).collect();
        asked.extend(due.iter().map(|post| (*post, now)));
        due
    }
}

impl Federation {
    pub(crate) fn replies_asked(&self) -> &Asked {
        &self.0.replies
    }

    /// Asks about each of these posts, and about the replies that come of it; answers how many came.
    ///
    /// # Errors
    /// Only the store's: what a peer does not give, or gives wrongly, is left.
    pub(crate) async fn fetch_replies(&self, posts: Vec<PostId>) -> Result<usize> {
        let budget = Budget::of(FETCHES);
        let mut waiting = VecDeque::from(posts);
        let mut found = 0;
        while let Some(post) = waiting.pop_front() {
            match self.fetch_replies_to(post, &budget).await {
                Ok(new) => {
                    found += new.len();
                    waiting.extend(new);
                }
                Err(error @ (DomainError::Store(_) | DomainError::Internal(_))) => return Err(error),
                Err(error) => tracing::debug!(%post, %error, "its replies are not told"),
            }
            if budget.is_spent() {
                break;
            }
        }
        Ok(found)
    }

    async fn fetch_replies_to(&self, post: PostId, budget: &Budget) -> Result<Vec<PostId>> {
        let known = self
            .ctx()
            .store()
            .read(move |conn| entrenous_store::posts::get(conn, post))
            .await?;
        let Some(known) = known.filter(|known| known.deleted_at.is_none()) else {
            return Ok(Vec::new());
        };
        let Some(id) = known.peer else {
            return Ok(Vec::new());
        };
        let Some(peer) = peers::get(self.ctx(), id).await?.filter(|peer| peer.is_active()) else {
            return Ok(Vec::new());
        };
        let Ok(cleared) = peer.clear::<Fetching>(Matter::Posts) else {
            return Ok(Vec::new());
        };
        let parent = Id::parse(&known.uri).map_err(|_| DomainError::Refused("origin"))?;
        let mut new = Vec::new();
        for item in self.named_replies(&peer, cleared, &parent, budget).await? {
            if posts::known_by_uri(self.ctx(), item.as_str()).await?.is_some() {
                continue;
            }
            match self.fetch_reply(&peer, cleared, &item, &parent, budget).await {
                Ok(id) => new.push(id),
                Err(error @ (DomainError::Store(_) | DomainError::Internal(_))) => return Err(error),
                Err(error) => tracing::debug!(%item, %error, "a reply is not taken"),
            }
            if budget.is_spent() {
                break;
            }
        }
        Ok(new)
    }

    /// The ids on the peer's own origin that the `replies` of a post name.
    async fn named_replies(
        &self,
        peer: &Arc<Peer>,
        cleared: Cleared<Fetching>,
        post: &Id,
        budget: &Budget,
    ) -> Result<Vec<Id>> {
        let own = |text: &str| Id::parse(text).ok().filter(|id| id.origin() == &peer.origin);
        let document = self.client().object(peer, cleared, post, budget).await?;
        let mut next = document.get("replies").cloned();
        let mut named = Vec::new();
        for _ in 0..=PAGES {
            let page = match next.take() {
                Some(Value::String(url)) => match own(&url) {
                    Some(url) => self.client().object(peer, cleared, &url, budget).await?,
                    None => break,
                },
                Some(page @ Value::Object(_)) => page,
                _ => break,
            };
            let items = ["orderedItems", "items"]
                .into_iter()
                .find_map(|name| page.get(name)?.as_array());
            let text = |item: &Value| item.as_str().or_else(|| item.get("id")?.as_str()).and_then(own);
            named.extend(items.into_iter().flatten().take(ITEMS).filter_map(text));
            next = page.get("first").or_else(|| page.get("next")).cloned();
        }
        Ok(named)
    }

    /// Fetches one, if it says that it answers `parent`.
    async fn fetch_reply(
        &self,
        peer: &Arc<Peer>,
        cleared: Cleared<Fetching>,
        id: &Id,
        parent: &Id,
        budget: &Budget,
    ) -> Result<PostId> {
        let document = self.client().object(peer, cleared, id, budget).await?;
        let answers = |note: &Note| note.in_reply_to.as_ref() == Some(parent) && !note.is_vote();
        match Object::read(&document) {
            Object::Note(note) if answers(&note) => self.accept_note(peer, cleared, &note, budget).await,
            _ => Err(DomainError::Refused("no_reply")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_asked_about_once_in_a_while() {
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let asked = Asked::default();
        let (a, b) = (PostId(1), PostId(2));
        assert_eq!(asked.due(&[a], now), [a]);
        assert_eq!(asked.due(&[a, b], now + TimeDelta::minutes(14)), [b]);
        assert_eq!(asked.due(&[a, b], now + TimeDelta::minutes(15)), [a]);
        let (many, later) = (
            (10..).take(REMEMBERED).map(PostId).collect::<Vec<_>>(),
            now + TimeDelta::hours(1),
        );
        // A long conversation leaves others theirs, and has its own at another look.
        assert_eq!(asked.due(&many, later), many[..OF_ONE_LOOK]);
        assert_eq!(asked.due(&[a], later), [a]);
        assert_eq!(asked.due(&many, later), many[OF_ONE_LOOK..2 * OF_ONE_LOOK]);
        let rest = many.len() - 2 * OF_ONE_LOOK - 1;
        for some in many[2 * OF_ONE_LOOK..][..rest].chunks(OF_ONE_LOOK) {
            assert_eq!(asked.due(some, later), some);
        }
        assert_eq!(asked.due(&[b], later), [], "bounded");
    }
}
