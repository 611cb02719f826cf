//! What came of the kills, for people to read.

use super::House;
use std::fmt;
use std::time::Duration;

/// A node is to be ready again within so long: half of the starts are held to it, the others may have had to share
/// their cores with whatever else the machine did. Those that took longer are counted.
const READY: Duration = Duration::from_secs(2);
/// No start may take so long, however busy the machine is.
const EVER: Duration = Duration::from_secs(10);

/// The kills of one node.
#[derive(Debug, Default)]
pub struct Kills {
    /// From each start after a kill to the first healthy answer.
    pub ready: Vec<Duration>,
    /// Kills before which deliveries from the other node had come in since the start.
    pub under_delivery: usize,
}

impl Kills {
    /// How many.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.ready.len()
    }

    /// The time of the half that was ready soonest, at most; zero without kills.
    #[must_use]
    pub fn median(&self) -> Duration {
        let mut sorted = self.ready.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }

    /// True if the node was ready again in time: half of the starts within two seconds, each within ten.
    #[must_use]
    pub fn ready_in_time(&self) -> bool {
        self.median() < READY && self.worst() < EVER
    }

    /// The longest time; zero without kills.
    #[must_use]
    pub fn worst(&self) -> Duration {
        self.ready.iter().copied().max().unwrap_or_default()
    }
}

/// Things of one kind that were compared with what must be there.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many there must be.
    pub count: u64,
    /// How many came more than once on the way. They may, as long as they are there once.
    pub again: u64,
    /// Acknowledged, and not there.
    pub lost: Vec<String>,
    /// There more than once, or with a second effect.
    pub doubled: Vec<String>,
}

impl Tally {
    /// Notes how often something is there that must be there once.
    pub(super) fn once(&mut self, what: &str, times: Option<usize>) {
        self.count += 1;
        match times {
            None | Some(0) => self.lost.push(what.to_owned()),
            Some(1) => {}
            Some(times) => self.doubled.push(format!("{what}, {times} times")),
        }
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    /// What the moments were made from.
    pub seed: u64,
    /// Of Lyon, where nearly all is written and from where it is sent.
    pub sender: Kills,
    /// Of Paris, which receives it, and sends a little.
    pub receiver: Kills,
    /// Posts, favourites and follows that clients had acknowledged, by either node.
    pub written: Tally,
    /// Activities of other software that Lyon answered 2xx.
    pub taken: Tally,
    /// Posts of Lyon that Paris must show.
    pub to_paris: Tally,
    /// Posts of Paris that Lyon must show.
    pub to_lyon: Tally,
    /// Posts of Lyon that other software must have got, under one id each.
    pub to_other: Tally,
    /// Requests whose answer was lost by a kill.
    pub unanswered: u64,
}

impl Report {
    /// True if nothing was lost or doubled, and both nodes were ready again in time.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.is_whole() && self.sender.ready_in_time() && self.receiver.ready_in_time()
    }

    /// All kills.
    #[must_use]
    pub const fn kills(&self) -> usize {
        self.sender.count() + self.receiver.count()
    }

    /// True if nothing was lost or doubled.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.tallies()
            .iter()
            .all(|(_, tally)| tally.lost.is_empty() && tally.doubled.is_empty())
    }

    pub(super) const fn of(&mut self, house: House) -> &mut Kills {
        match house {
            House::Lyon => &mut self.sender,
            House::Paris => &mut self.receiver,
        }
    }

    const fn tallies(&self) -> [(&'static str, &Tally); 5] {
        [
            ("acknowledged to clients", &self.written),
            ("taken from other software", &self.taken),
            ("delivered, sender to receiver", &self.to_paris),
            ("delivered, receiver to sender", &self.to_lyon),
            ("delivered to other software", &self.to_other),
        ]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "seed {}, {} kills, {} answers lost on the way",
            self.seed,
            self.kills(),
            self.unanswered
        )?;
        for (role, kills) in [("sender", &self.sender), ("receiver", &self.receiver)] {
            write!(
                f,
                "\n  {role:<30} {:>8} kills, {} of them under delivery; ready again: median {} ms, worst {} ms, \
                 {} times later than {} ms",
                kills.count(),
                kills.under_delivery,
                kills.median().as_millis(),
                kills.worst().as_millis(),
                kills.ready.iter().filter(|ready| **ready > READY).count(),
                READY.as_millis(),
            )?;
        }
        for (what, tally) in self.tallies() {
            write!(
                f,
                "\n  {what:<30} {:>8}, {} lost, {} doubled",
                tally.count,
                tally.lost.len(),
                tally.doubled.len()
            )?;
            if tally.again > 0 {
                write!(f, " ({} came again)", tally.again)?;
            }
            for (fate, list) in [("lost", &tally.lost), ("doubled", &tally.doubled)] {
                for one in list.iter().take(20) {
                    write!(f, "\n    {fate}: {one}")?;
                }
            }
        }
        Ok(())
    }
}
