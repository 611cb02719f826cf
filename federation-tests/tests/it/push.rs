//! Web Push to a service on this machine: what arrives is for one browser alone, nothing is lost by a restart, and a service
//! that hangs holds up no other.

use federation_tests::contents::{Contents, run};
use federation_tests::push_service::{Browser, PushService};
use federation_tests::{Client, Database, Node, eventually};
use serde_json::{Value, json};
use std::fs;
use std::time::Instant;

crate::on_both!(
    a_device_is_told_and_nobody_else_can_read_it,
    a_restart_loses_nothing,
    a_service_that_hangs_holds_up_no_other,
    who_signs_out_or_leaves_is_not_told,
);

const PATH: &str = "/api/v1/push/subscription";

/// A node that may ask these services.
async fn node(on: Database, services: &[&PushService]) -> Node {
    let authority = format!("localhost:{}", federation_tests::node::free_port());
    let mut node = Node::init("Lyon", on, &authority).await;
    let file = node.dir().join("entrenous.toml");
    let text = fs::read_to_string(&file).unwrap();
    let list: Vec<&str> = services.iter().map(|service| service.origin.as_str()).collect();
    assert!(text.contains("# services = []"), "{text}");
    fs::write(
        &file,
        text.replace("# services = []", &format!("services = {list:?}")),
    )
    .unwrap();
    node.serve().await;
    node
}

async fn server_key(client: &Client) -> String {
    let instance = client.get("/api/v2/instance").await.ok();
    instance["configuration"]["vapid"]["public_key"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The messages of a browser, once there are that many.
async fn messages(browser: &Browser, service: &PushService, key: &str, count: usize) -> Vec<Value> {
    eventually("messages for a browser", || async {
        let pushed = service.pushed(&browser.path);
        (pushed.len() >= count).then_some(())
    })
    .await;
    let pushed = service.pushed(&browser.path);
    pushed
        .iter()
        .map(|one| browser.read(one, key, &service.origin))
        .collect()
}

async fn a_device_is_told_and_nobody_else_can_read_it(on: Database) {
    let (service, other) = (PushService::start().await, PushService::start().await);
    let mut node = node(on, &[&service]).await;
    let (alice, bob) = (node.person("alice").await, node.person("bob").await);
    let key = server_key(&alice).await;
    assert_eq!(key.len(), 87);
    let browser = Browser::new(&service, "alice");
    let made = alice.post(PATH, browser.subscription()).await.ok();
    assert_eq!(made["server_key"], key.as_str());
    // A service that is not on the list is never asked.
    let elsewhere = Browser::new(&other, "alice");
    let refused = bob.post(PATH, elsewhere.subscription()).await;
    assert_eq!(refused.status, 422, "{}", refused.text);

    bob.publish("@alice le mot de passe est « tisane »", "direct")
        .await;
    let told = messages(&browser, &service, &key, 1).await;
    assert_eq!(told[0]["notification_type"], "mention");
    assert_eq!(told[0]["access_token"], "");
    assert!(
        told[0]["body"].as_str().unwrap().contains("tisane"),
        "{}",
        told[0]
    );
    let id = told[0]["notification_id"].as_str().unwrap();
    let shown = alice.get(&format!("/api/v1/notifications/{id}")).await.ok();
    assert_eq!(shown["type"], "mention");
    let pushed = service.pushed(&browser.path);
    let said = format!("{:?}", pushed[0]);
    assert!(!said.contains("tisane") && !said.contains("alice le mot"));
    assert_eq!(pushed[0].headers["topic"], id);

    // Nothing of the endpoint in the log, nor in the clear in the database.
    let log = node.log();
    assert!(!log.contains(&browser.path), "{log}");
    let rows = Contents::open(&node).now();
    assert_eq!(rows["push_subscriptions"].len(), 1);
    let clear = rows.values().flatten().find(|row| row.contains(&browser.path));
    assert_eq!(clear, None);

    // The key outlives the process, and a change of the vault's key.
    node.command(&["vault", "rotate"]).await;
    node.terminate().await;
    node.serve().await;
    assert_eq!(server_key(&alice).await, key);
    bob.publish("@alice encore", "public").await;
    assert_eq!(messages(&browser, &service, &key, 2).await.len(), 2);

    // A browser that is gone takes its subscription with it.
    service.answer(&browser.path, 410);
    bob.publish("@alice et encore", "public").await;
    eventually("the subscription to go", || async {
        (alice.get(PATH).await.status == 404).then_some(())
    })
    .await;
    assert_eq!(other.pushed(&elsewhere.path).len(), 0);
    node.kill().await;
}

async fn a_restart_loses_nothing(on: Database) {
    let service = PushService::start().await;
    let mut node = node(on, &[&service]).await;
    let (alice, bob) = (node.person("alice").await, node.person("bob").await);
    let key = server_key(&alice).await;
    let browser = Browser::new(&service, "alice");
    alice.post(PATH, browser.subscription()).await.ok();
    service.answer_after(&browser.path, 429, 3_600);
    bob.publish("@alice un", "public").await;
    let first = messages(&browser, &service, &key, 1).await;
    bob.publish("@alice deux", "public").await;
    node.kill().await;
    service.answer(&browser.path, 201);
    // The hour that the service has asked for is over.
    run(&node, on, "UPDATE pushes SET due_at = '2020-01-01 00:00:00'");
    node.serve().await;
    eventually("the queue to be empty", || async {
        Contents::open(&node).now()["pushes"].is_empty().then_some(())
    })
    .await;
    let told = messages(&browser, &service, &key, 3).await;
    let of = |text: &str| {
        told.iter()
            .filter(|one| one["body"].as_str().unwrap().contains(text))
            .count()
    };
    assert!(of("un") >= 2 && of("deux") >= 1, "{told:?}");
    assert!(
        told.iter()
            .any(|one| one["notification_id"] == first[0]["notification_id"])
    );
}

async fn a_service_that_hangs_holds_up_no_other(on: Database) {
    let (dead, alive) = (PushService::start().await, PushService::start().await);
    let node = node(on, &[&dead, &alive]).await;
    let (alice, bob) = (node.person("alice").await, node.person("bob").await);
    let cyd = node.person("cyd").await;
    let key = server_key(&alice).await;
    let (stuck, well) = (Browser::new(&dead, "alice"), Browser::new(&alive, "bob"));
    dead.answer(&stuck.path, 0);
    alice.post(PATH, stuck.subscription()).await.ok();
    bob.post(PATH, well.subscription()).await.ok();
    cyd.publish("@alice @bob bonjour", "public").await;
    eventually("the one that hangs to be asked", || async {
        (!dead.pushed(&stuck.path).is_empty()).then_some(())
    })
    .await;
    messages(&well, &alive, &key, 1).await;
    let start = Instant::now();
    for number in 0..5 {
        cyd.publish(&format!("@alice @bob {number}"), "public").await;
    }
    messages(&well, &alive, &key, 6).await;
    // The one that hangs has ten seconds for each answer.
    assert!(start.elapsed().as_secs() < 8, "{:?}", start.elapsed());
    assert_eq!(
        dead.pushed(&stuck.path).len(),
        1,
        "one at a time, and then none for a while"
    );
}

async fn who_signs_out_or_leaves_is_not_told(on: Database) {
    let service = PushService::start().await;
    let node = node(on, &[&service]).await;
    let (alice, bob) = (node.person("alice").await, node.person("bob").await);
    let (dave, cyd) = (node.person("dave").await, node.person("cyd").await);
    let key = server_key(&alice).await;
    let browsers = ["alice", "bob", "dave"].map(|name| Browser::new(&service, name));
    for (who, browser) in [&alice, &bob, &dave].into_iter().zip(&browsers) {
        who.post(PATH, browser.subscription()).await.ok();
    }
    cyd.publish("@alice @bob @dave un", "public").await;
    for browser in &browsers {
        messages(browser, &service, &key, 1).await;
    }
    // Alice's token is revoked, Bob is disabled, Dave mutes who speaks.
    let tokens = alice.get("/api/entrenous/v1/tokens").await.ok();
    let token = tokens[0]["id"].as_str().unwrap();
    assert!(
        (200..300).contains(
            &alice
                .delete(&format!("/api/entrenous/v1/tokens/{token}"))
                .await
                .status
        ),
        "the token cannot be revoked"
    );
    node.command(&["person", "disable", "--username", "bob"]).await;
    let muted = dave.find("@cyd").await;
    dave.post(&format!("/api/v1/accounts/{muted}/mute"), json!({}))
        .await
        .ok();
    cyd.publish("@alice @bob @dave deux", "public").await;
    // Someone who is told shows that the lane has been there.
    let last = Browser::new(&service, "cyd");
    cyd.post(PATH, last.subscription()).await.ok();
    dave.publish("@cyd trois", "public").await;
    messages(&last, &service, &key, 1).await;
    for browser in &browsers {
        assert_eq!(service.pushed(&browser.path).len(), 1, "{}", browser.path);
    }
}
