//! Events to messages: who gets what. Nothing is sent that the domain would not let the person read.

use super::listeners::Listeners;
use super::{Channel, EventId, Message};
use crate::announcements::{Announcement, Answered};
use crate::{ApiError, ApiResult, ApiState, entities};
use entrenous_domain::filters::Active;
use entrenous_domain::posts::PostView;
use entrenous_domain::timelines::Timeline;
use entrenous_domain::{
    Ctx, DomainError, announcements, conversations, custom_emoji, filters, follows, groups, notifications,
    posts, timelines,
};
use entrenous_model::{
    AccountId, AnnouncementId, ConversationId, Event, FilterContext, ListId, NotificationId,
    NotificationKind, PostId,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Viewers whose view of one post is read in one turn.
const AT_ONCE: usize = 512;
/// Lists that are asked for a post in one turn, one after the other.
const LISTS_AT_ONCE: usize = 128;

/// Tells one event to those who listen.
pub(super) struct Publisher<'a> {
    state: &'a ApiState,
    listeners: &'a Listeners,
    id: EventId,
}

impl<'a> Publisher<'a> {
    /// Of the event with that number.
    pub(super) const fn new(state: &'a ApiState, listeners: &'a Listeners, id: EventId) -> Self {
        Self { state, listeners, id }
    }

    /// Tells it.
    ///
    /// # Errors
    /// What could not be read now. Some may have been told.
    pub(super) async fn publish(&self, event: &Event) -> ApiResult<()> {
        match event {
            Event::PostCreated { post, .. } => self.publish_shared("update", *post).await,
            Event::FeedFilled { post, owners } => {
                self.publish_home("update", *post, owners).await?;
                self.publish_lists("update", *post, owners).await
            }
            // An edit, a vote, an emoji, what becomes of a quote: whoever has the post before them sees it change.
            Event::PostUpdated { post, .. }
            | Event::PollCounted { post }
            | Event::PostReacted { post }
            | Event::QuoteChanged { post } => {
                let at_home = self.listeners.people_on(Channel::is_home);
                self.publish_home("status.update", *post, &at_home).await?;
                let with_lists = self.listeners.people_on(Channel::is_list);
                self.publish_lists("status.update", *post, &with_lists).await?;
                self.publish_shared("status.update", *post).await
            }
            Event::PostDeleted { post, account } => self.publish_deletion(*post, *account).await,
            Event::Notified {
                notification,
                account,
            } => self.publish_notification(*notification, *account).await,
            Event::Announced { announcement } => self.publish_announcement(*announcement).await,
            Event::AnnouncementRemoved { announcement } => {
                self.publish_to_all("announcement.delete", &announcement.to_string());
                Ok(())
            }
            Event::AnnouncementAnswered { announcement, name } => {
                self.publish_answer(*announcement, name).await
            }
            Event::FiltersChanged { account } => {
                self.publish_filters_changed(*account);
                Ok(())
            }
            Event::ConversationChanged {
                conversation,
                account,
            } => self.publish_conversation(*conversation, *account).await,
            // Nothing that streams tell of: see `Work::is_told`.
            _ => Ok(()),
        }
    }

    fn ctx(&self) -> &Ctx {
        self.state.ctx()
    }

    fn message(&self, event: &'static str, payload: &Arc<str>, channel: Channel) -> Message {
        Message::new(event, Arc::clone(payload), channel, self.id)
    }

    /// Tells those of `owners` who listen to their home timeline.
    async fn publish_home(&self, event: &'static str, post: PostId, owners: &[AccountId]) -> ApiResult<()> {
        let listening: Vec<AccountId> = owners
            .iter()
            .copied()
            .filter(|owner| !self.listeners.channels_of(*owner, Channel::is_home).is_empty())
            .collect();
        if listening.is_empty() {
            return Ok(());
        }
        let mut wanted = HashMap::new();
        for some in listening.chunks(AT_ONCE) {
            let owners = timelines::home_owners(self.ctx(), post, some.to_vec()).await?;
            wanted.extend(owners.into_iter().map(|owner| (owner, vec![Channel::User])));
        }
        self.publish_to(event, post, wanted).await
    }

    /// Tells those of `owners` who listen to lists that show the post.
    async fn publish_lists(&self, event: &'static str, post: PostId, owners: &[AccountId]) -> ApiResult<()> {
        let mut lists: Vec<(AccountId, Channel, ListId)> = Vec::new();
        for owner in owners {
            let channels = self.listeners.channels_of(*owner, Channel::is_list);
            lists.extend(
                channels
                    .into_iter()
                    .filter_map(|channel| match channel.timeline() {
                        Some(Timeline::List(id)) => Some((*owner, channel, id)),
                        _ => None,
                    }),
            );
        }
        let mut wanted: HashMap<AccountId, Vec<Channel>> = HashMap::new();
        for some in lists.chunks(LISTS_AT_ONCE) {
            let asked = some.iter().map(|(owner, _, list)| (*owner, *list));
            let shown = timelines::shown_in_lists(self.ctx(), post, asked.collect()).await?;
            for ((owner, channel, _), shown) in some.iter().zip(shown) {
                if shown {
                    wanted.entry(*owner).or_default().push(channel.clone());
                }
            }
        }
        self.publish_to(event, post, wanted).await
    }

    /// Tells those who listen to timelines that many share.
    async fn publish_shared(&self, event: &'static str, post: PostId) -> ApiResult<()> {
        let mut wanted: HashMap<AccountId, Vec<Channel>> = HashMap::new();
        for (channel, people) in self.listeners.by_channel(Channel::is_shared) {
            for viewer in self.showing(&channel, post, people).await? {
                wanted.entry(viewer).or_default().push(channel.clone());
            }
        }
        self.publish_to(event, post, wanted).await
    }

    /// Those of `viewers` to whom the timeline of a channel shows the post: asked of the timeline itself, so that its rules
    /// hold here.
    async fn showing(
        &self,
        channel: &Channel,
        post: PostId,
        viewers: Vec<AccountId>,
    ) -> ApiResult<Vec<AccountId>> {
        let Some(timeline) = channel.timeline() else {
            return Ok(Vec::new());
        };
        let mut showing = Vec::new();
        for some in viewers.chunks(AT_ONCE) {
            showing.extend(timelines::showing(self.ctx(), &timeline, post, some.to_vec()).await?);
        }
        Ok(showing)
    }

    /// Sends the post to each as they may see it, with their own flags. What is the same for many is made once.
    async fn publish_to(
        &self,
        event: &'static str,
        post: PostId,
        wanted: HashMap<AccountId, Vec<Channel>>,
    ) -> ApiResult<()> {
        let viewers: Vec<AccountId> = wanted.keys().copied().collect();
        for some in viewers.chunks(AT_ONCE) {
            let filters = filters::active_among(self.ctx(), some).await?;
            for alike in posts::view_for_each(self.ctx(), post, some.to_vec()).await? {
                let channels = |viewer: &AccountId| wanted.get(viewer).cloned().unwrap_or_default();
                let (filtering, plain): (Vec<AccountId>, Vec<AccountId>) = alike
                    .viewers
                    .into_iter()
                    .partition(|viewer| filters.contains_key(viewer));
                let mut plainly: HashMap<Channel, Vec<AccountId>> = HashMap::new();
                for viewer in plain {
                    for channel in channels(&viewer) {
                        plainly.entry(channel).or_default().push(viewer);
                    }
                }
                self.send_post(event, &alike.view, None, plainly).await?;
                for viewer in filtering {
                    let active = filters.get(&viewer);
                    let hidden = active.map(|active| active.hidden_in(&alike.view));
                    let hidden = hidden.unwrap_or_default();
                    let (hidden, channels): (Vec<Channel>, Vec<Channel>) = channels(&viewer)
                        .into_iter()
                        .partition(|channel| hidden.holds(context(channel)));
                    if event == "status.update" {
                        self.send_hidden(viewer, post, hidden);
                    }
                    let shown = channels.into_iter().map(|channel| (channel, vec![viewer]));
                    self.send_post(event, &alike.view, active, shown.collect())
                        .await?;
                }
            }
        }
        Ok(())
    }

    /// A post that was there and is hidden since an edit goes.
    fn send_hidden(&self, viewer: AccountId, post: PostId, channels: Vec<Channel>) {
        if channels.is_empty() || !self.listeners.remembers(viewer, post) {
            return;
        }
        let payload: Arc<str> = post.to_string().into();
        for channel in channels {
            self.listeners
                .send(&[viewer], self.message("delete", &payload, channel));
        }
    }

    /// Sends the post to people for whom it is the same, as these filters leave it: to several only without any.
    async fn send_post(
        &self,
        event: &'static str,
        view: &PostView,
        filters: Option<&Active<'_>>,
        to: HashMap<Channel, Vec<AccountId>>,
    ) -> ApiResult<()> {
        let Some(one) = to.values().flatten().next().copied() else {
            return Ok(());
        };
        let fragments = self.state.fragments();
        let made = fragments.filtered(self.ctx(), one, view, filters.cloned()).await;
        let Some(status) = unless_defective(made)? else {
            return Ok(());
        };
        let payload: Arc<str> = status.as_str().into();
        let told: HashSet<AccountId> = to.values().flatten().copied().collect();
        for (channel, viewers) in to {
            self.listeners
                .send(&viewers, self.message(event, &payload, channel));
        }
        self.listeners.remember(told, view.post.id);
        Ok(())
    }

    /// That a post went is told to its author, to those who follow the author, or, in a group, to those who are in it, and to
    /// those a stream brought it to; never more than its number, since others are not to learn that it existed.
    async fn publish_deletion(&self, post: PostId, author: AccountId) -> ApiResult<()> {
        let payload: Arc<str> = post.to_string().into();
        let told = |channel: &Channel| channel.is_home() || channel.is_list() || channel.is_shared();
        let brought = self.listeners.brought(post);
        let (mut knowing, others): (Vec<AccountId>, Vec<AccountId>) = self
            .listeners
            .people_on(told)
            .into_iter()
            .partition(|viewer| *viewer == author || brought.contains(viewer));
        for some in others.chunks(AT_ONCE) {
            knowing.extend(
                match groups::among_readers(self.ctx(), post, some.to_vec()).await? {
                    Some(members) => members,
                    None => follows::among_followers(self.ctx(), author, some.to_vec()).await?,
                },
            );
        }
        for viewer in knowing {
            for channel in self.listeners.channels_of(viewer, told) {
                self.listeners
                    .send(&[viewer], self.message("delete", &payload, channel));
            }
        }
        Ok(())
    }

    /// Each sees an announcement with their own answers to it.
    async fn publish_announcement(&self, id: AnnouncementId) -> ApiResult<()> {
        let emojis = custom_emoji::known(self.ctx()).await?;
        for viewer in self.listeners.people_on(Channel::is_home) {
            let shown = match announcements::get(self.ctx(), viewer, id).await {
                // Ended, or taken back meanwhile.
                Err(DomainError::NotFound) => return Ok(()),
                found => found?,
            };
            let entity = Announcement::of(self.ctx(), &emojis, shown)?;
            let payload: Arc<str> = serde_json::to_string(&entity).map_err(ApiError::internal)?.into();
            self.send_home(viewer, "announcement", &payload);
        }
        Ok(())
    }

    /// How many people answer with an emoji now: the same for everyone.
    async fn publish_answer(&self, id: AnnouncementId, name: &str) -> ApiResult<()> {
        let Some(viewer) = self.listeners.people_on(Channel::is_home).first().copied() else {
            return Ok(());
        };
        let shown = match announcements::get(self.ctx(), viewer, id).await {
            Err(DomainError::NotFound) => return Ok(()),
            found => found?,
        };
        let emojis = custom_emoji::known(self.ctx()).await?;
        let answered = Answered::of(self.ctx(), &emojis, &shown, name)?;
        let payload = serde_json::to_string(&answered).map_err(ApiError::internal)?;
        self.publish_to_all("announcement.reaction", &payload);
        Ok(())
    }

    /// Tells everyone who listens to their home timeline.
    fn publish_to_all(&self, event: &'static str, payload: &str) {
        let everyone = self.listeners.people_on(Channel::is_home);
        self.listeners
            .send(&everyone, self.message(event, &payload.into(), Channel::User));
    }

    fn send_home(&self, viewer: AccountId, event: &'static str, payload: &Arc<str>) {
        self.listeners
            .send(&[viewer], self.message(event, payload, Channel::User));
    }

    async fn publish_notification(&self, id: NotificationId, owner: AccountId) -> ApiResult<()> {
        let channels = self.listeners.channels_of(owner, Channel::notifies);
        if channels.is_empty() {
            return Ok(());
        }
        let notification = match notifications::get(self.ctx(), owner, id).await {
            // Gone again in the meantime.
            Err(DomainError::NotFound) => return Ok(()),
            found => found?,
        };
        // A stream cannot be asked whether its client knows it.
        if notification.kind == NotificationKind::EmojiReaction {
            return Ok(());
        }
        let one = std::slice::from_ref(&notification);
        if !notifications::hidden(self.ctx(), owner, one).await?.is_empty() {
            return Ok(());
        }
        let made = entities::render_notifications(self.state, owner, one).await;
        // Empty if who or what it is about has gone since.
        let Some(entity) = unless_defective(made)?.and_then(|made| made.into_iter().next()) else {
            return Ok(());
        };
        let payload: Arc<str> = serde_json::to_string(&entity).map_err(ApiError::internal)?.into();
        for channel in channels {
            self.listeners
                .send(&[owner], self.message("notification", &payload, channel));
        }
        Ok(())
    }

    /// Clients ask for their filters anew, and know that what they show may be filtered otherwise. There is nothing to say
    /// beyond that.
    fn publish_filters_changed(&self, owner: AccountId) {
        if !self.listeners.channels_of(owner, Channel::is_home).is_empty() {
            self.send_home(owner, "filters_changed", &"".into());
        }
    }

    async fn publish_conversation(&self, id: ConversationId, owner: AccountId) -> ApiResult<()> {
        if self.listeners.channels_of(owner, Channel::is_direct).is_empty() {
            return Ok(());
        }
        let found = match conversations::get(self.ctx(), owner, id).await {
            // Gone again in the meantime, or with its last post.
            Err(DomainError::NotFound) => return Ok(()),
            found => found?,
        };
        let Some(entity) = entities::conversations(self.state, owner, vec![found])
            .await?
            .pop()
        else {
            return Ok(());
        };
        let payload = serde_json::to_string(&entity).map_err(ApiError::internal)?;
        self.listeners.send(
            &[owner],
            self.message("conversation", &payload.into(), Channel::Direct),
        );
        Ok(())
    }
}

/// What was made; none of it if that fails because of a defect, which the log tells: it would fail again for whoever comes
/// again.
///
/// # Errors
/// What fails now, and may not in a moment: nobody is to go on with a gap.
fn unless_defective<T>(made: entrenous_domain::Result<T>) -> ApiResult<Option<T>> {
    match made {
        Err(DomainError::Internal(cause)) => {
            tracing::error!(error.cause = %cause, "what a stream tells could not be made");
            Ok(None)
        }
        made => Ok(Some(made?)),
    }
}

/// Where filters say that they apply to a stream.
const fn context(channel: &Channel) -> FilterContext {
    match channel {
        Channel::User | Channel::List(_) => FilterContext::Home,
        Channel::UserNotification => FilterContext::Notifications,
        Channel::Public { .. } | Channel::Hashtag(_) | Channel::HashtagLocal(_) | Channel::Direct => {
            FilterContext::Public
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    #[test]
    fn only_defects_leave_a_gap() {
        assert!(matches!(unless_defective(Ok(1)), Ok(Some(1))));
        let defect: Result<u8, _> = Err(DomainError::internal("no such thing"));
        assert!(matches!(unless_defective(defect), Ok(None)));
        let now: Result<u8, _> = Err(DomainError::TooMany(1));
        let failed = unless_defective(now).unwrap_err();
        assert_eq!(failed.status(), StatusCode::TOO_MANY_REQUESTS);
    }
}
