//! Starting with something broken: the node says what, how to mend it, and touches nothing.

mod configuration;
mod database;
mod keys;
mod place;
mod server;
mod setup;
mod sqlite_file;
mod unwritable;

use super::attempt::{Ended, changed, everything, run};
use federation_tests::node::free_port;
use federation_tests::{Database, Node};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// It was tried, and failed.
const FAILED: i32 = 1;
/// The command line asks for what cannot be.
const USAGE: i32 = 2;
/// The configuration must be changed.
const CONFIGURATION: i32 = 78;

/// A node that was set up and does not serve, and what went wrong with its refusals.
struct Stage {
    node: Node,
    wrong: Vec<String>,
}

impl Stage {
    async fn open(on: Database) -> Self {
        let node = Node::init("Lyon", on, &format!("localhost:{}", free_port())).await;
        Self {
            node,
            wrong: Vec::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.node.dir().join(name)
    }

    fn toml(&self) -> String {
        fs::read_to_string(self.path("entrenous.toml")).unwrap()
    }

    /// `serve` must refuse with these words, and leave the directory as it is.
    async fn refuses(&mut self, what: &str, variables: &[(&str, &[u8])], code: i32, words: &[&str]) -> Ended {
        let dir = self.node.dir().to_str().unwrap().to_owned();
        let before = everything(self.node.dir());
        let ended = run(&["serve", "--data-dir", &dir], variables, "").await;
        self.note(what, ended.refusal(code, words));
        let odd = changed(&before, &everything(self.node.dir()));
        if !odd.is_empty() {
            self.note(what, Err(format!("changed {odd:?}")));
        }
        ended
    }

    /// Other commands must refuse it too.
    async fn everyone_refuses(&mut self, what: &str, code: i32, words: &[&str]) {
        self.refuses(what, &[], code, words).await;
        let dir = self.node.dir().to_str().unwrap().to_owned();
        let ended = run(&["person", "list", "--data-dir", &dir], &[], "").await;
        self.note(&format!("{what} (person list)"), ended.refusal(code, words));
    }

    fn note(&mut self, what: &str, judged: Result<(), String>) {
        if let Err(why) = judged {
            self.wrong.push(format!("{what}: {why}"));
        }
    }

    /// With the right things in place again it serves: nothing was lost.
    async fn close(mut self) {
        assert!(
            self.wrong.is_empty(),
            "{} are wrong:\n{}",
            self.wrong.len(),
            self.wrong.join("\n")
        );
        self.node.serve().await;
        let owner = self.node.signed_in("owner").await;
        assert_eq!(
            owner.get("/api/v1/accounts/verify_credentials").await.ok()["username"],
            "owner"
        );
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
