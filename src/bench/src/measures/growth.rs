//! What a request costs as posts become more.

use super::{Bench, Section, home};
use crate::figure::{Figure, Goal};
use crate::{Outcome, say};

/// Measures the home timeline on each of these data sets, the smallest first, in turn.
///
/// # Errors
/// When a node does not serve.
pub async fn measure(sets: &[&Bench]) -> Outcome<Section> {
    let rounds = sets.first().map_or(0, |bench| bench.effort.rounds);
    let mut warm = vec![Vec::new(); sets.len()];
    let mut older = vec![Vec::new(); sets.len()];
    for round in 0..rounds {
        for ((bench, warm), older) in sets.iter().zip(&mut warm).zip(&mut older) {
            let (cold, node) = home::older_round(bench).await?;
            older.push(cold);
            warm.push(home::warm_round(bench, &node).await?);
            node.stop()?;
        }
        say(&format!("  growth: round {} of {rounds}", round + 1));
    }
    let mut figures = Vec::new();
    for ((bench, warm), older) in sets.iter().zip(&warm).zip(&older) {
        let posts = bench.manifest.sizes.posts;
        let of =
            |name: &str, unit, values: Vec<f64>| Figure::new(format!("{posts} posts, {name}"), unit, values);
        figures.extend([
            of(
                "warm: server CPU",
                "µs",
                warm.iter().map(crate::load::Result::cpu_each).collect(),
            ),
            of(
                "warm: p99",
                "ms",
                warm.iter().map(|one| one.latency(99)).collect(),
            ),
            of(
                "older pages: server CPU",
                "µs",
                older.iter().map(crate::load::Result::cpu_each).collect(),
            ),
            of(
                "older pages: p99",
                "ms",
                older.iter().map(|one| one.latency(99)).collect(),
            ),
        ]);
    }
    for (name, all) in [("warm", &warm), ("older pages", &older)] {
        let (Some(least), Some(most)) = (all.first(), all.last()) else {
            continue;
        };
        let pairs = || most.iter().zip(least);
        figures.extend([
            Figure::new(
                format!("most to fewest posts, {name}: ratio of p99"),
                "",
                pairs()
                    .map(|(most, least)| most.latency(99) / least.latency(99))
                    .collect(),
            )
            .goal(Goal::AtMost(1.2)),
            Figure::new(
                format!("most to fewest posts, {name}: ratio of CPU"),
                "",
                pairs()
                    .map(|(most, least)| most.cpu_each() / least.cpu_each())
                    .collect(),
            ),
        ]);
    }
    Ok(Section {
        title: "Growth",
        method: "The home timeline as above, on data sets of the same people with a hundredth, a tenth and all of the posts, \
                 round by round in turn."
            .to_owned(),
        figures,
    })
}
