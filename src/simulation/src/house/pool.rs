//! The stage, set once in the process: nodes with people who know of one another. Each run gets copies of it.

use super::life::{Birth, Life, origin};
use super::ports::Watch;
use super::{MOST_NODES, PEOPLE};
use crate::journal::NodeNo;
use crate::net::{self, Net, Weather};
use crate::rng::Rng;
use crate::{Failed, failed};
use entrenous_domain::people::{self, NewPerson};
use entrenous_domain::ports::RemoteLookup as _;
use entrenous_model::{
    AccountId, Contract, KeyGeneration, Peer, PeerId, PeerKeys, PeerState, Role, SignatureForm, Software,
};
use entrenous_store::StoreError;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::time::Instant;

/// A person, by node and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person {
    /// Of which node.
    pub node: NodeNo,
    /// Which one there.
    pub who: usize,
}

impl std::fmt::Display for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "p{}@n{}", self.who, self.node)
    }
}

/// Their name as it is written in a post.
#[must_use]
pub fn handle(person: Person) -> String {
    format!("@p{}@{}", person.who, net::name(person.node))
}

/// Their ActivityPub id.
#[must_use]
pub fn person_uri(person: Person) -> String {
    format!("http://{}/people/p{}", net::name(person.node), person.who)
}

/// All people.
pub(crate) fn everyone() -> impl Iterator<Item = Person> {
    (0..MOST_NODES).flat_map(|node| (0..PEOPLE).map(move |who| Person { node, who }))
}

/// Databases to copy, and what is in them.
pub struct Pool {
    folder: TempDir,
    /// What each node calls each person.
    accounts: BTreeMap<(NodeNo, Person), AccountId>,
    /// What each node calls each other.
    peers: BTreeMap<(NodeNo, NodeNo), PeerId>,
}

impl Pool {
    /// Sets the stage. Takes some seconds: keys are made, passwords hashed.
    ///
    /// # Errors
    /// If the product says so.
    pub fn make() -> Result<Self, Failed> {
        let folder = temporary()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .map_err(failed("a runtime"))?;
        let (accounts, peers) = runtime.block_on(set(folder.path()))?;
        // With the tasks go the connections, and with the last of them the logs are folded into the files.
        drop(runtime);
        Ok(Self {
            folder,
            accounts,
            peers,
        })
    }

    /// Copies the database of a node.
    ///
    /// # Errors
    /// The file system's.
    pub fn copy(&self, node: NodeNo, to: &Path) -> Result<(), Failed> {
        fs::copy(file(self.folder.path(), node), to).map_err(failed("copying a database"))?;
        Ok(())
    }

    /// What a node calls a person.
    ///
    /// # Errors
    /// If there is no such person.
    pub fn account(&self, at: NodeNo, person: Person) -> Result<AccountId, Failed> {
        let found = self.accounts.get(&(at, person)).copied();
        found.ok_or_else(|| Failed(format!("n{at} does not know {person}")))
    }

    /// What a node calls another.
    ///
    /// # Errors
    /// If there is no such node.
    pub fn peer(&self, at: NodeNo, other: NodeNo) -> Result<PeerId, Failed> {
        let found = self.peers.get(&(at, other)).copied();
        found.ok_or_else(|| Failed(format!("n{at} does not know n{other}")))
    }
}

/// A folder in memory, where the machine has one.
pub(crate) fn temporary() -> Result<TempDir, Failed> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir())
    } else {
        tempfile::tempdir()
    };
    folder.map_err(failed("a temporary folder"))
}

pub(crate) fn file(folder: &Path, node: NodeNo) -> PathBuf {
    folder.join(format!("n{node}.db"))
}

type Known = (
    BTreeMap<(NodeNo, Person), AccountId>,
    BTreeMap<(NodeNo, NodeNo), PeerId>,
);

async fn set(folder: &Path) -> Result<Known, Failed> {
    let net = Net::new(Rng::of(1, "stage"), Weather::default());
    // An hour before all runs begin.
    let watch = Watch::new(Instant::now());
    watch.set(-3_600_000);
    let mut lives = Vec::new();
    for node in 0..MOST_NODES {
        let database = file(folder, node);
        let birth = Birth {
            node,
            database: &database,
            watch: &watch,
            net: &net,
            rng: None,
        };
        lives.push(Life::begin(birth).await?);
    }
    let keys: Vec<PeerKeys> = lives
        .iter()
        .map(|life| life.federation.identity().peer_keys())
        .collect();
    let (mut accounts, mut peers) = Known::default();
    for (node, life) in lives.iter().enumerate() {
        for who in 0..PEOPLE {
            let person = NewPerson {
                username: format!("p{who}"),
                display_name: format!("Person {who}"),
                password: "correct horse battery".to_owned(),
                role: Role::Member,
                locale: "en".to_owned(),
            };
            let added = people::add(&life.ctx, person).await.map_err(failed("a person"))?;
            accounts.insert((node, Person { node, who }), added.id);
        }
        for (other, keys) in keys.iter().enumerate().filter(|(other, _)| *other != node) {
            peers.insert((node, other), pin(life, other, keys.clone()).await?);
        }
        life.ctx.trust().forget_everything();
    }
    for (node, life) in lives.iter().enumerate() {
        for person in everyone().filter(|person| person.node != node) {
            let (name, authority) = (format!("p{}", person.who), net::name(person.node));
            let found = life.federation.account_by_handle(&name, &authority).await;
            let found = found.map_err(failed("looking a person up"))?;
            accounts.insert(
                (node, person),
                found.ok_or_else(|| Failed(format!("{person} was not found")))?,
            );
        }
    }
    for life in lives {
        life.kill();
    }
    Ok((accounts, peers))
}

async fn pin(life: &Life, other: NodeNo, keys: PeerKeys) -> Result<PeerId, Failed> {
    let origin = origin(other)?;
    let write = life.ctx.store().write(move |tx| {
        let id = PeerId(tx.next_id());
        let peer = Peer {
            id,
            name: origin.authority().to_owned(),
            state: PeerState::Active,
            software: Software::Native,
            keys: Some(keys),
            shared_inbox: Some(origin.join("/inbox")),
            origin,
            contract: Contract::FULL,
            signature_form: SignatureForm::Rfc9421Ed25519,
            created_at: tx.now(),
            updated_at: tx.now(),
            last_seen_at: None,
            failing_since: None,
            failures: 0,
            retry_at: None,
            last_error: None,
            introduced_by: None,
            accepts_introductions: false,
            our_keys: KeyGeneration::FIRST,
            alert: None,
        };
        entrenous_store::peers::insert(tx, &peer, None)?;
        Ok::<_, StoreError>(id)
    });
    write.await.map_err(failed("a peer"))
}
