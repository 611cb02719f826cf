//! What the network does to what is sent: planned, all of it.

use crate::journal::NodeNo;
use std::time::Duration;

/// Two nodes cannot reach each other for a while.
#[derive(Debug, Clone)]
pub struct Cut {
    /// The two.
    pub between: (NodeNo, NodeNo),
    /// From when, since the run began.
    pub from: Duration,
    /// Until when.
    pub until: Duration,
    /// What is sent meanwhile arrives when it is over; otherwise it never does.
    pub held: bool,
}

/// How bad the network is for a while.
#[derive(Debug, Clone)]
pub struct Storm {
    /// From when, since the run began.
    pub from: Duration,
    /// Until when.
    pub until: Duration,
    /// Of a hundred messages, how many break their connection instead.
    pub broken: u64,
    /// How many silence it.
    pub silenced: u64,
    /// Of a hundred requests, how many come again on their own.
    pub repeated: u64,
    /// Of a hundred connections, how many are not made.
    pub refused: u64,
    /// The longest way, in milliseconds.
    pub longest: u64,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Weather {
    /// Cuts, in any order.
    pub cuts: Vec<Cut>,
    /// Storms, in any order; the first that holds counts.
    pub storms: Vec<Storm>,
}

impl Weather {
    /// The cut between two nodes now.
    #[must_use]
    pub fn cut(&self, one: NodeNo, other: NodeNo, now: Duration) -> Option<&Cut> {
        let those = |cut: &&Cut| cut.between == (one, other) || cut.between == (other, one);
        let cuts = self.cuts.iter().filter(those);
        cuts.filter(|cut| (cut.from..cut.until).contains(&now))
            .max_by_key(|cut| cut.until)
    }

    /// The storm now.
    #[must_use]
    pub fn storm(&self, now: Duration) -> Option<&Storm> {
        self.storms
            .iter()
            .find(|storm| (storm.from..storm.until).contains(&now))
    }
}
