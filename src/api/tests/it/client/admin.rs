use super::stage::{Stage, ids};
use entrenous_model::Role;
use serde_json::json;

#[tokio::test]
async fn only_administrators_with_the_scope() {
    let stage = Stage::new();
    let all = "read write follow admin:read admin:write";
    let owner = stage.person_with("owner", Role::Owner, all).await;
    let member = stage.person_with("member", Role::Member, all).await;
    let without = stage.token("owner", owner.id, "read write").await;
    for path in [
        "people",
        "invites",
        "peers",
        "peer_invites",
        "deliveries",
        "alerts",
        "audit",
    ] {
        let path = format!("/api/entrenous/v1/admin/{path}");
        assert!(stage.get(&owner, &path).await.ok().is_array(), "{path}");
        stage.get(&member, &path).await.refused(403);
        stage.get(&without, &path).await.refused(403);
    }
}

#[tokio::test]
async fn people_come_and_go() {
    let stage = Stage::new();
    let owner = stage
        .person_with("owner", Role::Owner, "read write admin:read admin:write")
        .await;
    let admin = stage
        .person_with("admina", Role::Administrator, "read admin:read admin:write")
        .await;
    let member = stage.person("member").await;
    let base = "/api/entrenous/v1/admin";
    let made = stage
        .json(
            &owner,
            "POST",
            &format!("{base}/invites"),
            json!({ "role": "member", "hours": 2 }),
        )
        .await
        .ok();
    assert!(
        made["link"]
            .as_str()
            .unwrap()
            .starts_with("https://here.example/invite/")
    );
    let list = stage.get(&owner, &format!("{base}/invites")).await.ok();
    assert_eq!((&list[0]["id"], &list[0]["usable"]), (&made["id"], &json!(true)));
    assert_eq!(list[0].get("link"), None);
    let id = made["id"].as_str().unwrap();
    stage.delete(&owner, &format!("{base}/invites/{id}")).await.ok();
    assert_eq!(
        stage.get(&owner, &format!("{base}/invites")).await.ok()[0]["usable"],
        false
    );
    stage
        .json(
            &admin,
            "POST",
            &format!("{base}/invites"),
            json!({ "role": "owner" }),
        )
        .await
        .refused(403);
    stage
        .json(&owner, "POST", &format!("{base}/invites"), json!({ "hours": 0 }))
        .await
        .refused(422);
    // Nobody disables who stands above them.
    stage
        .post(&admin, &format!("{base}/people/{}/disable", owner.id), "")
        .await
        .refused(403);
    stage
        .post(&admin, &format!("{base}/people/{}/disable", member.id), "")
        .await
        .ok();
    assert_eq!(
        stage.get(&member, "/api/v1/timelines/home").await.refused(401),
        "The access token is invalid"
    );
    let people = stage.get(&owner, &format!("{base}/people")).await.ok();
    let disabled: Vec<_> = people
        .as_array()
        .unwrap()
        .iter()
        .filter(|person| !person["disabled_at"].is_null())
        .map(|person| person["account"]["username"].as_str().unwrap())
        .collect();
    assert_eq!(disabled, ["member"]);
    stage
        .get(&owner, &format!("/api/v1/accounts/{}", member.id))
        .await
        .refused(404);
}

#[tokio::test]
async fn steps_that_need_the_network_say_so_without_it() {
    let stage = Stage::new();
    let owner = stage
        .person_with("owner", Role::Owner, "admin:read admin:write")
        .await;
    let base = "/api/entrenous/v1/admin";
    stage
        .json(
            &owner,
            "POST",
            &format!("{base}/peer_invites"),
            json!({ "purpose": "x" }),
        )
        .await
        .refused(503);
    stage
        .json(
            &owner,
            "POST",
            &format!("{base}/peers/join"),
            json!({ "link": "x" }),
        )
        .await
        .refused(503);
    stage
        .post(&owner, &format!("{base}/peers/7/confirm"), "")
        .await
        .refused(404);
    stage.get(&owner, &format!("{base}/peers/7")).await.refused(404);
    stage
        .delete(&owner, &format!("{base}/peer_invites/7"))
        .await
        .refused(404);
}

#[tokio::test]
async fn own_tokens() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let other = stage.token("ada", ada.id, "read").await;
    let bob = stage.person("bob").await;
    let path = "/api/entrenous/v1/tokens";
    let list = stage.get(&ada, path).await.ok();
    assert_eq!(list.as_array().unwrap().len(), 2);
    let another = list
        .as_array()
        .unwrap()
        .iter()
        .find(|token| token["current"] == false)
        .unwrap();
    assert_eq!(another["scopes"], "read");
    let one = format!("{path}/{}", another["id"].as_str().unwrap());
    stage.delete(&bob, &one).await.refused(404);
    stage.delete(&ada, &one).await.ok();
    stage.get(&other, "/api/v1/timelines/home").await.refused(401);
    assert_eq!(ids(&stage.get(&ada, path).await.ok()).len(), 1);
    assert_eq!(
        stage.get(&ada, "/api/entrenous/v1/sessions").await.ok(),
        json!([])
    );
    assert_eq!(stage.get(&ada, "/api/entrenous/v1/peers").await.ok(), json!([]));
}

#[tokio::test]
async fn people_as_other_clients_administer_them() {
    let stage = Stage::new();
    let owner = stage
        .person_with(
            "owner",
            Role::Owner,
            "read admin:read:accounts admin:write:accounts",
        )
        .await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob_b").await);
    let v1 = "/api/v1/admin/accounts";
    let v2 = "/api/v2/admin/accounts";
    let found = async |path: String| ids(&stage.get(&owner, &path).await.ok());
    let name = |id: &entrenous_model::AccountId| id.to_string();
    let all = vec![name(&bob.id), name(&ada.id), name(&owner.id)];
    for path in [
        v1.to_owned(),
        v2.to_owned(),
        format!("{v2}?origin=local&status=active"),
        format!("{v1}?local=true"),
    ] {
        assert_eq!(found(path.clone()).await, all, "{path}");
    }
    for nobody in [
        "pending=true",
        "silenced=true",
        "remote=true",
        "by_domain=there.example",
        "disabled=true",
        "active=true&disabled=true",
        "username=%25",
    ] {
        assert!(found(format!("{v1}?{nobody}")).await.is_empty(), "{nobody}");
    }
    for nobody in [
        "origin=remote",
        "status=pending",
        "status=silenced",
        "status=suspended",
    ] {
        assert!(found(format!("{v2}?{nobody}")).await.is_empty(), "{nobody}");
    }
    assert_eq!(found(format!("{v2}?permissions=staff")).await, [name(&owner.id)]);
    assert_eq!(found(format!("{v1}?username=B_")).await, [name(&bob.id)]);
    assert_eq!(found(format!("{v1}?display_name=ad")).await, [name(&ada.id)]);
    let first = stage.get(&owner, &format!("{v2}?limit=2")).await;
    assert_eq!(ids(&first.ok()), all[..2]);
    let next = stage.get(&owner, &first.link("next").unwrap()).await;
    assert_eq!(ids(&next.ok()), all[2..]);

    let one = format!("{v1}/{}", ada.id);
    let shown = stage.get(&owner, &one).await.ok();
    assert_eq!(
        (
            &shown["account"]["acct"],
            &shown["role"]["name"],
            &shown["suspended"]
        ),
        (&json!("ada"), &json!("member"), &json!(false))
    );
    stage.get(&owner, &format!("{v1}/17")).await.refused(404);
    let act = async |kind: serde_json::Value| {
        stage
            .json(&owner, "POST", &format!("{one}/action"), json!({ "type": kind }))
            .await
    };
    for kind in [json!("silence"), json!("sensitive"), json!("x"), json!(null)] {
        act(kind).await.refused(422);
    }
    act(json!("none")).await.ok();
    assert_eq!(stage.get(&owner, &one).await.ok()["disabled"], false);
    act(json!("suspend")).await.ok();
    let shown = stage.get(&owner, &one).await.ok();
    assert_eq!(
        (&shown["disabled"], &shown["suspended"]),
        (&json!(true), &json!(true))
    );
    stage.get(&ada, "/api/v1/timelines/home").await.refused(401);
    assert_eq!(found(format!("{v2}?status=suspended")).await, [name(&ada.id)]);
    for verb in ["enable", "unsuspend"] {
        stage
            .post(&owner, &format!("{one}/{verb}"), "")
            .await
            .refused(403);
    }
    stage.post(&owner, &format!("{one}/unsilence"), "").await.ok();
    stage.delete(&owner, &one).await.refused(403);
    // The last owner stays.
    let own = format!("{v1}/{}/action", owner.id);
    stage
        .json(&owner, "POST", &own, json!({ "type": "suspend" }))
        .await
        .refused(409);
}
