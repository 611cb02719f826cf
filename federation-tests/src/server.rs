//! A PostgreSQL server of a test's own, to be stopped, killed and frozen.

use crate::node::free_port;
use std::fs::File;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The server. Ends with the value.
pub struct Server {
    folder: TempDir,
    port: u16,
    /// Of the user `entrenous`; none: everyone is let in.
    password: Option<String>,
    process: Option<Child>,
}

impl Server {
    /// Makes one and starts it. Its commits are in the kernel's hands when they are acknowledged, so that they outlive
    /// a kill; a power cut is not what is tested.
    ///
    /// # Panics
    /// If PostgreSQL is not installed or does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::new(None)
    }

    /// The same, but who connects must know a password. Its log tells of every connection that was cut off.
    ///
    /// # Panics
    /// As [`Server::start`].
    #[must_use]
    pub fn guarded() -> Self {
        Self::new(Some("ein gut/es:Wort"))
    }

    fn new(password: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("no temporary directory");
        if let Some((uid, gid)) = unprivileged() {
            chown(folder.path(), Some(uid), Some(gid)).expect("the folder cannot be given away");
        }
        let mut server = Self {
            folder,
            port: free_port(),
            password: password.map(str::to_owned),
            process: None,
        };
        let mut initdb = server.program("initdb");
        initdb.arg("--pgdata").arg(server.data()).args([
            "--username=entrenous",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]);
        if let Some(password) = password {
            let file = server.folder.path().join("password");
            std::fs::write(&file, password).expect("no password file");
            initdb
                .arg("--auth=scram-sha-256")
                .arg(format!("--pwfile={}", file.display()));
        } else {
            initdb.arg("--auth=trust");
        }
        let made = initdb.stdout(Stdio::null()).status();
        assert!(made.is_ok_and(|status| status.success()), "initdb failed");
        server.resume();
        server
    }

    /// The address of its database.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_with(self.password.as_deref())
    }

    /// The address of its database with another password, or none.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn url_with(&self, password: Option<&str>) -> String {
        let url = format!("postgres://entrenous@127.0.0.1:{}/postgres", self.port);
        let mut url = url::Url::parse(&url).expect("a URL");
        url.set_password(password).expect("a password");
        url.into()
    }

    /// What it has logged.
    #[must_use]
    pub fn logged(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Starts it again, on the same data, and waits until it answers.
    ///
    /// # Panics
    /// If it does not within thirty seconds.
    pub fn resume(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .expect("no log");
        let chatty = ["-c", "log_min_messages=debug1"];
        let process = self
            .program("postgres")
            .args(if self.password.is_some() { &chatty[..] } else { &[] })
            .arg("-D")
            .arg(self.data())
            .args([
                "-c",
                &format!("port={}", self.port),
                "-c",
                "listen_addresses=127.0.0.1",
            ])
            .args([
                "-c",
                "unix_socket_directories=",
                "-c",
                "shared_buffers=32MB",
                "-c",
                "fsync=off",
            ])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.process = Some(process.expect("PostgreSQL cannot be started"));
        let begun = Instant::now();
        let port = self.port.to_string();
        loop {
            let ready = self
                .program("pg_isready")
                .args(["-q", "-h", "127.0.0.1", "-t", "1", "-p", &port])
                .status();
            if ready.is_ok_and(|status| status.success()) {
                return;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "PostgreSQL does not answer: {}",
                self.logged()
            );
            // There is no event to wait for in another process.
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    /// As `pg_ctl stop -m fast` does: connections are closed, everything is written, it ends.
    ///
    /// # Panics
    /// If it was not running.
    pub fn stop(&mut self) {
        let mut process = self.process.take().expect("not running");
        signal("INT", &[process.id()]);
        process.wait().expect("no exit status");
    }

    /// SIGKILL of all its processes.
    ///
    /// # Panics
    /// If it was not running.
    pub fn kill(&mut self) {
        let mut process = self.process.take().expect("not running");
        // The parent first: it would start what is missing.
        signal("STOP", &[process.id()]);
        let mut all = children(process.id());
        all.push(process.id());
        signal("KILL", &all);
        process.wait().expect("no exit status");
    }

    /// SIGSTOP of all its processes: connections stay open, and nobody answers.
    ///
    /// # Panics
    /// If it was not running.
    pub fn freeze(&self) {
        self.everyone("STOP");
    }

    /// Ends a freeze.
    ///
    /// # Panics
    /// If it was not running.
    pub fn thaw(&self) {
        self.everyone("CONT");
    }

    fn everyone(&self, name: &str) {
        let parent = self.process.as_ref().expect("not running").id();
        signal(name, &[parent]);
        signal(name, &children(parent));
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// One of PostgreSQL's own programs, as a user it does not refuse.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(binaries().join(name));
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        if let Some((uid, gid)) = unprivileged() {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
        }
    }
}

/// The programs of the newest version that is installed.
fn binaries() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut versions: Vec<(u32, PathBuf)> = folders
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    versions.pop().map_or_else(
        || {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path)
                .find(|folder| folder.join("initdb").is_file())
                .expect("PostgreSQL is not installed: `cargo xtask test --only setup`")
        },
        |(_, folder)| folder,
    )
}

/// User and group that what must not be root runs as when we are root; `None` when we are not.
///
/// # Panics
/// If there is no list of users.
#[must_use]
pub fn unprivileged() -> Option<(u32, u32)> {
    if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() != 0) {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").expect("no /etc/passwd");
    ["postgres", "nobody"].iter().find_map(|name| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let found = fields.next()? == *name;
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            found.then_some((uid, gid))
        })
    })
}

/// The processes whose parent is `parent`.
fn children(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            (parent_of(&entry.path())? == parent).then_some(id)
        })
        .collect()
}

fn parent_of(process: &Path) -> Option<u32> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    // The name before it is in parentheses, and may hold any.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// Sends a signal; a process that is gone already needs none.
pub fn signal(name: &str, processes: &[u32]) {
    if processes.is_empty() {
        return;
    }
    let ids = processes.iter().map(u32::to_string);
    let sent = Command::new("kill")
        .args(["-s", name])
        .args(ids)
        .stderr(Stdio::null())
        .status();
    assert!(sent.is_ok(), "there is no `kill`");
}
