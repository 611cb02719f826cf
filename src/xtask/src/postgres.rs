//! A PostgreSQL server of our own: on a folder and a free port of ours, stopped with us.
//!
//! The machine's own PostgreSQL, if it runs one, is neither used nor disturbed. PostgreSQL refuses to run as root,
//! so when we are root the server runs as an unprivileged user who owns its folder.

use std::fs::{self, File};
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::child::{self, Running};
use crate::{Outcome, packages};

/// The superuser of our servers.
const SUPERUSER: &str = "entrenous";

/// The newest server's own programs. Distributions keep them out of `PATH`, where wrappers of the same name may
/// stand that expect the system's own cluster.
pub(crate) fn binaries() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, prefix) in [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")] {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let version = name
                .to_str()
                .and_then(|name| name.strip_prefix(prefix)?.parse().ok());
            if let Some(version) = version {
                versions.push((version, entry.path().join("bin")));
            }
        }
    }
    versions.sort();
    let versioned = versions
        .into_iter()
        .rev()
        .map(|(_, folder)| folder)
        .find(|folder| has_server(folder));
    versioned.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| has_server(folder))
    })
}

fn has_server(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_isready", "createdb"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

/// What a server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A test run or a demo: a power cut may take the data.
    Play,
    /// Figures: durable as in production, and with memory for a million posts.
    Measuring,
}

impl Purpose {
    const fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Play => &[
                "shared_buffers=64MB",
                "fsync=off",
                "full_page_writes=off",
                "synchronous_commit=off",
            ],
            Self::Measuring => &["shared_buffers=1GB", "max_wal_size=4GB"],
        }
    }
}

/// A server's folder, port and password: what must be remembered to start it again on the same data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// Holds the data, the log and, while it is made, the password.
    pub(crate) folder: PathBuf,
    /// On 127.0.0.1.
    pub(crate) port: u16,
    /// Of the superuser.
    pub(crate) password: String,
}

impl Cluster {
    /// A new cluster in `folder`, which must not hold one.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, the folder cannot be made, or `initdb` fails.
    pub(crate) fn create(folder: &Path) -> Outcome<Self> {
        let cluster = Self {
            folder: folder.to_path_buf(),
            port: free_port()?,
            password: secret()?,
        };
        let user = unprivileged_user()?;
        // Not `create_dir_all`: in a shared folder, someone else's of that name must not be taken for ours.
        fs::DirBuilder::new().mode(0o700).create(folder)?;
        let password_file = folder.join("password");
        fs::write(&password_file, &cluster.password)?;
        if let Some((uid, gid)) = user {
            chown(folder, Some(uid), Some(gid))?;
            chown(&password_file, Some(uid), Some(gid))?;
        }
        let mut initdb = Command::new(programs()?.join("initdb"));
        initdb
            .arg("--pgdata")
            .arg(folder.join("data"))
            .arg(format!("--username={SUPERUSER}"))
            .arg(format!("--pwfile={}", password_file.display()))
            // Other users of this machine reach the port too, so a password it is.
            .args(["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .current_dir(folder);
        lower(&mut initdb, user);
        child::answer(&mut initdb, "")?;
        fs::remove_file(&password_file)?;
        Ok(cluster)
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    /// When it cannot be started or is not ready within 30 seconds; the error holds the end of its log.
    pub(crate) fn start(&self, purpose: Purpose) -> Outcome<Server> {
        let bin = programs()?;
        let log_path = self.folder.join("server.log");
        let log = File::options().create(true).append(true).open(&log_path)?;
        let mut command = child::beside(&bin.join("postgres"), "INT");
        command.arg("-D").arg(self.folder.join("data"));
        for setting in [
            format!("port={}", self.port),
            "listen_addresses=127.0.0.1".to_owned(),
            "unix_socket_directories=".to_owned(),
            "max_connections=400".to_owned(),
        ] {
            command.args(["-c", &setting]);
        }
        for setting in purpose.settings() {
            command.args(["-c", setting]);
        }
        command
            .stdout(log.try_clone()?)
            .stderr(log)
            .current_dir(&self.folder);
        lower(&mut command, unprivileged_user()?);
        // SIGINT is PostgreSQL's fast stop: it does not wait for clients to leave.
        let mut running = Running::start(&mut command, "INT", Duration::from_secs(15))?;

        let port = self.port.to_string();
        let ready = child::until(Duration::from_secs(30), || {
            if let Some(status) = running.ended()? {
                return Err(format!("PostgreSQL stopped at once ({status})\n{}", tail(&log_path)).into());
            }
            let mut probe = Command::new(bin.join("pg_isready"));
            let probe = probe
                .args(["-q", "-h", "127.0.0.1", "-p", &port, "-t", "1"])
                .stdin(Stdio::null());
            Ok(probe.status()?.success().then_some(()))
        })?;
        match ready {
            Some(()) => Ok(Server {
                running,
                cluster: self.clone(),
            }),
            None => Err(format!("PostgreSQL was not ready within 30 seconds\n{}", tail(&log_path)).into()),
        }
    }
}

/// A running server.
pub(crate) struct Server {
    running: Running,
    cluster: Cluster,
}

impl Server {
    /// The address of one of its databases, as a superuser.
    pub(crate) fn url(&self, database: &str) -> String {
        let Cluster { port, password, .. } = &self.cluster;
        format!("postgres://{SUPERUSER}:{password}@127.0.0.1:{port}/{database}")
    }

    /// Makes a database.
    ///
    /// # Errors
    /// When there is one of that name already.
    pub(crate) fn create_database(&self, name: &str) -> Outcome {
        let mut createdb = Command::new(programs()?.join("createdb"));
        createdb.args([
            "-h",
            "127.0.0.1",
            "-U",
            SUPERUSER,
            "-p",
            &self.cluster.port.to_string(),
            name,
        ]);
        child::answer(createdb.env("PGPASSWORD", &self.cluster.password), "").map(drop)
    }

    /// Stops the server and waits for its end.
    ///
    /// # Errors
    /// When the system cannot say how it ended.
    pub(crate) fn stop(&mut self) -> Outcome {
        self.running.stop().map(drop)
    }
}

/// A server with nothing in it, in the system's folder for temporary files. Stopped and removed when dropped.
pub(crate) struct Temporary {
    server: Server,
}

impl Temporary {
    /// Makes and starts one.
    ///
    /// # Errors
    /// As [`Cluster::create`] and [`Cluster::start`].
    pub(crate) fn start(purpose: Purpose) -> Outcome<Self> {
        let folder = std::env::temp_dir().join(format!("entrenous-postgres-{}", secret()?));
        let started = Cluster::create(&folder).and_then(|cluster| cluster.start(purpose));
        match started {
            Ok(server) => Ok(Self { server }),
            Err(failure) => {
                drop(fs::remove_dir_all(&folder));
                Err(failure)
            }
        }
    }

    /// The address of its database `postgres`, as a superuser.
    pub(crate) fn url(&self) -> String {
        self.server.url("postgres")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        drop(self.server.stop());
        drop(fs::remove_dir_all(&self.server.cluster.folder));
    }
}

fn programs() -> Outcome<PathBuf> {
    binaries().ok_or_else(|| {
        "PostgreSQL is not installed: `cargo xtask test --only setup` installs it or says how".into()
    })
}

/// Whom the server runs as when we are root: PostgreSQL's own user, else nobody.
fn unprivileged_user() -> Outcome<Option<(u32, u32)>> {
    if !packages::am_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let found = ["postgres", "nobody"]
        .iter()
        .find_map(|name| user_in(&users, name));
    found
        .map(Some)
        .ok_or_else(|| "PostgreSQL cannot run as root, and there is no user `nobody`".into())
}

/// A user's and their group's number in the text of a `passwd` file.
fn user_in(users: &str, name: &str) -> Option<(u32, u32)> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next()? == name;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        found.then_some((uid, gid))
    })
}

fn lower(command: &mut Command, user: Option<(u32, u32)>) {
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
}

/// A port nobody listens on at this moment.
fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// 128 bits of the system's randomness, in hexadecimal.
fn secret() -> Outcome<String> {
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The last lines of a log.
pub(crate) fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines
        .iter()
        .skip(lines.len().saturating_sub(15))
        .copied()
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let users = "root:x:0:0:root:/root:/bin/sh\npostgresql:x:7:8::/:/bin/sh\npostgres:x:105:109:,,,:/var:/bin/sh\n";
        assert_eq!(user_in(users, "postgres"), Some((105, 109)));
        assert_eq!(user_in(users, "nobody"), None);
    }

    #[test]
    fn a_server_serves_and_goes() {
        let temporary = Temporary::start(Purpose::Play).unwrap();
        let url = temporary.url();
        temporary.server.create_database("probe").unwrap();
        assert!(
            temporary.server.create_database("probe").is_err(),
            "there is one already"
        );
        let Cluster { folder, port, .. } = temporary.server.cluster.clone();
        assert!(url.contains(&port.to_string()), "{url}");
        drop(temporary);
        assert!(!folder.exists());
        assert!(
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok(),
            "the port is free again"
        );
    }

    #[test]
    fn secrets_differ() {
        let (one, other) = (secret().unwrap(), secret().unwrap());
        assert_eq!(one.len(), 32);
        assert_ne!(one, other);
    }
}
