//! A witness inside every node under test: a library the system loads before the node's own. It writes down each
//! connection the process opens and each name it asks for, whichever part of the program does so, and answers names from
//! a list of the test's own. What the node says of itself (`egress`) is not asked.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

const SOURCE: &str = include_str!("witness.c");

/// Variables that the library reads.
pub(crate) const LINES: &str = "WITNESS_LINES";
pub(crate) const NAMES: &str = "WITNESS_NAMES";

/// Whom a node has contacted, in order, as its process did it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contacts {
    /// Every connection that was tried, and every address a datagram was sent to.
    pub connections: Vec<SocketAddr>,
    /// Every name that was asked for.
    pub questions: Vec<String>,
    /// Whether the witness was there at all.
    pub witnessed: bool,
}

impl Contacts {
    /// What is written in a file of the witness; nothing if there is none yet.
    pub(crate) fn read(file: &Path) -> Self {
        let mut contacts = Self::default();
        for line in std::fs::read_to_string(file).unwrap_or_default().lines() {
            match line.split_once(' ') {
                Some(("c" | "u", address)) => {
                    contacts.connections.push(address.parse().expect("no address"));
                }
                Some(("n", name)) => contacts.questions.push(name.to_owned()),
                None if line == "s" => contacts.witnessed = true,
                _ => panic!("the witness wrote {line:?}"),
            }
        }
        contacts
    }

    /// What is neither one of these peers (`host:port`) nor the database server of the tests.
    ///
    /// # Panics
    /// If the witness was not there.
    #[must_use]
    pub fn besides(&self, peers: &BTreeSet<String>) -> BTreeSet<String> {
        assert!(self.witnessed, "nobody watched");
        let mut addresses: BTreeSet<SocketAddr> = BTreeSet::new();
        let mut names: BTreeSet<String> = BTreeSet::new();
        for peer in peers {
            match peer.parse() {
                Ok(address) => drop(addresses.insert(address)),
                Err(_) => {
                    names.extend(peer.rsplit_once(':').map(|(host, _)| host.to_owned()));
                    addresses.extend(peer.to_socket_addrs().into_iter().flatten());
                }
            }
        }
        if let Some((host, port)) = database() {
            addresses.extend((host.as_str(), port).to_socket_addrs().into_iter().flatten());
            names.insert(host);
        }
        let odd = self.connections.iter().filter(|one| !addresses.contains(one));
        let asked = self.questions.iter().filter(|name| !names.contains(*name));
        // A number is no question to anybody.
        let asked = asked.filter(|name| name.parse::<IpAddr>().is_err());
        odd.map(ToString::to_string)
            .chain(asked.map(|name| format!("the name {name}")))
            .collect()
    }
}

/// Where the database server of the tests is.
fn database() -> Option<(String, u16)> {
    let url = std::env::var("ENTRENOUS_TEST_POSTGRES_URL").ok()?;
    let url = url::Url::parse(&url).ok()?;
    Some((url.host_str()?.to_owned(), url.port().unwrap_or(5432)))
}

/// The library, compiled by the machine's C compiler when it is first needed, and kept beside the tests.
///
/// # Panics
/// If there is no C compiler: without the witness nothing is proven.
pub(crate) fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let mut hasher = DefaultHasher::new();
        SOURCE.hash(&mut hasher);
        let exe = std::env::current_exe().expect("no path of this test");
        let folder = exe.parent().expect("no folder of this test");
        let path = folder.join(format!("libwitness-{:016x}.so", hasher.finish()));
        if !path.is_file() {
            // Several processes may be at it: each renames a whole one.
            let aside = path.with_extension(std::process::id().to_string());
            let mut compiler = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()))
                .args(["-shared", "-fPIC", "-O1", "-x", "c", "-o"])
                .arg(&aside)
                .args(["-", "-ldl"])
                .stdin(Stdio::piped())
                .spawn()
                .expect("no C compiler");
            let mut input = compiler.stdin.take().expect("no input");
            input.write_all(SOURCE.as_bytes()).expect("not written");
            drop(input);
            assert!(
                compiler.wait().expect("no status").success(),
                "the witness does not compile"
            );
            std::fs::rename(&aside, &path).expect("not renamed");
        }
        path
    })
}
