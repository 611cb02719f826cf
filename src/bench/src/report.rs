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

/// `before` with the sections that were measured in the place of those of the same names; each says of what it is.
#[must_use]
pub fn replacing(before: &str, run: &Run, all: &Both) -> String {
    let mut pieces = before.split("\n## ");
    let head = pieces.next().unwrap_or_default().trim_end().to_owned();
    let mut old: Vec<&str> = pieces.collect();
    let mut fresh = measured(all);
    let when = clock::now().format("%Y-%m-%d");
    for (_, text) in &mut fresh {
        text.push_str(&format!(
            "\nMeasured apart from the rest on {when}, commit {}, {}.\n",
            run.commit,
            machine()
        ));
    }
    let title_of = |piece: &str| piece.lines().next().unwrap_or_default().to_owned();
    let place = old
        .iter()
        .position(|piece| OTHERS.contains(&title_of(piece).as_str()))
        .unwrap_or(old.len());
    let others = old.split_off(place);
    let mut kept: Vec<String> = old
        .into_iter()
        .map(|piece| {
            let title = title_of(piece);
            let at = fresh.iter().position(|(known, _)| *known == title);
            at.map_or_else(|| piece.to_owned(), |at| fresh.remove(at).1)
        })
        .collect();
    kept.extend(fresh.into_iter().map(|(_, text)| text));
    kept.extend(others.into_iter().map(str::to_owned));
    kept.iter().fold(head + "\n", |mut out, piece| {
        out.push_str("\n## ");
        out.push_str(piece.trim_end());
        out.push('\n');
        out
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
    for (_, text) in measured(all) {
        out.push_str("\n## ");
        out.push_str(&text);
    }
    out
}

/// Each section: its title, and its text from the title on.
fn measured(all: &Both) -> Vec<(&'static str, String)> {
    let mut titles: Vec<&'static str> = Vec::new();
    for section in all.iter().flat_map(|(_, results)| &results.sections) {
        if !titles.contains(&section.title) {
            titles.push(section.title);
        }
    }
    let of = |title: &'static str| {
        let sections: Vec<(&str, &Section)> = all
            .iter()
            .filter_map(|(name, results)| {
                let section = results.sections.iter().find(|section| section.title == title)?;
                Some((*name, section))
            })
            .collect();
        (title, section(title, &sections))
    };
    ceilings(all)
        .into_iter()
        .chain(titles.into_iter().map(of))
        .collect()
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn ceilings(all: &Both) -> Option<(&'static str, String)> {
    if all.iter().all(|(_, results)| results.ceilings.is_empty()) {
        return None;
    }
    let mut out = String::from("Ceilings\n\nWhat the machine does in the same run without the product.\n\n");
    let columns: Vec<(&str, &[Figure])> = all
        .iter()
        .map(|(name, results)| (*name, results.ceilings.as_slice()))
        .collect();
    table(&mut out, &columns, false);
    Some(("Ceilings", out))
}

fn section(title: &str, sections: &[(&str, &Section)]) -> String {
    let method = sections
        .first()
        .map_or("", |(_, section)| section.method.as_str());
    let mut out = format!("{title}\n\n{method}\n\n");
    let columns: Vec<(&str, &[Figure])> = sections
        .iter()
        .map(|(name, section)| (*name, section.figures.as_slice()))
        .collect();
    table(&mut out, &columns, true);
    out
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
    fn a_part_replaces_its_own_sections() {
        let run = Run {
            commit: "abc".to_owned(),
            sizes: Sizes {
                people: 1,
                posts: 1,
                remote: 1,
                authors: 1,
                seed: 1,
            },
            effort: Effort {
                rounds: 1,
                percent: 100,
                readers: 1,
                connections: 1,
            },
            quick: false,
            minutes: 1.0,
        };
        let all = vec![("SQLite", results(1.0))];
        let new = replacing(
            "# B\n\nhead\n\n## S\n\ns\n\n## T\n\nold\n\n## Web client\n\nw\n",
            &run,
            &all,
        );
        let order: Vec<&str> = new.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(order, ["## S", "## T", "## Web client"]);
        assert!(!new.contains("old") && new.contains("| f | ≤ 2.00 ms | 1.00 ms |"));
        assert!(new.starts_with("# B\n\nhead\n\n## S\n\ns\n\n## T\n\nM\n"));
        assert!(new.contains("commit abc") && new.ends_with("## Web client\n\nw\n"));
        let new = replacing("# B\n\n## Web client\n\nw\n", &run, &all);
        let order: Vec<&str> = new.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(
            order,
            ["## T", "## Web client"],
            "what is new stands before what others wrote"
        );
    }

    #[test]
    fn databases_stand_beside_each_other() {
        let (one, other) = (results(1.0), results(3.0));
        let sections: Vec<(&str, &Section)> =
            vec![("SQLite", &one.sections[0]), ("PostgreSQL", &other.sections[0])];
        assert_eq!(
            section("T", &sections),
            "T\n\nM\n\n| | goal | SQLite | PostgreSQL |\n|---|---|---|---|\n\
             | f | ≤ 2.00 ms | 1.00 ms | 3.00 ms **missed** |\n"
        );
    }
}
