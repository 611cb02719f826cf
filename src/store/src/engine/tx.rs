//! What a writing closure gets.

use crate::{Clock, Conn, StoreError, ids::Ids, schema::events, time::storable, to_db};
use diesel::{ExpressionMethods as _, RunQueryDsl as _, insert_into};
use entrenous_model::{Event, Time};
use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

/// A transaction: a [`Conn`] that also gives ids, the time, and takes events.
///
/// A generic function of diesel needs `tx.conn()`, which is the same `&mut Conn` that `tx` derefs to.
pub struct Tx {
    conn: Conn,
    ids: Arc<Ids>,
    clock: Clock,
    worker: i64,
    now: Time,
    emitted: Vec<Event>,
}

impl Tx {
    pub(super) fn new(conn: Conn, ids: Arc<Ids>, clock: Clock, worker: i64) -> Self {
        let now = storable(clock());
        Self {
            conn,
            ids,
            clock,
            worker,
            now,
            emitted: Vec::new(),
        }
    }

    /// Ready for the next closure.
    pub(super) fn start(&mut self) {
        self.now = storable(self.clock.as_ref()());
        self.emitted.clear();
    }

    /// The events of the closure that has just run.
    pub(super) const fn emitted(&mut self) -> &mut Vec<Event> {
        &mut self.emitted
    }

    /// The connection.
    pub const fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// The moment this transaction began: the same throughout it, in microseconds.
    #[must_use]
    pub const fn now(&self) -> Time {
        self.now
    }

    /// A new id: above every id this database has seen from this process, never given again.
    pub fn next_id(&mut self) -> i64 {
        self.ids.next(self.now, self.worker)
    }

    /// Writes the event into the log, and tells it to [`Store::events`](crate::Store::events) after the commit.
    ///
    /// # Errors
    /// Those of the insert.
    pub fn emit(&mut self, event: Event) -> Result<(), StoreError> {
        let unreadable = |error: serde_json::Error| StoreError::Corrupt(error.to_string());
        let value = serde_json::to_value(&event).map_err(unreadable)?;
        let kind = value
            .get("type")
            .and_then(|kind| kind.as_str())
            .unwrap_or_default();
        insert_into(events::table)
            .values((
                events::id.eq(self.ids.next(self.now, self.worker)),
                events::kind.eq(kind),
                events::payload.eq(value.to_string()),
                events::created_at.eq(to_db(self.now)),
            ))
            .execute(&mut self.conn)?;
        self.emitted.push(event);
        Ok(())
    }

    /// Tells the event to [`Store::events`](crate::Store::events) after the commit, without writing it into the log:
    /// for what is long to say and can be read from the rows.
    pub fn announce(&mut self, event: Event) {
        self.emitted.push(event);
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
