//! `cargo xtask simulate`: the simulation of the test command, for as many seeds as one likes.

use std::process::{Command, ExitCode};

use crate::args::Args;
use crate::repo::Repo;
use crate::{Outcome, child, term};

const HELP: &str = "\
Runs several nodes in one process on simulated time, network and disk, a run for each seed:
partitions, lost and repeated connections, killed processes, wrong clocks, suspended and ended
peers. Checks that nothing reached who is not its audience, and that everything acknowledged is
where it belongs, once and in order.

Usage: cargo xtask simulate [options]

  --seeds N   How many (1000)
  --from S    The first (1)
  --seed S    This one alone
  --trace     With --seed: show everything that happens, and what the nodes say in their logs
  --help      This text

A seed that has found something is added to src/simulation/src/pinned.rs: it runs before all
others from then on.
";

/// The seeds of the test command.
pub(crate) const USUAL: Wish = Wish {
    from: 1,
    seeds: 1_000,
    trace: false,
};

/// What the developer asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    from: u64,
    seeds: u64,
    trace: bool,
}

/// Runs it.
pub(crate) fn run(given: &[String]) -> Outcome<ExitCode> {
    let Some(wish) = wish(given)? else {
        term::say(HELP.trim_end());
        return Ok(ExitCode::SUCCESS);
    };
    child::outcome(&mut command(&Repo::find()?, wish))
}

/// The simulation, in a profile of its own: unoptimised it takes ten times as long.
pub(crate) fn command(repo: &Repo, wish: Wish) -> Command {
    let mut command = repo.locked_cargo(&[
        "run",
        "--quiet",
        "--profile",
        "simulation",
        "--package",
        "entrenous-simulation",
        "--bin",
        "simulate",
        "--",
    ]);
    command.args([wish.from.to_string(), wish.seeds.to_string()]);
    if wish.trace {
        command.arg("trace");
    }
    command
}

/// `None`: the help.
fn wish(given: &[String]) -> Outcome<Option<Wish>> {
    let mut wish = USUAL;
    let mut one = false;
    let mut args = Args::new(given);
    while let Some(option) = args.next() {
        match option.as_str() {
            "--seeds" => wish.seeds = args.number("--seeds")?,
            "--from" => wish.from = args.number("--from")?,
            "--seed" => {
                one = true;
                wish.from = args.number("--seed")?;
                wish.seeds = 1;
            }
            "--trace" => wish.trace = true,
            "--help" | "-h" => return Ok(None),
            other => return Err(format!("unknown option `{other}`\n\n{HELP}").into()),
        }
    }
    if wish.trace && !one {
        return Err("--trace shows one run: say which with --seed".into());
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
    fn options() {
        assert_eq!(asked(&[]).unwrap(), Some(USUAL));
        let of = |from, seeds, trace| Some(Wish { from, seeds, trace });
        assert_eq!(asked(&["--seeds=20", "--from", "5"]).unwrap(), of(5, 20, false));
        assert_eq!(asked(&["--seed", "7", "--trace"]).unwrap(), of(7, 1, true));
        assert_eq!(asked(&["--help"]).unwrap(), None);
        assert!(asked(&["--trace"]).is_err());
    }
}
