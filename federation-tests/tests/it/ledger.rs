//! The federation ledger: what crossed is on it, on both nodes, and who changes it is found out.

use aws_lc_rs::digest::{SHA256, digest};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use federation_tests::database::url_of;
use federation_tests::{Database, Node, eventually};
use serde_json::{Value, json};

crate::on_both!(what_crossed_is_on_the_ledger, an_author_sees_how_far_a_post_came);

/// Changes the database of a node past the node.
fn tamper(node: &Node, statement: &str) {
    match node.database() {
        None => {
            let path = node.dir().join("entrenous.db");
            let mut conn =
                SqliteConnection::establish(path.to_str().expect("no UTF-8")).expect("no database");
            conn.batch_execute("PRAGMA busy_timeout = 5000")
                .expect("no pragma");
            conn.batch_execute(statement).expect("not changed");
        }
        Some(name) => {
            let mut conn = PgConnection::establish(&url_of(name)).expect("no database");
            conn.batch_execute(statement).expect("not changed");
        }
    }
}

async fn rows(node: &Node, peer: &Node) -> Vec<Value> {
    let all = node
        .json(&["peer", "ledger", &peer.authority, "--limit", "1000"])
        .await;
    all.as_array().expect("no list").clone()
}

/// Waits for a row with this way, kind and outcome.
async fn row(node: &Node, peer: &Node, way: &str, kind: &str, outcome: &str) -> Value {
    eventually(&format!("a row {way} {kind} {outcome}"), || async {
        let all = rows(node, peer).await;
        let is = |row: &&Value| {
            row["direction"] == way
                && row["kind"].as_str().is_some_and(|text| text.starts_with(kind))
                && row["outcome"] == outcome
        };
        all.iter().find(is).cloned()
    })
    .await
}

/// Follows the chain as the documentation says that anyone can.
fn check(export: &str, node: &Node, peer: &Node) -> usize {
    let sha = |bytes: &[u8]| digest(&SHA256, bytes).as_ref().to_vec();
    let beginning = format!("entrenous ledger 1\n{}\n{}", node.url(""), peer.url(""));
    let mut prev = sha(beginning.as_bytes());
    for (n, line) in export.lines().enumerate() {
        let row: Value = serde_json::from_str(line).expect("no JSON");
        assert_eq!(row["seq"], n + 1);
        assert_eq!(row["prev"], hex(&prev));
        let names = [
            "seq",
            "at",
            "direction",
            "kind",
            "activity",
            "object",
            "person",
            "bytes",
            "times",
            "reason",
        ];
        let line = Value::Array(names.iter().map(|name| row[name].clone()).collect()).to_string();
        prev = sha(&[prev.as_slice(), line.as_bytes()].concat());
        assert_eq!(row["hash"], hex(&prev));
    }
    export.lines().count()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn what_crossed_is_on_the_ledger(on: Database) {
    let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let (alice, bob) = (lyon.person("alice").await, paris.person("bob").await);
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    alice.publish("Bonjour secret", "public").await;
    bob.sees("Bonjour secret").await;

    let sent = row(&lyon, &paris, "sent", "Create", "crossed").await;
    let received = row(&paris, &lyon, "received", "Create", "crossed").await;
    // Both name the same post and activity; each has its own hash of its author.
    assert_eq!(
        (&sent["object"], &sent["activity"], &sent["bytes"]),
        (&received["object"], &received["activity"], &received["bytes"])
    );
    assert!(
        sent["object"]
            .as_str()
            .expect("no object")
            .starts_with(&lyon.url("/posts/"))
    );
    let person = |row: &Value| row["person"].as_str().expect("nobody").to_owned();
    assert!(person(&sent).starts_with("hmac:") && person(&sent) != person(&received));
    let follow = row(&lyon, &paris, "received", "Follow", "crossed").await;
    assert_eq!(follow["object"], person(&sent), "whom bob follows is alice");
    row(&paris, &lyon, "fetched", "GET", "crossed").await;
    row(&lyon, &paris, "served", "GET /people/{username}", "crossed").await;

    // A post that is not there is refused, and on the ledger of both.
    let missing = json!({ "q": lyon.url("/posts/17"), "resolve": true });
    let missing = missing["q"]
        .as_str()
        .expect("no text")
        .replace("://", "%3A%2F%2F");
    bob.get(&format!("/api/v2/search?resolve=true&q={missing}")).await;
    let refused = row(&lyon, &paris, "served", "GET /posts/{id}", "refused").await;
    assert_eq!(refused["reason"], "not_found");

    // Who is halted is refused.
    paris.command(&["peer", "suspend", &lyon.authority]).await;
    alice.publish("Encore", "public").await;
    let refused = row(&paris, &lyon, "received", "POST", "refused").await;
    assert_eq!(refused["reason"], "peer_suspended");

    for (node, peer) in [(&lyon, &paris), (&paris, &lyon)] {
        let said = node
            .command(&["peer", "ledger", &peer.authority, "--verify"])
            .await;
        assert!(said.contains("each as it was written"), "{said}");
        let export = node
            .command(&["peer", "ledger", &peer.authority, "--export"])
            .await;
        assert!(check(&export, node, peer) >= 4);
        for word in ["Bonjour", "secret", "alice", "bob"] {
            assert!(!export.contains(word), "{word} in {export}");
        }
    }

    // The same by the API, for administrators only.
    let owner = lyon.signed_in("owner").await;
    let peers = owner.get("/api/entrenous/v1/admin/peers").await.ok();
    let path = format!(
        "/api/entrenous/v1/admin/peers/{}/ledger",
        peers[0]["id"].as_str().expect("no id")
    );
    let page = owner.get(&format!("{path}?outcome=refused")).await.ok();
    let page = page.as_array().expect("no list");
    assert!(!page.is_empty() && page.iter().all(|row| row["outcome"] == "refused"));
    let checked = owner.get(&format!("{path}/verify")).await.ok();
    assert_eq!(
        (&checked["whole"], &checked["findings"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(alice.get(&path).await.status, 403);

    // A leaver's rows stay and name nobody any more.
    let before = lyon
        .command(&["peer", "ledger", &paris.authority, "--export"])
        .await;
    lyon.command(&["person", "disable", "--username", "alice"]).await;
    let after = lyon
        .command(&["peer", "ledger", &paris.authority, "--export"])
        .await;
    assert!(after.starts_with(&before));
    lyon.command(&["peer", "ledger", &paris.authority, "--verify"])
        .await;

    tamper(&lyon, "UPDATE ledger SET bytes = bytes + 1 WHERE seq = 2");
    let (done, _, said) = lyon
        .try_command(&["peer", "ledger", &paris.authority, "--verify"], "")
        .await;
    assert!(!done && said.contains("row 2 was changed"), "{said}");
    tamper(&lyon, "UPDATE ledger SET bytes = bytes - 1 WHERE seq = 2");
    let end = lyon.json(&["peer", "ledger", &paris.authority, "--verify"]).await;
    let end = end["head"].as_str().expect("no end");
    tamper(&lyon, "DELETE FROM ledger; DELETE FROM ledger_heads");
    let (done, _, said) = lyon
        .try_command(
            &["peer", "ledger", &paris.authority, "--verify", "--head", end],
            "",
        )
        .await;
    assert!(!done && said.contains("that was kept"), "{said}");
}

async fn an_author_sees_how_far_a_post_came(on: Database) {
    let (lyon, mut paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    let rome = Node::start("Rome", on).await;
    lyon.connect(&paris).await;
    lyon.connect(&rome).await;
    let (alice, other) = (lyon.person("alice").await, lyon.person("other").await);
    let bob = rome.person("bob").await;
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    paris.terminate().await;
    let post = alice.publish("Qui l'a ?", "public").await;
    let path = format!(
        "/api/entrenous/v1/statuses/{}/deliveries",
        post["id"].as_str().expect("no id")
    );
    let nodes = eventually("one of two", || async {
        let nodes = alice.get(&path).await.ok();
        let all = nodes.as_array()?;
        let silent = all.iter().any(|one| one["silent_since"].is_string());
        (silent && all.iter().any(|one| one["state"] == "delivered")).then(|| nodes.clone())
    })
    .await;
    // By name.
    assert_eq!(nodes.as_array().expect("no list").len(), 2);
    assert_eq!(
        (&nodes[0]["name"], &nodes[0]["state"]),
        (&json!("Paris"), &json!("waiting"))
    );
    assert!(nodes[0]["waiting_since"].is_string() && nodes[0]["error"].is_null());
    assert_eq!(
        (&nodes[1]["name"], &nodes[1]["state"]),
        (&json!("Rome"), &json!("delivered"))
    );
    assert!(nodes[1]["silent_since"].is_null() && nodes[1]["waiting_since"].is_null());
    assert_eq!(other.get(&path).await.status, 404);

    paris.serve().await;
    eventually("both", || async {
        let nodes = alice.get(&path).await.ok();
        nodes
            .as_array()?
            .iter()
            .all(|one| one["state"] == "delivered")
            .then_some(())
    })
    .await;
}
