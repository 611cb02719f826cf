//! Changing the key that seals the secrets in the database: while the node serves, and with kills in between.

use federation_tests::node::binary;
use federation_tests::{Database, Node, eventually};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Instant;

crate::on_both!(
    the_key_changes_while_the_node_serves,
    a_kill_between_any_two_steps_leaves_a_node_that_goes_on,
);

/// Rotations that are killed.
const KILLS: u32 = 24;

fn file(node: &Node) -> PathBuf {
    node.dir().join("vault.key")
}

fn keys(node: &Node) -> Vec<String> {
    let path = file(node);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Everything opens with the one key that is in the file.
async fn whole(node: &Node) -> Value {
    let shown = node.json(&["vault", "show"]).await;
    for (kind, count) in shown["sealed"].as_object().unwrap() {
        assert_eq!(
            (&count["other"], &count["unreadable"]),
            (&Value::from(0), &Value::from(0)),
            "{kind}: {shown}"
        );
    }
    assert_eq!(
        (&shown["ledgers"]["other"], &shown["ledgers"]["unreadable"]),
        (&Value::from(0), &Value::from(0)),
        "{shown}"
    );
    assert_eq!(keys(node).len(), 1);
    assert!(!node.dir().join("vault.key.new").exists());
    shown
}

/// It is refused, by the node and by commands, with a line that names the file.
async fn refused(node: &Node) {
    for command in ["serve", "keys show"] {
        let words: Vec<&str> = command.split(' ').collect();
        let (done, _, error) = node.try_command(&words, "").await;
        assert!(
            !done && error.contains("vault.key") && error.contains("is not this node's"),
            "{command}: {error}"
        );
    }
}

async fn the_key_changes_while_the_node_serves(on: Database) {
    let (mut lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let (alice, bob) = (lyon.person("alice").await, paris.person("bob").await);
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    alice.follow(&format!("@bob@{}", paris.authority)).await;
    let old = keys(&lyon).remove(0);
    // The ledger is chained after what it tells of, in the background.
    let before = eventually("the ledger's end", || async {
        let shown = whole(&lyon).await;
        (shown["ledgers"]["current"] == 1).then_some(shown)
    })
    .await;

    // A copy of the database as it was, on SQLite: the file; the node is stopped for it.
    let backup = lyon.dir().join("backup.db");
    if on == Database::Sqlite {
        lyon.terminate().await;
        fs::copy(lyon.dir().join("entrenous.db"), &backup).unwrap();
        lyon.serve().await;
    }
    let alice = lyon.client(alice.token());

    // Posts go out while the key changes.
    let (said, ()) = tokio::join!(lyon.json(&["vault", "rotate"]), async {
        for number in 0..5 {
            alice.publish(&format!("Pendant {number}"), "private").await;
        }
    });
    bob.sees("Pendant 4").await;
    let new = keys(&lyon).remove(0);
    assert_ne!(new, old);
    let after = whole(&lyon).await;
    assert_ne!(after["fingerprint"], before["fingerprint"]);
    assert_eq!(
        (&said["former"], &said["fingerprint"]),
        (&before["fingerprint"], &after["fingerprint"])
    );
    assert!(
        said["sealed_anew"].as_u64().unwrap() >= 8 && said["ledgers_bound_anew"] == 1,
        "{said}"
    );
    // Both ways, new people, and the ledger: as if nothing had been.
    bob.publish("Après, de Paris", "private").await;
    alice.sees("Après, de Paris").await;
    let carla = lyon.person("carla").await;
    carla.follow(&format!("@bob@{}", paris.authority)).await;
    let ledger = lyon
        .command(&["peer", "ledger", &paris.authority, "--verify"])
        .await;
    assert!(ledger.contains("each as it was written"), "{ledger}");
    let audited = lyon.json(&["audit", "--limit", "200"]).await;
    let lines = audited.as_array().unwrap();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line["action"] == "vault.rotated")
            .count(),
        1
    );
    assert!(
        !audited.to_string().contains(&new) && !lyon.log().contains(&new) && !said.to_string().contains(&new)
    );

    // With the new key it starts and speaks with its peers; the former one opens nothing any more.
    lyon.terminate().await;
    fs::write(file(&lyon), format!("{old}\n")).unwrap();
    refused(&lyon).await;
    if on == Database::Sqlite {
        let place = lyon.dir().join("entrenous.db");
        let present = fs::read(&place).unwrap();
        fs::copy(&backup, &place).unwrap();
        assert_eq!(
            lyon.json(&["vault", "show"]).await["fingerprint"],
            before["fingerprint"]
        );
        fs::write(file(&lyon), format!("{new}\n")).unwrap();
        refused(&lyon).await;
        for name in ["entrenous.db-wal", "entrenous.db-shm"] {
            drop(fs::remove_file(lyon.dir().join(name)));
        }
        fs::write(&place, present).unwrap();
    }
    fs::write(file(&lyon), format!("{new}\n")).unwrap();
    lyon.serve().await;
    whole(&lyon).await;
    let alice = lyon.client(alice.token());
    alice.publish("Encore là", "private").await;
    bob.sees("Encore là").await;
}

async fn a_kill_between_any_two_steps_leaves_a_node_that_goes_on(on: Database) {
    let mut node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    node.command(&["peer", "invite"]).await;
    node.terminate().await;
    let first = keys(&node).remove(0);
    let of_first = whole(&node).await["fingerprint"].clone();

    // Killed after both keys were written: nothing is sealed anew yet.
    let second = "5a".repeat(32);
    fs::write(file(&node), format!("{first}\n{second}\n")).unwrap();
    let of_second = whole(&node).await["fingerprint"].clone();
    assert_ne!(of_second, of_first);
    assert_eq!(keys(&node), std::slice::from_ref(&second));
    // Killed after everything was sealed anew, with a half-written file beside it.
    fs::write(file(&node), format!("{first}\n{second}\n")).unwrap();
    let beside = node.dir().join("vault.key.new");
    fs::write(&beside, "5a5a5a").unwrap();
    node.serve().await;
    assert_eq!(whole(&node).await["fingerprint"], of_second);
    // While it serves, too: what the last step has left is ended by the next one.
    fs::write(file(&node), format!("{first}\n{second}\n")).unwrap();
    assert_eq!(node.json(&["vault", "rotate"]).await["fingerprint"], of_second);
    whole(&node).await;
    // A file that somebody has exchanged meanwhile is not taken.
    fs::write(file(&node), format!("{first}\n")).unwrap();
    let (done, _, error) = node.try_command(&["vault", "rotate"], "").await;
    assert!(
        !done && error.contains("not the one that this node was started with"),
        "{error}"
    );
    fs::write(file(&node), format!("{second}\n")).unwrap();
    node.terminate().await;
    // Two keys of another node open nothing, and are left as they are.
    let others = format!("{}\n{}\n", "11".repeat(32), "22".repeat(32));
    fs::write(file(&node), &others).unwrap();
    refused(&node).await;
    assert_eq!(fs::read_to_string(file(&node)).unwrap(), others);
    fs::write(file(&node), format!("{second}\n")).unwrap();

    // Killed at any moment of the time that a whole one takes, and a little after.
    let start = Instant::now();
    node.command(&["vault", "rotate"]).await;
    let takes = start.elapsed();
    let mut known = vec![of_first, of_second, whole(&node).await["fingerprint"].clone()];
    for number in 0..KILLS {
        let mut rotation = tokio::process::Command::new(binary())
            .args(["vault", "rotate", "--data-dir"])
            .arg(node.dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        // Kills are spread over the time that a rotation takes.
        tokio::time::sleep(takes * number * 5 / (4 * KILLS)).await;
        drop(rotation.kill().await);
        let now = whole(&node).await["fingerprint"].clone();
        if known.last() != Some(&now) {
            assert!(!known.contains(&now), "a former key is back");
            known.push(now);
        }
    }
    node.serve().await;
    whole(&node).await;
    node.client(alice.token()).publish("Me revoilà", "private").await;
}
