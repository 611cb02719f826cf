//! A node under test.

use crate::client::Client;
use crate::database::{self, Database};
use crate::witness::{self, Contacts};
use crate::{Proxy, eventually};
use serde_json::Value;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

/// The password of everyone in the tests.
pub const PASSWORD: &str = "correct horse battery";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// The binary: `ENTRENOUS_BIN`, which the test command sets, else the one beside the test.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("ENTRENOUS_BIN") {
        return PathBuf::from(path);
    }
    let exe = std::env::current_exe().expect("no path of this test");
    let path = exe
        .parent()
        .and_then(Path::parent)
        .expect("no target directory")
        .join("entrenous");
    assert!(
        path.exists(),
        "{} is missing: cargo build -p entrenous",
        path.display()
    );
    path
}

/// A free port of the loopback interface. It is free at this moment; a test that loses the race fails at its start.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn free_port() -> u16 {
    // Below the range from which the system takes ports for outgoing connections: the tests make thousands, and one of
    // them would sooner or later hold the port of a node that is down for a moment.
    const FIRST: u16 = 12_000;
    const COUNT: u16 = 18_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Far from where a process that was started a moment ago begins.
    let start = u64::from(std::process::id()) * 137 % u64::from(COUNT);
    let start = u16::try_from(start).expect("below the count");
    (0..COUNT)
        .map(|_| FIRST + start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("no free port")
}

/// A node with its data directory. Ends with the value.
pub struct Node {
    /// Name of the node.
    pub name: String,
    /// `host:port`.
    pub authority: String,
    dir: TempDir,
    process: Option<Child>,
    database: Option<String>,
    /// Words before every command: what gives the process another clock or another disk.
    launcher: Vec<String>,
    /// Where it listens, if that is not at its authority.
    behind: Option<String>,
    /// Where the process sees its data directory, and where we do; usually the same.
    place: Option<(PathBuf, PathBuf)>,
}

/// Where a node of a test keeps its data, if that matters.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// A PostgreSQL database that the test looks after; none: as `Database` says.
    pub database_url: Option<String>,
    /// Words before every command of the node, such as `env NAME=value`.
    pub launcher: Vec<String>,
    /// Where the node sees its data directory, and where the test does; none: a new one.
    pub place: Option<(PathBuf, PathBuf)>,
    /// Where the node listens (`127.0.0.1:PORT`); none: at its authority.
    pub listen: Option<String>,
}

impl Node {
    /// Sets a node up at `http://localhost:PORT` and starts it. Its owner is `owner`.
    ///
    /// # Panics
    /// If it does not come up.
    pub async fn start(name: &str, on: Database) -> Self {
        let mut node = Self::init(name, on, &format!("localhost:{}", free_port())).await;
        node.serve().await;
        node
    }

    /// The same, reached by others through a wire that can be cut; clients of the test are beside it.
    ///
    /// # Panics
    /// If it does not come up.
    pub async fn start_behind(name: &str, on: Database) -> (Self, Proxy) {
        let (authority, listen) = (
            format!("localhost:{}", free_port()),
            format!("127.0.0.1:{}", free_port()),
        );
        let proxy = Proxy::start(&authority, &listen).await;
        let surroundings = Surroundings {
            listen: Some(listen),
            ..Surroundings::default()
        };
        let mut node = Self::init_in(name, on, &authority, surroundings).await;
        node.serve().await;
        (node, proxy)
    }

    /// Sets a node up without starting it.
    ///
    /// # Panics
    /// If `init` fails.
    pub async fn init(name: &str, on: Database, authority: &str) -> Self {
        Self::init_in(name, on, authority, Surroundings::default()).await
    }

    /// The same in surroundings of the test's own.
    ///
    /// # Panics
    /// If `init` fails.
    pub async fn init_in(name: &str, on: Database, authority: &str, surroundings: Surroundings) -> Self {
        let dir = tempfile::tempdir().expect("no temporary directory");
        let database = match on {
            _ if surroundings.database_url.is_some() => None,
            Database::Sqlite => None,
            Database::Postgres => {
                let number = COUNT.fetch_add(1, Ordering::Relaxed);
                Some(format!("entrenous_test_{}_{number}", std::process::id()))
            }
        };
        let url = format!("http://{authority}");
        let port = authority.rsplit(':').next().unwrap_or_default();
        let behind = surroundings.listen;
        let listen = behind.clone().unwrap_or_else(|| format!("127.0.0.1:{port}"));
        let mut arguments: Vec<String> = [
            "init",
            "--url",
            &url,
            "--listen",
            &listen,
            "--name",
            name,
            "--owner",
            "owner",
            "--owner-password-stdin",
            "--allow-local",
        ]
        .map(str::to_owned)
        .to_vec();
        if let Some(database) = &database {
            arguments.extend(["--database-url".to_owned(), database::create(database).await]);
        }
        if let Some(url) = surroundings.database_url {
            arguments.extend(["--database-url".to_owned(), url]);
        }
        let node = Self {
            name: name.to_owned(),
            authority: authority.to_owned(),
            dir,
            process: None,
            database,
            launcher: surroundings.launcher,
            behind,
            place: surroundings.place,
        };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        node.command_with(&arguments, PASSWORD).await;
        node
    }

    /// Starts serving and waits until it is healthy.
    ///
    /// # Panics
    /// If it ends or does not answer within thirty seconds.
    pub async fn serve(&mut self) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.dir().join("log.txt"))
            .expect("no log file");
        self.spawn(Stdio::from(log));
        let client = self.client("");
        eventually("the node to answer /health", || async {
            let answer = client.try_get("/health").await?;
            (answer.status == 200).then_some(())
        })
        .await;
    }

    /// Starts serving and answers how long it took until it was healthy.
    ///
    /// # Panics
    /// If it ends or does not answer within thirty seconds.
    pub async fn serve_timed(&mut self) -> Duration {
        let start = std::time::Instant::now();
        self.serve().await;
        start.elapsed()
    }

    fn spawn(&mut self, log: Stdio) {
        let child = self
            .watched_program()
            .args(["serve", "--data-dir"])
            .arg(self.inner_dir())
            .env(
                "ENTRENOUS_LOG_LEVEL",
                std::env::var("TEST_LOG").unwrap_or_else(|_| "info".to_owned()),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("the node cannot be started");
        self.process = Some(child);
    }

    /// The binary behind its launcher.
    fn program(&self) -> Command {
        match self.launcher.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(binary());
                command
            }
            None => Command::new(binary()),
        }
    }

    /// The same with the witness inside. A launcher that loads a library of its own takes the witness's place.
    fn watched_program(&self) -> Command {
        let mut command = self.program();
        command
            .env("LD_PRELOAD", witness::library())
            .env(witness::LINES, self.dir.path().join("witness.txt"))
            .env(witness::NAMES, self.dir.path().join("names.txt"));
        command
    }

    /// Whom its process has contacted since it was first started.
    #[must_use]
    pub fn contacts(&self) -> Contacts {
        Contacts::read(&self.dir.path().join("witness.txt"))
    }

    /// From now on its process is told these addresses for these names, whatever the machine knows of them.
    ///
    /// # Panics
    /// If they cannot be written down.
    pub fn answer_names(&self, names: &[(&str, &str)]) {
        let lines: String = names
            .iter()
            .map(|(name, addresses)| format!("{name} {addresses}\n"))
            .collect();
        let aside = self.dir.path().join("names.aside");
        std::fs::write(&aside, lines).expect("not written");
        std::fs::rename(aside, self.dir.path().join("names.txt")).expect("not renamed");
    }

    /// The data directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.place.as_ref().map_or(self.dir.path(), |(_, ours)| ours)
    }

    /// The data directory as the node's process sees it.
    fn inner_dir(&self) -> &Path {
        self.place.as_ref().map_or(self.dir.path(), |(inner, _)| inner)
    }

    /// The process id while it serves.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().and_then(Child::id)
    }

    /// Resident memory in KiB.
    ///
    /// # Panics
    /// If it does not serve, or this is no Linux.
    #[must_use]
    pub fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most resident memory since the start, or since it was forgotten, in KiB.
    ///
    /// # Panics
    /// As [`Node::memory`].
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// The peak begins anew. Where the system does not allow that, it is the one since the start.
    ///
    /// # Panics
    /// If it does not serve.
    pub fn forget_peak(&self) {
        let pid = self.pid().expect("not serving");
        drop(std::fs::write(format!("/proc/{pid}/clear_refs"), "5"));
    }

    fn status(&self, name: &str) -> u64 {
        let pid = self.pid().expect("not serving");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("no /proc");
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok())
            .expect("no such line")
    }

    /// Starts serving; false if it refuses within thirty seconds.
    ///
    /// # Panics
    /// If it neither ends nor answers.
    pub async fn tries_to_serve(&mut self) -> bool {
        let mut child = self
            .watched_program()
            .args(["serve", "--data-dir"])
            .arg(self.inner_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the node cannot be started");
        let client = self.client("");
        let serves = eventually("the node to serve or to refuse", || {
            let ended = child.try_wait().expect("no status").is_some();
            let client = &client;
            async move {
                if ended {
                    return Some(false);
                }
                let answer = client.try_get("/health").await?;
                (answer.status == 200).then_some(true)
            }
        })
        .await;
        self.process = serves.then_some(child);
        serves
    }

    /// Name of its PostgreSQL database, if it has one.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// The reasons in the last lines of the audit trail.
    ///
    /// # Panics
    /// If it cannot be read.
    pub async fn audited(&self) -> Vec<String> {
        let lines = self.json(&["audit", "--limit", "200"]).await;
        let lines = lines.as_array().expect("no list");
        lines
            .iter()
            .filter_map(|line| line["reason"].as_str().map(str::to_owned))
            .collect()
    }

    /// What it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir().join("log.txt")).unwrap_or_default()
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority)
    }

    /// A client with a token (or none, if empty).
    #[must_use]
    pub fn client(&self, token: &str) -> Client {
        let authority = self.behind.as_ref().unwrap_or(&self.authority);
        Client::new(format!("http://{authority}"), token.to_owned())
    }

    /// SIGKILL: at once, without a word.
    ///
    /// # Panics
    /// If it was not serving.
    pub async fn kill(&mut self) {
        let mut process = self.process.take().expect("not serving");
        process.kill().await.expect("cannot be killed");
    }

    /// SIGTERM; answers how long it took to end, and whether it ended well.
    ///
    /// # Panics
    /// If it was not serving or does not end within 15 seconds.
    pub async fn terminate(&mut self) -> (Duration, bool) {
        let mut process = self.process.take().expect("not serving");
        let pid = process.id().expect("no process id").to_string();
        let start = std::time::Instant::now();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(
            sent.is_ok_and(|status| status.success()),
            "SIGTERM could not be sent"
        );
        let ended = tokio::time::timeout(Duration::from_secs(15), process.wait()).await;
        let status = ended.expect("did not end within 15 s").expect("no exit status");
        (start.elapsed(), status.success())
    }

    /// Runs a command on this node and answers its standard output.
    ///
    /// # Panics
    /// If it fails.
    pub async fn command(&self, arguments: &[&str]) -> String {
        self.command_with(arguments, "").await
    }

    /// Runs a command with `--json`.
    ///
    /// # Panics
    /// If it fails or answers no JSON.
    pub async fn json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(arguments);
        let text = self.command(&all).await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error} in {text}"))
    }

    /// Runs a command with text on standard input.
    ///
    /// # Panics
    /// If it fails.
    pub async fn command_with(&self, arguments: &[&str], input: &str) -> String {
        let (success, output, error) = self.try_command(arguments, input).await;
        assert!(
            success,
            "{}: entrenous {arguments:?} failed: {error}\n{}",
            self.name,
            self.log()
        );
        output
    }

    /// Runs a command: success, standard output, standard error.
    ///
    /// # Panics
    /// If it cannot be started or does not end within a minute.
    pub async fn try_command(&self, arguments: &[&str], input: &str) -> (bool, String, String) {
        let mut child = self
            .program()
            .args(arguments)
            .arg("--data-dir")
            .arg(self.inner_dir())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the command cannot be started");
        if let Some(mut stdin) = child.stdin.take() {
            // A command that does not read its input may be gone already.
            drop(stdin.write_all(format!("{input}\n").as_bytes()).await);
        }
        let output = tokio::time::timeout(Duration::from_secs(60), child.wait_with_output()).await;
        let output = output
            .unwrap_or_else(|_| panic!("{arguments:?} took a minute"))
            .expect("no output");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end().to_owned();
        (output.status.success(), text(output.stdout), text(output.stderr))
    }

    /// Adds a person and answers a client with a full token.
    ///
    /// # Panics
    /// If it fails.
    pub async fn person(&self, username: &str) -> Client {
        self.command_with(
            &["person", "add", "--username", username, "--password-stdin"],
            PASSWORD,
        )
        .await;
        self.signed_in(username).await
    }

    /// A client with a full token for someone who is there.
    ///
    /// # Panics
    /// If it fails.
    pub async fn signed_in(&self, username: &str) -> Client {
        let scopes = "read write follow push admin:read admin:write";
        let scopes = if username == "owner" {
            scopes
        } else {
            "read write follow push"
        };
        self.client(
            &self
                .command(&["token", "create", "--username", username, "--scopes", scopes])
                .await,
        )
    }

    /// The real invitation between this node and another; both are active afterwards.
    ///
    /// # Panics
    /// If a step fails.
    pub async fn connect(&self, other: &Self) {
        let link = self.command(&["peer", "invite"]).await;
        other.command(&["peer", "join", &link, "--yes"]).await;
        self.command(&["peer", "confirm", &other.authority]).await;
        for (here, there) in [(self, other), (other, self)] {
            eventually("both nodes to be active", || async {
                (here.peer_state(&there.authority).await == "active").then_some(())
            })
            .await;
        }
    }

    /// The state of a peer, or "none".
    ///
    /// # Panics
    /// If the list cannot be read.
    pub async fn peer_state(&self, authority: &str) -> String {
        let list = self.json(&["peer", "list"]).await;
        let peers = list.as_array().expect("not a list");
        let peer = peers.iter().find(|peer| peer["authority"] == authority);
        peer.and_then(|peer| peer["state"].as_str())
            .unwrap_or("none")
            .to_owned()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.start_kill());
        }
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(40).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            println!("--- last lines of {} ---\n{}", self.name, tail.join("\n"));
        }
        if let Some(database) = &self.database {
            database::drop_detached(database);
        }
    }
}
