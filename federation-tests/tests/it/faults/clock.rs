//! A clock that jumps an hour forward and an hour back while the node serves.

use super::load::words;
use federation_tests::node::{Surroundings, free_port};
use federation_tests::{Client, Database, MockPeer, Node, eventually};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

crate::on_both!(a_clock_that_jumps_breaks_nothing);

/// A clock of a node's own, by Debian's libfaketime; monotonic time stays as it is, as when a machine's clock is set.
struct Clock {
    folder: TempDir,
}

impl Clock {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("no temporary directory");
        let clock = Self { folder };
        clock.set(0);
        clock
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("clock")
    }

    /// Seconds ahead of the machine's.
    fn set(&self, seconds: i64) {
        let aside = self.folder.path().join("aside");
        std::fs::write(&aside, format!("{seconds:+}\n")).expect("not written");
        std::fs::rename(aside, self.file()).expect("not renamed");
    }

    fn surroundings(&self) -> Surroundings {
        let launcher = [
            "env".to_owned(),
            format!("LD_PRELOAD={}", library().display()),
            format!("FAKETIME_TIMESTAMP_FILE={}", self.file().display()),
            "FAKETIME_NO_CACHE=1".to_owned(),
            "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
            "DONT_FAKE_MONOTONIC=1".to_owned(),
            "NO_FAKE_STAT=1".to_owned(),
        ];
        Surroundings {
            launcher: launcher.to_vec(),
            ..Surroundings::default()
        }
    }
}

fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    folders
        .map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"))
        .chain([Path::new("/usr/lib/faketime/libfaketimeMT.so.1").to_path_buf()])
        .find(|path| path.is_file())
        .expect("libfaketime is not installed: `cargo xtask test --only setup`")
}

/// Publishes some and answers their ids.
async fn publish(who: &Client, mark: &str) -> Vec<u64> {
    let mut ids = Vec::new();
    for number in 0..5 {
        let post = who.publish(&format!("{mark} {number}"), "public").await;
        ids.push(post["id"].as_str().unwrap().parse().unwrap());
    }
    ids
}

async fn sees_in_order(who: &Client, mark: &str) {
    let shown = patiently(&format!("the posts {mark}"), || async {
        let home = who.home().await;
        let mut shown: Vec<String> = home
            .iter()
            .map(words)
            .filter(|text| text.starts_with(mark))
            .collect();
        shown.reverse();
        (shown.len() >= 5).then_some(shown)
    })
    .await;
    let expected: Vec<String> = (0..5).map(|number| format!("{mark} {number}")).collect();
    assert_eq!(shown, expected);
}

/// As `eventually`, but for what may have to wait until a backoff has ended.
async fn patiently<T, F: Future<Output = Option<T>>>(what: &str, mut question: impl FnMut() -> F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = question().await {
            return answer;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(90),
            "waited 90 seconds for: {what}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// How often a node has refused a signature for its time.
async fn refusals(node: &Node) -> usize {
    node.audited()
        .await
        .iter()
        .filter(|reason| *reason == "clock")
        .count()
}

async fn a_clock_that_jumps_breaks_nothing(on: Database) {
    let clock = Clock::new();
    let authority = format!("localhost:{}", free_port());
    let (lyon, paris) = tokio::join!(
        async {
            let mut lyon = Node::init_in("Lyon", on, &authority, clock.surroundings()).await;
            lyon.serve().await;
            lyon
        },
        Node::start("Paris", on)
    );
    lyon.connect(&paris).await;
    let alice = lyon.person("alice").await;
    let bob = paris.person("bob").await;
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    alice.follow(&format!("@bob@{}", paris.authority)).await;
    let mock = MockPeer::start("127.0.0.7", "max").await;
    lyon.command(&["peer", "trust", &mock.origin]).await;

    let mut ids = publish(&alice, "présent").await;
    sees_in_order(&bob, "présent").await;
    for (seconds, mark) in [(3_600, "futur"), (-3_600, "passé")] {
        let before = (refusals(&lyon).await, refusals(&paris).await);
        clock.set(seconds);
        // The token is as good as before, and so are the ids.
        ids.extend(publish(&alice, mark).await);
        let both = seconds < 0;
        if both {
            // Not at first: a message from Paris would end Lyon's backoff, and that is to end by itself.
            publish(&bob, &format!("de Paris, {mark}")).await;
        }
        // Other software is believed for hours.
        let note = mock.note("max", mark, &[lyon.url("/people/alice")]);
        let fields = json!({ "object": note, "to": [lyon.url("/people/alice")] });
        let create = mock.activity("max", "Create", fields);
        let (status, text) = mock.post("max", &lyon.url("/inbox"), &create).await;
        assert_eq!(status, 202, "{text}");
        // No node believes another one's signature from another hour, in either direction, and says why.
        let receivers = [(&paris, before.1), (&lyon, before.0)];
        for (node, before) in receivers.into_iter().take(if both { 2 } else { 1 }) {
            eventually("a refusal for the clock", || async {
                (refusals(node).await > before).then_some(())
            })
            .await;
        }
        clock.set(0);
        let (status, text) = mock.post("max", &lyon.url("/inbox"), &create).await;
        assert_eq!(status, 202, "{text}");
        sees_in_order(&bob, mark).await;
        if both {
            sees_in_order(&alice, &format!("de Paris, {mark}")).await;
        }
    }
    ids.extend(publish(&alice, "enfin").await);
    sees_in_order(&bob, "enfin").await;
    assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
}
