//! Events to messages: who gets what. Nothing is sent that the domain would not let the person read.

use super::{Channel, Message};
use crate::announcements::Announcement;
use crate::state::WeakState;
use crate::{ApiError, ApiResult, ApiState, entities};
use entrenous_domain::{
    DomainError, accounts, announcements, conversations, filters, lists, notifications, posts, timelines,
};
use entrenous_model::{
    AccountId, AnnouncementId, ConversationId, Event, FilterContext, FilterContexts, NotificationId, Page,
    PostId,
};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Batches of events that wait to be turned into messages.
const WAITING: usize = 4_096;

/// The other end of [`Hub::publish`].
pub(crate) struct Dispatch {
    batches: mpsc::Receiver<Vec<Event>>,
}

impl Dispatch {
    pub(super) fn new() -> (mpsc::Sender<Vec<Event>>, Self) {
        let (sender, batches) = mpsc::channel(WAITING);
        (sender, Self { batches })
    }

    /// Turns events into messages, in order, until the state is gone.
    pub(crate) async fn run(mut self, state: WeakState) {
        while let Some(batch) = self.batches.recv().await {
            let Some(state) = state.upgrade() else { return };
            for event in &batch {
                // Streams are a courtesy, the store is the truth: what cannot be read now is seen at the next look.
                if let Err(error) = state.publish_one(event).await {
                    error.log();
                    tracing::warn!(error.text = error.text(), "an event did not reach the streams");
                }
            }
        }
    }
}

impl ApiState {
    async fn publish_one(&self, event: &Event) -> ApiResult<()> {
        match event {
            Event::PostCreated { post, .. } => self.publish_shared("update", *post).await,
            Event::FeedFilled { post, owners } => {
                self.publish_home("update", *post, owners).await?;
                self.publish_lists("update", *post, owners).await
            }
            // An edit, a vote, what becomes of a quote: whoever has the post before them sees it change.
            Event::PostUpdated { post, .. } | Event::PollCounted { post } | Event::QuoteChanged { post } => {
                let at_home = self.hub().people_on(is_home);
                self.publish_home("status.update", *post, &at_home).await?;
                let with_lists = self.hub().people_on(is_list);
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
            // Those two closed streams already, in `Hub::publish`; of the others clients learn when they ask.
            Event::SessionsEnded { .. }
            | Event::TokenRevoked { .. }
            | Event::PostCounted { .. }
            | Event::MarksChanged { .. }
            | Event::SpreadQueued { .. }
            | Event::LookChanged
            | Event::OwnKeysChanged
            | Event::PollQueued { .. }
            | Event::PostScheduled { .. }
            | Event::AccountUpdated { .. }
            | Event::RelationshipChanged { .. }
            | Event::PeerChanged { .. }
            | Event::DeliveriesQueued { .. } => Ok(()),
        }
    }

    /// Tells those of `owners` who listen to their home timeline.
    async fn publish_home(&self, event: &'static str, post: PostId, owners: &[AccountId]) -> ApiResult<()> {
        let listening: Vec<AccountId> = owners
            .iter()
            .copied()
            .filter(|owner| !self.hub().channels_of(*owner, is_home).is_empty())
            .collect();
        if listening.is_empty() {
            return Ok(());
        }
        for owner in timelines::home_owners(self.ctx(), post, listening).await? {
            self.publish_to(event, post, owner, vec![Channel::User]).await?;
        }
        Ok(())
    }

    /// Tells those of `owners` who listen to lists that show the post.
    async fn publish_lists(&self, event: &'static str, post: PostId, owners: &[AccountId]) -> ApiResult<()> {
        for owner in owners {
            let mut channels = Vec::new();
            for channel in self.hub().channels_of(*owner, is_list) {
                if self.shows(*owner, &channel, post).await? {
                    channels.push(channel);
                }
            }
            if !channels.is_empty() {
                self.publish_to(event, post, *owner, channels).await?;
            }
        }
        Ok(())
    }

    /// Tells those who listen to timelines that many share.
    async fn publish_shared(&self, event: &'static str, post: PostId) -> ApiResult<()> {
        for viewer in self.hub().people_on(is_shared) {
            let mut channels = Vec::new();
            for channel in self.hub().channels_of(viewer, is_shared) {
                if self.shows(viewer, &channel, post).await? {
                    channels.push(channel);
                }
            }
            if !channels.is_empty() {
                self.publish_to(event, post, viewer, channels).await?;
            }
        }
        Ok(())
    }

    /// Sends the post as one viewer may see it, with their own flags; not where their filters hide it. A post that was there
    /// and is hidden since an edit goes.
    async fn publish_to(
        &self,
        event: &'static str,
        post: PostId,
        viewer: AccountId,
        channels: Vec<Channel>,
    ) -> ApiResult<()> {
        let views = posts::views(self.ctx(), posts::Viewer::Person(viewer), vec![post]).await?;
        let Some(view) = views.first() else { return Ok(()) };
        let hidden = match filters::active(self.ctx(), viewer).await? {
            Some(active) => active.hidden_in(view),
            None => FilterContexts::default(),
        };
        let (hidden, channels): (Vec<Channel>, Vec<Channel>) = channels
            .into_iter()
            .partition(|channel| hidden.holds(context(channel)));
        if event == "status.update" && !hidden.is_empty() && self.hub().remembers(viewer, post) {
            let payload: Arc<str> = post.to_string().into();
            for channel in hidden {
                let payload = Arc::clone(&payload);
                let message = Message {
                    event: "delete",
                    payload,
                    channel,
                };
                self.hub().send(viewer, &message);
            }
        }
        if channels.is_empty() {
            return Ok(());
        }
        let Some(payload) = entities::status_json(self, viewer, view).await else {
            return Ok(());
        };
        for channel in channels {
            let payload = Arc::clone(&payload);
            self.hub().send(
                viewer,
                &Message {
                    event,
                    payload,
                    channel,
                },
            );
        }
        self.hub().remember(viewer, post);
        Ok(())
    }

    /// Whether a shared timeline, or a list, of a viewer shows the post: asked of the timeline itself, so that its rules hold here.
    async fn shows(&self, viewer: AccountId, channel: &Channel, post: PostId) -> ApiResult<bool> {
        let only = Page {
            max_id: Some(post.0 + 1),
            since_id: Some(post.0 - 1),
            min_id: None,
            limit: 1,
        };
        let ctx = self.ctx();
        let found = match channel {
            Channel::Public => timelines::network(ctx, viewer, false, false, only).await?,
            Channel::PublicLocal => timelines::network(ctx, viewer, true, false, only).await?,
            Channel::PublicRemote => timelines::network(ctx, viewer, false, true, only).await?,
            Channel::Hashtag(tag) => timelines::tag(ctx, viewer, tag, false, only).await?,
            Channel::HashtagLocal(tag) => timelines::tag(ctx, viewer, tag, true, only).await?,
            Channel::List(id) => match id.parse() {
                Ok(id) => match lists::timeline(ctx, viewer, id, only).await {
                    // Removed since.
                    Err(DomainError::NotFound) => Vec::new(),
                    found => found?,
                },
                Err(_) => Vec::new(),
            },
            Channel::User | Channel::UserNotification | Channel::Direct => Vec::new(),
        };
        Ok(found.contains(&post))
    }

    /// That a post went is told to its author, to those who follow the author, and to those a stream brought it to;
    /// never more than its number, since others are not to learn that it existed.
    async fn publish_deletion(&self, post: PostId, author: AccountId) -> ApiResult<()> {
        let payload: Arc<str> = post.to_string().into();
        let event = "delete";
        let told = |channel: &Channel| is_home(channel) || is_list(channel) || is_shared(channel);
        for viewer in self.hub().people_on(told) {
            let knows = viewer == author
                || accounts::relationships(self.ctx(), viewer, vec![author])
                    .await?
                    .iter()
                    .any(|(_, relationship)| relationship.following);
            if !knows && !self.hub().remembers(viewer, post) {
                continue;
            }
            for channel in self.hub().channels_of(viewer, told) {
                self.hub().send(
                    viewer,
                    &Message {
                        event,
                        payload: Arc::clone(&payload),
                        channel,
                    },
                );
            }
        }
        Ok(())
    }

    /// Each sees an announcement with their own answers to it.
    async fn publish_announcement(&self, id: AnnouncementId) -> ApiResult<()> {
        for viewer in self.hub().people_on(is_home) {
            let shown = match announcements::get(self.ctx(), viewer, id).await {
                // Ended, or taken back meanwhile.
                Err(DomainError::NotFound) => return Ok(()),
                found => found?,
            };
            let entity = Announcement::of(self.ctx().origin(), shown);
            let payload: Arc<str> = serde_json::to_string(&entity).map_err(ApiError::internal)?.into();
            self.send_home(viewer, "announcement", &payload);
        }
        Ok(())
    }

    /// How many people answer with an emoji now: the same for everyone.
    async fn publish_answer(&self, id: AnnouncementId, name: &str) -> ApiResult<()> {
        let Some(viewer) = self.hub().people_on(is_home).first().copied() else {
            return Ok(());
        };
        let shown = match announcements::get(self.ctx(), viewer, id).await {
            Err(DomainError::NotFound) => return Ok(()),
            found => found?,
        };
        let count = shown
            .reactions
            .iter()
            .find(|one| one.name == name)
            .map_or(0, |one| one.count);
        let payload = json!({ "name": name, "count": count, "announcement_id": id.to_string() });
        self.publish_to_all("announcement.reaction", &payload.to_string());
        Ok(())
    }

    /// Tells everyone who listens to their home timeline.
    fn publish_to_all(&self, event: &'static str, payload: &str) {
        let payload: Arc<str> = payload.into();
        for viewer in self.hub().people_on(is_home) {
            self.send_home(viewer, event, &payload);
        }
    }

    fn send_home(&self, viewer: AccountId, event: &'static str, payload: &Arc<str>) {
        let message = Message {
            event,
            payload: Arc::clone(payload),
            channel: Channel::User,
        };
        self.hub().send(viewer, &message);
    }

    async fn publish_notification(&self, id: NotificationId, owner: AccountId) -> ApiResult<()> {
        let carries = |channel: &Channel| matches!(channel, Channel::User | Channel::UserNotification);
        let channels = self.hub().channels_of(owner, carries);
        if channels.is_empty() {
            return Ok(());
        }
        let notification = match notifications::get(self.ctx(), owner, id).await {
            // Gone again in the meantime.
            Err(DomainError::NotFound) => return Ok(()),
            found => found?,
        };
        let hidden = notifications::hidden(self.ctx(), owner, std::slice::from_ref(&notification)).await?;
        if !hidden.is_empty() {
            return Ok(());
        }
        let Some(entity) = entities::notification(self, owner, &notification).await else {
            return Ok(());
        };
        let payload: Arc<str> = entity.to_string().into();
        for channel in channels {
            let message = Message {
                event: "notification",
                payload: Arc::clone(&payload),
                channel,
            };
            self.hub().send(owner, &message);
        }
        Ok(())
    }

    /// Clients ask for their filters anew, and know that what they show may be filtered otherwise. There is nothing to say
    /// beyond that.
    fn publish_filters_changed(&self, owner: AccountId) {
        if !self.hub().channels_of(owner, is_home).is_empty() {
            let message = Message {
                event: "filters_changed",
                payload: "".into(),
                channel: Channel::User,
            };
            self.hub().send(owner, &message);
        }
    }
}

/// Where filters say that they apply to a stream.
const fn context(channel: &Channel) -> FilterContext {
    match channel {
        Channel::User | Channel::List(_) => FilterContext::Home,
        Channel::UserNotification => FilterContext::Notifications,
        Channel::Public
        | Channel::PublicLocal
        | Channel::PublicRemote
        | Channel::Hashtag(_)
        | Channel::HashtagLocal(_)
        | Channel::Direct => FilterContext::Public,
    }
}

impl ApiState {
    async fn publish_conversation(&self, id: ConversationId, owner: AccountId) -> ApiResult<()> {
        if self.hub().channels_of(owner, is_direct).is_empty() {
            return Ok(());
        }
        let found = match conversations::get(self.ctx(), owner, id).await {
            // Gone again in the meantime, or with its last post.
            Err(DomainError::NotFound) => return Ok(()),
            found => found?,
        };
        let Some(entity) = entities::conversations(self, owner, vec![found]).await?.pop() else {
            return Ok(());
        };
        let payload = serde_json::to_string(&entity).map_err(ApiError::internal)?;
        let message = Message {
            event: "conversation",
            payload: payload.into(),
            channel: Channel::Direct,
        };
        self.hub().send(owner, &message);
        Ok(())
    }
}

/// The stream of one's own conversations.
fn is_direct(channel: &Channel) -> bool {
    *channel == Channel::Direct
}

/// The stream of one's own home timeline.
fn is_home(channel: &Channel) -> bool {
    *channel == Channel::User
}

/// The streams of one's own lists.
const fn is_list(channel: &Channel) -> bool {
    matches!(channel, Channel::List(_))
}

/// The streams that many people share.
fn is_shared(channel: &Channel) -> bool {
    matches!(
        channel,
        Channel::Public
            | Channel::PublicLocal
            | Channel::PublicRemote
            | Channel::Hashtag(_)
            | Channel::HashtagLocal(_)
    )
}
