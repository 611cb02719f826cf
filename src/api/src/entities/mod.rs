//! The entities of the Mastodon client API and how model types become them.
//!
//! Everything a client may read is built here and nowhere else. Rendering needs two look-ups beside the model types,
//! the paths of pictures and the names of peers; [`Faces`] makes each once per answer, not once per account.

mod account;
mod attachment;
mod conversation;
mod emoji;
mod faces;
mod filter;
mod fragments;
mod group;
mod notification;
mod people;
mod poll;
mod report;
mod scheduled;
mod status;

pub(crate) use account::{Account, CredentialAccount, Role};
pub(crate) use attachment::MediaAttachment;
pub(crate) use conversation::{Conversation, conversations};
pub(crate) use emoji::{CustomEmoji, EmojiReaction, reaction_urls};
pub(crate) use faces::Faces;
pub(crate) use filter::{Filter, FilterKeyword, FilterStatus, V1Filter};
pub(crate) use fragments::Fragments;
pub(crate) use group::{
    Group, GroupBan, GroupInvitation, GroupInvitationOfMine, GroupMembership, GroupRelationship,
    GroupRequest, groups,
};
pub(crate) use notification::{
    GroupedNotifications, Notification, NotificationPolicy, PolicySummary, group_key, group_key_of,
};
pub(crate) use people::{
    FamiliarFollowers, FeaturedTag, Marker, Preferences, Profile, Relationship, Search, Suggestion, Tag,
};
pub(crate) use poll::Poll;
pub(crate) use report::Report;
pub(crate) use scheduled::{ScheduledStatus, one_scheduled, scheduled};
pub(crate) use status::{Context, Status, StatusEdit, StatusSource, StatusTag, tag_url};

use crate::state::ApiState;
use chrono::SecondsFormat;
use entrenous_domain::posts::{Body, PostView};
use entrenous_domain::{DomainError, Result, attachments, custom_emoji, posts};
use entrenous_model::{self as model, AccountId, PostId, Time};
use std::sync::Arc;

/// A moment as Mastodon clients parse it: UTC, exactly three decimals, `Z`.
pub(crate) fn stamp(time: Time) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Statuses for one viewer.
///
/// # Errors
/// Only the store's.
pub(crate) async fn render_statuses(
    state: &ApiState,
    viewer: AccountId,
    views: &[PostView],
) -> Result<Vec<Status>> {
    state.fragments().statuses(state.ctx(), viewer, views).await
}

/// Statuses for one viewer, as the JSON of a list.
///
/// # Errors
/// Only the store's.
pub(crate) async fn status_list(state: &ApiState, viewer: AccountId, views: &[PostView]) -> Result<Vec<u8>> {
    state.fragments().list(state.ctx(), viewer, views).await
}

/// Statuses by id for one viewer, without those that may not be seen.
///
/// # Errors
/// Only the store's.
pub(crate) async fn statuses_by_id(
    state: &ApiState,
    viewer: AccountId,
    ids: Vec<PostId>,
) -> Result<Vec<Status>> {
    let views = posts::views(state.ctx(), posts::Viewer::Person(viewer), ids).await?;
    render_statuses(state, viewer, &views).await
}

/// One status the viewer may see.
///
/// # Errors
/// `NotFound`, the same for none and not visible.
pub(crate) async fn status_by_id(state: &ApiState, viewer: AccountId, id: PostId) -> Result<Status> {
    let view = posts::view(state.ctx(), posts::Viewer::Person(viewer), id).await?;
    render_status(state, viewer, &view).await
}

/// The poll of a post the viewer may see.
///
/// # Errors
/// `NotFound`, the same for none and not visible.
pub(crate) async fn poll_by_id(state: &ApiState, viewer: AccountId, id: PostId) -> Result<Poll> {
    let view = posts::view(state.ctx(), posts::Viewer::Person(viewer), id).await?;
    let emojis = custom_emoji::known(state.ctx()).await?;
    Poll::of(state.ctx(), &emojis, viewer, &view)?.ok_or(DomainError::NotFound)
}

/// One status.
///
/// # Errors
/// Only the store's.
pub(crate) async fn render_status(state: &ApiState, viewer: AccountId, view: &PostView) -> Result<Status> {
    let mut statuses = render_statuses(state, viewer, std::slice::from_ref(view)).await?;
    statuses.pop().ok_or(DomainError::NotFound)
}

/// One's own status that was deleted, with its text as typed and its files as they wait to be posted again.
///
/// # Errors
/// Only the store's.
pub(crate) async fn deleted_status(
    state: &ApiState,
    viewer: AccountId,
    mut view: PostView,
) -> Result<Status> {
    let ids: Vec<_> = view.files.iter().map(|file| file.id).collect();
    if !ids.is_empty() {
        let files = attachments::own_of(state.ctx(), viewer, ids).await?;
        view.body = Arc::new(Body {
            files,
            ..Body::clone(&view.body)
        });
    }
    state.fragments().with_text(state.ctx(), viewer, &view).await
}

/// Accounts, in the order given.
///
/// # Errors
/// Only the store's.
pub(crate) async fn accounts(state: &ApiState, accounts: &[Arc<model::Account>]) -> Result<Vec<Account>> {
    let faces = Faces::of(state.ctx(), accounts.iter().map(AsRef::as_ref)).await?;
    Ok(accounts.iter().map(|account| faces.account(account)).collect())
}

/// One account.
///
/// # Errors
/// Only the store's.
pub(crate) async fn account(state: &ApiState, account: &model::Account) -> Result<Account> {
    Ok(Faces::of(state.ctx(), std::iter::once(account))
        .await?
        .account(account))
}

/// Notifications for their owner, in the order given, without those whose account, post or report has gone.
///
/// # Errors
/// Only the store's.
pub(crate) async fn render_notifications(
    state: &ApiState,
    owner: AccountId,
    notifications: &[model::Notification],
) -> Result<Vec<Notification>> {
    let about = notification::About::of(state, owner, notifications).await?;
    Ok(notifications
        .iter()
        .filter_map(|notification| about.notification(notification))
        .collect())
}

/// The posts that are shown with a post, itself among them.
fn bodies_of(view: &PostView) -> impl Iterator<Item = &Arc<Body>> {
    let proper = view.boosted.as_deref().unwrap_or(view);
    let quoted = proper.quote.as_deref().and_then(|quote| quote.post.as_ref());
    std::iter::once(&view.body)
        .chain(view.boosted.as_deref().map(|boosted| &boosted.body))
        .chain(quoted.map(|quoted| &quoted.body))
}

/// The accounts that appear in a post as it is shown.
fn accounts_of(view: &PostView) -> impl Iterator<Item = &Arc<model::Account>> {
    let proper = view.boosted.as_deref().unwrap_or(view);
    let quoted = proper.quote.as_deref().and_then(|quote| quote.post.as_ref());
    std::iter::once(&view.account)
        .chain(view.boosted.as_deref().map(|boosted| &boosted.account))
        .chain(quoted.map(|quoted| &quoted.account))
}
