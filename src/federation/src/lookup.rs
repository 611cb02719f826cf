//! Finding people and posts of peers, for search and mentions.

use crate::Federation;
use crate::client::{Budget, ClientError};
use crate::vocabulary::{Actor, Id};
use async_trait::async_trait;
use entrenous_domain::ports::RemoteLookup;
use entrenous_domain::{DomainError, Result, accounts, peers};
use entrenous_model::{AccountId, Acquaintance, Cleared, Fetching, Matter, Peer, PostId};
use serde_json::Value;

/// Longest name in a handle that is asked for, in characters.
const NAME: usize = 100;

#[async_trait]
impl RemoteLookup for Federation {
    async fn account_by_handle(&self, username: &str, authority: &str) -> Result<Option<AccountId>> {
        if authority.eq_ignore_ascii_case(self.ctx().origin().authority()) {
            return Ok(accounts::local_by_username(self.ctx(), username)
                .await?
                .map(|account| account.id));
        }
        // Before anything else: unknown authorities are not even resolved.
        let Some(peer) = peers::by_authority(self.ctx(), &authority.to_ascii_lowercase()).await? else {
            return Ok(None);
        };
        let handle = format!("{username}@{}", peer.origin.authority());
        let known = accounts::known_by_handle(self.ctx(), &handle).await?;
        if let Some(known) = known.filter(|known| !known.is_emptied()) {
            return self.if_shown(known.id).await;
        }
        if username.is_empty() || username.chars().count() > NAME {
            return Ok(None);
        }
        let Some(cleared) = tells_of_people(&peer) else {
            return Ok(None);
        };
        let budget = Budget::default();
        let found = self.ask_webfinger(&peer, cleared, username, &budget).await;
        let Some(id) = none_if_gone(found.map_err(DomainError::from))?.flatten() else {
            return Ok(None);
        };
        let Some(actor) = none_if_gone(self.fetch_actor_document(&peer, cleared, &id, &budget).await)? else {
            return Ok(None);
        };
        if !is_called(&actor, username, peer.origin.authority()) {
            return Ok(None);
        }
        self.accept_actor(&peer, &actor, None).await.map(Some)
    }

    async fn account_by_uri(&self, uri: &str) -> Result<Option<AccountId>> {
        let known = accounts::known_by_uri(self.ctx(), uri).await?;
        if let Some(known) = known.filter(|known| !known.is_emptied()) {
            return self.if_shown(known.id).await;
        }
        let Ok(id) = Id::parse(uri) else { return Ok(None) };
        let Some(peer) = peers::active(self.ctx(), id.origin()).await? else {
            return Ok(None);
        };
        if tells_of_people(&peer).is_none() {
            return Ok(None);
        }
        let budget = Budget::default();
        match self.fetch_actor(&peer, &id, &budget).await {
            // What is there may be a post: then there is no such person.
            Err(DomainError::Refused("unknown_type" | "content_type")) => Ok(None),
            other => none_if_gone(other),
        }
    }

    async fn post_by_uri(&self, uri: &str) -> Result<Option<PostId>> {
        if let Some(known) = entrenous_domain::posts::known_by_uri(self.ctx(), uri).await? {
            return Ok(known.deleted_at.is_none().then_some(known.id));
        }
        let Ok(id) = Id::parse(uri) else { return Ok(None) };
        match self.post(&id, &Budget::default()).await {
            Err(DomainError::Refused("unknown_type" | "content_type")) => Ok(None),
            other => other,
        }
    }

    fn replies_due(&self, posts: &[PostId]) -> Vec<PostId> {
        self.replies_asked().due(posts, self.ctx().now())
    }

    async fn replies(&self, posts: Vec<PostId>) -> Result<usize> {
        self.fetch_replies(posts).await
    }

    fn files_wanted(&self, post: PostId) {
        let federation = self.clone();
        tokio::spawn(async move {
            if let Err(error) = federation.fetch_files_of(post).await {
                tracing::warn!(%error, "files of a post are not fetched");
            }
        });
    }
}

impl Federation {
    /// The id of the person that the peer's WebFinger names (RFC 7033). Only an actor of the peer's own origin counts.
    async fn ask_webfinger(
        &self,
        peer: &Peer,
        cleared: Cleared<Fetching>,
        username: &str,
        budget: &Budget,
    ) -> std::result::Result<Option<Id>, ClientError> {
        let resource = format!("acct:{username}@{}", peer.origin.authority());
        let query: String = url::form_urlencoded::byte_serialize(resource.as_bytes()).collect();
        let url = peer
            .origin
            .join(&format!("/.well-known/webfinger?resource={query}"));
        let document = self.client().json(peer, cleared, &url, budget).await?;
        Ok(self_link(&document).filter(|id| id.origin() == &peer.origin))
    }
}

/// The `self` link of an answer.
pub(crate) fn self_link(document: &Value) -> Option<Id> {
    let links = document.get("links")?.as_array()?;
    let text = |link: &Value, name: &str| link.get(name).and_then(Value::as_str).map(str::to_owned);
    links.iter().take(50).find_map(|link| {
        let kind = text(link, "type")?;
        let activity = kind.starts_with("application/activity+json")
            || (kind.starts_with("application/ld+json")
                && kind.contains("https://www.w3.org/ns/activitystreams"));
        (activity && text(link, "rel").as_deref() == Some("self"))
            .then(|| Id::parse(&text(link, "href")?).ok())?
    })
}

/// The actor must claim the name that was asked for (FEP-2c59 if it says so, else `preferredUsername`).
pub(crate) fn is_called(actor: &Actor, username: &str, authority: &str) -> bool {
    let handle = format!("{username}@{authority}");
    let claims = actor
        .webfinger
        .as_deref()
        .is_none_or(|claim| claim.eq_ignore_ascii_case(&handle));
    claims
        && actor
            .username
            .as_deref()
            .is_some_and(|name| name.eq_ignore_ascii_case(username))
}

/// Somebody who is asked for by name may share a group with us: their node knows.
fn tells_of_people(peer: &Peer) -> Option<Cleared<Fetching>> {
    peer.clear(Matter::Person(Acquaintance::Group)).ok()
}

/// "Not there" and "not for us" are no errors of a look-up.
fn none_if_gone<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(value) => Ok(Some(value)),
        Err(DomainError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_self_link_of_the_right_type() {
        let links = |links: Value| self_link(&json!({"subject": "acct:a@p.test", "links": links}));
        let profile = json!({"rel": "self", "type": "text/html", "href": "https://p.test/@a"});
        let right = json!({"rel": "self", "type": "application/activity+json", "href": "https://p.test/a"});
        assert_eq!(
            links(json!([profile, right])).unwrap().as_str(),
            "https://p.test/a"
        );
        assert!(links(json!([profile, {"rel": "self"}, 5])).is_none());
        assert!(links(json!("x")).is_none());
    }
}
