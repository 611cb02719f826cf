//! The threads that own the connections, and the way to them.

mod job;
mod queue;
mod read;
mod slot;
mod tx;
mod write_postgres;
mod write_sqlite;

use crate::{
    Backend, Clock, Conn, StoreConfig, StoreError,
    config::Place,
    connection::{self, Use, postgres},
    ids::Ids,
    migrate,
    time::storable,
};
use entrenous_model::{Event, Time};
use job::{ReadJob, Write, WriteJob};
use queue::{Queue, Refused};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};
use tokio::sync::{broadcast, oneshot};

pub use tx::Tx;

/// Commits whose events a slow listener may be behind, before it is told that it missed some.
const EVENTS_KEPT: usize = 4096;

type Events = broadcast::Sender<Arc<Vec<Event>>>;

/// The database. Clones are the same store; its threads end with the last clone, or at [`Store::close`].
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    reads: Arc<Queue<ReadJob>>,
    writes: Arc<Queue<Box<dyn WriteJob>>>,
    events: Events,
    clock: Clock,
    backend: Backend,
    threads: Mutex<Threads>,
}

#[derive(Default)]
struct Threads {
    readers: Vec<JoinHandle<()>>,
    writers: Vec<JoinHandle<()>>,
}

impl Store {
    /// Opens the database, migrates it, and starts the threads. Blocks: a start-up call.
    ///
    /// # Errors
    /// [`StoreError::Empty`], [`StoreError::Insecure`], [`StoreError::NewerDatabase`], [`StoreError::Migration`],
    /// [`StoreError::Config`]; [`StoreError::Unavailable`] if it cannot be reached.
    pub fn open(config: &StoreConfig, clock: Clock) -> Result<Self, StoreError> {
        let place = config.place()?;
        let backend = place.backend();
        let mut first = migrate::prepare(&place, config.create)?;
        let ids = Arc::new(Ids::new(backend, clock())?);
        ids.raise(migrate::highest_id(&mut first)?);
        drop(first);

        let (events, _) = broadcast::channel(EVENTS_KEPT);
        let reads = Arc::new(Queue::new(config.queue));
        let writes = Arc::new(Queue::new(config.queue));
        let store = Self {
            inner: Arc::new(Inner {
                reads: Arc::clone(&reads),
                writes: Arc::clone(&writes),
                events: events.clone(),
                clock: Arc::clone(&clock),
                backend,
                threads: Mutex::default(),
            }),
        };
        let writer = Arc::new(Writer {
            place: place.clone(),
            ids,
            clock,
        });
        let mut threads = Threads::default();
        let writers = if backend == Backend::Sqlite {
            1
        } else {
            config.writer_threads()
        };
        for number in 0..writers {
            let (queue, events, writer) = (Arc::clone(&writes), events.clone(), Arc::clone(&writer));
            threads
                .writers
                .push(spawn(format!("store-write-{number}"), move || match backend {
                    Backend::Sqlite => write_sqlite::serve(&queue, &events, || writer.open()),
                    Backend::Postgres => write_postgres::serve(&queue, &events, || writer.open()),
                })?);
        }
        for number in 0..config.reader_threads(&place) {
            let (queue, place) = (Arc::clone(&reads), place.clone());
            threads
                .readers
                .push(spawn(format!("store-read-{number}"), move || {
                    read::serve(&queue, || connection::open(&place, Use::Read));
                })?);
        }
        *store.inner.threads.lock().unwrap_or_else(PoisonError::into_inner) = threads;
        Ok(store)
    }

    /// Runs a closure that only reads, on a reader thread.
    ///
    /// On SQLite all its queries see one state of the database; on PostgreSQL each sees what is committed.
    /// If the caller is dropped before the closure has begun, it does not run.
    ///
    /// # Errors
    /// Those of the closure; [`StoreError::Busy`] if too many wait; [`StoreError::Unavailable`];
    /// [`StoreError::Panicked`].
    pub async fn read<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        F: FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.inner.reads.push(job::read_job(f, reply)).map_err(refused)?;
        answer.await.unwrap_or_else(|_| Err(StoreError::closed()))
    }

    /// Runs a closure in a transaction: all it writes is durable when this returns `Ok`, and none of it if the
    /// closure returns an error.
    ///
    /// On SQLite several callers' closures share a commit, one after the other; on PostgreSQL each has its own
    /// transaction, READ COMMITTED, and a deadlock is answered with [`StoreError::Busy`]. There, a statement that
    /// failed forbids the commit: to go on after one, put it inside `conn.transaction`.
    /// The closure runs even if the caller is dropped meanwhile.
    ///
    /// # Errors
    /// Those of the closure; and as [`StoreError`]: `Full` if there is no room, `Busy`, `Unavailable`, `Panicked`.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
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
        });
        self.inner.writes.push(job).map_err(|why| E::from(refused(why)))?;
        answer.await.unwrap_or_else(|_| Err(StoreError::closed().into()))
    }

    /// The events of this process's transactions, after their commit: a batch for each commit, in the order of
    /// the commits on SQLite; on PostgreSQL what depends on a commit comes after it.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Arc<Vec<Event>>> {
        self.inner.events.subscribe()
    }

    /// The time by the store's clock, in microseconds.
    #[must_use]
    pub fn now(&self) -> Time {
        storable(self.inner.clock.as_ref()())
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.inner.backend
    }

    /// Takes no more closures, runs those that wait, and ends the threads. Twice is as good as once.
    pub async fn close(&self) {
        self.inner.reads.close();
        self.inner.writes.close();
        let threads = std::mem::take(&mut *self.inner.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads.readers.into_iter().chain(threads.writers) {
                let _ = thread.join();
            }
        });
        let _ = joined.await;
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.reads.close();
        self.writes.close();
    }
}

/// What a writer thread needs to open its connection.
struct Writer {
    place: Place,
    ids: Arc<Ids>,
    clock: Clock,
}

impl Writer {
    fn open(&self) -> Result<Tx, StoreError> {
        let mut conn = connection::open(&self.place, Use::Write)?;
        let worker = match &mut conn {
            Conn::Sqlite(_) => 0,
            Conn::Pg(c) => {
                let worker = postgres::claim_worker(c)?;
                // Another process may have written with this number, by a clock ahead of ours.
                self.ids.raise(migrate::highest_id(&mut conn)?);
                i64::from(worker)
            }
        };
        Ok(Tx::new(
            conn,
            Arc::clone(&self.ids),
            Arc::clone(&self.clock),
            worker,
        ))
    }
}

/// Starts a thread that serves again should serving panic (closures' panics are caught nearer).
fn spawn(name: String, serve: impl Fn() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    thread::Builder::new()
        .name(name)
        .spawn(move || {
            while catch_unwind(AssertUnwindSafe(&serve)).is_err() {
                tracing::error!("a thread of the store panicked and starts anew");
            }
        })
        .map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))
}

fn refused(why: Refused) -> StoreError {
    match why {
        Refused::Full => StoreError::Busy("too many wait for the database".to_owned()),
        Refused::Closed => StoreError::closed(),
    }
}
