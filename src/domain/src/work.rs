//! One transaction of a verb: tried again when another one was in the way, its events told to our caches.

use crate::{Ctx, DomainError, Result};
use chrono::TimeDelta;
use entrenous_model::{
    Account, AccountId, Event, Notification, NotificationId, NotificationKind, PostId, Report, ReportId,
};
use entrenous_store::{StoreError, Tx};
use std::{
    collections::HashSet,
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

/// Tries of one verb. A conflict means that the same was written at the same moment, which the next try finds.
const TRIES: u32 = 5;
/// How long who was told of what becomes of a post is not told of the same again.
const QUIET: TimeDelta = TimeDelta::minutes(10);

/// A transaction that remembers what it emitted.
pub(crate) struct Work<'a> {
    tx: &'a mut Tx,
    events: Vec<Event>,
}

impl Deref for Work<'_> {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        self.tx
    }
}

impl DerefMut for Work<'_> {
    fn deref_mut(&mut self) -> &mut Tx {
        self.tx
    }
}

impl Work<'_> {
    /// Emits an event, for the log, for listeners and for our own caches.
    pub(crate) fn tell(&mut self, event: Event) -> Result<()> {
        self.tx.emit(event.clone())?;
        self.events.push(event);
        Ok(())
    }

    /// Tells an event to listeners and our own caches, but not to the log ([`Tx::announce`]).
    pub(crate) fn announce(&mut self, event: Event) {
        self.tx.announce(event.clone());
        self.events.push(event);
    }

    /// Notifies those of `people` who may be told of what `from` did.
    pub(crate) fn notify(
        &mut self,
        people: &[i64],
        kind: NotificationKind,
        from: AccountId,
        post: Option<PostId>,
        conversation: Option<PostId>,
    ) -> Result<()> {
        let now = self.tx.now();
        for account in entrenous_store::notifications::tellable(self.tx, people, from, conversation, now)? {
            self.write_notification(account, kind, from, post, None)?;
        }
        Ok(())
    }

    /// Notifies, as [`Work::notify`], of what can happen to one post time and again: each person has one such notification at
    /// most, and none that is younger than ten minutes is followed by another.
    pub(crate) fn notify_again(
        &mut self,
        people: &[i64],
        kind: NotificationKind,
        from: AccountId,
        post: PostId,
        conversation: Option<PostId>,
    ) -> Result<()> {
        let now = self.tx.now();
        let told = entrenous_store::notifications::told_since(self.tx, kind, from, post, now - QUIET)?;
        let told: HashSet<AccountId> = told.into_iter().collect();
        for account in entrenous_store::notifications::tellable(self.tx, people, from, conversation, now)? {
            if !told.contains(&account) {
                entrenous_store::notifications::withdraw(self.tx, account, from, kind, Some(post))?;
                self.write_notification(account, kind, from, Some(post), None)?;
            }
        }
        Ok(())
    }

    /// Notifies a person of this node of what became of a post of their own.
    pub(crate) fn notify_oneself(
        &mut self,
        account: AccountId,
        kind: NotificationKind,
        post: PostId,
    ) -> Result<()> {
        self.write_notification(account, kind, account, Some(post), None)
    }

    /// Tells these people of a report, whomever they block or mute.
    pub(crate) fn notify_of_report(&mut self, people: &[AccountId], report: &Report) -> Result<()> {
        for account in people {
            let kind = NotificationKind::AdminReport;
            self.write_notification(*account, kind, report.reporter, None, Some(report.id))?;
        }
        Ok(())
    }

    fn write_notification(
        &mut self,
        account: AccountId,
        kind: NotificationKind,
        from: AccountId,
        post: Option<PostId>,
        report: Option<ReportId>,
    ) -> Result<()> {
        let id = NotificationId(self.tx.next_id());
        let row = Notification {
            id,
            account,
            kind,
            from,
            post,
            report,
            created_at: self.tx.now(),
        };
        entrenous_store::notifications::insert(self.tx, &row)?;
        // With the notification itself: what is told is sent, whenever the node stops.
        if entrenous_store::push::add(self.tx, &row, crate::push::WAITING)? {
            self.announce(Event::PushQueued);
        }
        self.tell(Event::Notified {
            notification: id,
            account,
        })
    }
}

/// Runs a verb's transaction.
pub(crate) async fn write<T, F>(ctx: &Ctx, f: F) -> Result<T>
where
    F: Fn(&mut Work<'_>) -> Result<T> + Send + Sync + 'static,
    T: Send + 'static,
{
    let f = Arc::new(f);
    let mut tries = 0;
    loop {
        tries += 1;
        let once = Arc::clone(&f);
        let result = ctx
            .store()
            .write(move |tx| -> Result<(T, Vec<Event>)> {
                let mut work = Work {
                    tx,
                    events: Vec::new(),
                };
                let value = once(&mut work)?;
                Ok((value, work.events))
            })
            .await;
        match result {
            Ok((value, events)) => {
                ctx.caches().apply(&events);
                return Ok(value);
            }
            Err(DomainError::Store(StoreError::Conflict { .. })) if tries < TRIES => {}
            // On PostgreSQL, a deadlock between two verbs.
            Err(DomainError::Store(StoreError::Busy(_))) if tries < TRIES => {
                tokio::time::sleep(Duration::from_millis(5 * u64::from(tries))).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Rows of a list of people, with the people; those who are gone are left out.
pub(crate) async fn with_accounts(
    ctx: &Ctx,
    rows: Vec<(i64, AccountId)>,
) -> Result<Vec<(i64, Arc<Account>)>> {
    let ids = rows.iter().map(|(_, id)| *id).collect();
    let accounts = crate::accounts::get_many(ctx, ids).await?;
    let by_id: std::collections::HashMap<_, _> = accounts.into_iter().map(|one| (one.id, one)).collect();
    Ok(rows
        .into_iter()
        .filter_map(|(row, id)| by_id.get(&id).map(|one| (row, Arc::clone(one))))
        .collect())
}
