//! `cargo xtask test`: everything that must be green before a change lands, step by step.

mod clients;
mod described;
mod guards;
mod steps;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::args::Args;
use crate::repo::Repo;
use crate::{Outcome, signals, term};
use steps::{Context, Step};

const HELP: &str = "\
Everything that must be green before a change lands.

Usage: cargo xtask test [options]

  --only STEP[,STEP]  These steps alone
  --from STEP         This step and those after it
  --list              Name the steps and stop
  --help              This text

A PostgreSQL server is started for the steps that need one, and stopped at the end. If
ENTRENOUS_TEST_POSTGRES_URL is set, that server is used instead; its user must be allowed
to create databases.
";

/// What the developer asked for.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    Run(Vec<Step>),
    List,
    Help,
}

/// How a step ended.
struct Record {
    step: Step,
    took: Duration,
    failure: Option<String>,
}

/// Runs the steps asked for.
pub(crate) fn run(given: &[String]) -> Outcome<ExitCode> {
    match wish(given)? {
        Wish::Help => {
            term::say(HELP.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Wish::List => {
            for step in Step::ALL {
                term::say(&format!("{}  {}", term::pad(step.name(), 11), step.about()));
            }
            Ok(ExitCode::SUCCESS)
        }
        Wish::Run(steps) => {
            let mut context = Context::new(Repo::find()?);
            let records = run_steps(&steps, &mut context);
            // The server is gone before the last line is written.
            drop(context);
            Ok(report(&records))
        }
    }
}

fn wish(given: &[String]) -> Outcome<Wish> {
    let mut args = Args::new(given);
    let mut only = Vec::new();
    let mut from = None;
    while let Some(option) = args.next() {
        match option.as_str() {
            "--only" => {
                for name in args.value("--only")?.split(',').filter(|name| !name.is_empty()) {
                    only.push(Step::named(name)?);
                }
            }
            "--from" => from = Some(Step::named(&args.value("--from")?)?),
            "--list" => return Ok(Wish::List),
            "--help" | "-h" => return Ok(Wish::Help),
            other => return Err(format!("unknown option `{other}`\n\n{HELP}").into()),
        }
    }
    let chosen = Step::ALL
        .into_iter()
        .skip_while(|step| from.is_some_and(|from| from != *step))
        .filter(|step| only.is_empty() || only.contains(step))
        .collect();
    Ok(Wish::Run(chosen))
}

fn run_steps(steps: &[Step], context: &mut Context) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let heading = format!("── {} of {}: {} ──", index + 1, steps.len(), step.name());
        term::say(&format!("\n{}", term::bold(&heading)));
        let needed = records
            .iter()
            .find(|record| record.failure.is_some() && step.needs().contains(&record.step))
            .map(|record| record.step.name());
        let begun = Instant::now();
        let outcome = match needed {
            Some(name) => Err(format!("not run, because `{name}` failed").into()),
            None if signals::stopping() => Err("not run: stopped".into()),
            None => step.run(context),
        };
        let failure = outcome.err().map(|failure| failure.to_string());
        if let Some(failure) = &failure {
            term::say(&format!("{} {failure}", term::red("failed:")));
        }
        records.push(Record {
            step: *step,
            took: begun.elapsed(),
            failure,
        });
    }
    records
}

fn report(records: &[Record]) -> ExitCode {
    term::say(&format!("\n{}", term::bold("── summary ──")));
    for record in records {
        let name = term::pad(record.step.name(), 11);
        let took = term::pad(&term::duration(record.took), 13);
        match &record.failure {
            None => term::say(&format!("{}  {name} {took}", term::green("passed"))),
            Some(failure) => {
                let first = failure.lines().next().unwrap_or_default();
                term::say(&format!("{}  {name} {took} {first}", term::red("FAILED")));
            }
        }
    }
    let all: Duration = records.iter().map(|record| record.took).sum();
    term::say(&format!(
        "        {} {}\n",
        term::pad("in all", 11),
        term::duration(all)
    ));
    let failed = records.iter().filter(|record| record.failure.is_some()).count();
    term::say(&format!("{} passed, {failed} failed", records.len() - failed));
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Outcome<Wish> {
        wish(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn without_options_every_step_runs() {
        assert_eq!(asked(&[]).unwrap(), Wish::Run(Step::ALL.to_vec()));
    }

    #[test]
    fn only_keeps_the_order_of_the_steps() {
        assert_eq!(
            asked(&["--only", "guards,fmt"]).unwrap(),
            Wish::Run(vec![Step::Fmt, Step::Guards])
        );
    }

    #[test]
    fn from_skips_what_comes_before() {
        assert_eq!(
            asked(&["--from=federation"]).unwrap(),
            Wish::Run(vec![
                Step::Federation,
                Step::Clients,
                Step::Described,
                Step::Browser
            ])
        );
    }

    #[test]
    fn an_unknown_step_is_refused_with_the_names() {
        let failure = asked(&["--only", "formatting"]).unwrap_err().to_string();
        assert!(failure.contains("clippy"), "{failure}");
    }
}
