//! The demo's nodes: made, started, connected and stopped through their command line alone.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::http::{self, Request};
use super::people::Site;
use super::posts;
use super::state::Address;
use crate::child::{self, Running};
use crate::{Outcome, postgres, signals};

/// Everyone's password. The nodes listen on this machine alone.
pub(crate) const PASSWORD: &str = "entre-nous-demo";
/// What each person's client may do.
const SCOPES: &str = "read write follow push admin:read admin:write";

/// One node of the demo.
pub(crate) struct Node {
    pub(crate) site: &'static Site,
    pub(crate) address: Address,
    folder: PathBuf,
    binary: PathBuf,
    running: Option<Running>,
}

impl Node {
    pub(crate) fn new(site: &'static Site, address: Address, folder: PathBuf, binary: &Path) -> Self {
        Self {
            site,
            address,
            folder,
            binary: binary.to_path_buf(),
            running: None,
        }
    }

    /// Runs a subcommand of the node's binary on this node's data, and gives what it says.
    fn command(&self, words: &[&str], rest: &[&str], input: &str) -> Outcome<String> {
        let mut command = Command::new(&self.binary);
        command.args(words).arg("--data-dir").arg(&self.folder).args(rest);
        child::answer(&mut command, input)
    }

    /// Makes the node, its people and its last days. It need not run for this.
    pub(crate) fn create(&self, database: Option<&str>, now: u64) -> Outcome {
        let Some((owner, others)) = self.site.people.split_first() else {
            return Err(format!("{} has no people", self.site.name).into());
        };
        let password = format!("{PASSWORD}\n");
        let (url, listen) = (self.address.url(), self.address.authority());
        let mut settings = vec![
            "--url",
            &url,
            "--listen",
            &listen,
            "--name",
            self.site.name,
            "--allow-local",
        ];
        let [red, green, blue] = self.site.colour;
        let accent = format!("#{red:02x}{green:02x}{blue:02x}");
        settings.extend([
            "--accent",
            &accent,
            "--owner",
            owner.username,
            "--owner-password-stdin",
        ]);
        settings.extend(database.into_iter().flat_map(|url| ["--database-url", url]));
        self.command(&["init"], &settings, &password)?;
        for person in others {
            let about = [
                "--username",
                person.username,
                "--role",
                person.role,
                "--password-stdin",
            ];
            self.command(&["person", "add"], &about, &password)?;
        }
        let history = self.folder.with_extension("history.json");
        fs::write(&history, posts::import_file(self.site.posts, now)?.to_string())?;
        self.command(&["import"], &[&history.to_string_lossy()], "")?;
        fs::remove_file(history)?;
        Ok(())
    }

    /// Starts the node. [`Node::wait_until_ready`] waits for it.
    pub(crate) fn start(&mut self) -> Outcome {
        let log = File::options().create(true).append(true).open(self.log())?;
        let mut command = child::beside(&self.binary, "TERM");
        command.arg("serve").arg("--data-dir").arg(&self.folder);
        command.stdout(log.try_clone()?).stderr(log);
        // A node has ten seconds to stop in order.
        self.running = Some(Running::start(&mut command, "TERM", Duration::from_secs(12))?);
        Ok(())
    }

    /// Waits until the node answers.
    pub(crate) fn wait_until_ready(&mut self) -> Outcome {
        let ready = child::until(Duration::from_secs(30), || {
            if let Some(trouble) = self.trouble()? {
                return Err(trouble.into());
            }
            Ok(healthy(&self.address).then_some(()))
        })?;
        ready.ok_or_else(|| {
            let said = postgres::tail(&self.log());
            format!("{} was not ready within 30 seconds\n{said}", self.site.name).into()
        })
    }

    /// Why the node does not run any more, if it does not.
    pub(crate) fn trouble(&mut self) -> Outcome<Option<String>> {
        let Some(running) = &mut self.running else {
            return Ok(None);
        };
        Ok(running.ended()?.map(|status| {
            let said = postgres::tail(&self.log());
            format!(
                "{} has stopped ({status}). The end of its log:\n{said}",
                self.site.name
            )
        }))
    }

    /// A token for a person's client.
    pub(crate) fn token(&self, username: &str) -> Outcome<String> {
        let said = self.command(
            &["token", "create"],
            &["--username", username, "--scopes", SCOPES],
            "",
        )?;
        Ok(said.trim().to_owned())
    }

    /// Connects this node with `other` by the invitation two administrators would use.
    pub(crate) fn invite(&self, other: &Self) -> Outcome {
        let said = self.command(&["peer", "invite"], &["--for", &other.address.authority()], "")?;
        let link = link_in(&said).ok_or_else(|| format!("`peer invite` printed no link: {said}"))?;
        other.command(&["peer", "join"], &[link, "--yes"], "")?;
        self.command(&["peer", "confirm"], &[&other.address.authority()], "")?;
        for (here, there) in [(self, other), (other, self)] {
            let trusted = child::until(Duration::from_secs(15), || {
                let peers = here.command(&["peer", "list"], &["--json"], "")?;
                Ok(is_active(&peers, &there.address.authority())?.then_some(()))
            })?;
            trusted
                .ok_or_else(|| format!("{} does not list {} as active", here.site.name, there.site.name))?;
        }
        Ok(())
    }

    /// The node's folder, for people to read.
    pub(crate) fn folder_shown(&self) -> String {
        self.folder.display().to_string()
    }

    /// The node's binary, for people to read.
    pub(crate) fn binary_shown(&self) -> String {
        self.binary.display().to_string()
    }

    fn log(&self) -> PathBuf {
        self.folder.with_extension("log")
    }
}

/// Stops all nodes, together, and waits for them.
pub(crate) fn stop(nodes: &mut [Node]) -> Outcome {
    for running in nodes.iter().filter_map(|node| node.running.as_ref()) {
        running.ask_to_stop();
    }
    for node in nodes {
        if let Some(mut running) = node.running.take() {
            running.stop()?;
        }
    }
    Ok(())
}

/// Waits until the developer asks to stop; fails if a node ends by itself before.
pub(crate) fn watch(nodes: &mut [Node]) -> Outcome {
    while !signals::stopping() {
        for node in nodes.iter_mut() {
            if let Some(trouble) = node.trouble()? {
                return Err(trouble.into());
            }
        }
        child::pause();
    }
    Ok(())
}

/// Whether a node answers there.
pub(crate) fn healthy(address: &Address) -> bool {
    let request = Request {
        method: "GET",
        path: "/health",
        token: None,
        cookie: None,
        content_type: "",
        body: &[],
    };
    http::send(&address.authority(), &request).is_ok_and(|answer| answer.status == 200)
}

/// Addresses for `count` nodes: a host each, and ports from `base` on where nobody listens.
pub(crate) fn addresses(count: usize, base: u16) -> Outcome<Vec<Address>> {
    (0..count)
        .map(|index| {
            let host = format!("127.0.0.{}", index + 1);
            let first = base
                .checked_add(u16::try_from(index)?)
                .ok_or("--port is too high")?;
            let free = (first..=u16::MAX)
                .step_by(10)
                .take(50)
                .find(|port| TcpListener::bind((host.as_str(), *port)).is_ok());
            let port = free.ok_or_else(|| format!("no free port on {host} near {first}"))?;
            Ok(Address { host, port })
        })
        .collect()
}

fn link_in(said: &str) -> Option<&str> {
    said.split_whitespace().find(|word| word.contains("://"))
}

fn is_active(peers: &str, authority: &str) -> Outcome<bool> {
    let peers: Value = serde_json::from_str(peers).map_err(|cause| format!("`peer list --json`: {cause}"))?;
    let mut listed = peers.as_array().ok_or("`peer list --json` is not a list")?.iter();
    let is = |peer: &Value, key: &str, value: &str| peer.get(key).and_then(Value::as_str) == Some(value);
    Ok(listed.any(|peer| is(peer, "authority", authority) && is(peer, "state", "active")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_node_has_its_own_host() {
        let addresses = addresses(3, 18_301).unwrap();
        let hosts: Vec<&str> = addresses.iter().map(|address| address.host.as_str()).collect();
        assert_eq!(hosts, ["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
    }

    #[test]
    fn a_busy_port_is_avoided() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        if let Ok(addresses) = addresses(1, port) {
            assert_ne!(addresses[0].port, port);
        }
    }

    #[test]
    fn peers_are_read() {
        let peers = r#"[{"authority":"127.0.0.2:8302","state":"active"},{"authority":"127.0.0.3:8303","state":"pending_local"}]"#;
        assert!(is_active(peers, "127.0.0.2:8302").unwrap());
        assert!(!is_active(peers, "127.0.0.3:8303").unwrap());
        assert!(is_active("no", "x").is_err());
        assert_eq!(
            link_in("Send this:\n  http://127.0.0.1:8301/join/1#t\n"),
            Some("http://127.0.0.1:8301/join/1#t")
        );
    }
}
