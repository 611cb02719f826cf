//! Runs seeds. Started by `cargo xtask simulate`, which says what the options mean.

#![expect(clippy::print_stdout, reason = "a command tells what it found")]

use entrenous_simulation::house::Pool;
use entrenous_simulation::plan::Plan;
use entrenous_simulation::story::{self, Report};
use entrenous_simulation::{Failed, notes, pinned, verdict};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// So many of the last things that happened are shown of a seed that fails.
const TAIL: usize = 60;
/// So many failing seeds are shown in full; the others by their number.
const SHOWN: usize = 3;

/// What is asked for.
struct Wish {
    from: u64,
    seeds: u64,
    trace: bool,
}

fn main() -> ExitCode {
    match wish().and_then(|wish| run(&wish)) {
        Ok(code) => code,
        Err(Failed(why)) => {
            println!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// `FROM SEEDS [trace]`.
fn wish() -> Result<Wish, Failed> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| {
        let word = words.get(place).and_then(|word| word.parse().ok());
        word.ok_or_else(|| Failed("usage: simulate FROM SEEDS [trace]".to_owned()))
    };
    Ok(Wish {
        from: number(0)?,
        seeds: number(1)?,
        trace: words.get(2).is_some_and(|word| word == "trace"),
    })
}

fn run(wish: &Wish) -> Result<ExitCode, Failed> {
    notes::listen(wish.trace);
    let pool = Arc::new(Pool::make()?);
    if wish.trace {
        return trace(wish.from, &pool);
    }
    let pinned = pinned::SEEDS.iter().map(|(seed, _)| *seed);
    let seeds: Vec<u64> = pinned
        .chain(wish.from..wish.from.saturating_add(wish.seeds))
        .collect();
    let (next, failing) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let counts = Counts::default();
    let workers = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::SeqCst)).copied() {
                    let report = story::run(seed, &pool);
                    let bad = match &report {
                        Ok(report) => {
                            counts.add(report);
                            !report.violations.is_empty()
                        }
                        Err(_) => true,
                    };
                    if bad {
                        let mut failing = failing.lock().unwrap_or_else(PoisonError::into_inner);
                        if failing.len() < SHOWN {
                            tell(seed, &report);
                        }
                        failing.push(seed);
                    }
                }
            });
        }
    });
    let mut failing = failing.into_inner().unwrap_or_else(PoisonError::into_inner);
    failing.sort_unstable();
    counts.tell(seeds.len());
    if failing.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} of {} seeds fail: {failing:?}", failing.len(), seeds.len());
    println!("cargo xtask simulate --seed N --trace shows everything that happens in one");
    Ok(ExitCode::FAILURE)
}

fn tell(seed: u64, report: &Result<Report, Failed>) {
    println!("seed {seed} fails");
    match report {
        Err(Failed(why)) => println!("  {why}"),
        Ok(report) => {
            for violation in report.violations.iter().take(20) {
                println!("  {violation}");
            }
            let entries = report.journal.entries();
            println!("  the last that happened:");
            for entry in entries.iter().skip(entries.len().saturating_sub(TAIL)) {
                println!("  {entry}");
            }
        }
    }
}

/// Shows one seed in full.
fn trace(seed: u64, pool: &Arc<Pool>) -> Result<ExitCode, Failed> {
    let report = story::run(seed, pool)?;
    for entry in report.journal.entries() {
        println!("{entry}");
    }
    for note in &report.notes {
        println!("{}", note.text);
    }
    println!("fingerprint {}", report.journal.fingerprint());
    for violation in &report.violations {
        println!("VIOLATION: {violation}");
    }
    Ok(if report.violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What all runs did together.
#[derive(Default)]
struct Counts {
    messages: AtomicUsize,
    posts: AtomicUsize,
    copies: AtomicUsize,
    crashes: AtomicUsize,
    minutes: AtomicU64,
}

impl Counts {
    fn add(&self, report: &Report) {
        let told = report
            .facts
            .posts
            .values()
            .filter(|post| post.written.told.is_some());
        self.messages
            .fetch_add(report.journal.messages().count(), Ordering::Relaxed);
        self.posts.fetch_add(told.count(), Ordering::Relaxed);
        let owed = verdict::owed(&Plan::of(report.seed), &report.facts);
        self.copies.fetch_add(owed, Ordering::Relaxed);
        self.crashes.fetch_add(report.facts.crashes, Ordering::Relaxed);
        self.minutes
            .fetch_add(report.took.as_secs() / 60, Ordering::Relaxed);
    }

    fn tell(&self, seeds: usize) {
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        println!(
            "{seeds} seeds: {} posts acknowledged, {} copies owed to peers, {} messages, {} processes killed, {} hours simulated",
            of(&self.posts),
            of(&self.copies),
            of(&self.messages),
            of(&self.crashes),
            self.minutes.load(Ordering::Relaxed) / 60,
        );
    }
}
