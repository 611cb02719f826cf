//! What happens in a run: all of it follows from the seed.

use crate::house::{MOST_NODES, PEOPLE, Person};
use crate::journal::NodeNo;
use crate::net::{Cut, Storm, Weather};
use crate::rng::Rng;
use entrenous_model::{Contract, PostScope, Terms, Visibility};
use std::time::Duration;

/// A run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many nodes.
    pub nodes: usize,
    /// Which are peers.
    pub ties: Vec<Tie>,
    /// The network.
    pub weather: Weather,
    /// What is done, in order.
    pub deeds: Vec<(Duration, Deed)>,
    /// When everything heals.
    pub healed: Duration,
}

/// Two nodes that are peers.
#[derive(Debug, Clone, Copy)]
pub struct Tie {
    /// One.
    pub one: NodeNo,
    /// The other.
    pub other: NodeNo,
    /// Which posts the one gives to the other.
    pub there: PostScope,
    /// Which the other gives to the one.
    pub back: PostScope,
}

/// Something that is done.
#[derive(Debug, Clone)]
pub enum Deed {
    /// A person follows another.
    Follow(Person, Person),
    /// And does so no more.
    Unfollow(Person, Person),
    /// A person writes. Posts are numbered in this order.
    Write(Words),
    /// The author of a post changes it.
    Edit(usize),
    /// Or deletes it.
    Delete(usize),
    /// A node suspends another, for so long.
    Suspend(NodeNo, NodeNo, Duration),
    /// Or ends it for good.
    Revoke(NodeNo, NodeNo),
    /// A node's process is killed and begins again after so long; its connections break, or fall silent.
    Crash(NodeNo, Duration, bool),
    /// A node changes its keys.
    Rotate(NodeNo),
    /// A machine's clock is off from now on, by milliseconds.
    Clock(NodeNo, i64),
}

/// A post.
#[derive(Debug, Clone)]
pub struct Words {
    /// Which.
    pub number: usize,
    /// Who writes.
    pub author: Person,
    /// To whom.
    pub visibility: Visibility,
    /// Whom it mentions.
    pub mentions: Vec<Person>,
    /// The post that it answers, if its author has that.
    pub answers: Option<usize>,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::of(seed, "plan");
        let nodes = rng.place(3, MOST_NODES + 1);
        let ties = ties(&mut rng, nodes);
        // Most runs are short; in some there is time for long silences.
        let busy = match rng.within(0, 20) {
            0 => rng.within(3_600, 30 * 3_600),
            1..=4 => rng.within(600, 1_800),
            _ => rng.within(120, 600),
        };
        let busy = Duration::from_secs(busy);
        let weather = weather(&mut Rng::of(seed, "weather"), nodes, busy);
        let deeds = deeds(&mut rng, nodes, &ties, busy);
        Self {
            nodes,
            ties,
            weather,
            deeds,
            healed: busy,
        }
    }

    /// Which posts one node gives to another; `None` if they are no peers.
    #[must_use]
    pub fn gives(&self, from: NodeNo, to: NodeNo) -> Option<PostScope> {
        self.ties.iter().find_map(|tie| match (tie.one, tie.other) {
            pair if pair == (from, to) => Some(tie.there),
            pair if pair == (to, from) => Some(tie.back),
            _ => None,
        })
    }

    /// The contract as a node has it with another.
    #[must_use]
    pub fn contract(&self, of: NodeNo, with: NodeNo) -> Option<Contract> {
        let terms = |posts| Terms { posts, ..Terms::FULL };
        Some(Contract {
            version: 1,
            we_give: terms(self.gives(of, with)?),
            they_give: terms(self.gives(with, of)?),
        })
    }
}

fn scope(rng: &mut Rng) -> PostScope {
    match rng.within(0, 10) {
        0 => PostScope::None,
        1..=3 => PostScope::Addressed,
        _ => PostScope::Network,
    }
}

fn ties(rng: &mut Rng, nodes: usize) -> Vec<Tie> {
    let pairs = (0..nodes).flat_map(|one| (one + 1..nodes).map(move |other| (one, other)));
    let mut ties = Vec::new();
    for (one, other) in pairs {
        // The first two are peers in any case: there is something to be done.
        if (one, other) != (0, 1) && rng.chance(20) {
            continue;
        }
        let (there, back) = (scope(rng), scope(rng));
        ties.push(Tie {
            one,
            other,
            there,
            back,
        });
    }
    ties
}

fn span(rng: &mut Rng, busy: Duration, longest: u64) -> (Duration, Duration) {
    let from = moment(rng, busy);
    let until = from + Duration::from_millis(rng.within(500, longest));
    (from, until.min(busy))
}

fn moment(rng: &mut Rng, busy: Duration) -> Duration {
    let all = u64::try_from(busy.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(rng.within(1_000, all))
}

fn weather(rng: &mut Rng, nodes: usize, busy: Duration) -> Weather {
    let mut weather = Weather::default();
    let longest = u64::try_from(busy.as_millis()).unwrap_or(u64::MAX) / 2;
    for _ in 0..rng.within(0, 6) {
        let between = (rng.place(0, nodes), rng.place(0, nodes));
        let (from, until) = span(rng, busy, longest);
        let held = rng.chance(40);
        weather.cuts.push(Cut {
            between,
            from,
            until,
            held,
        });
    }
    for _ in 0..rng.within(0, 4) {
        let (from, until) = span(rng, busy, longest);
        weather.storms.push(Storm {
            from,
            until,
            broken: rng.within(0, 25),
            silenced: rng.within(0, 6),
            repeated: rng.within(0, 30),
            refused: rng.within(0, 30),
            longest: rng.within(10, 3_000),
        });
    }
    weather
}

struct Draw<'a> {
    rng: &'a mut Rng,
    nodes: usize,
    ties: &'a [Tie],
    posts: Vec<Words>,
    follows: Vec<(Person, Person)>,
}

impl Draw<'_> {
    fn person(&mut self) -> Person {
        Person {
            node: self.rng.place(0, self.nodes),
            who: self.rng.place(0, PEOPLE),
        }
    }

    fn other(&mut self, than: NodeNo) -> Person {
        loop {
            let person = self.person();
            if person.node != than {
                return person;
            }
        }
    }

    fn tie(&mut self) -> (NodeNo, NodeNo) {
        let swapped = self.rng.chance(50);
        match self.rng.pick(self.ties) {
            Some(tie) if swapped => (tie.other, tie.one),
            Some(tie) => (tie.one, tie.other),
            None => (0, 1),
        }
    }

    fn follow(&mut self) -> Deed {
        let from = self.person();
        let to = self.other(from.node);
        self.follows.push((from, to));
        Deed::Follow(from, to)
    }

    fn write(&mut self) -> Deed {
        let number = self.posts.len();
        let answers = self
            .rng
            .chance(35)
            .then(|| self.rng.pick(&self.posts).cloned())
            .flatten();
        let author = self.person();
        let visibility = match self.rng.within(0, 10) {
            0..=2 => Visibility::Public,
            3 => Visibility::Unlisted,
            4..=6 => Visibility::Private,
            _ => Visibility::Direct,
        };
        let mut mentions = Vec::new();
        if let Some(answered) = &answers {
            mentions.push(answered.author);
            mentions.extend(answered.mentions.iter().copied().filter(|_| self.rng.chance(60)));
        }
        let wanted = if visibility == Visibility::Direct { 90 } else { 25 };
        while self.rng.chance(wanted) && mentions.len() < 3 {
            let other = self.other(author.node);
            mentions.push(other);
        }
        mentions.retain(|one| *one != author);
        mentions.sort_unstable();
        mentions.dedup();
        let words = Words {
            number,
            author,
            visibility,
            mentions,
            answers: answers.map(|answered| answered.number),
        };
        self.posts.push(words.clone());
        Deed::Write(words)
    }

    fn one(&mut self, busy: Duration) -> Deed {
        let posts = self.posts.len();
        match self.rng.within(0, 100) {
            0..=14 => self.follow(),
            15..=17 if !self.follows.is_empty() => {
                let place = self.rng.place(0, self.follows.len());
                let (from, to) = self.follows.swap_remove(place);
                Deed::Unfollow(from, to)
            }
            18..=28 if posts > 0 => Deed::Edit(self.rng.place(posts.saturating_sub(8), posts)),
            29..=35 if posts > 0 => Deed::Delete(self.rng.place(posts.saturating_sub(8), posts)),
            36..=38 => {
                let (one, other) = self.tie();
                let (from, until) = span(self.rng, busy, 120_000);
                Deed::Suspend(one, other, until - from)
            }
            39 if self.rng.chance(40) => {
                let (one, other) = self.tie();
                Deed::Revoke(one, other)
            }
            40..=46 => {
                let longest = if self.rng.chance(80) { 20_000 } else { 200_000 };
                let down = Duration::from_millis(self.rng.within(100, longest));
                Deed::Crash(self.rng.place(0, self.nodes), down, self.rng.chance(30))
            }
            47..=48 => Deed::Rotate(self.rng.place(0, self.nodes)),
            49..=52 => {
                let node = self.rng.place(0, self.nodes);
                // Within what nodes grant each other, mostly; sometimes hours off, until it is put right.
                let most = if self.rng.chance(75) { 120_000 } else { 7_200_000 };
                let off = i64::try_from(self.rng.within(0, 2 * most)).unwrap_or(0);
                Deed::Clock(node, off - i64::try_from(most).unwrap_or(0))
            }
            _ => self.write(),
        }
    }
}

fn deeds(rng: &mut Rng, nodes: usize, ties: &[Tie], busy: Duration) -> Vec<(Duration, Deed)> {
    let count = rng.within(20, 55);
    let mut draw = Draw {
        rng,
        nodes,
        ties,
        posts: Vec::new(),
        follows: Vec::new(),
    };
    let mut moments: Vec<Duration> = (0..count).map(|_| moment(draw.rng, busy)).collect();
    // Some of it at the same moment.
    for place in 1..moments.len() {
        if draw.rng.chance(30)
            && let Some(before) = moments.get(place - 1).copied()
            && let Some(this) = moments.get_mut(place)
        {
            *this = before + Duration::from_millis(draw.rng.within(0, 30));
        }
    }
    moments.sort_unstable();
    let mut all = Vec::new();
    // Who follows whom at the beginning.
    for _ in 0..draw.rng.within(2, 3 + 2 * u64::try_from(nodes).unwrap_or(0)) {
        let follow = draw.follow();
        all.push((Duration::from_millis(draw.rng.within(0, 1_000)), follow));
    }
    all.sort_by_key(|(at, _)| *at);
    for at in moments {
        let deed = draw.one(busy);
        all.push((at.max(Duration::from_secs(1)), deed));
    }
    all
}
