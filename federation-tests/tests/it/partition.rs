//! Contracts and ends of connections while two nodes cannot hear of each other: both come to the same, and nothing arrives
//! that is not given any more.

use federation_tests::contents::{self, Contents};
use federation_tests::{Client, Database, Node, Proxy, eventually};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

crate::on_both!(
    a_narrower_contract_is_accepted_while_its_node_is_away,
    offers_and_acceptances_that_cross_end_in_one_contract,
    an_end_that_is_not_heard_of_leaves_an_order_and_nothing_else,
    a_peer_that_dies_while_it_removes_gives_a_whole_receipt,
    what_is_under_way_when_a_contract_narrows_does_not_arrive_later,
);

/// A node whose wire can be cut, its administrator, and one of its people.
struct Site {
    node: Node,
    wire: Proxy,
    owner: Client,
    person: Client,
}

impl Site {
    async fn open(name: &str, person: &str, on: Database) -> Self {
        let (node, wire) = Node::start_behind(name, on).await;
        Self {
            owner: node.signed_in("owner").await,
            person: node.person(person).await,
            node,
            wire,
        }
    }

    async fn peer(&self, other: &Self) -> Value {
        self.owner.peer(&other.node.authority).await
    }

    async fn path(&self, other: &Self, rest: &str) -> String {
        let id = self.peer(other).await["id"].as_str().unwrap().to_owned();
        format!("/api/entrenous/v1/admin/peers/{id}/{rest}")
    }

    async fn propose(&self, other: &Self, change: Value) {
        let path = self.path(other, "proposals").await;
        self.owner.post(&path, json!({ "contract": change })).await.ok();
    }

    /// The address of the other's offer, once it is here.
    async fn offer(&self, other: &Self) -> String {
        let path = self.path(other, "proposals").await;
        eventually("the offer", || async {
            let all = self.owner.get(&path).await.ok();
            let theirs = all.as_array()?.iter().find(|one| one["by_us"] == false)?.clone();
            theirs["uri"].as_str().map(str::to_owned)
        })
        .await
    }

    async fn accept(&self, other: &Self, uri: &str) {
        let path = self.path(other, "proposals/accept").await;
        self.owner.post(&path, json!({ "uri": uri })).await.ok();
    }

    async fn queued(&self, other: &Self) -> u64 {
        let path = self.path(other, "consequences").await;
        self.owner.get(&path).await.ok()["queued"].as_u64().unwrap()
    }

    async fn quiet(&self, other: &Self) {
        eventually("an empty queue", || async {
            (self.queued(other).await == 0).then_some(())
        })
        .await;
    }

    /// How many posts with these words are known here.
    fn posts(&self, words: &str) -> usize {
        let all = Contents::open(&self.node).now();
        all["posts"].iter().filter(|row| row.contains(words)).count()
    }
}

/// Lyon and Paris with alice and bob, who follow each other.
async fn sites(on: Database) -> (Site, Site) {
    let (lyon, paris) = tokio::join!(Site::open("Lyon", "alice", on), Site::open("Paris", "bob", on));
    lyon.node.connect(&paris.node).await;
    paris
        .person
        .follow(&format!("@alice@{}", lyon.node.authority))
        .await;
    lyon.person
        .follow(&format!("@bob@{}", paris.node.authority))
        .await;
    (lyon, paris)
}

fn cut(sites: [&Site; 2], cut: bool) {
    for site in sites {
        site.wire.cut(cut);
    }
}

/// Both go by the same version; answers it as the first sees it.
async fn one_contract(one: &Site, other: &Site, version: u32) -> Value {
    eventually("one contract", || async {
        let (here, there) = (one.peer(other).await, other.peer(one).await);
        let (here, there) = (&here["contract"], &there["contract"]);
        let same = here["we_give"] == there["they_give"] && here["they_give"] == there["we_give"];
        let versions = here["version"] == version && there["version"] == version;
        (same && versions).then(|| here.clone())
    })
    .await
}

/// Nothing waits. (When the last of it was dropped and nothing was sent since, the failures are still told.)
async fn quiet(one: &Site, other: &Site) {
    one.quiet(other).await;
    other.quiet(one).await;
}

/// Nothing waits, and what was said last was taken.
async fn healthy(one: &Site, other: &Site) {
    quiet(one, other).await;
    for (here, there) in [(one, other), (other, one)] {
        let peer = here.peer(there).await;
        assert_eq!(peer["failing_since"], Value::Null, "{peer}");
    }
}

async fn a_narrower_contract_is_accepted_while_its_node_is_away(on: Database) {
    let (mut lyon, mut paris) = sites(on).await;
    paris.node.kill().await;
    let early = lyon.person.publish("EncoreDonné", "public").await;
    lyon.propose(&paris, json!({ "we_give": { "posts": "none" } }))
        .await;
    paris.node.serve().await;
    // It holds until Paris agrees.
    let uri = paris.offer(&lyon).await;
    paris.person.sees("EncoreDonné").await;
    lyon.quiet(&paris).await;

    cut([&lyon, &paris], true);
    for n in 0..4 {
        lyon.person.publish(&format!("PlusDonné{n}"), "public").await;
    }
    assert!(lyon.queued(&paris).await >= 4);
    lyon.node.kill().await;
    paris.accept(&lyon, &uri).await;
    paris.person.publish("DeParis", "public").await;
    cut([&lyon, &paris], false);
    lyon.node.serve().await;

    let contract = one_contract(&lyon, &paris, 2).await;
    assert_eq!(contract["we_give"]["posts"], "none");
    quiet(&lyon, &paris).await;
    // What comes after it follows the new one; what is taken back is taken back.
    lyon.person.publish("PlusDonnéAprès", "public").await;
    lyon.person.sees("DeParis").await;
    paris.person.publish("EncoreDeParis", "public").await;
    lyon.person.sees("EncoreDeParis").await;
    let path = format!("/api/v1/statuses/{}", early["id"].as_str().unwrap());
    lyon.person.delete(&path).await.ok();
    eventually("the deletion at Paris", || async {
        let home = paris.person.home().await;
        (!home
            .iter()
            .any(|post| federation_tests::client::holds(post, "EncoreDonné")))
        .then_some(())
    })
    .await;
    healthy(&lyon, &paris).await;
    assert_eq!(paris.posts("PlusDonné"), 0);
}

async fn offers_and_acceptances_that_cross_end_in_one_contract(on: Database) {
    let (lyon, paris) = sites(on).await;
    cut([&lyon, &paris], true);
    lyon.propose(&paris, json!({ "we_give": { "posts": "none" } }))
        .await;
    paris
        .propose(
            &lyon,
            json!({ "we_give": { "posts": "addressed" }, "they_give": { "rate": 900 } }),
        )
        .await;
    // Another one takes the place of the first, which was never heard of.
    lyon.propose(
        &paris,
        json!({ "we_give": { "posts": "none" }, "they_give": { "rate": 800 } }),
    )
    .await;
    cut([&lyon, &paris], false);
    let at_lyon = lyon.offer(&paris).await;
    lyon.quiet(&paris).await;
    let at_paris = paris.offer(&lyon).await;

    cut([&lyon, &paris], true);
    lyon.accept(&paris, &at_lyon).await;
    paris.accept(&lyon, &at_paris).await;
    for site in [&lyon, &paris] {
        site.person.publish("PendantLaCoupure", "public").await;
    }
    let (here, there) = (lyon.peer(&paris).await, paris.peer(&lyon).await);
    assert_ne!(
        here["contract"]["we_give"], there["contract"]["they_give"],
        "each has the other's"
    );
    cut([&lyon, &paris], false);
    let contract = one_contract(&lyon, &paris, 2).await;
    // The offer of the side whose origin comes first holds.
    let lyons = lyon.node.url("") < paris.node.url("");
    assert_eq!(
        contract["we_give"]["posts"],
        if lyons { "none" } else { "network" }
    );
    assert_eq!(contract["they_give"]["rate"] == 800, lyons);
    quiet(&lyon, &paris).await;
    // Bob's post crosses in either case; alice's if her node gives posts.
    lyon.person.sees("PendantLaCoupure").await;
    let seen = paris.person.home().await;
    let from_alice = |post: &Value| post["account"]["username"] == "alice";
    if lyons {
        assert!(!seen.iter().any(from_alice), "{seen:?}");
    } else {
        assert!(seen.iter().any(from_alice), "{seen:?}");
    }
    // The next change is one like any other.
    lyon.propose(
        &paris,
        json!({ "we_give": { "posts": "network" }, "they_give": { "rate": 700 } }),
    )
    .await;
    let uri = paris.offer(&lyon).await;
    paris.accept(&lyon, &uri).await;
    one_contract(&lyon, &paris, 3).await;
    healthy(&lyon, &paris).await;
}

async fn confirmed(site: &Site, other: &Site) -> Value {
    eventually("the receipt", || async {
        let ending = site.peer(other).await["ending"].clone();
        (ending["state"] == "confirmed").then_some(ending)
    })
    .await
}

async fn an_end_that_is_not_heard_of_leaves_an_order_and_nothing_else(on: Database) {
    let (lyon, paris) = sites(on).await;
    lyon.person.publish("Avant", "public").await;
    paris.person.sees("Avant").await;
    cut([&lyon, &paris], true);
    for n in 0..20 {
        lyon.person.publish(&format!("EnAttente{n}"), "public").await;
        paris.person.publish(&format!("Retour{n}"), "public").await;
    }
    let path = lyon.path(&paris, "revoke").await;
    lyon.owner.post(&path, json!({})).await.ok();
    assert_eq!(lyon.queued(&paris).await, 0, "nothing is kept for it");
    lyon.person.publish("EnAttenteAprès", "public").await;
    paris.person.publish("RetourAprès", "public").await;
    assert!(paris.queued(&lyon).await >= 20, "Paris has not heard of it");
    let before = rows(&lyon, &paris).await.len();

    cut([&lyon, &paris], false);
    confirmed(&lyon, &paris).await;
    paris.person.publish("RetourEncore", "public").await;
    lyon.person.publish("EnAttenteEncore", "public").await;
    // That nothing else comes has no event: a while longer is waited.
    sleep(Duration::from_secs(3)).await;
    assert_eq!(paris.node.peer_state(&lyon.node.authority).await, "revoked");
    assert_eq!((paris.posts("EnAttente"), lyon.posts("Retour")), (0, 0));
    assert_eq!(
        (paris.posts("Avant"), lyon.posts("EnAttente")),
        (1, 22),
        "hidden there; here it stays"
    );
    assert_eq!(paris.queued(&lyon).await, 0);
    // The ledger tells of the order and the receipt, and of what was refused; nothing else crossed.
    let after = rows(&lyon, &paris).await;
    let new = after.len() - before;
    let crossed: Vec<&Value> = after
        .iter()
        .take(new)
        .filter(|row| row["outcome"] == "crossed")
        .collect();
    for kind in ["Order", "Receipt"] {
        assert!(
            crossed.iter().any(|row| row["kind"] == kind),
            "{kind}: {crossed:?}"
        );
    }
    for row in crossed {
        assert!(
            ["Order", "Receipt"].contains(&row["kind"].as_str().unwrap()),
            "{row}"
        );
    }
}

/// The ledger of a peer, newest first.
async fn rows(site: &Site, other: &Site) -> Vec<Value> {
    let all = site
        .node
        .json(&["peer", "ledger", &other.node.authority, "--limit", "1000"])
        .await;
    all.as_array().unwrap().clone()
}

/// Posts in the peer's database beside those that were sent: enough for many pieces.
const COPIES: usize = 1_500;

async fn a_peer_that_dies_while_it_removes_gives_a_whole_receipt(on: Database) {
    let (lyon, mut paris) = sites(on).await;
    let change = json!({ "we_give": { "at_end": "purge" } });
    lyon.propose(&paris, change).await;
    let uri = paris.offer(&lyon).await;
    paris.accept(&lyon, &uri).await;
    one_contract(&lyon, &paris, 2).await;
    let post = lyon.person.publish("PhraseOriginale", "public").await;
    paris.person.sees("PhraseOriginale").await;
    copy(&paris.node, on, post["uri"].as_str().unwrap());
    assert_eq!(paris.posts("PhraseOriginale"), COPIES + 1);
    let told = paris
        .owner
        .get(&paris.path(&lyon, "consequences").await)
        .await
        .ok();
    assert_eq!(told["posts"], COPIES + 1);

    let path = lyon.path(&paris, "revoke").await;
    lyon.owner.post(&path, json!({})).await.ok();
    let mut at_work = Contents::open(&paris.node);
    // Dead in the middle, as often as it is met there.
    let mut deaths = 0;
    let all = loop {
        let left = at_work.now()["posts"]
            .iter()
            .filter(|row| row.contains("PhraseOriginale"))
            .count();
        let done = lyon.peer(&paris).await["ending"]["state"] == "confirmed";
        if done {
            break deaths;
        }
        if left <= COPIES - deaths * 400 && left > 0 && deaths < 3 {
            paris.node.kill().await;
            paris.node.serve().await;
            deaths += 1;
        }
    };
    assert!(all > 0, "it was never met at work");
    let ending = confirmed(&lyon, &paris).await;
    let receipt = &ending["receipt"];
    assert_eq!(receipt["how"], "purge", "{ending}");
    for what in ["posts", "files", "people", "notifications"] {
        assert_eq!(receipt[what], told[what], "{what}: {ending} {told}");
    }
    assert_eq!(receipt["follows"], 2, "{ending}");
    assert_eq!(paris.posts("PhraseOriginale"), 0);
}

/// Copies a post in a node's database, under other names.
fn copy(node: &Node, on: Database, uri: &str) {
    let columns = contents::columns(node, "posts");
    let value = |column: &String| match column.as_str() {
        "id" => "p.id - n.i".to_owned(),
        "uri" | "url" => format!("p.{column} || '-' || n.i"),
        _ => format!("p.{column}"),
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let statement = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {COPIES}) \
         INSERT INTO posts ({}) SELECT {} FROM posts p, n WHERE p.uri = '{uri}'",
        columns.join(", "),
        values.join(", "),
    );
    contents::run(node, on, &statement);
}

async fn what_is_under_way_when_a_contract_narrows_does_not_arrive_later(on: Database) {
    let (lyon, paris) = sites(on).await;
    lyon.propose(&paris, json!({ "we_give": { "posts": "none" } }))
        .await;
    let uri = paris.offer(&lyon).await;
    cut([&lyon, &paris], true);
    let mut writers = vec![lyon.person.clone()];
    for name in ["carla", "denis", "emma"] {
        writers.push(lyon.node.person(name).await);
    }
    let posts = (0..200_usize).map(|n| {
        let writer = &writers[n % writers.len()];
        async move { writer.publish(&format!("EnRoute{n}."), "public").await }
    });
    let count = futures_util::stream::iter(posts)
        .buffer_unordered(8)
        .count()
        .await;
    assert_eq!(count, 200);
    cut([&lyon, &paris], false);
    // A sign of life wakes the queue.
    paris.person.publish("Éveil", "public").await;
    eventually("some of them", || async {
        (paris.posts("EnRoute") >= 5).then_some(())
    })
    .await;
    paris.accept(&lyon, &uri).await;
    let arrived = paris.posts("EnRoute");
    assert!(arrived < 200, "all had arrived before");
    one_contract(&lyon, &paris, 2).await;
    quiet(&lyon, &paris).await;
    assert_eq!(
        paris.posts("EnRoute"),
        arrived,
        "{arrived} had arrived when it took effect"
    );

    // The other way: the sender itself accepts; of what is under way at that moment, nothing more is begun.
    lyon.propose(&paris, json!({ "we_give": { "posts": "network" } }))
        .await;
    let uri = paris.offer(&lyon).await;
    paris.accept(&lyon, &uri).await;
    one_contract(&lyon, &paris, 3).await;
    paris
        .propose(&lyon, json!({ "they_give": { "posts": "none" } }))
        .await;
    let uri = lyon.offer(&paris).await;
    cut([&lyon, &paris], true);
    let posts = (0..200_usize).map(|n| {
        let writer = &writers[n % writers.len()];
        async move { writer.publish(&format!("DeuxièmeRoute{n}."), "public").await }
    });
    let count = futures_util::stream::iter(posts)
        .buffer_unordered(8)
        .count()
        .await;
    assert_eq!(count, 200);
    cut([&lyon, &paris], false);
    paris.person.publish("Réveil", "public").await;
    eventually("some of them", || async {
        (paris.posts("DeuxièmeRoute") >= 5).then_some(())
    })
    .await;
    lyon.accept(&paris, &uri).await;
    let arrived = paris.posts("DeuxièmeRoute");
    assert!(arrived < 190, "all had arrived before");
    one_contract(&lyon, &paris, 4).await;
    quiet(&lyon, &paris).await;
    // Eight are under way at once.
    let more = paris.posts("DeuxièmeRoute") - arrived;
    assert!(more <= 8, "{more} more");
}
