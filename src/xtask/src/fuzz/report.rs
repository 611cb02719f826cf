//! The section "Fuzzing" of `docs/BENCHMARKS.md`, which `cargo xtask bench` keeps.

use std::process::Command;

use super::count::{Count, thousands};
use crate::repo::Repo;
use crate::{Outcome, child};

const HEADING: &str = "## Fuzzing\n";

/// What the report says of the run as a whole.
pub(super) struct Run {
    /// Day, such as `2026-11-30`.
    day: String,
    commit: String,
    /// For each target.
    seconds: u64,
    /// Targets at once.
    jobs: usize,
    /// How busy the machine was at the end.
    load: String,
}

impl Run {
    /// A run of this checkout that ends now.
    ///
    /// # Errors
    /// Without git.
    pub(super) fn now(repo: &Repo, seconds: u64, jobs: usize) -> Outcome<Self> {
        let words = ["rev-parse", "--short=10", "HEAD"];
        Ok(Self {
            day: child::answer(Command::new("date").args(["-u", "+%Y-%m-%d"]), "")?
                .trim()
                .to_owned(),
            commit: child::answer(repo.command("git").args(words), "")?
                .trim()
                .to_owned(),
            seconds,
            jobs,
            load: {
                let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
                let processors = std::thread::available_parallelism().map_or(1, usize::from);
                let now = load.split(' ').next().unwrap_or_default();
                format!("a load of {now} on {processors} processors at the end")
            },
        })
    }
}

/// The section.
pub(super) fn section(run: &Run, counts: &[(String, String, Count)]) -> String {
    let executions: u64 = counts.iter().map(|(_, _, count)| count.executions).sum();
    let broken = counts.iter().filter(|(_, _, count)| count.is_broken()).count();
    let mut out = format!(
        "{HEADING}\n`cargo xtask fuzz`, {}, commit {}: {} targets, {} s each, {} at once, with {}; {} executions in all, {} found. A target reads what it is given and checks what must hold of whatever comes (`src/fuzz`): a panic, \
         10 s for one input or 1 GiB of memory is a find. Seeds are the recorded traffic in `federation-tests/payloads` and what \
         earlier runs kept. Edges are those of the compiled code that were reached, of our crates and those that they call.\n\n\
         | target | what is read | executions | edges | inputs kept | found |\n| --- | --- | ---: | ---: | ---: | ---: |\n",
        run.day,
        run.commit,
        counts.len(),
        run.seconds,
        run.jobs,
        run.load,
        thousands(executions),
        broken
    );
    for (name, about, count) in counts {
        out.push_str(&format!(
            "| {name} | {about} | {} | {} | {} | {} |\n",
            thousands(count.executions),
            thousands(count.edges),
            thousands(count.corpus),
            u8::from(count.is_broken())
        ));
    }
    out
}

/// The document with this section in the place of the former one, or at its end.
pub(super) fn with_section(before: &str, section: &str) -> String {
    let heading = format!("\n{HEADING}");
    let Some((head, rest)) = before.split_once(&heading) else {
        return format!("{}\n\n{section}", before.trim_end());
    };
    match rest.split_once("\n## ") {
        Some((_, tail)) => format!("{head}\n{section}\n## {tail}"),
        None => format!("{head}\n{section}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_takes_its_place() {
        let run = Run {
            day: "2026-11-30".to_owned(),
            commit: "abc".to_owned(),
            seconds: 60,
            jobs: 1,
            load: "a load of 1".to_owned(),
        };
        let count = Count::read("stat::number_of_executed_units: 1234", true);
        let section = section(&run, &[("html".to_owned(), "HTML".to_owned(), count)]);
        assert!(
            section.contains("| html | HTML | 1,234 | 0 | 0 | 0 |"),
            "{section}"
        );

        let added = with_section("# B\n\n## Web client\n\nx\n", &section);
        assert!(
            added.starts_with("# B\n\n## Web client\n\nx\n\n## Fuzzing\n\n"),
            "{added}"
        );
        assert_eq!(with_section(&added, &section), added);
        let between = "# B\n\n## Fuzzing\n\nformer counts\n\n## Web client\n\nx\n";
        let replaced = with_section(between, &section);
        assert!(
            !replaced.contains("former counts") && replaced.ends_with("\n\n## Web client\n\nx\n"),
            "{replaced}"
        );
        assert_eq!(with_section(&replaced, &section), replaced);
    }
}
