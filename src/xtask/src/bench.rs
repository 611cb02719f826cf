//! `cargo xtask bench`: measures a release node on seeded data and writes `docs/BENCHMARKS.md`.

use std::process::ExitCode;

use crate::args::{Args, BOTH};
use crate::postgres::{Purpose, Temporary};
use crate::repo::Repo;
use crate::{Outcome, child, term};

const HELP: &str = "\
Builds a release node, makes data sets (10,000 people, 1,000,000 posts), measures, and
writes docs/BENCHMARKS.md. Needs 12 GiB of disk, and a machine that does nothing else.

Usage: cargo xtask bench [options]

  --database NAME   sqlite, postgres or both (both)
  --quick           Small data and few requests: shows in minutes that everything runs
  --only LIST       Only these measures: ceilings, start, home, growth, fanout, post,
                    inbox, delivery, isolation, backlog, catch-up
  --rounds N        Rounds of each measure (5; 2 with --quick)
  --help            This text

The report is written when every measure ran on both databases, on data sets just made;
otherwise figures are only printed, and data sets on SQLite are kept under the build folder
for the next run.
";

/// What the developer asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    databases: &'static [&'static str],
    quick: bool,
    only: Option<String>,
    rounds: Option<u32>,
}

impl Wish {
    fn postgres(&self) -> bool {
        self.databases.contains(&"postgres")
    }

    /// Only a whole run is worth keeping.
    fn whole(&self) -> bool {
        self.databases == BOTH && self.only.is_none() && !self.quick
    }
}

/// Runs it.
pub(crate) fn run(given: &[String]) -> Outcome<ExitCode> {
    let Some(wish) = wish(given)? else {
        term::say(HELP.trim_end());
        return Ok(ExitCode::SUCCESS);
    };
    let repo = Repo::find()?;
    let packages = ["--package", "entrenous", "--package", "entrenous-bench"];
    let build = [["build", "--release"].as_slice(), &packages].concat();
    child::succeed(&mut repo.locked_cargo(&build))?;
    let node = repo.binary(true);
    let mut bench = repo.command(node.with_file_name("entrenous-bench"));
    bench.arg("--bin").arg(&node);
    // A quick run's data sets are others.
    let data = if wish.quick { "bench-quick" } else { "bench" };
    bench.arg("--data").arg(repo.target.join(data));
    bench.args([
        "--database",
        match wish.databases {
            [one] => one,
            _ => "both",
        },
    ]);
    if wish.quick {
        bench.arg("--quick");
    }
    if let Some(only) = &wish.only {
        bench.args(["--only", only]);
    }
    if let Some(rounds) = wish.rounds {
        bench.args(["--rounds", &rounds.to_string()]);
    }
    if wish.whole() {
        bench.args(["--write", "docs/BENCHMARKS.md"]);
    }
    // Kept until the end of the run.
    let server = if wish.postgres() {
        let server = Temporary::start(Purpose::Measuring)?;
        bench.args(["--postgres", &server.url()]);
        Some(server)
    } else {
        None
    };
    let outcome = child::outcome(&mut bench);
    drop(server);
    outcome
}

/// `None`: the help.
fn wish(given: &[String]) -> Outcome<Option<Wish>> {
    let mut wish = Wish {
        databases: &BOTH,
        quick: false,
        only: None,
        rounds: None,
    };
    let mut args = Args::new(given);
    while let Some(option) = args.next() {
        match option.as_str() {
            "--quick" => wish.quick = true,
            "--only" => wish.only = Some(args.value("--only")?),
            "--rounds" => wish.rounds = Some(args.number("--rounds")?),
            "--database" => wish.databases = args.databases()?,
            "--help" | "-h" => return Ok(None),
            other => return Err(format!("unknown option `{other}`\n\n{HELP}").into()),
        }
    }
    Ok(Some(wish))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Outcome<Option<Wish>> {
        wish(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn only_a_whole_run_is_written_down() {
        assert!(asked(&[]).unwrap().unwrap().whole());
        assert!(
            asked(&["--rounds", "3", "--database=both"])
                .unwrap()
                .unwrap()
                .whole()
        );
        for part in [
            ["--quick"].as_slice(),
            &["--only=home"],
            &["--database", "sqlite"],
        ] {
            assert!(!asked(part).unwrap().unwrap().whole(), "{part:?}");
        }
        assert!(!asked(&["--database", "sqlite"]).unwrap().unwrap().postgres());
        assert_eq!(asked(&["--help"]).unwrap(), None);
        assert!(asked(&["--database", "oracle"]).is_err());
    }
}
