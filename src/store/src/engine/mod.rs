//! The threads that own the connections, and the way to them.

mod chores;
#[cfg(feature = "inline")]
mod inline;
mod job;
mod pulse;
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
use chores::Chores;
use diesel::PgConnection;
use entrenous_model::{Event, Time};
use job::{Fate, ReadJob, Write, WriteJob};
use pulse::Pulse;
use queue::{Queue, Refused};
use slot::News;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};
use tokio::{
    sync::{broadcast, oneshot},
    time::timeout,
};

#[cfg(feature = "inline")]
pub use inline::{Moment, Pace, Pause};
pub use tx::Tx;

/// Commits whose events a slow listener may be behind, before it is told that it missed some.
const EVENTS_KEPT: usize = 4096;

/// When the second thread of each kind opens its connection to PostgreSQL. Each costs the server a process and some
/// milliseconds: sixteen at once would keep from the first what the node needs to be ready.
const SECOND: Duration = Duration::from_millis(150);
/// How much later each further one does.
const FURTHER: Duration = Duration::from_millis(10);

type Events = broadcast::Sender<Arc<Vec<Event>>>;
#[cfg(feature = "inline")]
type Open<C> = Box<dyn Fn() -> Result<C, StoreError> + Send>;

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
    /// SQLite has none: it is in this process, and does not fall silent.
    pulse: Option<Arc<Pulse>>,
    threads: Mutex<Threads>,
    /// PostgreSQL does them by itself.
    chores: Arc<Chores>,
    /// What keeps other processes from the database; let go at the end.
    _alone: Option<Mutex<PgConnection>>,
    /// Instead of threads, in the simulation.
    #[cfg(feature = "inline")]
    inline: Option<inline::Inline>,
}

#[derive(Default)]
struct Threads {
    readers: Vec<JoinHandle<()>>,
    writers: Vec<JoinHandle<()>>,
}

impl Store {
    /// Opens the database, migrates it, and starts the threads. Blocks: a start-up call. While another process has the
    /// database, it waits for some seconds.
    ///
    /// # Errors
    /// [`StoreError::Empty`], [`StoreError::Insecure`], [`StoreError::NewerDatabase`], [`StoreError::Migration`],
    /// [`StoreError::Config`], [`StoreError::InUse`]; [`StoreError::Unavailable`] if it cannot be reached.
    pub fn open(config: &StoreConfig, clock: Clock) -> Result<Self, StoreError> {
        let place = config.place()?;
        let backend = place.backend();
        // Before anything else: whoever is refused has changed nothing, and what is read now is what the process before
        // this one has left.
        let alone = match &place {
            Place::Postgres(url) if config.alone => Some(Mutex::new(postgres::claim(url)?)),
            _ => None,
        };
        let mut first = migrate::prepare(&place, config.create)?;
        let ids = Arc::new(Ids::new(backend, clock())?);
        ids.raise(migrate::highest_id(&mut first)?);
        drop(first);

        let events = events();
        let reads = Arc::new(Queue::new(config.queue));
        let writes = Arc::new(Queue::new(config.queue));
        let chores = Arc::<Chores>::default();
        let pulse = (backend == Backend::Postgres).then(Arc::<Pulse>::default);
        let store = Self {
            inner: Arc::new(Inner {
                reads: Arc::clone(&reads),
                writes: Arc::clone(&writes),
                events: events.clone(),
                clock: Arc::clone(&clock),
                backend,
                pulse: pulse.clone(),
                threads: Mutex::default(),
                chores: Arc::clone(&chores),
                _alone: alone,
                #[cfg(feature = "inline")]
                inline: None,
            }),
        };
        let writer = Arc::new(Writer {
            place: place.clone(),
            ids,
            clock,
        });
        let news = Arc::<News>::default();
        let mut threads = Threads::default();
        let writers = if backend == Backend::Sqlite {
            1
        } else {
            config.writer_threads()
        };
        for number in 0..writers {
            let (queue, events, writer) = (Arc::clone(&writes), events.clone(), Arc::clone(&writer));
            let (news, chores) = (Arc::clone(&news), Arc::clone(&chores));
            threads
                .writers
                .push(spawn(&format!("store-write-{number}"), move || match backend {
                    Backend::Sqlite => {
                        write_sqlite::serve(&queue, &events, &news, &chores, || writer.open());
                    }
                    Backend::Postgres => {
                        queue.stand_by(turn(number));
                        write_postgres::serve(&queue, &events, &news, || writer.open());
                    }
                })?);
        }
        for number in 0..config.reader_threads(&place) {
            let (queue, news, place) = (Arc::clone(&reads), Arc::clone(&news), place.clone());
            let chores = Arc::clone(&chores);
            threads
                .readers
                .push(spawn(&format!("store-read-{number}"), move || {
                    if backend == Backend::Postgres {
                        queue.stand_by(turn(number));
                    }
                    read::serve(&queue, &news, &chores, || connection::open(&place, Use::Read));
                })?);
        }
        if let Some(pulse) = pulse {
            // Waited for by nobody: at the end it may be in the middle of a question.
            drop(spawn("store-pulse", move || {
                pulse.serve(|| connection::open(&place, Use::Read));
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
    /// Those of the closure; [`StoreError::Busy`] if too many wait; [`StoreError::Unavailable`], within two seconds
    /// also when PostgreSQL says nothing at all;
    /// [`StoreError::Panicked`].
    pub async fn read<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        F: FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        #[cfg(feature = "inline")]
        if let Some(inline) = &self.inner.inline {
            return inline.read(f).await;
        }
        if self.is_silent() {
            return Err(silent());
        }
        let (reply, mut answer) = oneshot::channel();
        self.inner.reads.push(job::read_job(f, reply)).map_err(refused)?;
        match self.patiently(&mut answer).await {
            Some(answered) => answered.unwrap_or_else(|_| Err(StoreError::closed())),
            None => Err(silent()),
        }
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
    /// `Unavailable` comes within two seconds also when PostgreSQL says nothing at all. Nothing of the closure is
    /// written then, unless its commit was on its way when the connection broke or fell silent: nobody can know
    /// what became of that, so what must not happen twice carries an id of its own.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        #[cfg(feature = "inline")]
        if let Some(inline) = &self.inner.inline {
            return inline.write(f).await;
        }
        if self.is_silent() {
            return Err(silent().into());
        }
        let (reply, mut answer) = oneshot::channel();
        let fate = Fate::default();
        let job = Box::new(Write {
            f: Some(f),
            result: None,
            reply,
            fate: fate.clone(),
        });
        self.inner.writes.push(job).map_err(|why| E::from(refused(why)))?;
        match self.patiently(&mut answer).await {
            Some(answered) => answered.unwrap_or_else(|_| Err(StoreError::closed().into())),
            None if fate.decide() => Err(silent().into()),
            // It was just about to be committed; the answer may have come this moment.
            None => answer.try_recv().unwrap_or_else(|_| {
                tracing::warn!("the database fell silent during a commit: it may or may not be written");
                Err(silent().into())
            }),
        }
    }

    /// An answer, however long it takes; `None` if the database has fallen silent.
    async fn patiently<T>(
        &self,
        answer: &mut oneshot::Receiver<T>,
    ) -> Option<Result<T, oneshot::error::RecvError>> {
        let Some(pulse) = &self.inner.pulse else {
            return Some(answer.await);
        };
        loop {
            match timeout(pulse::GLANCE, &mut *answer).await {
                Ok(answered) => return Some(answered),
                Err(_) if pulse.is_silent() => return None,
                Err(_) => pulse.ask(),
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.inner.pulse.as_ref().is_some_and(|pulse| pulse.is_silent())
    }

    /// Looks at how large the tables are, for the planner's sake. Cheap; now and then, since a database that was small when it
    /// was last looked at is read as if it still were. PostgreSQL does so by itself.
    ///
    /// # Errors
    /// As [`Store::write`]; that the look failed is only logged.
    pub async fn analyse(&self) -> Result<(), StoreError> {
        self.inner.chores.ask_to_analyse();
        self.between_transactions().await
    }

    /// Empties SQLite's write-ahead log, so that nothing is left in it of what was overwritten. Waits some seconds for
    /// readers, and so do all that write. On PostgreSQL nothing: its log is the server's matter.
    ///
    /// # Errors
    /// As [`Store::write`]; that the log stays is only logged.
    pub async fn fold(&self) -> Result<(), StoreError> {
        self.inner.chores.ask_to_fold();
        self.between_transactions().await
    }

    /// Until the thread that writes has done its chores.
    async fn between_transactions(&self) -> Result<(), StoreError> {
        match self.inner.backend {
            Backend::Sqlite => self.write(|_| Ok(())).await,
            Backend::Postgres => Ok(()),
        }
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
    ///
    /// Threads that wait for a silent database are left behind; they end with the process.
    pub async fn close(&self) {
        self.inner.reads.close();
        self.inner.writes.close();
        let threads = std::mem::take(&mut *self.inner.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let (done, mut ended) = oneshot::channel::<()>();
        let joining = spawn_once("store-close", move || {
            for thread in threads.readers.into_iter().chain(threads.writers) {
                let _ = thread.join();
            }
            drop(done);
        });
        if joining.is_ok() && self.patiently(&mut ended).await.is_none() {
            tracing::warn!("the database does not answer: its connections are left as they are");
        }
        if let Some(pulse) = &self.inner.pulse {
            pulse.close();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.reads.close();
        self.writes.close();
        if let Some(pulse) = &self.pulse {
            pulse.close();
        }
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
fn spawn(name: &str, serve: impl Fn() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    spawn_once(name, move || {
        while catch_unwind(AssertUnwindSafe(&serve)).is_err() {
            tracing::error!("a thread of the store panicked and starts anew");
        }
    })
}

fn spawn_once(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))
}

/// How long the thread of a number leaves it to those before it to serve a store that has just been opened.
fn turn(number: usize) -> Duration {
    match number.checked_sub(1) {
        None => Duration::ZERO,
        Some(before) => SECOND + FURTHER * u32::try_from(before).unwrap_or(u32::MAX),
    }
}

fn events() -> Events {
    broadcast::channel(EVENTS_KEPT).0
}

fn refused(why: Refused) -> StoreError {
    match why {
        Refused::Full => StoreError::Busy("too many wait for the database".to_owned()),
        Refused::Closed => StoreError::closed(),
    }
}

fn silent() -> StoreError {
    StoreError::Unavailable("it does not answer".to_owned())
}
