//! What a stream that broke off has missed: told from memory, event by event, as it would have been; or, when that does not
//! reach back so far (this process has started since), from the timeline itself.

use super::listeners::{Listener, Listeners, Message};
use super::past::Told;
use super::publish::Publisher;
use super::{Channel, EventId, Subscription};
use crate::{ApiResult, ApiState};
use chrono::{DateTime, TimeDelta};
use entrenous_domain::timelines::Timeline;
use entrenous_domain::{DomainError, notifications, timelines};
use entrenous_model::{AccountId, Event, NotificationId, Page, PostId, first_id_at};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Messages one event can cause for one channel, and room to spare.
const ROOM: usize = 16;
/// What is read of a timeline at once.
const PAGE: i64 = 40;
/// The most posts that are told from a timeline: who was away longer reads it as a page.
const MOST: usize = 400;
/// Clocks and commits are not that exact.
const SLACK: TimeDelta = TimeDelta::seconds(2);

/// What is still to be told before what happens now.
pub(super) struct Replay {
    listeners: Listeners,
    messages: mpsc::Receiver<Arc<Message>>,
    missed: VecDeque<Told>,
}

impl Replay {
    /// What `channel` has brought since `after`, until `until`.
    ///
    /// # Errors
    /// Those of reading a timeline.
    pub(super) async fn of(
        state: &ApiState,
        stream: &Subscription,
        channel: &Channel,
        after: EventId,
        until: EventId,
    ) -> ApiResult<Self> {
        let account = stream.account();
        let kept = state.hub().past().between(after, until);
        let missed = match kept {
            Some(missed) => missed,
            None => read(state, account, channel, after).await?,
        };
        let (queue, messages) = mpsc::channel(ROOM);
        let listeners = state.hub().listeners().beside();
        let listener = Listener {
            token: stream.token(),
            channels: HashSet::from([channel.clone()]),
            notifications: stream.notifications(),
            queue,
        };
        listeners.add(account, 0, listener);
        Ok(Self {
            listeners,
            messages,
            missed,
        })
    }

    /// The next message; `None` when all is told.
    ///
    /// # Errors
    /// What cannot be read now: the stream must close, and its reader ask again.
    pub(super) async fn next(&mut self, state: &ApiState) -> ApiResult<Option<Arc<Message>>> {
        loop {
            if let Ok(message) = self.messages.try_recv() {
                return Ok(Some(message));
            }
            let Some(Told { id, event }) = self.missed.pop_front() else {
                return Ok(None);
            };
            Publisher::new(state, &self.listeners, id).publish(&event).await?;
        }
    }
}

/// What the timeline and the notifications of a channel have since then, as events, in the order of their ids. They all carry
/// `after`: a stream that breaks off once more begins once more.
async fn read(
    state: &ApiState,
    account: AccountId,
    channel: &Channel,
    after: EventId,
) -> ApiResult<VecDeque<Told>> {
    let since = DateTime::from_timestamp_millis(after.at).unwrap_or_default() - SLACK;
    let since = first_id_at(since);
    let mut found: Vec<(i64, Event)> = Vec::new();
    if let Some(timeline) = channel.timeline() {
        let posts = posts(state, account, &timeline, since).await?;
        found.extend(posts.into_iter().map(|post| {
            let event = if channel.is_shared() {
                Event::PostCreated { post, account }
            } else {
                let owners = vec![account];
                Event::FeedFilled { post, owners }
            };
            (post.get(), event)
        }));
    }
    if channel.notifies() {
        let told = told(state, account, since).await?;
        found.extend(told.into_iter().map(|notification| {
            let event = Event::Notified {
                notification,
                account,
            };
            (notification.get(), event)
        }));
    }
    found.sort_by_key(|(id, _)| *id);
    Ok(found
        .into_iter()
        .map(|(_, event)| Told {
            id: after,
            event: Arc::new(event),
        })
        .collect())
}

async fn posts(
    state: &ApiState,
    account: AccountId,
    timeline: &Timeline,
    since: i64,
) -> ApiResult<Vec<PostId>> {
    let mut posts = Vec::new();
    let mut min = since;
    while posts.len() < MOST {
        let page = match timelines::read(state.ctx(), account, timeline, newer_than(min)).await {
            // A list that was removed since.
            Err(DomainError::NotFound) => break,
            page => page?,
        };
        posts.extend(page.views.iter().map(|view| view.post.id));
        match page.newest {
            Some(newest) if newest.get() > min => min = newest.get(),
            _ => break,
        }
    }
    Ok(posts)
}

async fn told(state: &ApiState, account: AccountId, since: i64) -> ApiResult<Vec<NotificationId>> {
    let mut told = Vec::new();
    let mut min = since;
    while told.len() < MOST {
        let page = notifications::list(
            state.ctx(),
            account,
            notifications::Filter::default(),
            newer_than(min),
        );
        let page = page.await?;
        match page.iter().map(|one| one.id.get()).max() {
            Some(newest) if newest > min => min = newest,
            _ => break,
        }
        told.extend(page.into_iter().map(|one| one.id));
    }
    Ok(told)
}

/// The oldest that are newer than an id.
const fn newer_than(id: i64) -> Page {
    Page {
        min_id: Some(id),
        ..Page::first(PAGE)
    }
}
