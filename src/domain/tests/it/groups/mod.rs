//! Groups: who learns of them, who is in them, and who reads what is said there.

mod kinds;
mod living;
mod roles;
mod unseen;

use crate::fixture::House;
use crate::posts::draft;
use entrenous_domain::groups::{self, New, View};
use entrenous_domain::posts::{self, Draft, ReplyTo};
use entrenous_domain::{DomainError, Result, Via};
use entrenous_model::{AccountId, GroupId, GroupKind, GroupPolicy, Page, PostId, Visibility};

/// What came of a verb, in a word.
pub(crate) fn word<T>(answer: &Result<T>) -> &'static str {
    match answer {
        Ok(_) => "ok",
        Err(DomainError::NotFound) => "none",
        Err(DomainError::Forbidden(_)) => "forbidden",
        Err(DomainError::Invalid(_)) => "invalid",
        Err(DomainError::Conflict(_)) => "conflict",
        Err(other) => panic!("{other:?}"),
    }
}

/// A group to be made.
pub(crate) fn new_group(name: &str, kind: GroupKind) -> New {
    New {
        username: None,
        display_name: name.to_owned(),
        note: "Ce que nous faisons".to_owned(),
        rules: String::new(),
        kind,
        posting: GroupPolicy::Members,
        invites: GroupPolicy::Members,
    }
}

impl House {
    pub(crate) async fn group(&self, owner: AccountId, name: &str, kind: GroupKind) -> GroupId {
        groups::create(&self.ctx, owner, new_group(name, kind))
            .await
            .unwrap()
    }

    pub(crate) async fn join(&self, who: AccountId, group: GroupId) {
        groups::join(&self.ctx, who, group, "").await.unwrap();
    }

    pub(crate) async fn group_view(&self, viewer: AccountId, group: GroupId) -> View {
        groups::get(&self.ctx, viewer, group).await.unwrap()
    }

    pub(crate) async fn try_say_in(&self, group: GroupId, author: AccountId, text: &str) -> Result<PostId> {
        let draft = Draft {
            group: Some(group),
            ..draft(text, Visibility::Public)
        };
        posts::publish(&self.ctx, Via::Local, author, draft).await
    }

    pub(crate) async fn say_in(&self, group: GroupId, author: AccountId, text: &str) -> PostId {
        self.try_say_in(group, author, text).await.unwrap()
    }

    pub(crate) async fn try_reply(
        &self,
        author: AccountId,
        to: PostId,
        wanted: Visibility,
    ) -> Result<PostId> {
        let draft = Draft {
            reply_to: ReplyTo::Post(to),
            ..draft("une réponse", wanted)
        };
        posts::publish(&self.ctx, Via::Local, author, draft).await
    }

    /// The timeline of a group; nothing for who may not read it.
    pub(crate) async fn read_group(&self, viewer: AccountId, group: GroupId) -> Vec<PostId> {
        groups::timeline(&self.ctx, viewer, group, false, Page::first(40))
            .await
            .unwrap_or_default()
    }
}
