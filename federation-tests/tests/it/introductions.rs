//! Sites that are made known to each other by one that all of them trust.

use federation_tests::client::holds;
use federation_tests::{Client, Database, Node, eventually};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

crate::on_both!(
    a_seventh_site_joins_six_with_one_invitation,
    an_introduction_survives_who_is_away_and_gives_nothing_before_both_agree,
);

const ADMIN: &str = "/api/entrenous/v1/admin";

/// The administrator of a node.
async fn boss(node: &Node) -> Client {
    node.signed_in("owner").await
}

async fn introductions(boss: &Client) -> Vec<Value> {
    let all = boss.get(&format!("{ADMIN}/introductions")).await.ok();
    all.as_array().expect("no list").clone()
}

/// The introduction of the node at `authority` to this one.
async fn comes(boss: &Client, authority: &str) -> Value {
    eventually("the introduction", || async {
        let all = introductions(boss).await;
        all.into_iter()
            .find(|one| one["by_us"] == false && one["authority"] == authority)
    })
    .await
}

async fn answer(boss: &Client, authority: &str, how: &str) {
    let one = comes(boss, authority).await;
    let id = one["id"].as_str().expect("no id");
    boss.post(&format!("{ADMIN}/introductions/{id}/{how}"), json!({}))
        .await
        .ok();
}

async fn active(here: &Node, there: &Node) {
    eventually("two nodes to be peers", || async {
        (here.peer_state(&there.authority).await == "active").then_some(())
    })
    .await;
}

/// The peer's number at a node.
async fn number(boss: &Client, authority: &str) -> String {
    let all = boss.get(&format!("{ADMIN}/peers")).await.ok();
    let peer = all
        .as_array()
        .and_then(|all| all.iter().find(|peer| peer["authority"] == authority));
    peer.and_then(|peer| peer["id"].as_str())
        .expect("no such peer")
        .to_owned()
}

/// One invitation by the hub, which says that the new node is to be introduced to the others.
async fn joins(hub: &Node, new: &Node) {
    let link = hub
        .command(&["peer", "invite", "--introduce", "--purpose", "One company"])
        .await;
    new.command(&["peer", "join", &link, "--yes"]).await;
    hub.command(&["peer", "confirm", &new.authority]).await;
    active(new, hub).await;
}

async fn a_seventh_site_joins_six_with_one_invitation(on: Database) {
    let names = ["Paris", "Lyon", "Lille", "Nantes", "Brest", "Metz", "Tours"];
    let nodes = futures_util::future::join_all(names.map(|name| Node::start(name, on))).await;
    let (hub, sites) = nodes.split_first().expect("no nodes");
    let mut bosses = Vec::new();
    for site in sites {
        bosses.push(boss(site).await);
    }
    for (place, (site, its_boss)) in sites.iter().zip(&bosses).enumerate() {
        joins(hub, site).await;
        // Who was there before has a policy; the newcomer's administrator answers each.
        for earlier in &sites[..place] {
            answer(its_boss, &earlier.authority, "accept").await;
        }
        for earlier in &sites[..place] {
            active(earlier, site).await;
            active(site, earlier).await;
        }
        let policy = site
            .command(&["peer", "introductions-policy", &hub.authority, "accept"])
            .await;
        assert!(policy.contains("at once"), "{policy}");
    }
    // One invitation each, and everyone knows everyone, by the hub's word.
    let invitations = hub.json(&["peer", "invitations"]).await;
    assert_eq!(invitations.as_array().map(Vec::len), Some(6));
    for (site, its_boss) in sites.iter().zip(&bosses) {
        let network = its_boss.get(&format!("{ADMIN}/network")).await.ok();
        let others = network["nodes"].as_array().expect("no nodes");
        assert_eq!(others.len(), 6, "{network}");
        for other in others {
            assert_eq!(
                (&other["state"], &other["health"]),
                (&json!("active"), &json!("well")),
                "{other}"
            );
            let by = &other["introduced_by"]["origin"];
            if other["authority"] == hub.authority.as_str() {
                assert!(by.is_null(), "{other}");
            } else {
                assert_eq!(by, &json!(hub.url("")), "{other}");
            }
        }
        assert_eq!(network["node"]["authority"], site.authority.as_str());
    }
    let network = boss(hub).await.get(&format!("{ADMIN}/network")).await.ok();
    let links = network["links"].as_array().expect("no links");
    assert_eq!(links.len(), 15, "every pair of the six");
    eventually("the hub to have heard of all", || async {
        let network = hub.json(&["peer", "network"]).await;
        let links = network["links"].as_array()?.clone();
        links
            .iter()
            .all(|link| link["state"] == "connected")
            .then_some(())
    })
    .await;

    // What the last one writes for all is at all of them, and what each of them writes at the last one.
    let (tours, others) = nodes.split_last().expect("no nodes");
    let tina = tours.person("tina").await;
    tina.publish("BonjourATous", "public").await;
    for (place, node) in others.iter().enumerate() {
        let somebody = node.person("somebody").await;
        somebody.publish(&format!("Bonjour{place}"), "public").await;
        on_timeline(&somebody, "BonjourATous").await;
        on_timeline(&tina, &format!("Bonjour{place}")).await;
    }

    on_everyones_ledger(hub, &sites[0], tours).await;
    a_leaver_is_gone_everywhere(tours, others).await;
    what_two_end_is_theirs_alone(&sites[0], &sites[1], hub, tours).await;
}

/// The introduction is on the ledger of all three, and each chain holds.
async fn on_everyones_ledger(sponsor: &Node, one: &Node, other: &Node) {
    for (at, with, kind) in [
        (sponsor, one, "Offer Introduction"),
        (sponsor, other, "Accept Introduction"),
        (one, sponsor, "Offer Introduction"),
        (one, other, "Accept Introduction"),
        (other, one, "Accept Introduction"),
    ] {
        in_ledger(at, with, kind).await;
        at.command(&["peer", "ledger", &with.authority, "--verify"]).await;
    }
}

async fn in_ledger(at: &Node, with: &Node, kind: &str) {
    eventually("the ledger", || async {
        let ledger = at
            .command(&["peer", "ledger", &with.authority, "--limit", "200"])
            .await;
        ledger.contains(kind).then_some(())
    })
    .await;
}

/// Seven nodes: who is disabled at one is nobody at the six others, and it is on each ledger.
async fn a_leaver_is_gone_everywhere(home: &Node, others: &[Node]) {
    let lookup = format!("/api/v1/accounts/lookup?acct=tina@{}", home.authority);
    let mut readers = Vec::new();
    for node in others {
        let reader = node.signed_in("somebody").await;
        assert_eq!(reader.get(&lookup).await.status, 200);
        readers.push(reader);
    }
    home.command(&["person", "disable", "--username", "tina"]).await;
    for (reader, node) in readers.iter().zip(others) {
        eventually("the leaver to be gone", || async {
            (reader.get(&lookup).await.status == 404).then_some(())
        })
        .await;
        in_ledger(home, node, "Delete Person").await;
        in_ledger(node, home, "Delete").await;
    }
}

/// Two of seven end it: nothing goes between them any more, and everything between each of them and the others.
async fn what_two_end_is_theirs_alone(one: &Node, other: &Node, hub: &Node, third: &Node) {
    one.command(&["peer", "revoke", &other.authority]).await;
    eventually("the other to have heard", || async {
        (other.peer_state(&one.authority).await == "revoked").then_some(())
    })
    .await;
    let writer = one.signed_in("somebody").await;
    writer.publish("SansEux", "public").await;
    for node in [hub, third] {
        let reader = node.signed_in("owner").await;
        on_timeline(&reader, "SansEux").await;
        assert_eq!(node.peer_state(&one.authority).await, "active");
        assert_eq!(node.peer_state(&other.authority).await, "active");
    }
    let there = other
        .signed_in("owner")
        .await
        .get("/api/v1/timelines/public?limit=40")
        .await
        .ok();
    let there = there.as_array().expect("no timeline");
    assert!(!there.iter().any(|post| holds(post, "SansEux")), "{there:?}");
}

async fn on_timeline(reader: &Client, text: &str) {
    eventually("the post", || async {
        let all = reader.get("/api/v1/timelines/public?limit=40").await.ok();
        let mut all = all.as_array()?.iter();
        all.any(|post| holds(post, text)).then_some(())
    })
    .await;
}

async fn an_introduction_survives_who_is_away_and_gives_nothing_before_both_agree(on: Database) {
    let (paris, lyon, mut lille) = tokio::join!(
        Node::start("Paris", on),
        Node::start("Lyon", on),
        Node::start("Lille", on)
    );
    paris.connect(&lyon).await;
    paris.connect(&lille).await;
    let (at_paris, at_lyon) = (boss(&paris).await, boss(&lyon).await);
    let (leo, lea) = (lyon.person("leo").await, lille.person("lea").await);
    leo.publish("AvantTout", "public").await;
    lille.kill().await;
    let about = number(&at_paris, &lyon.authority).await;
    let to = number(&at_paris, &lille.authority).await;
    let body = json!({ "to": [to], "note": "Même groupe" });
    at_paris
        .post(&format!("{ADMIN}/peers/{about}/introductions"), body)
        .await
        .ok();
    answer(&at_lyon, &lille.authority, "accept").await;
    assert_eq!(lyon.peer_state(&lille.authority).await, "pending_remote");
    leo.publish("PendantLAttente", "public").await;

    lille.serve().await;
    let at_lille = boss(&lille).await;
    let one = comes(&at_lille, &lyon.authority).await;
    assert_eq!(
        (&one["note"], &one["state"]),
        (&json!("Même groupe"), &json!("open"))
    );
    // Lyon has agreed, Lille has not: Lyon is nobody there, and gets nothing. That nothing comes has no event: a while is waited.
    sleep(Duration::from_secs(2)).await;
    assert_eq!(lille.peer_state(&lyon.authority).await, "none");
    let seen = lea
        .get(&format!("/api/v1/accounts/lookup?acct=leo@{}", lyon.authority))
        .await;
    assert_eq!(seen.status, 404);
    answer(&at_lille, &lyon.authority, "accept").await;
    active(&lille, &lyon).await;
    active(&lyon, &lille).await;
    lea.follow(&format!("@leo@{}", lyon.authority)).await;
    leo.publish("EnfinEnsemble", "public").await;
    lea.sees("EnfinEnsemble").await;
    // What was written before they agreed was for others.
    let home = lea.home().await;
    let early = home.iter().any(|post| {
        ["AvantTout", "PendantLAttente"]
            .iter()
            .any(|text| holds(post, text))
    });
    assert!(!early, "{home:?}");

    // That the sponsor goes ends nothing between the two: they have agreed themselves.
    lyon.command(&["peer", "revoke", &paris.authority]).await;
    leo.publish("SansParis", "public").await;
    lea.sees("SansParis").await;
    assert_eq!(lyon.peer_state(&lille.authority).await, "active");
}
