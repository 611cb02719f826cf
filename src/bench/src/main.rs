//! `entrenous-bench`: makes a data set and measures how a release node serves home timelines on it.

use clap::Parser;
use entrenous_bench::manifest::{Manifest, Sizes};
use entrenous_bench::measures::{Bench, Effort, home};
use entrenous_bench::node::Place;
use entrenous_bench::{Outcome, say, seed};
use std::path::PathBuf;
use std::process::ExitCode;

/// Measures a release build of Entrenous on a seeded data set.
#[derive(Debug, Parser)]
struct Arguments {
    /// The node's release binary.
    #[arg(long, value_name = "FILE")]
    bin: PathBuf,
    /// The data set's directory; made if it holds none.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// An empty PostgreSQL database, or the one of the data set, instead of SQLite.
    #[arg(long, value_name = "URL", default_value = "")]
    postgres: String,
    /// People of the node.
    #[arg(long, default_value_t = 10_000)]
    people: usize,
    /// Posts of everyone.
    #[arg(long, default_value_t = 1_000_000)]
    posts: usize,
    /// Only these measures: home.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Rounds of each measure.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// People whose home timelines are read in turn.
    #[arg(long, default_value_t = 200)]
    readers: usize,
    /// Connections that read.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Of each count, so many per cent.
    #[arg(long, default_value_t = 100)]
    percent: usize,
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
    let manifest = match Manifest::read(&given.data)? {
        Some(manifest) => manifest,
        None => {
            let sizes = Sizes {
                people: given.people,
                posts: given.posts,
                remote: 400,
                authors: 64,
                seed: 20_26,
            };
            seed::make(&given.data, &given.bin, &given.postgres, &sizes)?
        }
    };
    let place = Place {
        bin: given.bin.clone(),
        dir: Manifest::node_dir(&given.data),
        authority: manifest.authority.clone(),
        postgres: manifest.postgres.clone(),
    };
    let bench = Bench {
        manifest,
        place,
        effort: Effort {
            rounds: given.rounds,
            percent: given.percent,
            readers: given.readers,
            connections: given.connections,
        },
    };
    if given.only.is_empty() || given.only.iter().any(|name| name == "home") {
        let section = home::measure(&bench).await?;
        say(&format!("{}\n  {}", section.title, section.method));
        for figure in &section.figures {
            say(&figure.line());
        }
    }
    Ok(())
}
