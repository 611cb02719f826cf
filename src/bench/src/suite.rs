//! All measures on one database, with the data sets they need.

use crate::db::Db;
use crate::figure::Figure;
use crate::manifest::{KINDS, Manifest, Sizes};
use crate::measures::{
    Bench, Effort, Section, backlog, catch_up, delivery, fanout, growth, home, inbox, isolation, post,
    search, start, streams,
};
use crate::node::{Place, free_port};
use crate::seed::{self, Layout};
use crate::{Outcome, ceilings, say};
use std::fs;
use std::path::PathBuf;

/// The measures, in the order they are made: those that change nothing first.
pub const MEASURES: [&str; 13] = [
    "ceilings",
    "start",
    "home",
    "search",
    "growth",
    "fanout",
    "post",
    "inbox",
    "streams",
    "delivery",
    "isolation",
    "backlog",
    "catch-up",
];

/// Peers of each kind, for what is measured beside one that stalls.
const TWENTY: usize = 20;

/// What to measure, and how.
pub struct Suite {
    /// The node's release binary.
    pub bin: PathBuf,
    /// Where data sets are.
    pub root: PathBuf,
    /// A PostgreSQL server on which databases may be made, or empty for SQLite.
    pub server: String,
    /// The main data set.
    pub sizes: Sizes,
    /// Peers of each kind of the delivery data set.
    pub peers: usize,
    /// How much is done.
    pub effort: Effort,
    /// Names of [`MEASURES`]; none means all.
    pub only: Vec<String>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Results {
    /// What the machine can do.
    pub ceilings: Vec<Figure>,
    /// Each measure.
    pub sections: Vec<Section>,
}

impl Suite {
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|one| one == name)
    }

    /// The data set of that name; made if there is none.
    fn data_set(&self, name: &str, sizes: &Sizes, layout: Layout) -> Outcome<Bench> {
        let [sqlite, postgres] = KINDS;
        let database = if self.server.is_empty() { sqlite } else { postgres };
        let data = self.root.join(format!("{database}{name}"));
        let postgres = self.database_url(name)?;
        let found = Manifest::read(&data)?.filter(|found| found.postgres == postgres);
        let manifest = match found {
            Some(found) => found,
            None => {
                if Manifest::is_data_set(&data) {
                    fs::remove_dir_all(&data)?;
                } else if data.exists() && fs::read_dir(&data)?.next().is_some() {
                    return Err(format!("{} holds something that is no data set", data.display()).into());
                }
                self.empty_database(name)?;
                say(&format!("{database}{name}: making the data set"));
                seed::make(&data, &self.bin, &postgres, sizes, layout)?
            }
        };
        Ok(Bench {
            place: Place {
                bin: self.bin.clone(),
                dir: Manifest::node_dir(&data),
                authority: manifest.authority.clone(),
                postgres,
            },
            manifest,
            effort: self.effort,
            hello: f64::NAN,
        })
    }

    fn database_url(&self, name: &str) -> Outcome<String> {
        if self.server.is_empty() {
            return Ok(String::new());
        }
        let mut url = url::Url::parse(&self.server)?;
        url.set_path(&database_name(name));
        Ok(url.into())
    }

    fn empty_database(&self, name: &str) -> Outcome {
        if self.server.is_empty() {
            return Ok(());
        }
        let name = database_name(name);
        let mut server = Db::open(&self.server)?;
        server.run(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"))?;
        server.run(&format!("CREATE DATABASE \"{name}\""))
    }

    /// Measures everything that is wanted.
    ///
    /// # Errors
    /// When a data set cannot be made or a measure fails.
    pub async fn run(&self) -> Outcome<Results> {
        let mut results = Results::default();
        let main = [
            "ceilings", "start", "home", "search", "growth", "fanout", "post", "inbox", "streams",
        ];
        if main.iter().any(|name| self.wants(name)) {
            let mut bench = self.data_set("", &self.sizes, Layout::Few)?;
            self.measure_main(&mut bench, &mut results).await?;
        }
        let sizes = Sizes {
            people: 200,
            posts: 2_000,
            remote: 0,
            authors: self.sizes.authors.min(34),
            seed: self.sizes.seed,
        };
        if self.wants("delivery") {
            let bench = self.data_set("-delivery", &sizes, Layout::Many(self.peers))?;
            results.keep(delivery::measure(&bench).await?);
        }
        if self.wants("isolation") || self.wants("backlog") {
            let bench = self.data_set("-strength", &sizes, Layout::Many(TWENTY))?;
            if self.wants("isolation") {
                results.keep(isolation::measure(&bench).await?);
            }
            if self.wants("backlog") {
                results.keep(backlog::measure(&bench).await?);
            }
        }
        if self.wants("catch-up") {
            let (here, there) = (self.bare("-here")?, self.bare("-there")?);
            results.keep(catch_up::measure(&here, &there, self.effort).await?);
        }
        Ok(results)
    }

    /// A place for a node, where nothing is; its database is empty.
    fn bare(&self, name: &str) -> Outcome<Place> {
        self.empty_database(name)?;
        let [sqlite, postgres] = KINDS;
        let database = if self.server.is_empty() { sqlite } else { postgres };
        Ok(Place {
            bin: self.bin.clone(),
            dir: self.root.join(format!("{database}{name}")),
            authority: format!("localhost:{}", free_port()?),
            postgres: self.database_url(name)?,
        })
    }

    async fn measure_main(&self, bench: &mut Bench, results: &mut Results) -> Outcome {
        if self.wants("ceilings") {
            results.ceilings = self.ceilings(bench).await?;
            bench.hello = results
                .ceilings
                .iter()
                .find(|figure| figure.name.contains("40 KiB: CPU"))
                .map_or(f64::NAN, Figure::median);
        }
        if self.wants("start") {
            results.keep(start::measure(bench).await?);
        }
        if self.wants("home") {
            results.keep(home::measure(bench).await?);
        }
        if self.wants("search") {
            results.keep(search::measure(bench).await?);
        }
        if self.wants("growth") {
            let smaller = |part: usize| {
                let sizes = Sizes {
                    posts: self.sizes.posts / part,
                    authors: 1,
                    ..self.sizes.clone()
                };
                self.data_set(&format!("-growth-{part}"), &sizes, Layout::Few)
            };
            let (hundredth, tenth) = (smaller(100)?, smaller(10)?);
            results.keep(growth::measure(&[&hundredth, &tenth, bench]).await?);
        }
        if self.wants("fanout") {
            results.keep(fanout::measure(bench).await?);
        }
        if self.wants("post") {
            results.keep(post::measure(bench).await?);
        }
        if self.wants("inbox") {
            results.keep(inbox::measure(bench).await?);
        }
        if self.wants("streams") {
            results.keep(streams::measure(bench).await?);
        }
        Ok(())
    }

    async fn ceilings(&self, bench: &Bench) -> Outcome<Vec<Figure>> {
        let rounds = self.effort.rounds;
        let mut figures = Vec::new();
        if bench.sqlite() {
            figures.extend(ceilings::hello(rounds, self.effort.of(50_000), self.effort.connections).await?);
            figures.extend(ceilings::inserts(rounds, &self.root)?);
            figures.extend(ceilings::signatures(rounds)?);
        }
        let owners: Vec<i64> = bench.manifest.readers.iter().map(|reader| reader.id).collect();
        let mut db = Db::open(&bench.place.database())?;
        figures.push(ceilings::timeline_rows(rounds, &mut db, &owners)?);
        for figure in &figures {
            say(&figure.line());
        }
        Ok(figures)
    }
}

fn database_name(name: &str) -> String {
    format!("bench{}", name.replace('-', "_"))
}

impl Results {
    fn keep(&mut self, section: Section) {
        say(section.title);
        for figure in &section.figures {
            say(&figure.line());
        }
        self.sections.push(section);
    }
}
