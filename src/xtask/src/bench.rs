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
  --only LIST       Only these measures: ceilings, start, home, search, growth, fanout, post,
                    inbox, streams, delivery, isolation, backlog, catch-up
  --rounds N        Rounds of each measure (5; 2 with --quick)
  --help            This text

The report is written when every measure ran on both databases, on data sets just made. With
--only on both databases, the sections measured are put into the report in the place of the
former ones, each with its date. Otherwise figures are only printed. Data sets on SQLite are
kept under the build folder for the next run.
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

    /// Figures of one database, or of small data, are not worth keeping.
    fn is_kept(&self) -> bool {
        self.databases == BOTH && !self.quick
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
    if wish.is_kept() {
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
    fn what_is_measured_on_both_databases_is_written_down() {
        assert!(asked(&[]).unwrap().unwrap().is_kept());
        assert!(asked(&["--only=home"]).unwrap().unwrap().is_kept());
        assert!(
            asked(&["--rounds", "3", "--database=both"])
                .unwrap()
                .unwrap()
                .is_kept()
        );
        for part in [
            ["--quick"].as_slice(),
            &["--only=home", "--quick"],
            &["--database", "sqlite"],
        ] {
            assert!(!asked(part).unwrap().unwrap().is_kept(), "{part:?}");
        }
        assert!(!asked(&["--database", "sqlite"]).unwrap().unwrap().postgres());
        assert_eq!(asked(&["--help"]).unwrap(), None);
        assert!(asked(&["--database", "oracle"]).is_err());
    }
}
