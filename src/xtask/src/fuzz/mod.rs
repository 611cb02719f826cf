//! `cargo xtask fuzz`: libFuzzer on every target of `src/fuzz`, one after the other.

mod count;
mod report;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use crate::args::Args;
use crate::repo::Repo;
use crate::{Outcome, child, signals, term, tools};
use count::Count;

const HELP: &str = "\
Looks for input that breaks one of the readers of what others send: libFuzzer, guided by
coverage, from the recorded traffic in federation-tests/payloads and what earlier runs found
worth keeping. One target after the other.

Usage: cargo xtask fuzz [options]

  --seconds N     For each target (60)
  --target NAME   This one alone
  --jobs N        So many targets at once, each on a processor (1)
  --list          Name the targets and stop
  --help          This text

Fails if an input was found that breaks something, and says how to see it again. A run of all
targets, each for a minute or more, writes its counts into docs/BENCHMARKS.md. What is built
and found stays in the build folder, under fuzz/.
";

/// The version of cargo-fuzz that is installed when the machine has none.
const CARGO_FUZZ: &str = "0.13.2";
/// One input may take so many seconds. The readers take milliseconds; the processor may be busy.
const TIMEOUT: u32 = 10;
/// MiB that a target may take.
const MEMORY: u32 = 1_024;
/// A shorter run is not worth writing down, in seconds.
const WORTH_KEEPING: u64 = 60;

/// What the developer asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    seconds: u64,
    target: Option<String>,
    jobs: usize,
    list: bool,
}

/// A target as `entrenous-fuzz seeds` names it.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    name: String,
    /// In bytes.
    longest: u32,
    about: String,
}

/// Runs it.
pub(crate) fn run(given: &[String]) -> Outcome<ExitCode> {
    let Some(wish) = wish(given)? else {
        term::say(HELP.trim_end());
        return Ok(ExitCode::SUCCESS);
    };
    let repo = Repo::find()?;
    let folder = repo.target.join("fuzz");
    let all = targets(&repo, &folder)?;
    if wish.list {
        for target in &all {
            term::say(&format!("{}  {}", term::pad(&target.name, 16), target.about));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let chosen: Vec<&Target> = all
        .iter()
        .filter(|target| wish.target.as_ref().is_none_or(|name| *name == target.name))
        .collect();
    if chosen.is_empty() {
        return Err("there is no such target: `cargo xtask fuzz --list` names them".into());
    }
    let binaries = build(&repo, &folder, wish.target.as_deref())?;
    let mut counts = Vec::new();
    for some in chosen.chunks(wish.jobs.max(1)) {
        if signals::stopping() {
            return Err("stopped".into());
        }
        for (target, count) in at_once(&repo, &folder, &binaries, some, wish.seconds)? {
            term::say(&count.line(&target.name));
            counts.push((target.name.clone(), target.about.clone(), count));
        }
    }
    let whole = wish.target.is_none() && wish.seconds >= WORTH_KEEPING;
    if whole {
        let path = repo.root.join("docs/BENCHMARKS.md");
        let section = report::section(&report::Run::now(&repo, wish.seconds, wish.jobs)?, &counts);
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, report::with_section(&before, &section))?;
        term::say("written: docs/BENCHMARKS.md");
    }
    let broken: Vec<_> = counts.iter().filter(|(_, _, count)| count.is_broken()).collect();
    for (name, _, count) in &broken {
        complain(&repo, name, count);
    }
    Ok(if broken.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Whether the lock file of the workspace in `fuzz/` is what the dependencies of ours ask for. What its binaries do is compiled
/// and run with the tests of `src/fuzz`.
///
/// # Errors
/// When it is not, with the command that mends it.
pub(crate) fn check_lock(repo: &Repo) -> Outcome {
    let mut metadata = repo.cargo(&["metadata", "--locked", "--format-version", "1", "--manifest-path"]);
    metadata
        .arg(repo.root.join("fuzz/Cargo.toml"))
        .stdout(Stdio::null());
    child::succeed(&mut metadata).map_err(|failure| {
        let mend = "`cargo metadata --manifest-path fuzz/Cargo.toml` writes fuzz/Cargo.lock anew";
        format!("fuzz/Cargo.lock is not what the crates ask for: {mend} ({failure})").into()
    })
}

/// Says what was found, and how to see it again.
fn complain(repo: &Repo, name: &str, count: &Count) {
    term::say(&format!("\n{} {name}: {}", term::red("broken:"), count.why()));
    let log = repo.target.join("fuzz").join(format!("{name}.log"));
    term::say(&format!("  what the fuzzer said: {}", log.display()));
    if let Some(input) = &count.input {
        term::say(&format!(
            "  to see it again: cargo run --package entrenous-fuzz -- run {name} {input}"
        ));
    }
}

/// Writes seeds and dictionaries, and names the targets.
fn targets(repo: &Repo, folder: &Path) -> Outcome<Vec<Target>> {
    let mut seeds = repo.locked_cargo(&["run", "--quiet", "--package", "entrenous-fuzz", "--", "seeds"]);
    let said = child::answer(seeds.arg(folder).stderr(Stdio::inherit()), "")?;
    said.lines().map(target).collect()
}

fn target(line: &str) -> Outcome<Target> {
    let mut parts = line.split('\t');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), Some(longest), Some(about)) => Ok(Target {
            name: name.to_owned(),
            longest: longest.parse()?,
            about: about.to_owned(),
        }),
        _ => Err(format!("`{line}` names no target").into()),
    }
}

/// Builds the binaries, and gives their folder. Stable Rust measures coverage; the sanitizers of memory need another
/// compiler, and our crates have no `unsafe` that they could find anything in.
fn build(repo: &Repo, folder: &Path, target: Option<&str>) -> Outcome<PathBuf> {
    // cargo-fuzz cannot be told that the lock file may not change; Cargo does not change one that fits.
    check_lock(repo)?;
    let path = tools::path_with(repo, "cargo-fuzz", CARGO_FUZZ)?;
    let built = folder.join("build");
    let mut build = repo.cargo(&["fuzz", "build", "--sanitizer", "none"]);
    build.arg("--target-dir").arg(&built).env("PATH", path);
    // It is asked for by name, and would come from our own environment.
    build.env_remove("CARGO_TARGET_DIR");
    build.args(target);
    child::succeed(&mut build)?;
    let entries = fs::read_dir(&built)?.filter_map(Result::ok);
    let mut folders = entries.map(|entry| entry.path().join("release"));
    folders
        .find(|folder| folder.join(target.unwrap_or("activity")).is_file())
        .ok_or_else(|| "cargo-fuzz has built nothing".into())
}

/// Each of these targets, at the same time.
fn at_once<'t>(
    repo: &Repo,
    folder: &Path,
    binaries: &Path,
    targets: &[&'t Target],
    seconds: u64,
) -> Outcome<Vec<(&'t Target, Count)>> {
    std::thread::scope(|scope| {
        let running: Vec<_> = targets
            .iter()
            .map(|target| {
                let run = || fuzz(repo, folder, binaries, target, seconds);
                (*target, scope.spawn(run))
            })
            .collect();
        let ended = running.into_iter().map(|(target, thread)| {
            let count = thread.join().map_err(|_| "a thread of ours broke")??;
            Ok((target, count))
        });
        ended.collect()
    })
}

fn fuzz(repo: &Repo, folder: &Path, binaries: &Path, target: &Target, seconds: u64) -> Outcome<Count> {
    let name = &target.name;
    let (corpus, found) = (
        folder.join("corpus").join(name),
        folder.join("artifacts").join(name),
    );
    fs::create_dir_all(&found)?;
    let log = folder.join(format!("{name}.log"));
    let mut fuzzer = repo.command(binaries.join(name));
    fuzzer
        .arg(&corpus)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={TIMEOUT}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-max_len={}", target.longest))
        .arg(format!("-dict={}", folder.join(format!("{name}.dict")).display()))
        .arg(format!("-artifact_prefix={}/", found.display()))
        .arg("-print_final_stats=1")
        .stdout(Stdio::null())
        .stderr(File::create(&log)?);
    let status = child::run(&mut fuzzer)?;
    let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    Ok(Count::read(&said, status.success()))
}

/// `None`: the help.
fn wish(given: &[String]) -> Outcome<Option<Wish>> {
    let mut wish = Wish {
        seconds: 60,
        target: None,
        jobs: 1,
        list: false,
    };
    let mut args = Args::new(given);
    while let Some(option) = args.next() {
        match option.as_str() {
            "--seconds" => wish.seconds = args.number("--seconds")?,
            "--target" => wish.target = Some(args.value("--target")?),
            "--jobs" => wish.jobs = args.number("--jobs")?,
            "--list" => wish.list = true,
            "--help" | "-h" => return Ok(None),
            other => return Err(format!("unknown option `{other}`\n\n{HELP}").into()),
        }
    }
    Ok(Some(wish))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options() {
        let asked = |words: &[&str]| wish(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let usual = asked(&[]).unwrap().unwrap();
        assert_eq!((usual.seconds, usual.target, usual.jobs), (60, None, 1));
        let one = asked(&["--target=html", "--seconds", "5"]).unwrap().unwrap();
        assert_eq!((one.seconds, one.target.as_deref()), (5, Some("html")));
        assert_eq!(asked(&["--help"]).unwrap(), None);
        assert!(asked(&["--seconds", "x"]).is_err());
    }

    #[test]
    fn a_line_names_a_target() {
        let read = target("html\t65536\tHTML of peers").unwrap();
        assert_eq!((read.name.as_str(), read.longest), ("html", 65_536));
        assert!(target("html").is_err());
    }
}
