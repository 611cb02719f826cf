//! The network of a run: connections in memory, on simulated time, with what goes wrong on real ones.

mod http;
mod line;
mod stream;
mod weather;

pub use stream::Stream;
pub use weather::{Cut, Storm, Weather};

use crate::house::Alive;
use crate::journal::{Journal, Message, NodeNo, What};
use crate::rng::Rng;
use entrenous_egress::{Addresses, Dial, Dialled, Duplex, Resolver};
use http::Reader;
use line::{Line, Side, Way};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use stream::lock;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

/// The shortest way, in milliseconds.
const SHORTEST: u64 = 1;
/// The longest in good weather.
const USUAL: u64 = 12;

/// The network. Clones are the same one.
#[derive(Clone)]
pub struct Net(Arc<Mutex<State>>);

struct State {
    start: Instant,
    rng: Rng,
    weather: Weather,
    /// The doors of the nodes that are there.
    doors: BTreeMap<NodeNo, mpsc::UnboundedSender<Arrival>>,
    /// Nodes that vanished without a word.
    silent: Vec<NodeNo>,
    lines: BTreeMap<u64, Weak<Mutex<Line>>>,
    next: u64,
    journal: Journal,
}

/// A connection that a node is to serve.
pub struct Arrival {
    /// Its end.
    pub stream: Stream,
    /// Whom it comes from.
    pub from: IpAddr,
}

/// What becomes of bytes.
enum Fate {
    Arrive(Duration),
    /// The connection breaks, after they have arrived or before.
    Break {
        after: bool,
        way: Duration,
    },
    Silence,
}

impl Net {
    /// A network with this weather. The run begins now.
    #[must_use]
    pub fn new(rng: Rng, weather: Weather) -> Self {
        Self(Arc::new(Mutex::new(State {
            start: Instant::now(),
            rng,
            weather,
            doors: BTreeMap::new(),
            silent: Vec::new(),
            lines: BTreeMap::new(),
            next: 1,
            journal: Journal::default(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Time since the run began.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.state().now()
    }

    /// Writes down what was done.
    pub fn tell(&self, text: impl Into<String>) {
        self.state().note(What::Told(text.into()));
    }

    /// Everything that happened, and begins anew.
    #[must_use]
    pub fn take_journal(&self) -> Journal {
        std::mem::take(&mut self.state().journal)
    }

    /// How many things have happened.
    #[must_use]
    pub fn messages(&self) -> usize {
        self.state().journal.entries().len()
    }

    /// A node opens its door; what comes is answered with.
    #[must_use]
    pub fn open(&self, node: NodeNo) -> mpsc::UnboundedReceiver<Arrival> {
        let (door, arrivals) = mpsc::unbounded_channel();
        let mut state = self.state();
        state.silent.retain(|one| *one != node);
        state.doors.insert(node, door);
        arrivals
    }

    /// A node is gone, its connections with it. If it is silent, nobody hears of that.
    pub fn lose(&self, node: NodeNo, silent: bool) {
        let mut state = self.state();
        state.doors.remove(&node);
        if silent {
            state.silent.push(node);
        }
        let at = Instant::now() + state.way();
        for line in state.lines.values().filter_map(Weak::upgrade) {
            let mut line = lock(&line);
            if line.client == node || line.server == node {
                line.lose(node, at, silent);
            }
        }
    }

    /// The way out of a node, for as long as its process is alive.
    #[must_use]
    pub fn dialler(&self, node: NodeNo, alive: Alive) -> Dialler {
        Dialler {
            net: self.clone(),
            node,
            alive,
        }
    }

    /// Bytes go from one end of a connection.
    fn carry(&self, line: &Arc<Mutex<Line>>, side: Side, bytes: &[u8]) {
        let mut state = self.state();
        let mut line = lock(line);
        let line = &mut *line;
        let repeats = state.read(line, side, bytes);
        if line.asking.hole {
            return;
        }
        let now = Instant::now();
        match state.fate(line, side) {
            Fate::Arrive(way) => line.from(side).push(now + way, bytes),
            Fate::Break { after, way } => {
                if after {
                    line.from(side).push(now + way, bytes);
                }
                line.reset(now + way + Duration::from_millis(u64::from(after)));
            }
            Fate::Silence => line.silence(),
        }
        for (bytes, after) in repeats {
            tokio::spawn(self.clone().repeat(line.client, line.server, bytes, after));
        }
    }

    /// Sends a request once more, on a connection of its own.
    async fn repeat(self, from: NodeNo, to: NodeNo, bytes: Vec<u8>, after: Duration) {
        sleep(after).await;
        let Some(mut stream) = self.connect(from, to, true) else {
            return;
        };
        if stream.write_all(&bytes).await.is_ok() {
            // For the answer, which is read off the wire.
            sleep(Duration::from_secs(15)).await;
        }
    }

    fn connect(&self, from: NodeNo, to: NodeNo, repeated: bool) -> Option<Stream> {
        let mut state = self.state();
        let door = state.doors.get(&to)?.clone();
        let number = state.next;
        state.next += 1;
        let now = Instant::now();
        let line = Arc::new(Mutex::new(Line {
            number,
            client: from,
            server: to,
            client_gone: false,
            server_gone: false,
            asking: Way::new(now),
            answering: Way::new(now),
            asked: VecDeque::new(),
            asking_read: Reader::default(),
            answering_read: Reader::default(),
            repeated,
        }));
        state.lines.retain(|_, line| line.strong_count() > 0);
        state.lines.insert(number, Arc::downgrade(&line));
        drop(state);
        let end = |side| Stream {
            net: self.clone(),
            line: Arc::clone(&line),
            side,
            timer: None,
        };
        let arrival = Arrival {
            stream: end(Side::Server),
            from: address(from),
        };
        door.send(arrival).ok()?;
        Some(end(Side::Client))
    }

    async fn dial(self, from: NodeNo, to: IpAddr, alive: Alive) -> io::Result<Stream> {
        let (way, number) = {
            let mut state = self.state();
            (state.way(), node_at(to))
        };
        sleep(way).await;
        alive.or_never().await;
        let ended = {
            let mut state = self.state();
            let ended = match number {
                Some(number) => state.reach(from, number),
                None => "refused",
            };
            state.note(What::Dialled {
                from,
                to: number,
                ended,
            });
            ended
        };
        match (ended, number) {
            ("made", Some(number)) => self.connect(from, number, false).ok_or_else(refused),
            ("no answer", _) => std::future::pending().await,
            _ => Err(refused()),
        }
    }
}

fn refused() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

impl State {
    fn now(&self) -> Duration {
        Instant::now() - self.start
    }

    fn note(&mut self, what: What) {
        let at = u64::try_from(self.now().as_micros()).unwrap_or(u64::MAX);
        self.journal.add(at, what);
    }

    /// How long something is under way now.
    fn way(&mut self) -> Duration {
        let longest = self
            .weather
            .storm(self.now())
            .map_or(USUAL, |storm| storm.longest);
        Duration::from_millis(self.rng.within(SHORTEST, longest))
    }

    /// What comes of reaching for a node.
    fn reach(&mut self, from: NodeNo, to: NodeNo) -> &'static str {
        let now = self.now();
        let worse = self.weather.storm(now).map_or(0, |storm| storm.refused);
        if self.weather.cut(from, to, now).is_some() || self.silent.contains(&to) {
            "no answer"
        } else if !self.doors.contains_key(&to) || self.rng.chance(worse) {
            "refused"
        } else {
            "made"
        }
    }

    fn fate(&mut self, line: &Line, side: Side) -> Fate {
        let (now, mut way) = (self.now(), self.way());
        let storm = self.weather.storm(now);
        let (broken, silenced) = storm.map_or((0, 0), |storm| (storm.broken, storm.silenced));
        let (breaks, silences) = (self.rng.chance(broken), self.rng.chance(silenced));
        // Of a request that has arrived, the answer is lost.
        let after = side == Side::Client && self.rng.chance(60);
        match self.weather.cut(line.client, line.server, now) {
            Some(cut) if cut.held => way += cut.until - now,
            Some(_) => return Fate::Silence,
            None if breaks => return Fate::Break { after, way },
            None if silences => return Fate::Silence,
            None => {}
        }
        Fate::Arrive(way)
    }

    /// Reads what is sent off the wire; answers what the network sends once more, and when.
    fn read(&mut self, line: &mut Line, side: Side, bytes: &[u8]) -> Vec<(Vec<u8>, Duration)> {
        let found = match side {
            Side::Client => line.asking_read.feed(bytes),
            Side::Server => line.answering_read.feed(bytes),
        };
        let mut again = Vec::new();
        for whole in found {
            let (from, to, of) = match side {
                Side::Client => {
                    line.asked.push_back(whole.head.clone());
                    (line.client, line.server, None)
                }
                Side::Server => (line.server, line.client, line.asked.pop_front()),
            };
            let repeated = self.weather.storm(self.now()).map_or(0, |storm| storm.repeated);
            if side == Side::Client && !line.repeated && self.rng.chance(repeated) {
                let after = Duration::from_millis(self.rng.within(5, 90_000));
                again.push((whole.bytes, after));
            }
            self.note(What::Sent(Message {
                from,
                to,
                line: line.number,
                head: whole.head,
                answer: side == Side::Server,
                repeated: line.repeated,
                of,
                activity: whole.activity,
                marks: whole.marks,
            }));
        }
        again
    }
}

/// The address of a node.
#[must_use]
pub fn address(node: NodeNo) -> IpAddr {
    let last = u8::try_from(node + 1).unwrap_or(u8::MAX);
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, last))
}

fn node_at(address: IpAddr) -> Option<NodeNo> {
    match address {
        IpAddr::V4(address) => match address.octets() {
            [10, 0, 0, last] => NodeNo::from(last).checked_sub(1),
            _ => None,
        },
        IpAddr::V6(_) => None,
    }
}

/// The name of a node, as it stands in its origin.
#[must_use]
pub fn name(node: NodeNo) -> String {
    format!("n{node}.sim")
}

/// A node's way out, and the names that it knows.
pub struct Dialler {
    net: Net,
    node: NodeNo,
    alive: Alive,
}

impl Dial for Dialler {
    fn dial(&self, address: SocketAddr) -> Dialled {
        let dialled = self.net.clone().dial(self.node, address.ip(), self.alive.clone());
        Box::pin(async move {
            let stream: Box<dyn Duplex> = Box::new(dialled.await?);
            Ok(stream)
        })
    }
}

/// The names of all nodes.
pub struct Names;

impl Resolver for Names {
    fn resolve(&self, host: &str) -> Addresses {
        let number = host.strip_prefix('n').and_then(|rest| rest.strip_suffix(".sim"));
        let found = number.and_then(|number| number.parse().ok()).map(address);
        Box::pin(async move { Ok(found.into_iter().collect()) })
    }
}
