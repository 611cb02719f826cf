//! `cargo xtask soak`: the kills of the test command, as many as one likes.

use std::process::ExitCode;

use crate::args::{Args, BOTH};
use crate::postgres::{Purpose, Temporary};
use crate::repo::Repo;
use crate::{Outcome, child, term};

const HELP: &str = "\
Kills two nodes at random moments, the one that sends and the one that receives in turn,
while ten clients and a peer of other software write, and compares what is there with what
was acknowledged.

Usage: cargo xtask soak [options]

  --kills N         Kills on each database (1000)
  --database NAME   sqlite, postgres or both (both)
  --seed N          Repeats the moments of another run (any)
  --minutes M       Begins no more kills after so long, on each database (no limit)
  --debug           The debug build of the node instead of the release build
  --help            This text

Fails if anything was lost or doubled, if half of a node's starts took two seconds or more
until it was ready again, or one took ten. PostgreSQL is started for it, unless
ENTRENOUS_TEST_POSTGRES_URL names a server.
";

const POSTGRES_URL: &str = "ENTRENOUS_TEST_POSTGRES_URL";

/// What the developer asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    kills: u32,
    databases: &'static [&'static str],
    /// 0: any.
    seed: u64,
    minutes: u64,
    debug: bool,
}

/// Runs it.
pub(crate) fn run(given: &[String]) -> Outcome<ExitCode> {
    let Some(wish) = wish(given)? else {
        term::say(HELP.trim_end());
        return Ok(ExitCode::SUCCESS);
    };
    let repo = Repo::find()?;
    let mut build = vec!["build", "--package", "entrenous"];
    if !wish.debug {
        build.push("--release");
    }
    child::succeed(&mut repo.locked_cargo(&build))?;
    let mut soak = repo.locked_cargo(&[
        "run",
        "--quiet",
        "--package",
        "federation-tests",
        "--bin",
        "soak",
        "--",
    ]);
    soak.env("ENTRENOUS_BIN", repo.binary(!wish.debug))
        .args([
            wish.kills.to_string(),
            wish.minutes.to_string(),
            wish.seed.to_string(),
        ])
        .args(wish.databases);
    let given = std::env::var_os(POSTGRES_URL).is_some_and(|url| !url.is_empty());
    // Kept until the end of the run.
    let server = if wish.databases.contains(&"postgres") && !given {
        let server = Temporary::start(Purpose::Play)?;
        soak.env(POSTGRES_URL, server.url());
        Some(server)
    } else {
        None
    };
    let outcome = child::outcome(&mut soak);
    drop(server);
    outcome
}

/// `None`: the help.
fn wish(given: &[String]) -> Outcome<Option<Wish>> {
    let mut wish = Wish {
        kills: 1_000,
        databases: &BOTH,
        seed: 0,
        minutes: 1_000_000,
        debug: false,
    };
    let mut args = Args::new(given);
    while let Some(option) = args.next() {
        match option.as_str() {
            "--kills" => wish.kills = args.number("--kills")?,
            "--seed" => wish.seed = args.number("--seed")?,
            "--minutes" => wish.minutes = args.number("--minutes")?,
            "--debug" => wish.debug = true,
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
    fn options() {
        let usual = asked(&[]).unwrap().unwrap();
        assert_eq!((usual.kills, usual.databases.len()), (1_000, 2));
        let wish = asked(&["--kills=7", "--database", "postgres", "--seed", "3", "--debug"])
            .unwrap()
            .unwrap();
        assert_eq!(
            (wish.kills, wish.databases, wish.seed, wish.debug),
            (7, &["postgres"][..], 3, true)
        );
        assert_eq!(asked(&["--help"]).unwrap(), None);
        assert!(asked(&["--database", "oracle"]).is_err());
    }
}
