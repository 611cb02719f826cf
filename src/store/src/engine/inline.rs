//! A store without threads, for the simulation: closures run where they are called, when its [`Pace`] says.
//!
//! What a closure, a commit, its events and its answer are is the code of the threads: here are only other moments for it.

use super::{
    Events, Inner, Open, Store, Tx, Writer, events,
    job::{self, Fate, Write, WriteJob},
    queue::Queue,
    read,
    slot::{News, Slot},
    write_sqlite,
};
use crate::{
    Backend, Clock, Conn, StoreConfig, StoreError,
    config::Place,
    connection::{self, Use},
    ids::Ids,
    migrate,
};
use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::oneshot;

/// A moment at which work of the database takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A closure that reads is about to run.
    Read,
    /// Closures that write are about to run and to be committed together.
    Write,
    /// A closure was committed, or not, and its caller is about to hear of it.
    Answer,
}

/// The time that something takes.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How long the database takes. Where a pause never ends, the process has ended: nothing more of it is written, and nobody
/// hears of what was.
pub trait Pace: Send + Sync + 'static {
    /// The pause at this moment.
    fn pause(&self, at: Moment) -> Pause;
}

pub(super) struct Inline {
    reader: Mutex<Slot<Conn, Open<Conn>>>,
    writer: Arc<Mutex<Slot<Tx, Open<Tx>>>>,
    waiting: Arc<Mutex<VecDeque<Box<dyn WriteJob>>>>,
    events: Events,
    pace: Arc<dyn Pace>,
}

impl Store {
    /// As [`Store::open`] for SQLite, without threads and without randomness: ids begin `step` into the millisecond.
    ///
    /// # Errors
    /// As [`Store::open`]; [`StoreError::Config`] if it is not SQLite.
    pub fn open_inline(
        config: &StoreConfig,
        clock: Clock,
        pace: Arc<dyn Pace>,
        step: u16,
    ) -> Result<Self, StoreError> {
        let place = config.place()?;
        if !matches!(place, Place::Sqlite(_)) {
            return Err(StoreError::Config("only SQLite runs without threads".to_owned()));
        }
        let mut first = migrate::prepare(&place, config.create)?;
        let ids = Arc::new(Ids::at(Backend::Sqlite, clock(), step));
        ids.raise(migrate::highest_id(&mut first)?);
        drop(first);
        let events = events();
        let writer = Writer {
            place: place.clone(),
            ids,
            clock: Arc::clone(&clock),
        };
        let news = Arc::<News>::default();
        let read: Open<Conn> = Box::new(move || connection::open(&place, Use::Read));
        let write: Open<Tx> = Box::new(move || writer.open());
        let inline = Inline {
            reader: Mutex::new(Slot::new(read, Arc::clone(&news))),
            writer: Arc::new(Mutex::new(Slot::new(write, news))),
            waiting: Arc::default(),
            events: events.clone(),
            pace,
        };
        Ok(Self {
            inner: Arc::new(Inner {
                reads: Arc::new(Queue::new(config.queue)),
                writes: Arc::new(Queue::new(config.queue)),
                events,
                clock,
                backend: Backend::Sqlite,
                pulse: None,
                threads: Mutex::default(),
                chores: Arc::default(),
                _alone: None,
                inline: Some(inline),
            }),
        })
    }
}

impl Inline {
    pub(super) async fn read<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        F: FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.pace.pause(Moment::Read).await;
        let (reply, answer) = oneshot::channel();
        {
            let mut slot = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
            read::one(job::read_job(f, reply), &mut slot);
        }
        answer.await.unwrap_or_else(|_| Err(StoreError::closed()))
    }

    /// As with the thread that writes, the closure runs even if the caller goes, in the order of the calls, and what is
    /// called meanwhile shares its commit.
    pub(super) async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Write {
            f: Some(f),
            result: None,
            reply,
            fate: Fate::default(),
        });
        let first = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push_back(job);
            waiting.len() == 1
        };
        if first {
            let (waiting, writer) = (Arc::clone(&self.waiting), Arc::clone(&self.writer));
            let (events, pause) = (self.events.clone(), self.pace.pause(Moment::Write));
            tokio::spawn(async move {
                pause.await;
                let mut jobs = std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner));
                let mut slot = writer.lock().unwrap_or_else(PoisonError::into_inner);
                while !jobs.is_empty() {
                    write_sqlite::group(&mut jobs, &mut slot, &events);
                }
            });
        }
        let answered = answer.await.unwrap_or_else(|_| Err(StoreError::closed().into()));
        self.pace.pause(Moment::Answer).await;
        answered
    }
}
