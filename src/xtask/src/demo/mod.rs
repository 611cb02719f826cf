//! `cargo xtask demo`: a few nodes on this machine with people and posts in them, to look at.
//!
//! Nothing here is special to the demo: nodes are made and connected by the commands an administrator types, and
//! filled through the API that clients use. Only the posts of the last days come by `entrenous import`, since no
//! client can write yesterday.

mod calendar;
mod client;
mod door;
mod door_page;
mod groups;
mod http;
mod live;
mod nodes;
mod people;
mod pictures;
mod posts;
mod posts_en;
mod posts_fr;
mod posts_others;
mod scenes;
mod seed;
mod state;

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use crate::args::Args;
use crate::postgres::{Cluster, Purpose, Server};
use crate::repo::Repo;
use crate::{Outcome, child, packages, signals, term, web};
use nodes::{Node, PASSWORD};
use people::SITES;
use seed::Everyone;
use state::{Address, State};

const HELP: &str = "\
Start federated nodes with people and posts in them, to look at.

Usage: cargo xtask demo [options]

  --nodes N     How many nodes, 2 to 6; two if not said
  --port PORT   The first node's port, the others follow; 8301 if not said
  --postgres    On PostgreSQL (a server of the demo's own) instead of SQLite
  --reset       Forget the last demo and make a new one
  --debug       The unoptimised build: quicker to build, slower to run
  --once        Stop when everything is ready, instead of at Ctrl-C
  --help        This text

The data stay in the build folder, under demo/: the next run starts the same nodes again.
";

/// What the developer asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    nodes: Option<usize>,
    port: u16,
    postgres: bool,
    reset: bool,
    debug: bool,
    once: bool,
    help: bool,
}

/// Runs the demo until Ctrl-C.
pub(crate) fn run(given: &[String]) -> Outcome<ExitCode> {
    let wish = wish(given)?;
    if wish.help {
        term::say(HELP.trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let repo = Repo::find()?;
    web::build_if_possible(&repo)?;
    let profile = if wish.debug {
        ""
    } else {
        " for release (the first time takes some minutes)"
    };
    term::say(&term::bold(&format!("Building the node{profile}")));
    let mut build = repo.locked_cargo(&["build", "--package", "entrenous"]);
    if !wish.debug {
        build.arg("--release");
    }
    child::succeed(&mut build)?;

    let outcome = show(&wish, &repo);
    match outcome {
        Err(_) if signals::stopping() => {
            term::say("\nStopped before it was ready; the next run begins again.");
            Ok(ExitCode::from(130))
        }
        other => other.map(|()| ExitCode::SUCCESS),
    }
}

fn wish(given: &[String]) -> Outcome<Wish> {
    let mut wish = Wish {
        nodes: None,
        port: 8301,
        postgres: false,
        reset: false,
        debug: false,
        once: false,
        help: false,
    };
    let mut args = Args::new(given);
    while let Some(option) = args.next() {
        match option.as_str() {
            "--nodes" => wish.nodes = Some(args.number("--nodes")?),
            "--port" => wish.port = args.number("--port")?,
            "--postgres" => wish.postgres = true,
            "--reset" => wish.reset = true,
            "--debug" => wish.debug = true,
            "--once" => wish.once = true,
            "--help" | "-h" => wish.help = true,
            other => return Err(format!("unknown option `{other}`\n\n{HELP}").into()),
        }
    }
    if wish
        .nodes
        .is_some_and(|nodes| !(2..=SITES.len()).contains(&nodes))
    {
        return Err(format!("--nodes takes 2 to {}", SITES.len()).into());
    }
    if wish.port < 1024 {
        return Err("--port takes 1024 and above".into());
    }
    Ok(wish)
}

/// Makes or wakes the nodes, shows them, and waits.
fn show(wish: &Wish, repo: &Repo) -> Outcome {
    let folder = repo.target.join("demo");
    let remembered = State::load(&folder);
    if let Some(address) = remembered
        .iter()
        .flat_map(|state| &state.nodes)
        .find(|address| nodes::healthy(address))
    {
        return Err(format!(
            "a demo is running already, at {}: stop it first (Ctrl-C there)",
            address.url()
        )
        .into());
    }
    let binary = repo.binary(!wish.debug);
    match remembered.filter(|_| !wish.reset) {
        Some(state) => {
            fits(wish, &state)?;
            wake(wish, &state, &folder, &binary)
        }
        None => make(wish, &folder, &binary),
    }
}

/// Whether the remembered demo is the one that is asked for.
fn fits(wish: &Wish, state: &State) -> Outcome {
    let count = state.nodes.len();
    if wish.nodes.is_some_and(|nodes| nodes != count) {
        return Err(format!("the last demo has {count} nodes: add --reset to make a new one").into());
    }
    if wish.postgres && state.postgres.is_none() {
        return Err("the last demo is on SQLite: add --reset to make a new one".into());
    }
    Ok(())
}

/// Starts the nodes of the last demo again.
fn wake(wish: &Wish, state: &State, folder: &Path, binary: &Path) -> Outcome {
    let begun = Instant::now();
    let _server = state
        .postgres
        .as_ref()
        .map(|cluster| cluster.start(Purpose::Play))
        .transpose()?;
    let mut nodes = plan(state, folder, binary);
    start(&mut nodes)?;
    term::say(&format!(
        "The last demo is back, after {}.",
        term::duration(begun.elapsed())
    ));
    stay(wish, &mut nodes)
}

/// Makes a new demo.
fn make(wish: &Wish, folder: &Path, binary: &Path) -> Outcome {
    let begun = Instant::now();
    for old in [cluster_folder(folder), folder.to_path_buf()] {
        if old.exists() {
            fs::remove_dir_all(&old).map_err(|cause| format!("cannot remove {}: {cause}", old.display()))?;
        }
    }
    fs::create_dir_all(folder)?;
    let mut state = State {
        nodes: nodes::addresses(wish.nodes.unwrap_or(2), wish.port)?,
        postgres: None,
    };

    let mut server = None;
    let mut databases: Vec<Option<String>> = vec![None; state.nodes.len()];
    if wish.postgres {
        let cluster = Cluster::create(&cluster_folder(folder))?;
        let running = cluster.start(Purpose::Play)?;
        for (index, database) in databases.iter_mut().enumerate() {
            *database = Some(create_database(&running, index)?);
        }
        state.postgres = Some(cluster);
        server = Some(running);
        done(begun, "PostgreSQL runs, with a database for each node");
    }

    let mut nodes = plan(&state, folder, binary);
    create(&nodes, &databases)?;
    for node in &nodes {
        let (people, posts) = (node.site.people.len(), node.site.posts.len());
        done(
            begun,
            &format!(
                "{}: {people} people, {posts} posts of the last days",
                node.site.name
            ),
        );
    }
    start(&mut nodes)?;
    done(begun, "all nodes run");
    for (index, host) in nodes.iter().enumerate() {
        for guest in nodes.iter().skip(index + 1) {
            host.invite(guest)?;
            done(
                begun,
                &format!(
                    "{} invited {}, both trust each other",
                    host.site.name, guest.site.name
                ),
            );
        }
    }
    let everyone = Everyone::sign_in(&nodes)?;
    done(begun, "everyone has a face and a few words about themselves");
    let follows = everyone.follow_each_other()?;
    done(begun, &format!("{follows} follows, accepted on all sides"));
    let likes = everyone.like_the_last_days()?;
    done(begun, &format!("{likes} favourites"));
    let posts = everyone.talk()?;
    done(
        begun,
        &format!("{posts} posts, pictures, polls and answers between the nodes"),
    );
    let lists = everyone.make_lists()?;
    everyone.announce()?;
    let groups = everyone.make_groups()?;
    done(begun, &format!("{lists} lists, {groups} groups"));
    drop(everyone);
    state.save(folder)?;
    let outcome = stay(wish, &mut nodes);
    drop(server);
    outcome
}

/// Where the demo's PostgreSQL keeps its data. As root it runs as a user who may not enter our folders, so
/// then it is the system's folder for temporary files, under a name that is the same for the same checkout.
fn cluster_folder(folder: &Path) -> PathBuf {
    if packages::am_root() {
        let mut hasher = DefaultHasher::new();
        folder.hash(&mut hasher);
        std::env::temp_dir().join(format!("entrenous-demo-postgres-{:016x}", hasher.finish()))
    } else {
        folder.join("postgres")
    }
}

fn create_database(server: &Server, index: usize) -> Outcome<String> {
    let name = format!("node{}", index + 1);
    server.create_database(&name)?;
    Ok(server.url(&name))
}

fn plan(state: &State, folder: &Path, binary: &Path) -> Vec<Node> {
    let numbered = SITES.iter().zip(&state.nodes).enumerate();
    numbered
        .map(|(index, (site, address))| {
            Node::new(
                site,
                address.clone(),
                folder.join(format!("node{}", index + 1)),
                binary,
            )
        })
        .collect()
}

/// Makes all nodes at the same time: each spends most of it on keys and passwords.
fn create(nodes: &[Node], databases: &[Option<String>]) -> Outcome {
    let now = calendar::now();
    std::thread::scope(|scope| {
        let started: Vec<_> = nodes
            .iter()
            .zip(databases)
            .map(|(node, database)| scope.spawn(move || node.create(database.as_deref(), now)))
            .collect();
        let mut outcome = Ok(());
        for thread in started {
            let ended = thread
                .join()
                .unwrap_or_else(|_| Err("a thread of the demo panicked".into()));
            outcome = outcome.and(ended);
        }
        outcome
    })
}

fn start(nodes: &mut [Node]) -> Outcome {
    for node in nodes.iter_mut() {
        node.start()?;
    }
    nodes.iter_mut().try_for_each(Node::wait_until_ready)
}

/// Shows the nodes and waits for Ctrl-C.
fn stay(wish: &Wish, nodes: &mut [Node]) -> Outcome {
    let doors = nodes
        .iter()
        .map(|node| door::open(node.site, &node.address))
        .collect::<Outcome<Vec<_>>>()?;
    table(nodes, &doors);
    let watched = if wish.once {
        Ok(())
    } else {
        term::say(&term::bold("Ctrl-C to stop."));
        nodes::watch(nodes)
    };
    term::say("\nStopping the nodes");
    nodes::stop(nodes)?;
    term::say("Stopped. The data are kept: `cargo xtask demo` starts the same nodes again.");
    watched
}

fn table(nodes: &[Node], doors: &[Address]) {
    for (node, door) in nodes.iter().zip(doors) {
        term::say("");
        term::say(&format!(
            "{}  {}",
            term::bold(&term::pad(node.site.name, 24)),
            node.address.url()
        ));
        term::say(&format!("  open this in a browser   {}", term::bold(&door.url())));
        for person in node.site.people {
            let line = [
                term::pad(person.username, 10),
                term::pad(PASSWORD, 17),
                term::pad(person.role, 14),
                person.name.to_owned(),
            ];
            term::say(&format!("  {}", line.join("  ")));
        }
    }
    let first = nodes.first().map(|node| node.address.url()).unwrap_or_default();
    let owner = nodes
        .first()
        .and_then(|node| node.site.people.first())
        .map_or("", |person| person.username);
    term::say(&format!(
        "\n\
         In a browser: the address above enters as whom you choose, with one click, in the node's web client. Each\n\
         node has a host of its own, so that you can be at several at once, in two windows. It is a page of the demo\n\
         and listens on this machine alone: a node has nothing of the kind.\n\
         With a Mastodon client: enter {first} (or the address of another node) as the server, then sign in\n\
         with a name and password of that node. Many clients ask for https; those that are libraries\n\
         or run in a terminal take the address as it is.\n\
         With nothing but a terminal, here and while the demo runs:\n\
         \x20 TOKEN=$({} token create --data-dir {} --username {owner} --scopes \"read write\")\n\
         \x20 curl -H \"Authorization: Bearer $TOKEN\" {first}/api/v1/timelines/home\n",
        nodes.first().map(Node::binary_shown).unwrap_or_default(),
        nodes.first().map(Node::folder_shown).unwrap_or_default(),
    ));
}

fn done(begun: Instant, what: &str) {
    let time = term::pad(&term::duration(begun.elapsed()), 8);
    term::say(&format!("{} {time} {what}", term::green("✓")));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Outcome<Wish> {
        wish(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read() {
        let wish = asked(&["--nodes=3", "--postgres", "--port", "9000", "--reset"]).unwrap();
        assert_eq!(
            (wish.nodes, wish.port, wish.postgres, wish.reset),
            (Some(3), 9000, true, true)
        );
        assert!(asked(&["--nodes", "7"]).is_err());
        assert!(asked(&["--nodes", "1"]).is_err());
        assert!(asked(&["--port", "80"]).is_err());
        assert!(asked(&["--quick"]).is_err());
    }

    #[test]
    fn another_demo_than_the_last_needs_a_reset() {
        let address = |port| Address {
            host: "127.0.0.1".to_owned(),
            port,
        };
        let state = State {
            nodes: vec![address(1), address(2)],
            postgres: None,
        };
        assert!(fits(&asked(&[]).unwrap(), &state).is_ok());
        assert!(fits(&asked(&["--nodes", "3"]).unwrap(), &state).is_err());
        assert!(fits(&asked(&["--postgres"]).unwrap(), &state).is_err());
    }
}
