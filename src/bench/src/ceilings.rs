//! What the machine can do at all, in the same run: each figure of the node stands beside one of these.

use crate::Outcome;
use crate::db::{Db, Rows};
use crate::figure::Figure;
use crate::http::request;
use crate::load::Load;
use crate::manifest::Peer;
use crate::node::Serving;
use crate::sign::Sender;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ED25519, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
    UnparsedPublicKey,
};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long each operation of a key is repeated.
const WHILE: Duration = Duration::from_millis(300);
/// Bytes of a page as large as a home timeline.
pub const PAGE: usize = 40 * 1_024;

/// How often an operation is done in a second, in each round.
fn each_second(rounds: usize, mut operation: impl FnMut() -> Outcome) -> Outcome<Vec<f64>> {
    let mut all = Vec::new();
    for _ in 0..rounds {
        let begun = Instant::now();
        let mut count = 0_u32;
        while begun.elapsed() < WHILE {
            for _ in 0..10 {
                operation()?;
            }
            count += 10;
        }
        all.push(f64::from(count) / begun.elapsed().as_secs_f64());
    }
    Ok(all)
}

/// Signatures of one core.
///
/// # Errors
/// When the library refuses.
pub fn signatures(rounds: usize) -> Outcome<Vec<Figure>> {
    let message = [7_u8; 400];
    let refused = |_| "the library refuses";
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).map_err(refused)?;
    let ed = Ed25519KeyPair::generate().map_err(refused)?;
    let random = SystemRandom::new();
    let mut by_rsa = vec![0; rsa.public_modulus_len()];
    rsa.sign(&RSA_PKCS1_SHA256, &random, &message, &mut by_rsa)
        .map_err(refused)?;
    let by_ed = ed.sign(&message);
    let rsa_key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, rsa.public_key().as_ref());
    let ed_key = UnparsedPublicKey::new(&ED25519, ed.public_key().as_ref());
    let mut room = by_rsa.clone();
    Ok(vec![
        Figure::new(
            "RSA-2048 sign, one core",
            "/s",
            each_second(rounds, || {
                Ok(rsa
                    .sign(&RSA_PKCS1_SHA256, &random, &message, &mut room)
                    .map_err(refused)?)
            })?,
        ),
        Figure::new(
            "RSA-2048 verify, one core",
            "/s",
            each_second(rounds, || {
                Ok(rsa_key.verify(&message, &by_rsa).map_err(refused)?)
            })?,
        ),
        Figure::new(
            "Ed25519 sign, one core",
            "/s",
            each_second(rounds, || {
                std::hint::black_box(ed.sign(&message));
                Ok(())
            })?,
        ),
        Figure::new(
            "Ed25519 verify, one core",
            "/s",
            each_second(rounds, || {
                Ok(ed_key.verify(&message, by_ed.as_ref()).map_err(refused)?)
            })?,
        ),
    ])
}

/// Inserts into SQLite with `synchronous=FULL`: one a transaction, and 64.
///
/// # Errors
/// The database's.
pub fn inserts(rounds: usize, folder: &Path) -> Outcome<Vec<Figure>> {
    let file = folder.join("ceiling.db");
    let mut figures = Vec::new();
    for (name, group, transactions) in [
        ("SQLite FULL: inserts, one a transaction", 1, 300),
        ("SQLite FULL: inserts, 64 a transaction", 64, 100),
    ] {
        let mut rates = Vec::new();
        for _ in 0..rounds {
            remove(&file);
            let mut db = Db::open(&file.display().to_string())?;
            db.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")?;
            let begun = Instant::now();
            let mut id = 0_i64;
            for _ in 0..transactions {
                db.run("BEGIN IMMEDIATE")?;
                for _ in 0..group {
                    id += 1;
                    let mut rows = Rows::of("t (id, text)");
                    rows.add(&mut db, [id.into(), "x".repeat(400).into()])?;
                    rows.finish(&mut db)?;
                }
                db.run("COMMIT")?;
            }
            rates.push(id as f64 / begun.elapsed().as_secs_f64());
        }
        figures.push(Figure::new(name, "/s", rates));
    }
    remove(&file);
    Ok(figures)
}

fn remove(file: &Path) {
    for end in ["", "-wal", "-shm"] {
        // What is not there need not go.
        drop(fs::remove_file(format!("{}{end}", file.display())));
    }
}

/// The newest 20 rows of home timelines with their posts and authors, read by diesel on one connection.
///
/// # Errors
/// The database's.
pub fn timeline_rows(rounds: usize, db: &mut Db, owners: &[i64]) -> Outcome<Figure> {
    let mut turn = owners.iter().cycle();
    let rates = each_second(rounds, || {
        let owner = turn.next().copied().unwrap_or_default();
        let rows = db.timeline(owner)?;
        if rows == 0 {
            Err("an empty timeline".into())
        } else {
            Ok(())
        }
    })?;
    Ok(Figure::new(
        "20 rows of a home timeline, one connection",
        "µs",
        rates.iter().map(|rate| 1e6 / rate).collect(),
    ))
}

/// What [`sign_and_send`] needs, made before the clock runs.
pub struct Sending {
    sender: Sender,
    person: String,
    lines: Vec<(String, TcpStream)>,
}

impl Sending {
    /// Connections to all peers, and the keys of the first.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn new(peers: &[&Peer]) -> Outcome<Self> {
        let first = peers.first().ok_or("no peer")?;
        let lines = peers.iter().map(|peer| {
            let line = TcpStream::connect(peer.origin.trim_start_matches("http://"))?;
            line.set_nodelay(true)?;
            Ok((format!("{}/inbox", peer.origin), line))
        });
        Ok(Self {
            sender: Sender::of(first)?,
            person: format!("{}/people/someone", first.origin),
            lines: lines.collect::<Outcome<_>>()?,
        })
    }
}

/// Milliseconds of this thread's processor time to make, sign and send one activity to every peer and read the answers:
/// the mean of several times.
///
/// # Errors
/// When a peer does not answer.
pub fn sign_and_send(mut sending: Sending) -> Outcome<f64> {
    const TIMES: u32 = 10;
    let before = thread_time()?;
    for _ in 0..TIMES {
        for (inbox, line) in &mut sending.lines {
            let body = sending.sender.create(&sending.person)?.body;
            line.write_all(&sending.sender.post(&sending.person, inbox, &body)?)?;
        }
        for (_, line) in &mut sending.lines {
            let mut answer = [0; 256];
            if line.read(&mut answer)? == 0 {
                return Err("a peer closed the connection".into());
            }
        }
    }
    let used = thread_time()?.saturating_sub(before);
    Ok(used.as_secs_f64() * 1e3 / f64::from(TIMES))
}

/// Processor time of this thread.
fn thread_time() -> Outcome<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos = text.split_ascii_whitespace().next().ok_or("no schedstat")?;
    Ok(Duration::from_nanos(nanos.parse()?))
}

/// Serves a word at `/` and a page of [`PAGE`] bytes at `/page` until the process is ended, and says where: what the web
/// framework costs without a product in it.
///
/// # Errors
/// When there is no port.
pub async fn serve_hello() -> Outcome {
    let page = bytes(PAGE);
    let router = axum::Router::new()
        .route("/", axum::routing::get(|| async { "hello" }))
        .route("/page", axum::routing::get(move || async move { page }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    crate::say(&listener.local_addr()?.to_string());
    Ok(axum::serve(listener, router).await?)
}

/// What the web framework costs without a product in it, in a process of its own, asked as the node is.
///
/// # Errors
/// When it does not serve.
pub async fn hello(rounds: usize, requests: usize, connections: usize) -> Outcome<Vec<Figure>> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("--hello")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut address = String::new();
    if let Some(out) = child.stdout.take() {
        BufReader::new(out).read_line(&mut address)?;
    }
    let server = Serving::other(child, address.trim())?;
    let mut figures = Vec::new();
    for (name, path) in [("a word", "/"), ("a page of 40 KiB", "/page")] {
        let load = Load {
            requests: Arc::new(vec![request("GET", path, &server.host, "", None); requests]),
            connections,
            status: 200,
        };
        load.run(&server).await?;
        let mut results = Vec::new();
        for _ in 0..rounds {
            results.push(load.run(&server).await?);
        }
        figures.extend([
            Figure::new(
                format!("axum, {name}: CPU a request"),
                "µs",
                results.iter().map(crate::load::Result::cpu_each).collect(),
            ),
            Figure::new(
                format!("axum, {name}: requests"),
                "/s",
                results.iter().map(crate::load::Result::rate).collect(),
            ),
        ]);
    }
    Ok(figures)
}

/// A page that costs nothing to make.
fn bytes(size: usize) -> &'static str {
    let text = "x".repeat(size);
    // Once in a process that ends soon.
    text.leak()
}
