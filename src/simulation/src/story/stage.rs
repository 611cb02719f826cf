//! The world of one run.

use super::facts::Facts;
use crate::house::{Birth, Life, Person, Pool, Sight, Watch};
use crate::journal::NodeNo;
use crate::net::Net;
use crate::plan::Plan;
use crate::rng::Rng;
use crate::{Failed, failed};
use entrenous_domain::Ctx;
use entrenous_federation::Federation;
use entrenous_model::AccountId;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{Instant, sleep, sleep_until};

/// The world of one run. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Stage(Arc<Inner>);

struct Inner {
    plan: Plan,
    pool: Arc<Pool>,
    net: Net,
    start: Instant,
    folder: TempDir,
    watches: Vec<Watch>,
    rng: Mutex<Rng>,
    lives: Mutex<Vec<Option<Life>>>,
    sights: Mutex<Vec<Sight>>,
    facts: Mutex<Facts>,
    desks: Mutex<BTreeMap<(NodeNo, NodeNo), Desk>>,
}

/// Held by the administrator of a node while they do something about another one.
type Desk = Arc<tokio::sync::Mutex<()>>;

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stage {
    /// Where the administrator of `node` does one thing about `other` after another: what waits for a node that is down must
    /// not be carried out in another order than it was asked in.
    pub(crate) fn desk(&self, node: NodeNo, other: NodeNo) -> Desk {
        Arc::clone(lock(&self.0.desks).entry((node, other)).or_default())
    }

    /// Nodes with copies of the databases, connected as the plan says. None of them runs yet.
    pub(crate) fn set(seed: u64, plan: Plan, pool: Arc<Pool>) -> Result<Self, Failed> {
        let net = Net::new(Rng::of(seed, "network"), plan.weather.clone());
        let start = Instant::now();
        let folder = crate::house::temporary()?;
        let mut sights = Vec::new();
        for node in 0..plan.nodes {
            let database = crate::house::file(folder.path(), node);
            pool.copy(node, &database)?;
            let mut sight = Sight::open(&database)?;
            for other in 0..crate::house::MOST_NODES {
                sight.set(&tie(&plan, &pool, node, other)?)?;
            }
            sights.push(sight);
        }
        Ok(Self(Arc::new(Inner {
            net,
            start,
            folder,
            watches: (0..plan.nodes).map(|_| Watch::new(start)).collect(),
            rng: Mutex::new(Rng::of(seed, "nodes")),
            lives: Mutex::new((0..plan.nodes).map(|_| None).collect()),
            sights: Mutex::new(sights),
            facts: Mutex::default(),
            plan,
            pool,
            desks: Mutex::default(),
        })))
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.0.plan
    }

    pub(crate) fn net(&self) -> &Net {
        &self.0.net
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.0.pool
    }

    /// Time since the run began.
    pub(crate) fn now(&self) -> Duration {
        Instant::now() - self.0.start
    }

    pub(crate) async fn until(&self, at: Duration) {
        sleep_until(self.0.start + at).await;
    }

    pub(crate) fn watch(&self, node: NodeNo) -> Result<&Watch, Failed> {
        self.0
            .watches
            .get(node)
            .ok_or_else(|| Failed(format!("there is no n{node}")))
    }

    pub(crate) fn facts(&self) -> MutexGuard<'_, Facts> {
        lock(&self.0.facts)
    }

    /// Looks into the database of a node.
    pub(crate) fn look<T>(
        &self,
        node: NodeNo,
        with: impl FnOnce(&mut Sight) -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        let mut sights = lock(&self.0.sights);
        let sight = sights
            .get_mut(node)
            .ok_or_else(|| Failed(format!("there is no n{node}")))?;
        with(sight)
    }

    /// What a node calls a person.
    pub(crate) fn account(&self, at: NodeNo, person: Person) -> Result<AccountId, Failed> {
        self.0.pool.account(at, person)
    }

    /// A node's use-cases, while it runs.
    pub(crate) fn ctx(&self, node: NodeNo) -> Option<Ctx> {
        self.federation(node).map(|federation| federation.ctx().clone())
    }

    /// The same, waited for.
    pub(crate) async fn federation_when_up(&self, node: NodeNo) -> Federation {
        loop {
            if let Some(federation) = self.federation(node) {
                return federation;
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    pub(crate) fn federation(&self, node: NodeNo) -> Option<Federation> {
        let lives = lock(&self.0.lives);
        lives.get(node)?.as_ref().map(|life| life.federation.clone())
    }

    /// Begins a node.
    pub(crate) async fn begin(&self, node: NodeNo) -> Result<(), Failed> {
        let rng = Rng::new(lock(&self.0.rng).next());
        let database: PathBuf = crate::house::file(self.0.folder.path(), node);
        let birth = Birth {
            node,
            database: &database,
            watch: self.watch(node)?,
            net: &self.0.net,
            rng: Some(rng),
        };
        let life = Life::begin(birth).await?;
        if let Some(place) = lock(&self.0.lives).get_mut(node) {
            *place = Some(life);
        }
        self.0.net.tell(format!("n{node} runs"));
        Ok(())
    }

    /// Kills a node; false if it does not run.
    pub(crate) fn kill(&self, node: NodeNo, silent: bool) -> bool {
        let Some(life) = lock(&self.0.lives).get_mut(node).and_then(Option::take) else {
            return false;
        };
        life.kill();
        self.0.net.lose(node, silent);
        true
    }

    /// Kills all.
    pub(crate) fn end(&self) {
        for node in 0..self.0.plan.nodes {
            self.kill(node, false);
        }
    }
}

/// What makes of the peers of the stage those of the plan.
fn tie(plan: &Plan, pool: &Pool, node: NodeNo, other: NodeNo) -> Result<String, Failed> {
    if node == other {
        return Ok(String::new());
    }
    let peer = pool.peer(node, other)?;
    match plan.contract(node, other) {
        Some(contract) => {
            let contract = serde_json::to_string(&contract).map_err(failed("a contract"))?;
            Ok(format!(
                "UPDATE peers SET contract = '{contract}' WHERE id = {peer}"
            ))
        }
        None => Ok(format!("UPDATE peers SET state = 'revoked' WHERE id = {peer}")),
    }
}
