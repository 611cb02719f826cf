//! `entrenous-bench`: makes data sets and measures a release node on them. `cargo xtask bench` runs it.

use clap::{Parser, ValueEnum};
use entrenous_bench::manifest::{Manifest, Sizes};
use entrenous_bench::measures::Effort;
use entrenous_bench::report::{self, Run};
use entrenous_bench::suite::{MEASURES, Suite};
use entrenous_bench::{Outcome, ceilings, say};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
    Both,
}

/// Measures a release build of Entrenous on a seeded data set.
#[derive(Debug, Parser)]
struct Arguments {
    /// The node's release binary.
    #[arg(long, value_name = "FILE", required_unless_present = "hello")]
    bin: Option<PathBuf>,
    /// Where data sets are kept; what is missing is made.
    #[arg(long, value_name = "DIR", required_unless_present = "hello")]
    data: Option<PathBuf>,
    /// Which database.
    #[arg(long, value_enum, default_value = "sqlite")]
    database: Database,
    /// A PostgreSQL server where databases `bench…` may be made and dropped, as a superuser.
    #[arg(long, value_name = "URL", default_value = "")]
    postgres: String,
    /// People of the node.
    #[arg(long)]
    people: Option<usize>,
    /// Posts of everyone.
    #[arg(long)]
    posts: Option<usize>,
    /// Small data and few requests: whether everything runs, in three minutes.
    #[arg(long)]
    quick: bool,
    /// Only these measures: ceilings, start, home, search, growth, fanout, post, inbox, delivery, isolation, backlog, catch-up.
    #[arg(long, value_delimiter = ',', value_parser = clap::builder::PossibleValuesParser::new(MEASURES))]
    only: Vec<String>,
    /// Rounds of each measure [default: 5; quick 2].
    #[arg(long)]
    rounds: Option<usize>,
    /// People whose home timelines are read in turn.
    #[arg(long, default_value_t = 200)]
    readers: usize,
    /// Connections that read.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// What is measured, for the report [default: that of the current directory].
    #[arg(long)]
    commit: Option<String>,
    /// Where the report goes.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Serve a word and a page, for the ceilings.
    #[arg(long, hide = true)]
    hello: bool,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(run(Arguments::parse())));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("error: {failure}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(given: Arguments) -> Outcome {
    if given.hello {
        return ceilings::serve_hello().await;
    }
    let (Some(bin), Some(root)) = (given.bin, given.data) else {
        return Err("--bin and --data are needed".into());
    };
    if given.write.is_some() && given.only.is_empty() && root.exists() {
        // What is written down is measured on data sets that no earlier run has posted to.
        Manifest::remove_all(&root)?;
    }
    std::fs::create_dir_all(&root)?;
    let begun = Instant::now();
    let quick = given.quick;
    let (people, posts, authors) = if quick {
        (1_000, 20_000, 16)
    } else {
        (10_000, 1_000_000, 64)
    };
    let sizes = Sizes {
        people: given.people.unwrap_or(people),
        posts: given.posts.unwrap_or(posts),
        remote: 400,
        authors,
        seed: 2_026,
    };
    let effort = Effort {
        rounds: given.rounds.unwrap_or(if quick { 2 } else { 5 }),
        percent: if quick { 10 } else { 100 },
        readers: given.readers,
        connections: given.connections,
    };
    let mut all = Vec::new();
    let wanted = [
        (Database::Sqlite, "SQLite", String::new()),
        (Database::Postgres, "PostgreSQL", given.postgres.clone()),
    ];
    for (database, name, server) in wanted {
        if given.database != database && given.database != Database::Both {
            continue;
        }
        if database == Database::Postgres && server.is_empty() {
            return Err("--database postgres needs --postgres URL".into());
        }
        say(&format!("── {name} ──"));
        let suite = Suite {
            bin: bin.clone(),
            root: root.clone(),
            server,
            sizes: sizes.clone(),
            peers: if quick { 20 } else { 200 },
            effort,
            only: given.only.clone(),
        };
        all.push((name, suite.run().await?));
    }
    let commit = match given.commit {
        Some(commit) => commit,
        None => report::commit()?,
    };
    let run = Run {
        commit,
        sizes,
        effort,
        quick,
        minutes: begun.elapsed().as_secs_f64() / 60.0,
    };
    if let Some(path) = given.write {
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        let report = if given.only.is_empty() {
            report::keeping(&before, report::document(&run, &all))
        } else {
            report::replacing(&before, &run, &all)
        };
        std::fs::write(&path, report)?;
        say(&format!("written: {}", path.display()));
    }
    say(&format!("{:.1} minutes in all", run.minutes));
    Ok(())
}
