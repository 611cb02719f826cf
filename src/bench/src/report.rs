//! `docs/BENCHMARKS.md`: figures, goals and method beside each other.

use crate::figure::Figure;
use crate::manifest::Sizes;
use crate::measures::{Effort, Section};
use crate::suite::Results;
use crate::{Outcome, clock};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

/// What the report says about the run as a whole.
pub struct Run {
    /// What was measured.
    pub commit: String,
    /// The main data set.
    pub sizes: Sizes,
    /// How much was done.
    pub effort: Effort,
    /// True of a run that only shows that it runs.
    pub quick: bool,
    /// How long everything took, in minutes.
    pub minutes: f64,
}

/// Databases that were measured, with what came of each.
pub type Both = Vec<(&'static str, Results)>;

/// The headings of sections that others write here: the web client's measures (`npm run measure` in `web/`), and
/// `cargo xtask fuzz`.
const OTHERS: [&str; 2] = ["Web client", "Fuzzing"];

/// `new` in the place of `before`, with what others have written there.
#[must_use]
pub fn keeping(before: &str, new: String) -> String {
    before.split("\n## ").skip(1).fold(new, |kept, section| {
        let title = section.lines().next().unwrap_or_default();
        if OTHERS.contains(&title) {
            format!("{}\n\n## {}\n", kept.trim_end(), section.trim_end())
        } else {
            kept
        }
    })
}

/// The whole document.
#[must_use]
pub fn document(run: &Run, all: &Both) -> String {
    let mut out =
        String::from("# Benchmarks\n\nWritten by `cargo xtask bench`. Do not edit: run it again.\n\n");
    line(
        &mut out,
        &format!("- {}, commit {}", clock::now().format("%Y-%m-%d"), run.commit),
    );
    line(&mut out, &format!("- Machine: {}", machine()));
    line(
        &mut out,
        &format!(
            "- Data: {} people, {} posts, {} people of 4 peers; follows of Zipf's shape (30 to 90 each), seed {}; home timelines \
             of at most 400 rows. Written straight into the tables; people who post were added by the command line.",
            run.sizes.people, run.sizes.posts, run.sizes.remote, run.sizes.seed
        ),
    );
    line(
        &mut out,
        &format!(
            "- Each figure is the median of {} rounds, with the least and the most. Load and peers are in one process beside the \
             node, on the same processors: rates and latencies are those of both together, processor time is the node's alone \
             (`/proc`: user and kernel), on PostgreSQL with that of PostgreSQL's processes.",
            run.effort.rounds
        ),
    );
    line(
        &mut out,
        "- SQLite: WAL, `synchronous=FULL`. PostgreSQL: `fsync` and `synchronous_commit` on, on the same machine.",
    );
    line(
        &mut out,
        "- Machines differ: a figure is worth something beside the ceilings of the same run. Goals are of the design; those of \
         the timeline's and posting's rates are for SQLite.",
    );
    if run.quick {
        line(
            &mut out,
            "- **A quick run on small data: it shows that everything runs, and no figure.**",
        );
    }
    line(&mut out, &format!("- The run took {:.0} minutes.", run.minutes));
    ceilings(&mut out, all);
    let mut titles: Vec<&'static str> = Vec::new();
    for section in all.iter().flat_map(|(_, results)| &results.sections) {
        if !titles.contains(&section.title) {
            titles.push(section.title);
        }
    }
    for title in titles {
        let sections: Vec<(&str, &Section)> = all
            .iter()
            .filter_map(|(name, results)| {
                let section = results.sections.iter().find(|section| section.title == title)?;
                Some((*name, section))
            })
            .collect();
        section(&mut out, title, &sections);
    }
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn ceilings(out: &mut String, all: &Both) {
    if all.iter().all(|(_, results)| results.ceilings.is_empty()) {
        return;
    }
    line(
        out,
        "\n## Ceilings\n\nWhat the machine does in the same run without the product.\n",
    );
    let columns: Vec<(&str, &[Figure])> = all
        .iter()
        .map(|(name, results)| (*name, results.ceilings.as_slice()))
        .collect();
    table(out, &columns, false);
}

fn section(out: &mut String, title: &str, sections: &[(&str, &Section)]) {
    let method = sections
        .first()
        .map_or("", |(_, section)| section.method.as_str());
    line(out, &format!("\n## {title}\n\n{method}\n"));
    let columns: Vec<(&str, &[Figure])> = sections
        .iter()
        .map(|(name, section)| (*name, section.figures.as_slice()))
        .collect();
    table(out, &columns, true);
}

/// One row a figure, one column a database.
fn table(out: &mut String, columns: &[(&str, &[Figure])], goals: bool) {
    let mut names: Vec<&str> = Vec::new();
    for figure in columns.iter().flat_map(|(_, figures)| figures.iter()) {
        if !names.contains(&figure.name.as_str()) {
            names.push(&figure.name);
        }
    }
    let heads: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let goal_head = if goals { " goal |" } else { "" };
    line(out, &format!("| |{goal_head} {} |", heads.join(" | ")));
    line(
        out,
        &format!("|---|{}", "---|".repeat(heads.len() + usize::from(goals))),
    );
    for name in names {
        let found: Vec<Option<&Figure>> = columns
            .iter()
            .map(|(_, figures)| figures.iter().find(|figure| figure.name == name))
            .collect();
        let _infallible = write!(out, "| {name} |");
        if goals {
            let goal = found
                .iter()
                .flatten()
                .find_map(|figure| Some(figure.goal?.text(figure.unit)));
            let _infallible = write!(out, " {} |", goal.unwrap_or_default());
        }
        for figure in found {
            let cell = figure.map_or_else(String::new, cell);
            let _infallible = write!(out, " {cell} |");
        }
        out.push('\n');
    }
}

fn cell(figure: &Figure) -> String {
    let missed = figure.goal.is_some_and(|goal| !goal.met(figure.median()));
    if missed {
        format!("{} **missed**", figure.value())
    } else {
        figure.value()
    }
}

/// Processor, memory, kernel.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown processor", |(_, model)| model.trim())
        .to_owned();
    let count = processors
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    let memory = read("/proc/meminfo");
    let gib = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok())
        .map_or(0, |kib| kib / (1_024 * 1_024));
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{count} × {model}, {gib} GiB, Linux {}, load {} at the end",
        kernel.trim(),
        read("/proc/loadavg").split(' ').next().unwrap_or_default()
    )
}

/// The commit of the current directory, with a word if it holds changes; for runs without `--commit`.
///
/// # Errors
/// When there is no git.
pub fn commit() -> Outcome<String> {
    let output = Command::new("git")
        .args(["rev-parse", "--short=10", "HEAD"])
        .output()?;
    let commit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let changed = Command::new("git").args(["status", "--porcelain"]).output()?;
    Ok(if changed.stdout.is_empty() {
        commit
    } else {
        format!("{commit} with changes")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Goal;

    fn results(value: f64) -> Results {
        Results {
            ceilings: Vec::new(),
            sections: vec![Section {
                title: "T",
                method: "M".to_owned(),
                figures: vec![Figure::new("f", "ms", vec![value]).goal(Goal::AtMost(2.0))],
            }],
        }
    }

    #[test]
    fn what_others_wrote_stays() {
        let before = "# Old\n\n## Inbox\n\nx\n\n## Web client\n\nfigures\n\n## Home\n\ny\n\n## Fuzzing\n\n| counts |\n";
        assert_eq!(
            keeping(before, "# New\n\n## Home\n\nz\n".to_owned()),
            "# New\n\n## Home\n\nz\n\n## Web client\n\nfigures\n\n## Fuzzing\n\n| counts |\n"
        );
        assert_eq!(keeping("# Old\n", "# New\n".to_owned()), "# New\n");
    }

    #[test]
    fn databases_stand_beside_each_other() {
        let mut out = String::new();
        let (one, other) = (results(1.0), results(3.0));
        let sections: Vec<(&str, &Section)> =
            vec![("SQLite", &one.sections[0]), ("PostgreSQL", &other.sections[0])];
        section(&mut out, "T", &sections);
        assert_eq!(
            out,
            "\n## T\n\nM\n\n| | goal | SQLite | PostgreSQL |\n|---|---|---|---|\n\
             | f | ≤ 2.00 ms | 1.00 ms | 3.00 ms **missed** |\n"
        );
    }
}
