//! Who there is, who follows whom, and which posts there are: decided in memory, written later.

use super::words;
use crate::clock;
use crate::manifest::Sizes;
use crate::rng::{Rng, Zipf};
use std::collections::HashSet;

/// Newest rows that every home timeline holds.
pub(super) const FEED: usize = 400;
/// A post is answered or boosted within so many posts.
const RECENT: usize = 4_000;

/// Someone, of the node or of a peer.
pub(super) struct Person {
    pub(super) id: i64,
    pub(super) username: String,
    /// Which peer; `None` for the node's own.
    pub(super) peer: Option<usize>,
    /// The base of their ids.
    pub(super) origin: String,
    /// There already: made by the command line.
    pub(super) made: bool,
    pub(super) posts: i64,
    pub(super) followers: Vec<u32>,
    pub(super) following: Vec<u32>,
    pub(super) last_post: Option<i64>,
}

impl Person {
    pub(super) fn uri(&self) -> String {
        format!("{}/people/{}", self.origin, self.username)
    }

    pub(super) fn url(&self) -> String {
        format!("{}/@{}", self.origin, self.username)
    }

    /// As it is typed: with the peer's host, if they are of one.
    pub(super) fn handle(&self) -> String {
        match self.peer {
            None => self.username.clone(),
            Some(_) => format!("{}@{}", self.username, self.origin.trim_start_matches("http://")),
        }
    }
}

/// What a post is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Root,
    Reply(u32),
    Boost(u32),
}

/// A post, without its text.
pub(super) struct Post {
    pub(super) id: i64,
    pub(super) author: u32,
    pub(super) kind: Kind,
    pub(super) visibility: &'static str,
    pub(super) conversation: u32,
    pub(super) replies: i64,
    pub(super) boosts: i64,
    pub(super) favourites: i64,
}

/// The whole data set but the texts.
pub(super) struct Plan {
    pub(super) people: Vec<Person>,
    pub(super) posts: Vec<Post>,
    pub(super) favourites: Vec<(u32, u32)>,
    pub(super) rng: Rng,
}

/// Where each kind of people stands among all.
pub(super) struct Ranges {
    /// The node's own, ordinary ones.
    pub(super) ordinary: std::ops::Range<usize>,
    /// Ordinary people of peers.
    pub(super) remote: std::ops::Range<usize>,
}

impl Plan {
    /// Decides everything about people and posts but the special follows.
    pub(super) fn new(people: Vec<Person>, ranges: &Ranges, sizes: &Sizes) -> Self {
        let mut plan = Self {
            people,
            posts: Vec::with_capacity(sizes.posts),
            favourites: Vec::new(),
            rng: Rng::new(sizes.seed),
        };
        plan.follow(ranges);
        plan.write_posts(ranges, sizes);
        plan.favour(ranges);
        plan
    }

    /// One follows another.
    pub(super) fn link(&mut self, follower: usize, followee: usize) {
        if follower == followee {
            return;
        }
        let (small, large) = (short(follower), short(followee));
        if let Some(one) = self.people.get_mut(follower) {
            one.following.push(large);
        }
        if let Some(one) = self.people.get_mut(followee) {
            one.followers.push(small);
        }
    }

    /// Everyone ordinary follows 30 to 90 others, whose fame is of Zipf's shape.
    fn follow(&mut self, ranges: &Ranges) {
        let mut famous: Vec<usize> = ranges.ordinary.clone().chain(ranges.remote.clone()).collect();
        self.rng.shuffle(&mut famous);
        let fame = Zipf::new(famous.len(), 1.0);
        let mut chosen = HashSet::new();
        for follower in ranges.ordinary.clone().chain(ranges.remote.clone()) {
            let local = ranges.ordinary.contains(&follower);
            let wanted = if local { self.rng.between(30, 90) } else { 5 }.min(famous.len() / 3);
            chosen.clear();
            for _ in 0..wanted * 10 {
                if chosen.len() >= wanted {
                    break;
                }
                let rank = fame.rank(&mut self.rng);
                let Some(followee) = famous.get(rank).copied() else {
                    continue;
                };
                // What peers' people do among themselves is not known here.
                let known = local || ranges.ordinary.contains(&followee);
                if known && followee != follower && chosen.insert(followee) {
                    self.link(follower, followee);
                }
            }
        }
    }

    /// Posts over the past year up to a minute ago, one after the other; three quarters of them roots.
    fn write_posts(&mut self, ranges: &Ranges, sizes: &Sizes) {
        let mut authors: Vec<usize> = ranges.ordinary.clone().chain(ranges.remote.clone()).collect();
        self.rng.shuffle(&mut authors);
        let diligence = Zipf::new(authors.len(), 0.5);
        let last = clock::now().timestamp_millis() - 60_000;
        let year: i64 = 365 * 24 * 3_600 * 1_000;
        let count = i64::try_from(sizes.posts).unwrap_or(1).max(1);
        let mut boosted: HashSet<(u32, u32)> = HashSet::new();
        for at in 0..sizes.posts {
            let rank = diligence.rank(&mut self.rng);
            let author = short(authors.get(rank).copied().unwrap_or_default());
            let millis = last - year + year / count * i64::try_from(at).unwrap_or_default();
            let kind = self.kind(author, &mut boosted);
            let here = short(at);
            let (visibility, conversation) = match kind {
                Kind::Reply(of) => (
                    "public",
                    self.posts.get(of as usize).map_or(here, |post| post.conversation),
                ),
                Kind::Boost(_) => ("public", here),
                Kind::Root => (visibility(&mut self.rng), here),
            };
            let id = clock::id(millis, self.rng.bits());
            self.posts.push(Post {
                id,
                author,
                kind,
                visibility,
                conversation,
                replies: 0,
                boosts: 0,
                favourites: 0,
            });
            if let Some(person) = self.people.get_mut(author as usize) {
                person.posts += 1;
                person.last_post = Some(id);
            }
            if let Kind::Reply(of) | Kind::Boost(of) = kind
                && let Some(of) = self.posts.get_mut(of as usize)
            {
                match kind {
                    Kind::Reply(_) => of.replies += 1,
                    _ => of.boosts += 1,
                }
            }
        }
    }

    fn kind(&mut self, author: u32, boosted: &mut HashSet<(u32, u32)>) -> Kind {
        let dice = self.rng.below(100);
        let before = self.posts.len();
        if dice >= 26 || before == 0 {
            return Kind::Root;
        }
        let of = before - 1 - self.rng.below(before.min(RECENT));
        let Some(post) = self.posts.get(of) else {
            return Kind::Root;
        };
        let open = post.visibility == "public" && !matches!(post.kind, Kind::Boost(_));
        let of = short(of);
        if dice < 20 && open {
            Kind::Reply(of)
        } else if dice >= 20 && open && post.author != author && boosted.insert((of, author)) {
            Kind::Boost(of)
        } else {
            Kind::Root
        }
    }

    /// Three favourites for ten posts.
    fn favour(&mut self, ranges: &Ranges) {
        let mut seen = HashSet::new();
        for _ in 0..self.posts.len() * 3 / 10 {
            let at = self.rng.below(self.posts.len());
            let by = ranges.ordinary.start + self.rng.below(ranges.ordinary.len());
            let Some(post) = self.posts.get_mut(at) else {
                continue;
            };
            let open = post.visibility == "public" && !matches!(post.kind, Kind::Boost(_));
            if open && seen.insert((short(by), short(at))) {
                post.favourites += 1;
                self.favourites.push((short(by), short(at)));
            }
        }
    }

    /// The newest rows of every home timeline of the node, by the rules of `domain::posts::publish`: (owner, post).
    pub(super) fn feed(&self) -> Vec<Vec<u32>> {
        let mut feed: Vec<Vec<u32>> = vec![Vec::new(); self.people.len()];
        let follows: Vec<HashSet<u32>> = self
            .people
            .iter()
            .map(|person| person.following.iter().copied().collect())
            .collect();
        for (at, post) in self.posts.iter().enumerate().rev() {
            let Some(author) = self.people.get(post.author as usize) else {
                continue;
            };
            let answered = match post.kind {
                Kind::Reply(of) => self.posts.get(of as usize).map(|of| of.author),
                Kind::Root | Kind::Boost(_) => None,
            };
            let own = author.peer.is_none().then_some(&post.author);
            for owner in author.followers.iter().chain(own) {
                let local = self
                    .people
                    .get(*owner as usize)
                    .is_some_and(|person| person.peer.is_none());
                let wants = answered.is_none_or(|to| {
                    to == post.author
                        || to == *owner
                        || *owner == post.author
                        || follows
                            .get(*owner as usize)
                            .is_some_and(|follows| follows.contains(&to))
                });
                if local
                    && wants
                    && let Some(rows) = feed.get_mut(*owner as usize)
                    && rows.len() < FEED
                {
                    rows.push(short(at));
                }
            }
        }
        feed
    }
}

fn visibility(rng: &mut Rng) -> &'static str {
    match rng.below(100) {
        0..=6 => "private",
        7..=14 => "unlisted",
        _ => "public",
    }
}

/// Places in the plan are 32 bits: a data set of more would not fit the memory.
pub(super) fn short(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Ordinary people with names of their own, older than any post.
pub(super) fn people(
    rng: &mut Rng,
    count: usize,
    peer: Option<usize>,
    origin: &str,
    from: usize,
) -> Vec<Person> {
    let begin = clock::now().timestamp_millis() - 400 * 24 * 3_600 * 1_000;
    (from..from + count)
        .map(|number| Person {
            id: clock::id(begin + i64::try_from(number).unwrap_or_default(), rng.bits()),
            username: words::username(rng, number),
            peer,
            origin: origin.to_owned(),
            made: false,
            posts: 0,
            followers: Vec::new(),
            following: Vec::new(),
            last_post: None,
        })
        .collect()
}
