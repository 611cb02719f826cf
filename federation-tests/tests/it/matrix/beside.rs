//! What needs more than one post to be seen: the rates, and what is done at the end.

use super::scene::{By, Scene};
use axum::body::Bytes;
use entrenous_model::Contract;
use entrenous_model::contract::{AtEnd, Terms};
use federation_tests::mock::Reply;
use federation_tests::{client, eventually};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

/// Activities a minute, few enough to be told apart from all.
const FEW: u32 = 6;

/// So many of ten are sent and taken as the contract says; the rest waits until it says more.
pub(super) async fn rates(scene: &Scene) {
    let slow = Terms {
        rate: FEW,
        ..Terms::FULL
    };
    scene.change(&Contract::FULL, By::Peer).await;
    scene
        .change(
            &Contract {
                we_give: slow.clone(),
                ..Contract::FULL
            },
            By::Peer,
        )
        .await;
    let before = scene.peer.mock.seen().len();
    for number in 0..10 {
        scene.ada.publish(&format!("Lentement {number}"), "public").await;
    }
    let came = |scene: &Scene| {
        let seen = scene.since(before);
        seen.iter()
            .filter(|one| one.body.to_string().contains("Lentement"))
            .count()
    };
    eventually("what the rate allows", || async {
        (came(scene) >= 4).then_some(())
    })
    .await;
    // That no more comes has no event.
    sleep(Duration::from_secs(2)).await;
    let count = came(scene);
    assert!(count <= 7, "{count} of ten at {FEW} a minute");
    // It holds nothing up for longer than the contract says it.
    scene.change(&Contract::FULL, By::Peer).await;
    eventually("the rest", || async { (came(scene) == 10).then_some(()) }).await;
    scene.quiet().await;

    scene
        .change(
            &Contract {
                they_give: slow,
                ..Contract::FULL
            },
            By::Peer,
        )
        .await;
    let mut statuses = Vec::new();
    for number in 0..10 {
        let note = scene.note_to_ada(&format!("Vite {number}"));
        statuses.push(scene.give("max", "Create", note).await.0);
    }
    let taken = statuses.iter().filter(|status| **status == 202).count();
    assert!((4..=7).contains(&taken), "{statuses:?}");
    assert!(statuses.ends_with(&[429]), "{statuses:?}");
    scene.change(&Contract::FULL, By::Peer).await;
    let note = scene.note_to_ada("Enfin");
    assert_eq!(scene.give("max", "Create", note).await.0, 202);
}

/// The node ends it once and the peer once: each side does with what it was given what the contract says.
pub(super) async fn ends(scene: &mut Scene) {
    let contract = |ours, theirs| Contract {
        version: 1,
        we_give: Terms {
            at_end: ours,
            ..Terms::FULL
        },
        they_give: Terms {
            at_end: theirs,
            ..Terms::FULL
        },
    };
    let authority = scene.peer.mock.authority().to_owned();
    let revoked = async |scene: &Scene| {
        eventually("the end of it", || async {
            let ending = scene.owner.peer(&authority).await["ending"].clone();
            ending["here_finished_at"].is_string().then_some(ending)
        })
        .await
    };
    // The first end is by the node: an order, and nothing else.
    scene.agree(&contract(AtEnd::Purge, AtEnd::Hide)).await;
    let note = scene.note_to_ada("Caché à la fin");
    scene.give("max", "Create", note.clone()).await;
    let kept = scene.known(&note).await.unwrap();
    scene.quiet().await;
    let before = scene.peer.mock.seen().len();
    let notice = "POST /invitations/notice";
    let busy = Reply::Bytes("application/json", Vec::new(), Bytes::from_static(b"{}"));
    scene.peer.mock.serve_reply(notice, busy);
    let path = format!("/api/entrenous/v1/admin/peers/{}/revoke", scene.id);
    scene.owner.post(&path, json!({})).await.ok();
    scene.ada.publish("Après la fin", "public").await;
    let ending = revoked(scene).await;
    assert_eq!(ending["here"]["how"], "hide", "{ending}");
    assert_eq!(
        scene.ada.get(&format!("/api/v1/statuses/{kept}")).await.status,
        404
    );
    let order = eventually("the order", || async {
        scene.since(before).into_iter().find(|one| one.line == notice)
    })
    .await;
    assert_eq!(order.body["purge"], json!(true), "{}", order.body);
    assert_eq!(order.body["given"]["at_end"], "purge");
    closed(scene).await;
    for one in scene.since(before) {
        assert_eq!(one.line, notice, "{}", one.body);
    }

    // Connected again it is there again; the second end is by the peer.
    scene.peer.mock.serve_reply(notice, Reply::Status(202));
    let link = scene.node.command(&["peer", "invite"]).await;
    scene.peer.join(&scene.node, &link).await;
    assert_eq!(
        scene.ada.get(&format!("/api/v1/statuses/{kept}")).await.status,
        200
    );
    scene.agree(&contract(AtEnd::Hide, AtEnd::Purge)).await;
    scene.quiet().await;
    let before = scene.peer.mock.seen().len();
    let nonce = "f".repeat(43);
    let (own, theirs) = (scene.peer.actor(), scene.node.url("/actor"));
    let order = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{own}#end"), "type": "Undo", "actor": own,
        "to": [theirs], "object": { "type": "Accept", "actor": own, "object": theirs }, "nonce": nonce, "purge": true,
    });
    let receipt = eventually("the receipt", || async {
        let (status, said) = scene
            .peer
            .say(&scene.node.url("/invitations/notice"), &order)
            .await;
        assert!([200, 202].contains(&status), "{status} {said}");
        (status == 200).then(|| serde_json::from_str::<Value>(&said).unwrap())
    })
    .await;
    assert_eq!(
        (&receipt["type"], &receipt["how"], &receipt["nonce"]),
        (&json!("PurgeReceipt"), &json!("purge"), &json!(nonce))
    );
    assert!(receipt["tally"]["posts"].as_u64().unwrap() > 1, "{receipt}");
    assert_eq!(
        scene.ada.get(&format!("/api/v1/statuses/{kept}")).await.status,
        404
    );
    scene.ada.publish("Après la seconde fin", "public").await;
    closed(scene).await;
    assert!(scene.since(before).is_empty(), "{:?}", scene.since(before));
}

/// Nothing crosses at any gate.
async fn closed(scene: &Scene) {
    let note = scene.note_to_ada("Trop tard");
    assert_eq!(scene.give("max", "Create", note.clone()).await.0, 403);
    assert!(scene.known(&note).await.is_none());
    for path in ["/people/ada", "/people/stan", "/network"] {
        assert_eq!(scene.peer.get(&scene.node.url(path)).await.status, 403, "{path}");
    }
    let own = scene.own["uri"].as_str().unwrap();
    assert_eq!(scene.peer.get(own).await.status, 403);
    scene.peer.put_person("tardive", &json!({}));
    for what in [
        format!("@tardive@{}", scene.peer.mock.authority()),
        scene.peer.mock.person("tardive"),
    ] {
        let path = format!(
            "/api/v2/search?type=accounts&resolve=true&q={}",
            client::escape(&what)
        );
        assert_eq!(scene.ada.get(&path).await.ok()["accounts"], json!([]));
    }
    let found = scene
        .looked_up(note["id"].as_str().unwrap(), "statuses", true)
        .await;
    assert!(found.is_null(), "{found}");
}
