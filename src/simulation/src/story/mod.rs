//! A run from its seed to its verdict.

mod deeds;
pub mod facts;
mod stage;

pub(crate) use deeds::post_uri;

use crate::house::Pool;
use crate::journal::Journal;
use crate::notes::{self, Note};
use crate::plan::Plan;
use crate::verdict::{self, Ended};
use crate::{Failed, failed};
use entrenous_domain::{ledger, peers};
use facts::Facts;
use stage::Stage;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long after everything has healed the queues may take: a peer that refused rests for an hour.
const PATIENCE: Duration = Duration::from_secs(8 * 3_600);
/// How often it is looked whether they are empty.
const LOOK: Duration = Duration::from_secs(60);
/// More messages than any run makes: something goes in a circle.
const MOST_MESSAGES: usize = 50_000;

/// What came of a run.
#[derive(Debug)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// What was promised and not kept.
    pub violations: Vec<String>,
    /// Everything that happened.
    pub journal: Journal,
    /// What the log said.
    pub notes: Vec<Note>,
    /// What was done.
    pub facts: Facts,
    /// How long it took, in simulated time.
    pub took: Duration,
}

/// Runs a seed.
///
/// # Errors
/// If the run could not be made; what it finds is in the report.
pub fn run(seed: u64, pool: &Arc<Pool>) -> Result<Report, Failed> {
    drop(notes::take());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(failed("a runtime"))?;
    let stage = {
        let _guard = runtime.enter();
        Stage::set(seed, Plan::of(seed), Arc::clone(pool))?
    };
    let mut violations = Vec::new();
    let ended = runtime.block_on(play(&stage, &mut violations));
    let took = {
        let _guard = runtime.enter();
        let took = stage.now();
        stage.end();
        took
    };
    drop(runtime);
    let (journal, notes) = (stage.net().take_journal(), notes::take());
    let facts = std::mem::take(&mut *stage.facts());
    match ended {
        Ok(ended) => violations.extend(verdict::of(stage.plan(), &facts, &journal, &ended)),
        Err(Failed(why)) => violations.push(format!("the run broke off: {why}")),
    }
    let bad = notes.iter().filter(|note| note.bad);
    violations.extend(bad.map(|note| format!("the log says: {}", note.text)));
    Ok(Report {
        seed,
        violations,
        journal,
        notes,
        facts,
        took,
    })
}

async fn play(stage: &Stage, violations: &mut Vec<String>) -> Result<Ended, Failed> {
    for node in 0..stage.plan().nodes {
        stage.begin(node).await?;
    }
    let mut doing: JoinSet<Result<(), Failed>> = JoinSet::new();
    for (at, deed) in stage.plan().deeds.clone() {
        stage.until(at).await;
        doing.spawn(deeds::one(stage.clone(), deed));
    }
    stage.until(stage.plan().healed).await;
    stage.net().tell("everything heals");
    for node in 0..stage.plan().nodes {
        stage.watch(node)?.set(0);
    }
    let all_done = timeout(PATIENCE, async {
        while let Some(done) = doing.join_next().await {
            done.map_err(failed("a deed"))??;
        }
        Ok::<_, Failed>(())
    });
    match all_done.await {
        Ok(done) => done?,
        Err(_) => violations.push("somebody never got an answer".to_owned()),
    }
    settle(stage, violations).await?;
    end(stage).await
}

/// Waits until nothing is left to be sent.
async fn settle(stage: &Stage, violations: &mut Vec<String>) -> Result<(), Failed> {
    let until = stage.now() + PATIENCE;
    loop {
        let mut waiting = Vec::new();
        for node in 0..stage.plan().nodes {
            let queued = stage.look(node, crate::house::Sight::queued)?;
            let orders = match stage.ctx(node) {
                Some(ctx) => peers::open_orders(&ctx)
                    .await
                    .map_err(failed("reading orders"))?
                    .len(),
                None => 1,
            };
            if queued > 0 || orders > 0 {
                waiting.push(format!("n{node}: {queued} deliveries, {orders} orders"));
            }
        }
        if waiting.is_empty() {
            break;
        }
        if stage.now() > until || stage.net().messages() > MOST_MESSAGES {
            violations.push(format!("what is queued does not go out: {}", waiting.join("; ")));
            break;
        }
        sleep(LOOK).await;
    }
    // For what is under way, what the network repeats, and what purges.
    sleep(Duration::from_secs(120)).await;
    Ok(())
}

/// What is there in the end.
async fn end(stage: &Stage) -> Result<Ended, Failed> {
    let mut ended = Ended::default();
    for node in 0..stage.plan().nodes {
        if let Some(ctx) = stage.ctx(node) {
            for peer in peers::list(&ctx).await.map_err(failed("reading peers"))? {
                let checked = ledger::verify(&ctx, &peer, None)
                    .await
                    .map_err(failed("verifying a ledger"))?;
                if !checked.is_whole() {
                    ended
                        .torn
                        .push(format!("n{node} about {}: {:?}", peer.origin, checked.findings));
                }
            }
        }
        ended.nodes.push(verdict::Left {
            posts: stage.look(node, crate::house::Sight::posts)?,
            received: stage.look(node, crate::house::Sight::received)?,
            deliveries: stage.look(node, crate::house::Sight::deliveries)?,
            ledger: stage.look(node, crate::house::Sight::ledger)?,
        });
    }
    Ok(ended)
}
