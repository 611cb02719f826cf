//! What real traffic does: every recorded inbox post of GoToSocial, Lemmy, Mitra and snac, sent to a real node in
//! recorded order and looked at through the client API.
//!
//! Our node stands in the place of every receiver; the sending server is a mock with keys of its own. Ids are rewritten
//! in the recorded text, so that a body keeps its odd shape, and the request is signed again in the form that the software
//! used. What an activity builds on and what was not recorded is said before (a follow before its acceptance).

mod corpus;
mod effect;
mod expect;
mod post;
mod prelude;
mod replayed;
mod scene;
mod sender;

use corpus::Exchange;
use effect::Effect;
use federation_tests::Database;
use replayed::Replayed;
use scene::Scene;

crate::on_both!(gotosocial, lemmy, mitra, snac);

async fn gotosocial(on: Database) {
    assert_eq!(replay("gotosocial", ["gts.test", "gts2.test"], on).await, 90);
}

async fn lemmy(on: Database) {
    assert_eq!(replay("lemmy", ["lemmy.test", "lemmy2.test"], on).await, 111);
}

async fn mitra(on: Database) {
    assert_eq!(replay("mitra", ["mitra.test", "mitra2.test"], on).await, 92);
}

async fn snac(on: Database) {
    assert_eq!(replay("snac", ["snac.test", "snac2.test"], on).await, 93);
}

/// Answers how many were replayed.
async fn replay(software: &str, hosts: [&'static str; 2], on: Database) -> usize {
    let mut scene = Scene::open(software, hosts, on).await;
    let exchanges = corpus::posts(software);
    for exchange in &exchanges {
        scene.from = hosts
            .into_iter()
            .find(|host| *host == exchange.sender())
            .expect("another sender");
        one(&mut scene, exchange).await;
    }
    // Only what was refused here, for these reasons, and nothing else.
    let mut audited = scene.node.audited().await;
    audited.sort_unstable();
    let mut refused = scene.refused.clone();
    refused.sort_unstable();
    assert_eq!(audited, refused);
    exchanges.len()
}

async fn one(scene: &mut Scene, exchange: &Exchange) {
    let name = &exchange.name;
    let effect =
        Effect::of(exchange).unwrap_or_else(|| panic!("{name}: no expectation for {}", exchange.kind));
    let actor = scene.translated(corpus::text(&exchange.body["actor"])).await;
    if scene.gone.contains(&actor) {
        // Nobody there answers for the key any more.
        let (status, answer) = Replayed::of(scene, exchange).await.send(scene, exchange).await;
        assert_eq!(
            (status, answer.as_str()),
            (401, r#"{"error":"key_unknown"}"#),
            "{name}"
        );
        scene.refused.push("key_unknown");
        return;
    }
    prelude::prepare(scene, exchange, effect, &actor).await;
    let replayed = Replayed::of(scene, exchange).await;
    let before = expect::before(scene, &replayed, effect).await;
    let (status, answer) = replayed.send(scene, exchange).await;
    assert_eq!(status, 202, "{name}: {answer}");
    expect::after(scene, &replayed, effect, &before).await;
    if matches!(effect, Effect::Unfollowed | Effect::Blocked | Effect::Rejected) {
        scene.unread(&actor);
    }
    scene.remember(&replayed.body);
}
