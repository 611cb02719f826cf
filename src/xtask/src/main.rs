//! Developer commands of Entrenous: `cargo xtask demo`, `cargo xtask test`, `cargo xtask bench`,
//! `cargo xtask soak`, `cargo xtask simulate`, `cargo xtask fuzz`, `cargo xtask release`, `cargo xtask web`,
//! `cargo xtask openapi`.
//!
//! Almost only the standard library, so that it compiles in seconds on a fresh clone: it runs before anything
//! else is built.

mod args;
mod bench;
mod child;
mod demo;
mod fuzz;
mod openapi;
mod packages;
mod postgres;
mod release;
mod repo;
mod signals;
mod simulate;
mod soak;
mod term;
mod test;
mod tools;
mod web;

use std::process::ExitCode;

/// What every command answers. The text is shown to the developer as it is, so it says what to do next.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const HELP: &str = "\
Developer commands of Entrenous.

Usage: cargo xtask <command> [options]

  demo      Start federated nodes with people and posts in them, to look at
  test      Everything that must be green before a change lands
  bench     How fast it is: writes docs/BENCHMARKS.md
  soak      The kills of the tests, for hours: nothing lost, nothing doubled
  fuzz      Looks for input that breaks a reader: writes counts into docs/BENCHMARKS.md
  release   The release binary with its bill of materials; --verify builds it twice
  simulate  The runs of the simulation, as many as one likes, or one seed in full
  web       Build the web client into web/dist, from where the node takes it
  openapi   Write docs/api/openapi.json from the code
  help      This text

`cargo xtask <command> --help` explains the options of demo, test, bench, soak, simulate, fuzz
and release.
";

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match given.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    let outcome = signals::install()
        .map_err(Into::into)
        .and_then(|()| match command {
            "demo" => demo::run(rest),
            "test" => test::run(rest),
            "bench" => bench::run(rest),
            "soak" => soak::run(rest),
            "fuzz" => fuzz::run(rest),
            "release" => release::run(rest),
            "simulate" => simulate::run(rest),
            "web" => web::run(rest),
            "openapi" => openapi::run(rest),
            "help" | "--help" | "-h" => {
                term::say(HELP.trim_end());
                Ok(ExitCode::SUCCESS)
            }
            other => Err(format!("there is no command `{other}`\n\n{HELP}").into()),
        });
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            term::complain(&format!("error: {failure}"));
            ExitCode::FAILURE
        }
    }
}
