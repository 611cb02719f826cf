//! Posts and everything around them.

mod actions;
mod alike;
mod changes;
mod conversations;
mod ended;
mod feeds;
mod files;
mod polls;
mod publishing;
mod quotes;
mod reactions;
mod relations;
mod removed;
mod scheduled;
mod search;
mod visibility;

use crate::fixture::House;
use entrenous_domain::posts::{self, Draft, RemotePost, ReplyTo, Viewer};
use entrenous_domain::{Via, follows, follows::FollowOptions, notifications, timelines};
use entrenous_model::{AccountId, Notification, NotificationKind, Page, PeerId, PostId, Visibility};

pub(crate) const THERE: &str = "https://there.example";
pub(crate) const ELSEWHERE: &str = "https://elsewhere.example";
pub(crate) const PLAIN: FollowOptions = FollowOptions {
    show_boosts: true,
    notify: false,
};

/// A local post.
pub(crate) fn draft(text: &str, visibility: Visibility) -> Draft {
    Draft {
        text: text.to_owned(),
        spoiler: String::new(),
        sensitive: false,
        visibility,
        language: Some("fr".to_owned()),
        reply_to: ReplyTo::None,
        poll: None,
        idempotency_key: None,
        remote: None,
        created_at: None,
        files: posts::Files::default(),
        group: None,
        quote: None,
        quote_policy: None,
    }
}

/// A peer's post.
pub(crate) fn remote_draft(uri: &str, visibility: Visibility, mentions: &[AccountId]) -> Draft {
    Draft {
        text: format!("<p>From there: {uri}</p>"),
        remote: Some(RemotePost {
            uri: uri.to_owned(),
            url: format!("{uri}/page"),
            mentions: mentions.to_vec(),
            silent: Vec::new(),
            tags: vec!["#News".to_owned()],
        }),
        ..draft("", visibility)
    }
}

impl House {
    pub(crate) async fn say(&self, author: AccountId, text: &str, visibility: Visibility) -> PostId {
        posts::publish(&self.ctx, Via::Local, author, draft(text, visibility))
            .await
            .unwrap()
    }

    pub(crate) async fn reply(&self, author: AccountId, to: PostId, text: &str) -> PostId {
        let draft = Draft {
            reply_to: ReplyTo::Post(to),
            ..draft(text, Visibility::Public)
        };
        posts::publish(&self.ctx, Via::Local, author, draft)
            .await
            .unwrap()
    }

    pub(crate) async fn follow(&self, follower: AccountId, followee: AccountId) {
        follows::follow(&self.ctx, Via::Local, follower, followee, PLAIN, None)
            .await
            .unwrap();
    }

    /// A person of a peer follows a local person.
    pub(crate) async fn followed_from(&self, peer: PeerId, follower: AccountId, followee: AccountId) {
        let uri = format!("{THERE}/follows/{follower}-{followee}");
        follows::follow(&self.ctx, self.via(peer), follower, followee, PLAIN, Some(uri))
            .await
            .unwrap();
    }

    pub(crate) async fn sees(&self, viewer: Viewer, id: PostId) -> bool {
        match posts::view(&self.ctx, viewer, id).await {
            Ok(view) => {
                assert_eq!(view.post.id, id);
                true
            }
            Err(entrenous_domain::DomainError::NotFound) => false,
            Err(error) => panic!("{error:?}"),
        }
    }

    pub(crate) async fn home(&self, owner: AccountId) -> Vec<PostId> {
        timelines::home(&self.ctx, owner, Page::first(40))
            .await
            .unwrap()
            .ids
    }

    pub(crate) async fn told(&self, owner: AccountId) -> Vec<Notification> {
        notifications::list(
            &self.ctx,
            owner,
            notifications::Filter::default(),
            Page::first(40),
        )
        .await
        .unwrap()
    }

    pub(crate) async fn kinds_told(&self, owner: AccountId) -> Vec<NotificationKind> {
        self.told(owner).await.into_iter().map(|one| one.kind).collect()
    }

    /// Kinds of the activities waiting for a peer, oldest first.
    pub(crate) async fn queued(&self, peer: PeerId) -> Vec<&'static str> {
        entrenous_domain::deliveries::next(&self.ctx, peer, None, 100)
            .await
            .unwrap()
            .into_iter()
            .map(|delivery| delivery.data.kind())
            .collect()
    }
}
