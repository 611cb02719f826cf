//! All attacks at once, again and again, while others go on working.

use super::attack::{Attack, WRITTEN, hold};
use super::kinds;
use super::measure::{median, p99};
use federation_tests::{Database, Node, raw};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

crate::on_both!(attackers_are_closed_and_others_served);

/// Hostile connections in a round, if this process may have so many files open.
const CONNECTIONS: usize = 600;
/// Connections of each kind that floods.
const FLOODS: usize = 2;
/// Rounds of quiet and attack.
const ROUNDS: usize = 2;
/// More of them while a busy machine makes it look bad: the best counts. A defect is there in every round.
const PATIENCE: usize = 6;
/// How long is measured in each phase.
const PHASE: Duration = Duration::from_secs(3);
/// Others may wait twice as long as in quiet, and this much for the work of the attackers, who share the machine.
const FLOOR: Duration = Duration::from_millis(100);
/// Growth that is allowed, in KiB.
const GROWTH: u64 = 64 * 1024;

async fn attackers_are_closed_and_others_served(on: Database) {
    // Two of these at once would measure each other.
    let alone = std::fs::File::create(std::env::temp_dir().join("entrenous-flood.lock")).unwrap();
    let alone = tokio::task::spawn_blocking(move || alone.lock().map(|()| alone)).await;
    let _alone = alone.unwrap().unwrap();
    let connections = CONNECTIONS.min(raw::open_files().saturating_sub(1_000).max(300));
    let node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let mallory = node.person("mallory").await;
    alice.publish("Bonjour", "public").await;
    let port: u16 = node.authority.rsplit(':').next().unwrap().parse().unwrap();
    let kinds = kinds::all(&node.authority, mallory.token());
    // Whatever is allocated once is there.
    p99(&alice, Duration::from_secs(1)).await;
    node.forget_peak();
    let memory = node.memory();

    // For each kind the longest of a round, in its best round.
    let mut ends: BTreeMap<&str, Duration> = BTreeMap::new();
    let (mut quiet, mut attacked) = (Vec::new(), Vec::new());
    for round in 0..PATIENCE {
        quiet.push(p99(&alice, PHASE).await);
        let held = who_attacks(&kinds, connections)
            .into_iter()
            .enumerate()
            .map(|(number, attack)| {
                // Half of them from one address, the rest from many.
                let source = match number % 2 {
                    0 => Ipv4Addr::new(127, 3, 0, 1),
                    _ => Ipv4Addr::new(127, 3, 1, u8::try_from(number % 200 + 1).unwrap()),
                };
                // Each for itself: in one task they would starve the others on our side, whatever the node does.
                tokio::spawn(async move { (attack.name, hold(port, source, &attack).await) })
            });
        let held = futures_util::future::join_all(held.collect::<Vec<_>>());
        let client = alice.clone();
        let others = tokio::spawn(async move {
            // The attackers are many on a small machine: let them all arrive.
            tokio::time::sleep(Duration::from_secs(1)).await;
            let start = Instant::now();
            let waited = p99(&client, PHASE).await;
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "others were not served"
            );
            waited
        });
        let (held, waited) = tokio::join!(held, others);
        attacked.push(waited.expect("others failed"));
        let mut longest: BTreeMap<&str, Duration> = BTreeMap::new();
        for (name, time) in held.into_iter().map(|one| one.expect("an attack failed")) {
            let longest = longest.entry(name).or_default();
            *longest = time.max(*longest);
        }
        for (name, time) in longest {
            let best = ends.entry(name).or_insert(time);
            *best = time.min(*best);
        }
        let closed = ends.values().all(|time| *time <= WRITTEN);
        if round + 1 >= ROUNDS && closed && is_served(&quiet, &attacked) {
            break;
        }
    }
    let growth = node.peak_memory().saturating_sub(memory);
    println!(
        "{connections} connections of {} kinds; grown by {growth} KiB",
        kinds.len()
    );
    println!("p99 in quiet {quiet:?}, attacked {attacked:?}");
    for (name, time) in &ends {
        println!("  {:6.2} s {name}", time.as_secs_f64());
    }
    let late: Vec<_> = ends.iter().filter(|(_, time)| **time > WRITTEN).collect();
    assert!(late.is_empty(), "not closed within {WRITTEN:?}: {late:?}");
    assert!(
        is_served(&quiet, &attacked),
        "others waited: in quiet {quiet:?}, attacked {attacked:?}"
    );
    assert!(growth < GROWTH, "the node has grown by {growth} KiB");
    let log = node.log();
    assert!(!log.contains("panicked"), "{log}");
    assert!(
        node.contacts()
            .besides(&std::collections::BTreeSet::new())
            .is_empty()
    );
}

/// Whether others hardly noticed.
fn is_served(quiet: &[Duration], attacked: &[Duration]) -> bool {
    let best = attacked.iter().min().copied().unwrap_or(Duration::MAX);
    best <= median(quiet) * 2 + FLOOR
}

/// All kinds: the most of those that hold, and a few of those that flood, since attackers and attacked share a machine here
/// and it is the node's work that is looked at.
fn who_attacks(kinds: &[Attack], connections: usize) -> Vec<Attack> {
    let (floods, holds): (Vec<&Attack>, Vec<&Attack>) = kinds.iter().partition(|kind| kind.floods());
    let floods = floods.iter().flat_map(|kind| std::iter::repeat_n(*kind, FLOODS));
    let mut all: Vec<Attack> = floods.cloned().collect();
    let rest = connections.saturating_sub(all.len());
    all.extend(holds.iter().cycle().take(rest).map(|kind| (*kind).clone()));
    all
}
