//! The node that is measured: its commands, its process, what it costs.

use crate::Outcome;
use crate::db::Db;
use crate::http::Connection;
use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// The password of everyone who is made by the command line.
const PASSWORD: &str = "correct horse battery";

/// A node's binary and directory.
#[derive(Debug, Clone)]
pub struct Place {
    /// The release binary.
    pub bin: PathBuf,
    /// Its data directory.
    pub dir: PathBuf,
    /// `localhost:port`.
    pub authority: String,
    /// `postgres://…`, or empty for SQLite.
    pub postgres: String,
}

impl Place {
    /// Runs one of the node's commands; its standard output.
    ///
    /// # Errors
    /// When it fails, with what it said.
    pub fn command(&self, words: &[&str]) -> Outcome<String> {
        let mut command = self.program(words);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", self.bin.display()))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that reads nothing may be gone already.
            drop(stdin.write_all(format!("{PASSWORD}\n").as_bytes()));
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("entrenous {}: {said}", words.join(" ")).into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    fn program(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.bin);
        command.args(words).arg("--data-dir").arg(&self.dir);
        if !self.postgres.is_empty() {
            command.env("ENTRENOUS_DATABASE_URL", &self.postgres);
        }
        command
    }

    /// Sets the node up, with an owner named `owner`.
    ///
    /// # Errors
    /// When `init` fails.
    pub fn init(&self) -> Outcome {
        let url = format!("http://{}", self.authority);
        let port = self.authority.rsplit(':').next().unwrap_or_default();
        let listen = format!("127.0.0.1:{port}");
        let mut words = vec!["init", "--url", &url, "--listen", &listen, "--name", "Bench"];
        words.extend(["--owner", "owner", "--owner-password-stdin", "--allow-local"]);
        if !self.postgres.is_empty() {
            words.extend(["--database-url", &self.postgres]);
        }
        self.command(&words).map(drop)
    }

    /// Adds a person; a token for them.
    ///
    /// # Errors
    /// When a command fails.
    pub fn person(&self, username: &str) -> Outcome<String> {
        self.command(&["person", "add", "--username", username, "--password-stdin"])?;
        self.command(&["token", "create", "--username", username])
    }

    /// What `Db::open` takes.
    #[must_use]
    pub fn database(&self) -> String {
        if self.postgres.is_empty() {
            self.dir.join("entrenous.db").display().to_string()
        } else {
            self.postgres.clone()
        }
    }

    /// Starts serving and waits until it is ready.
    ///
    /// # Errors
    /// When it ends or is not ready within a minute.
    pub async fn serve(&self) -> Outcome<Serving> {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.dir.join("log.txt"))?;
        let begun = Instant::now();
        let child = self
            .program(&["serve"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", self.bin.display()))?;
        let mut serving = Serving {
            pid: child.id(),
            child,
            address: format!(
                "127.0.0.1:{}",
                self.authority.rsplit(':').next().unwrap_or_default()
            ),
            host: self.authority.clone(),
            ready_after: Duration::ZERO,
            ticks: ticks()?,
            database: None,
        };
        while !serving.healthy().await {
            if let Some(status) = serving.child.try_wait()? {
                return Err(format!("the node ended ({status}); see {}/log.txt", self.dir.display()).into());
            }
            if begun.elapsed() > Duration::from_secs(60) {
                return Err("the node was not ready within a minute".into());
            }
            // Nothing tells when another process listens.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        serving.ready_after = begun.elapsed();
        if !self.postgres.is_empty() {
            serving.database = Db::open(&self.postgres)?.server_process()?;
        }
        Ok(serving)
    }
}

/// A node that serves. Stopped with the value.
pub struct Serving {
    child: Child,
    /// Its process.
    pub pid: u32,
    /// `127.0.0.1:port`.
    pub address: String,
    /// What goes into `Host`.
    pub host: String,
    /// From the start of the process until `/health` said 200.
    pub ready_after: Duration,
    ticks: u64,
    /// The process above those of PostgreSQL.
    database: Option<u32>,
}

impl Serving {
    /// Another program that serves at `address`.
    ///
    /// # Errors
    /// When the system does not tell its ticks.
    pub fn other(child: Child, address: &str) -> Outcome<Self> {
        Ok(Self {
            pid: child.id(),
            child,
            address: address.to_owned(),
            host: address.to_owned(),
            ready_after: Duration::ZERO,
            ticks: ticks()?,
            database: None,
        })
    }

    async fn healthy(&self) -> bool {
        let Ok(mut connection) = Connection::open(&self.address).await else {
            return false;
        };
        let request = format!("GET /health HTTP/1.1\r\nhost: {}\r\n\r\n", self.host);
        connection
            .ask(request.as_bytes())
            .await
            .is_ok_and(|status| status == 200)
    }

    /// Processor time it used so far, in user and kernel, to a hundredth of a second; with that of its PostgreSQL.
    ///
    /// # Errors
    /// When it is gone.
    pub fn cpu(&self) -> Outcome<Duration> {
        let own = cpu_of(self.pid, self.ticks)?;
        match self.database {
            None => Ok(own),
            Some(root) => Ok(own + cpu_of_tree(root, self.ticks)?),
        }
    }

    /// Waits until the node has used no processor time for a tenth of a second, but no longer than ten seconds: after
    /// its start it makes keys for people to come.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn settle(&self) -> Outcome {
        let begun = Instant::now();
        let mut last = self.cpu()?;
        while begun.elapsed() < Duration::from_secs(10) {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let now = self.cpu()?;
            if now == last {
                break;
            }
            last = now;
        }
        Ok(())
    }

    /// Resident memory in MiB.
    ///
    /// # Errors
    /// When it is gone.
    pub fn memory(&self) -> Outcome<f64> {
        self.status("VmRSS:")
    }

    /// Resident memory in MiB that is the node's own: without what it has mapped of files.
    ///
    /// # Errors
    /// When it is gone.
    pub fn own_memory(&self) -> Outcome<f64> {
        self.status("RssAnon:")
    }

    #[expect(clippy::cast_precision_loss, reason = "kibibytes are few")]
    fn status(&self, name: &str) -> Outcome<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let kib: u64 = status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok())
            .ok_or_else(|| format!("no {name}"))?;
        Ok(kib as f64 / 1_024.0)
    }

    /// SIGTERM, and its end.
    ///
    /// # Errors
    /// When it cannot be told or does not end well.
    pub fn stop(mut self) -> Outcome {
        let told = Command::new("kill")
            .args(["-s", "TERM", &self.pid.to_string()])
            .status()?;
        if !told.success() {
            return Err("SIGTERM could not be sent".into());
        }
        let status = self.child.wait()?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("the node ended with {status}").into())
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // After `stop` there is nobody to kill, which is no error here.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Ticks of processor time in a second.
fn ticks() -> Outcome<u64> {
    let output = Command::new("getconf").arg("CLK_TCK").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
}

/// Processor time of a process and the children it has waited for.
fn cpu_of(pid: u32, ticks: u64) -> Outcome<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let used = used_ticks(&stat).ok_or("an unreadable /proc/<pid>/stat")?;
    Ok(Duration::from_millis(used * 1_000 / ticks.max(1)))
}

/// Fields 14 to 17 of `/proc/<pid>/stat`: utime, stime, cutime, cstime.
fn used_ticks(stat: &str) -> Option<u64> {
    // The name before may hold spaces and parentheses.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<u64> = rest
        .split_ascii_whitespace()
        .skip(11)
        .take(4)
        .map_while(|field| field.parse().ok())
        .collect();
    (fields.len() == 4).then(|| fields.iter().sum())
}

/// Processor time of a process and of everything under it: PostgreSQL's postmaster and its backends.
fn cpu_of_tree(root: u32, ticks: u64) -> Outcome<Duration> {
    let mut all = cpu_of(root, ticks)?;
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if parent_of(pid) == Some(root) {
            // It may have ended meanwhile: then it is counted with its parent.
            all += cpu_of(pid, ticks).unwrap_or_default();
        }
    }
    Ok(all)
}

/// The parent of a process.
pub(crate) fn parent_of(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// A free port of the loopback interface. Data sets keep it, so it lies below the range from which the system takes
/// ports for outgoing connections.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Outcome<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(12_000);
    loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        if port >= 30_000 {
            return Err("no free port".into());
        }
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
}

/// Size of a file in MiB.
///
/// # Errors
/// When it is not there.
#[expect(clippy::cast_precision_loss, reason = "a binary is no exabyte")]
pub fn mebibytes(path: &Path) -> Outcome<f64> {
    Ok(fs::metadata(path)?.len() as f64 / (1_024.0 * 1_024.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_behind_any_name() {
        let stat = "12 (a (b) c) S 1 12 12 0 -1 4194560 900 0 0 0 7 5 2 1 20 0 3 0 100";
        assert_eq!(used_ticks(stat), Some(15));
        assert_eq!(used_ticks("nonsense"), None);
    }
}
