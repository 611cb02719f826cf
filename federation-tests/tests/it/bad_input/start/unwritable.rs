//! A data directory that this user may read and not write, as on a disk that was mounted read-only. Root may write
//! everywhere: as root, the commands run as somebody else.

use super::super::attempt::{Ended, changed, ended, everything};
use super::{CONFIGURATION, FAILED, Stage, mode};
use federation_tests::node::{PASSWORD, binary};
use federation_tests::server::unprivileged;
use federation_tests::{Database, contents};
use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::process::Command;

crate::on_both!(a_directory_that_cannot_be_written_is_told);

/// Somebody who is not root, and a copy of the binary that they can reach.
struct Somebody {
    user: Option<(u32, u32)>,
    binary: PathBuf,
    _folder: TempDir,
}

impl Somebody {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("entrenous");
        fs::copy(binary(), &copy).unwrap();
        mode(folder.path(), 0o755);
        mode(&copy, 0o755);
        Self {
            user: unprivileged(),
            binary: copy,
            _folder: folder,
        }
    }

    async fn run(&self, arguments: &[&str], input: &str) -> Ended {
        let mut command = Command::new(&self.binary);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        ended(command, arguments, input).await
    }

    /// Everything in there is theirs.
    fn own(&self, path: &Path) {
        let Some((user, group)) = self.user else { return };
        chown(path, Some(user), Some(group)).unwrap();
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                self.own(&entry.unwrap().path());
            }
        }
    }
}

/// Every file and the directory itself.
fn modes(dir: &Path, files: u32, own: u32) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            mode(&path, files);
        }
    }
    mode(dir, own);
}

async fn a_directory_that_cannot_be_written_is_told(on: Database) {
    let mut stage = Stage::open(on).await;
    let somebody = Somebody::new();
    let dir = stage.node.dir().to_owned();
    let shown = dir.to_str().unwrap();
    // A node that was killed leaves what SQLite has to put in order.
    contents::run(&stage.node, on, "UPDATE accounts SET display_name = 'Owner'");
    somebody.own(&dir);
    for (what, files, own, words) in [
        (
            "all of it",
            0o400,
            0o500,
            &["node.lock", "this user's own", "may be written"][..],
        ),
        (
            "only the directory",
            0o600,
            0o500,
            &["this user's own", "may be written"],
        ),
    ] {
        modes(&dir, files, own);
        let before = everything(&dir);
        for command in [&["serve"][..], &["person", "list"]] {
            if on == Database::Postgres && what == "only the directory" && command != ["serve"] {
                // Nothing is written there by a command.
                continue;
            }
            let arguments = [command, &["--data-dir", shown]].concat();
            let refused = somebody.run(&arguments, "").await;
            stage.note(&format!("{what} {command:?}"), refused.refusal(FAILED, words));
        }
        let odd = changed(&before, &everything(&dir));
        assert!(odd.is_empty(), "{what}: changed {odd:?}");
    }
    modes(&dir, 0o600, 0o700);

    // Nor can a node be set up there.
    let empty = tempfile::tempdir().unwrap();
    somebody.own(empty.path());
    mode(empty.path(), 0o500);
    let place = empty.path().join("node");
    for place in [place.as_path(), empty.path()] {
        let begin = [
            "init",
            "--data-dir",
            place.to_str().unwrap(),
            "--url",
            "http://localhost:1",
            "--owner",
            "eve",
            "--owner-password-stdin",
        ];
        let refused = somebody.run(&begin, PASSWORD).await;
        stage.note("init", refused.refusal(FAILED, &["Permission denied"]));
    }
    assert!(everything(empty.path()).is_empty(), "something was left behind");
    mode(empty.path(), 0o700);

    // A key that this user may not read.
    let key = stage.path("vault.key");
    mode(&key, 0o000);
    let refused = somebody.run(&["person", "list", "--data-dir", shown], "").await;
    stage.note(
        "an unreadable key",
        refused.refusal(CONFIGURATION, &["vault.key", "Permission denied"]),
    );
    mode(&key, 0o600);
    stage.close().await;
}
