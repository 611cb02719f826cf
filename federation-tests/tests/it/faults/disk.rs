//! A disk that is full, again and again: SQLite only, since PostgreSQL's disk is PostgreSQL's.

use super::load::{self, Load, assert_kept, assert_refused, assert_says_when, assert_soon, posts_of};
use federation_tests::node::{Surroundings, free_port};
use federation_tests::server::signal;
use federation_tests::{Answer, Client, Database, Node, Rng, eventually, picture};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Within so long after there is room again, writes work.
const RECOVERY: Duration = Duration::from_secs(10);
/// Fillings of each kind of disk.
const CYCLES: usize = 5;

/// A file system that is really full: ENOSPC. Where this machine lets nobody mount one, a limit instead: EFBIG, as of
/// a quota.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk() {
    match Disk::mounted() {
        Some(disk) => fill_and_free(disk).await,
        None => {
            println!(
                "no file system can be mounted here, not even by a user of one's own: a limit takes its place"
            );
            fill_and_free(Disk::Limited).await;
        }
    }
}

/// No file may grow any more, the log's neither: a limit as of a quota.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_may_not_grow() {
    fill_and_free(Disk::Limited).await;
}

/// Where a node keeps its data, and how to take the room away.
enum Disk {
    /// A small file system in a mount namespace that ends with its first process.
    Mounted { holder: Child, inner: PathBuf },
    /// The process's limit on the size of files.
    Limited,
}

impl Disk {
    fn mounted() -> Option<Self> {
        // A path that is there outside too, though what is in it is not.
        let inner = PathBuf::from("/mnt");
        let script = "mount -t tmpfs -o size=24m,mode=0777 entrenous \"$1\" && echo ready && exec sleep 600";
        for way in [&["--mount"][..], &["--user", "--map-root-user", "--mount"][..]] {
            let holder = Command::new("unshare")
                .args(way)
                .args(["sh", "-c", script, "sh"])
                .arg(&inner)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn();
            let Ok(mut holder) = holder else { continue };
            let mut line = String::new();
            let said = holder
                .stdout
                .take()
                .map(|out| BufReader::new(out).read_line(&mut line));
            if said.is_some() && line == "ready\n" {
                return Some(Self::Mounted { holder, inner });
            }
            drop(holder.kill());
            drop(holder.wait());
        }
        None
    }

    fn surroundings(&self) -> Surroundings {
        match self {
            Self::Mounted { holder, inner } => {
                let id = holder.id();
                let mut launcher: Vec<String> = vec!["nsenter".to_owned()];
                let same = |one: &str, other: &str| {
                    let link = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/user")).ok();
                    link(one) == link(other)
                };
                if !same("self", &id.to_string()) {
                    launcher.extend([
                        format!("--user=/proc/{id}/ns/user"),
                        "--preserve-credentials".to_owned(),
                    ]);
                }
                launcher.extend([format!("--mount=/proc/{id}/ns/mnt"), "--".to_owned()]);
                let inside = inner.join("lyon");
                let outside = PathBuf::from(format!("/proc/{id}/root{}", inside.display()));
                Surroundings {
                    launcher,
                    place: Some((inside, outside)),
                    ..Surroundings::default()
                }
            }
            Self::Limited => Surroundings {
                // By default the signal ends the process before it is told that its file is too large.
                launcher: ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"]
                    .map(str::to_owned)
                    .to_vec(),
                ..Surroundings::default()
            },
        }
    }

    fn ballast(node: &Node) -> PathBuf {
        node.dir().join("ballast")
    }

    fn fill(&self, node: &Node) {
        match self {
            Self::Mounted { .. } => {
                let mut ballast = File::create(Self::ballast(node)).expect("no ballast");
                while ballast.write_all(&[7; 4096]).is_ok() {}
            }
            Self::Limited => limit(node, "4096"),
        }
    }

    fn free(&self, node: &Node) {
        match self {
            Self::Mounted { .. } => std::fs::remove_file(Self::ballast(node)).expect("no ballast"),
            Self::Limited => limit(node, "unlimited"),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Self::Mounted { holder, .. } = self {
            signal("KILL", &[holder.id()]);
            drop(holder.wait());
        }
    }
}

/// The soft limit alone: a process may raise that again.
fn limit(node: &Node, bytes: &str) {
    let process = node.pid().expect("not serving").to_string();
    let set = Command::new("prlimit")
        .args(["--pid", &process, &format!("--fsize={bytes}:")])
        .status();
    assert!(set.is_ok_and(|status| status.success()), "no limit could be set");
}

async fn fill_and_free(disk: Disk) {
    let authority = format!("localhost:{}", free_port());
    let mut node = Node::init_in("Lyon", Database::Sqlite, &authority, disk.surroundings()).await;
    node.serve().await;
    let alice = node.person("alice").await;
    let process = node.pid();
    let load = Load::start(&alice, 4, "");
    let (mut told, mut waits) = (Vec::new(), Vec::new());
    for cycle in 0..CYCLES {
        eventually("a post", || async {
            let one = load::write(&alice, &format!("before{cycle}")).await;
            (one.status() == 200).then_some(())
        })
        .await;
        disk.fill(&node);
        let full = Instant::now();
        // What was reserved before may still take some.
        for number in 0.. {
            let one = load::write(&alice, &format!("full{cycle}n{number}")).await;
            let refused = one.status() != 200;
            if refused {
                assert_refused(&one, 507);
            }
            told.push(one);
            if refused {
                break;
            }
            assert!(full.elapsed() < Duration::from_secs(60), "the disk is not full");
        }
        for _ in 0..5 {
            reads_work(&alice, &mut waits).await;
        }
        let picture = noise(cycle);
        let refused = show(&alice, picture.clone()).await;
        assert_eq!(refused.status, 507, "{}", refused.text);
        assert_says_when(&refused);
        disk.free(&node);
        let freed = Instant::now();
        for number in 0.. {
            let one = load::write(&alice, &format!("freed{cycle}n{number}")).await;
            let worked = one.status() == 200;
            told.push(one);
            if worked {
                break;
            }
            assert!(freed.elapsed() < RECOVERY, "writes do not work again");
        }
        // The same picture: nothing that was begun when there was no room may be taken for it.
        let shown = show(&alice, picture).await.ok();
        is_whole(shown["avatar"].as_str().expect("no avatar")).await;
    }
    for one in load.stop().await {
        if one.status() != 200 {
            assert_refused(&one, 507);
        }
        told.push(one);
    }
    assert_eq!(node.pid(), process, "it is the same process");
    let refused = told.iter().filter(|one| one.status() == 507).count();
    println!("{} posts, {refused} of them refused", told.len());
    assert_soon("reading", waits);
    let refusals = told.iter().filter(|one| one.status() == 507);
    assert_soon("writing", refusals.map(|one| one.took).collect());
    node.kill().await;
    assert_eq!(integrity(&node.dir().join("entrenous.db")), "ok");
    node.serve().await;
    told.retain(|one| !one.text.starts_with("before"));
    assert_kept(&posts_of(&alice).await, &told, |_| true);
}

async fn reads_work(alice: &Client, waits: &mut Vec<Duration>) {
    for path in ["/api/v1/timelines/home", "/api/v1/notifications", "/health"] {
        let asked = Instant::now();
        let read = alice.get(path).await;
        assert_eq!(read.status, 200, "{path}: {}", read.text);
        waits.push(asked.elapsed());
    }
}

/// A picture like no other, and not small: what a node makes of it takes more room than any it may still have.
fn noise(number: usize) -> Vec<u8> {
    const SIDE: usize = 128;
    let mut rng = Rng::new(u64::try_from(number).expect("few") + 1);
    let pixels: Vec<u8> = (0..SIDE * SIDE * 3)
        .map(|_| rng.next().to_be_bytes()[0])
        .collect();
    picture::png(128, 128, &[], &pixels, SIDE)
}

async fn show(person: &Client, picture: Vec<u8>) -> Answer {
    person
        .patch_file("/api/v1/accounts/update_credentials", "avatar", picture)
        .await
}

/// A JPEG is served at the URL, from its first byte to its last.
async fn is_whole(url: &str) {
    let response = reqwest::get(url).await.expect("no answer");
    assert_eq!(response.status(), 200, "{url}");
    let bytes = response.bytes().await.expect("no body");
    assert!(
        bytes.starts_with(b"\xff\xd8") && bytes.ends_with(b"\xff\xd9") && bytes.len() > 4_096,
        "{} bytes",
        bytes.len()
    );
}

/// What SQLite says about a copy of the database and its log. (Python has an SQLite everywhere; its command line is
/// a package of its own.)
fn integrity(database: &Path) -> String {
    let folder = tempfile::tempdir().expect("no temporary directory");
    let copy = folder.path().join("copy.db");
    std::fs::copy(database, &copy).expect("the database cannot be copied");
    let log = database.with_extension("db-wal");
    if log.exists() {
        std::fs::copy(log, copy.with_extension("db-wal")).expect("the log cannot be copied");
    }
    let script = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone()[0])";
    let said = Command::new("python3")
        .args(["-c", script])
        .arg(&copy)
        .output()
        .expect("no python3");
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}
