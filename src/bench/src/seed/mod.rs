//! The data set: people, peers, follows, posts and home timelines, the same for the same seed.
//!
//! The node is set up by its own command line, and so is everyone who posts in the measures, with keys and tokens. The
//! rest is written straight into the tables.

mod plan;
mod words;
mod write;

use crate::db::Db;
use crate::manifest::{Actor, FOLLOWERS, Manifest, Peer, Sizes};
use crate::node::{Place, free_port};
use crate::rng::Rng;
use crate::{Outcome, hex, say};
use entrenous_wire::keys::{Ed25519KeyPair, RsaKeyPair};
use plan::{Person, Plan, Ranges};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// People of a peer who send in the measures.
const SENDERS: usize = 16;
/// People with a token, at most.
const READERS: usize = 10_000;

/// Which peers there are, and where the authors are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Two native peers, then two of other software. Someone at each of the first three follows every author.
    Few,
    /// So many native peers, then as many of other software. Nobody elsewhere follows the first author; someone at every
    /// peer of other software follows the second; someone at the first native peer follows the rest.
    Many(usize),
}

impl Layout {
    /// Address and kind of each peer; native ones on one port, others on another.
    fn peers(self) -> Vec<(String, bool)> {
        let each = match self {
            Self::Few => 2,
            Self::Many(each) => each,
        };
        [true, false]
            .into_iter()
            .flat_map(|native| (0..each).map(move |number| (format!("127.0.0.{}", 11 + number), native)))
            .collect()
    }

    /// Whether someone at the `peer`-th of these peers follows the `author`-th author.
    fn follows(self, peer: usize, native: bool, author: usize) -> bool {
        match self {
            Self::Few => peer < 3,
            Self::Many(_) if author == 0 => false,
            Self::Many(_) if author == 1 => !native,
            Self::Many(_) => peer == 0,
        }
    }

    const fn senders(self) -> usize {
        match self {
            Self::Few => SENDERS,
            Self::Many(_) => 0,
        }
    }
}

/// Makes a data set in `data`, which must not hold one. `postgres` is an empty database's URL, or empty for SQLite.
///
/// # Errors
/// When a command of the node or the database fails.
pub fn make(data: &Path, bin: &Path, postgres: &str, sizes: &Sizes, layout: Layout) -> Outcome<Manifest> {
    let begun = Instant::now();
    let dir = Manifest::node_dir(data);
    if dir.exists() {
        return Err(format!("{} holds a half-made data set: remove it", data.display()).into());
    }
    fs::create_dir_all(data)?;
    let place = Place {
        bin: bin.to_path_buf(),
        dir,
        authority: format!("localhost:{}", free_port()?),
        postgres: postgres.to_owned(),
    };
    place.init()?;
    let mut tokens = vec![("celebrity".to_owned(), place.person("celebrity")?)];
    for number in 0..sizes.authors {
        let name = format!("author{number}");
        tokens.push((name.clone(), place.person(&name)?));
    }
    say(&format!(
        "seed: node set up with {} people of its own ({:.0} s)",
        tokens.len() + 1,
        begun.elapsed().as_secs_f64()
    ));
    let mut db = Db::open(&place.database())?;
    let peers = peers(layout)?;
    let (mut plan, cast) = decide(&mut db, &place, &peers, sizes, layout)?;
    cast.follow(&mut plan, &peers, layout);
    say(&format!(
        "seed: {} people and {} posts decided ({:.0} s)",
        plan.people.len(),
        plan.posts.len(),
        begun.elapsed().as_secs_f64()
    ));
    db.hurry()?;
    let readers = write::all(&mut db, &plan, &peers, &cast)?;
    db.settle()?;
    say(&format!("seed: written ({:.0} s)", begun.elapsed().as_secs_f64()));
    let actor = |(username, token): (String, String)| -> Outcome<Actor> {
        let person = plan.people.iter().find(|person| person.username == username);
        Ok(Actor {
            id: person.ok_or("someone was not added")?.id,
            username,
            token,
        })
    };
    let mut actors = tokens.into_iter();
    let celebrity = actor(actors.next().ok_or("nobody was added")?)?;
    let manifest = Manifest {
        sizes: sizes.clone(),
        authority: place.authority,
        postgres: postgres.to_owned(),
        readers,
        authors: actors.map(actor).collect::<Outcome<_>>()?,
        celebrity,
        peers: peers
            .into_iter()
            .enumerate()
            .map(|(at, peer)| Peer {
                senders: cast.senders_of(&plan, at),
                ..peer
            })
            .collect(),
        took: begun.elapsed().as_secs_f64(),
    };
    manifest.write(data)?;
    Ok(manifest)
}

/// The peers on two free ports. All have the same keys, since making hundreds would take a minute and change nothing.
fn peers(layout: Layout) -> Outcome<Vec<Peer>> {
    let ports = [free_port()?, free_port()?];
    let rsa = hex::write(&RsaKeyPair::generate()?.to_pkcs8()?);
    let ed25519 = hex::write(&Ed25519KeyPair::generate()?.to_pkcs8()?);
    let [for_native, for_other] = ports;
    Ok(layout
        .peers()
        .into_iter()
        .map(|(address, native)| Peer {
            origin: format!("http://{address}:{}", if native { for_native } else { for_other }),
            native,
            rsa: rsa.clone(),
            ed25519: ed25519.clone(),
            senders: Vec::new(),
        })
        .collect())
}

/// Where the special people stand in the plan.
struct Cast {
    ranges: Ranges,
    /// (place, peer)
    senders: Vec<(usize, usize)>,
    /// Someone at each peer who follows authors.
    listeners: Vec<usize>,
    celebrity: usize,
    authors: Vec<usize>,
}

fn decide(
    db: &mut Db,
    place: &Place,
    peers: &[Peer],
    sizes: &Sizes,
    layout: Layout,
) -> Outcome<(Plan, Cast)> {
    let mut rng = Rng::new(sizes.seed ^ 0x5eed);
    let origin = format!("http://{}", place.authority);
    let mut people: Vec<Person> = db
        .local_people()?
        .into_iter()
        .map(|one| Person {
            id: one.id,
            username: one.username,
            peer: None,
            origin: origin.clone(),
            made: true,
            posts: 0,
            followers: Vec::new(),
            following: Vec::new(),
            last_post: None,
        })
        .collect();
    let place_of = |name: &str| people.iter().position(|person| person.username == name);
    let celebrity = place_of("celebrity").ok_or("no celebrity")?;
    let authors: Option<Vec<usize>> = (0..sizes.authors)
        .map(|number| place_of(&format!("author{number}")))
        .collect();
    let authors = authors.ok_or("an author is missing")?;
    let made = people.len();
    people.extend(plan::people(&mut rng, sizes.people, None, &origin, 0));
    let ordinary = made..people.len();
    let (mut senders, mut listeners) = (Vec::new(), Vec::new());
    for (at, peer) in peers.iter().enumerate() {
        let from = sizes.people + at * 1_000;
        for (number, one) in plan::people(&mut rng, layout.senders() + 1, Some(at), &peer.origin, from)
            .into_iter()
            .enumerate()
        {
            if number < layout.senders() {
                senders.push((people.len(), at));
            } else {
                listeners.push(people.len());
            }
            people.push(one);
        }
    }
    let start = people.len();
    for (at, peer) in peers.iter().enumerate() {
        let from = sizes.people + 100_000 + at * 10_000;
        let share = sizes.remote / peers.len();
        people.extend(plan::people(&mut rng, share, Some(at), &peer.origin, from));
    }
    let ranges = Ranges {
        ordinary,
        remote: start..people.len(),
    };
    let plan = Plan::new(people, &ranges, sizes);
    Ok((
        plan,
        Cast {
            ranges,
            senders,
            listeners,
            celebrity,
            authors,
        },
    ))
}

impl Cast {
    /// The follows that the measures need.
    fn follow(&self, plan: &mut Plan, peers: &[Peer], layout: Layout) {
        let ordinary = &self.ranges.ordinary;
        for follower in ordinary.clone() {
            plan.link(follower, self.celebrity);
        }
        let mut next = 0;
        let loud = self
            .authors
            .iter()
            .copied()
            .chain(self.senders.iter().map(|(at, _)| *at));
        for followee in loud {
            for _ in 0..FOLLOWERS.min(ordinary.len()) {
                plan.link(ordinary.start + next % ordinary.len(), followee);
                next += 1;
            }
        }
        for (peer, listener) in self.listeners.iter().enumerate() {
            let native = peers.get(peer).is_some_and(|peer| peer.native);
            for (number, author) in self.authors.iter().enumerate() {
                if layout.follows(peer, native, number) {
                    plan.link(*listener, *author);
                }
            }
        }
    }

    fn senders_of(&self, plan: &Plan, peer: usize) -> Vec<String> {
        self.senders
            .iter()
            .filter(|(_, of)| *of == peer)
            .filter_map(|(at, _)| plan.people.get(*at).map(Person::uri))
            .collect()
    }

    /// Those who get a token.
    fn readers(&self) -> std::ops::Range<usize> {
        let start = self.ranges.ordinary.start;
        start..self.ranges.ordinary.end.min(start + READERS)
    }
}
