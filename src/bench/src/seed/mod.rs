//! The data set: people, peers, follows, posts and home timelines, the same for the same seed.
//!
//! The node is set up by its own command line, and so is everyone who posts in the measures, with keys and tokens. The
//! rest is written straight into the tables.

mod plan;
mod words;
mod write;

use crate::db::Db;
use crate::manifest::{Actor, Manifest, Peer, Sizes};
use crate::node::{Place, free_port};
use crate::rng::Rng;
use crate::{Outcome, hex, say};
use entrenous_wire::keys::{Ed25519KeyPair, RsaKeyPair};
use plan::{Person, Plan, Ranges};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// People of the node who follow each author and each sender of a peer.
const FOLLOWERS: usize = 10;
/// People of a peer who send in the measures.
const SENDERS: usize = 16;
/// People with a token, at most.
const READERS: usize = 2_000;

/// Peers of the main data set: two native ones, then two of other software. The authors' posts go to the first three.
const PEERS: [(&str, bool); 4] = [
    ("127.0.0.11", true),
    ("127.0.0.12", true),
    ("127.0.0.13", false),
    ("127.0.0.14", false),
];

/// Makes a data set in `data`, which must not hold one. `postgres` is an empty database's URL, or empty for SQLite.
///
/// # Errors
/// When a command of the node or the database fails.
pub fn make(data: &Path, bin: &Path, postgres: &str, sizes: &Sizes) -> Outcome<Manifest> {
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
    let peers = peers()?;
    let (mut plan, cast) = decide(&mut db, &place, &peers, sizes)?;
    cast.follow(&mut plan);
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

/// The peers on one free port, each with keys.
fn peers() -> Outcome<Vec<Peer>> {
    let port = free_port()?;
    PEERS
        .iter()
        .map(|(address, native)| {
            Ok(Peer {
                origin: format!("http://{address}:{port}"),
                native: *native,
                rsa: hex::write(&RsaKeyPair::generate()?.to_pkcs8()?),
                ed25519: hex::write(&Ed25519KeyPair::generate()?.to_pkcs8()?),
                senders: Vec::new(),
            })
        })
        .collect()
}

/// Where the special people stand in the plan.
struct Cast {
    ranges: Ranges,
    /// (place, peer)
    senders: Vec<(usize, usize)>,
    /// One follower of every author at each of the first three peers.
    listeners: Vec<usize>,
    celebrity: usize,
    authors: Vec<usize>,
}

fn decide(db: &mut Db, place: &Place, peers: &[Peer], sizes: &Sizes) -> Outcome<(Plan, Cast)> {
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
        for (number, one) in plan::people(&mut rng, SENDERS + 1, Some(at), &peer.origin, from)
            .into_iter()
            .enumerate()
        {
            if number < SENDERS {
                senders.push((people.len(), at));
            } else if at < 3 {
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
    fn follow(&self, plan: &mut Plan) {
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
        for listener in &self.listeners {
            for author in &self.authors {
                plan.link(*listener, *author);
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
