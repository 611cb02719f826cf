use super::stage::{Person, Stage, ids, tame};
use serde_json::{Value, json};

/// Ada posts; two people favourite it, one boosts it, one follows her, one mentions her.
async fn a_day() -> (Stage, Person, String) {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let id = stage.publish(&ada, "news", "public").await;
    for name in ["bob", "cyd"] {
        let person = stage.person(name).await;
        stage.clock.advance(chrono::Duration::seconds(1));
        stage
            .post(&person, &format!("/api/v1/statuses/{id}/favourite"), "")
            .await
            .ok();
        stage.clock.advance(chrono::Duration::seconds(1));
        if name == "bob" {
            stage
                .post(&person, &format!("/api/v1/statuses/{id}/reblog"), "")
                .await
                .ok();
            stage
                .post(&person, &format!("/api/v1/accounts/{}/follow", ada.id), "")
                .await
                .ok();
        } else {
            stage.publish(&person, "hey @ada", "public").await;
        }
    }
    (stage, ada, id)
}

fn types(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one["type"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn one_by_one() {
    let (stage, ada, id) = a_day().await;
    let answer = stage.get(&ada, "/api/v1/notifications").await;
    let list = answer.ok();
    assert_eq!(
        types(&list),
        ["mention", "favourite", "follow", "reblog", "favourite"]
    );
    assert_eq!(answer.link("next"), None);
    insta::assert_json_snapshot!(tame(&list[2]), @r##"
    {
      "account": {
        "acct": "bob",
        "avatar": "https://here.example/static/avatar.png",
        "avatar_description": "",
        "avatar_static": "https://here.example/static/avatar.png",
        "bot": false,
        "created_at": "2030-03-17T17:46:41.000Z",
        "discoverable": true,
        "display_name": "BOB",
        "emojis": [],
        "fields": [],
        "followers_count": 0,
        "following_count": 1,
        "group": false,
        "header": "https://here.example/static/header.png",
        "header_description": "",
        "header_static": "https://here.example/static/header.png",
        "hide_collections": false,
        "id": "ID1",
        "indexable": true,
        "last_status_at": "2030-03-17",
        "locked": false,
        "noindex": true,
        "note": "",
        "roles": [],
        "statuses_count": 1,
        "uri": "https://here.example/people/bob",
        "url": "https://here.example/@bob",
        "username": "bob"
      },
      "created_at": "2030-03-17T17:46:43.000Z",
      "group_key": "follow-20300317",
      "id": "ID2",
      "type": "follow"
    }
    "##);
    assert_eq!(list[3]["status"]["id"], id);
    let some = async |query: &str| {
        stage
            .get(&ada, &format!("/api/v1/notifications?{query}"))
            .await
            .ok()
    };
    assert_eq!(
        types(&some("types[]=follow&types[]=mention").await),
        ["mention", "follow"]
    );
    assert_eq!(
        types(&some("exclude_types[]=favourite&exclude_types[]=poll").await),
        ["mention", "follow", "reblog"]
    );
    assert_eq!(types(&some("types[]=poll").await), Vec::<&str>::new());
    let from = list[1]["account"]["id"].as_str().unwrap();
    assert_eq!(
        types(&some(&format!("account_id={from}")).await),
        ["mention", "favourite"]
    );
    let page = stage
        .get(
            &ada,
            "/api/v1/notifications?limit=3&types[]=favourite&types[]=follow&types[]=reblog",
        )
        .await;
    let rest = stage.get(&ada, &page.link("next").unwrap()).await;
    assert_eq!(
        (types(&page.ok()).len(), types(&rest.ok())),
        (3, vec!["favourite"])
    );
    let first = list[0]["id"].as_str().unwrap();
    assert_eq!(
        stage
            .get(&ada, &format!("/api/v1/notifications/{first}"))
            .await
            .ok(),
        list[0]
    );
    assert_eq!(
        stage.get(&ada, "/api/v1/notifications/unread_count").await.ok(),
        json!({ "count": 5 })
    );
    let marker = json!({ "notifications": { "last_read_id": list[1]["id"] } });
    let marked = stage.json(&ada, "POST", "/api/v1/markers", marker).await.ok();
    assert_eq!(marked["notifications"]["last_read_id"], list[1]["id"]);
    assert_eq!(
        stage.get(&ada, "/api/v1/notifications/unread_count").await.ok(),
        json!({ "count": 1 })
    );
    let markers = stage
        .get(&ada, "/api/v1/markers?timeline[]=home&timeline[]=notifications")
        .await
        .ok();
    assert_eq!(markers, marked);
    let bob = stage.token("bob", ada.id, "read write").await;
    stage
        .get(&bob, &format!("/api/v1/notifications/{first}"))
        .await
        .refused(404);
    assert_eq!(
        stage
            .post(&ada, &format!("/api/v1/notifications/{first}/dismiss"), "")
            .await
            .ok(),
        json!({})
    );
    stage
        .get(&ada, &format!("/api/v1/notifications/{first}"))
        .await
        .refused(404);
    stage.post(&ada, "/api/v1/notifications/clear", "").await.ok();
    assert_eq!(some("").await, json!([]));
}

#[tokio::test]
async fn in_groups() {
    let (stage, ada, id) = a_day().await;
    let all = stage.get(&ada, "/api/v2/notifications").await.ok();
    let groups = &all["notification_groups"];
    assert_eq!(types(groups), ["mention", "favourite", "follow", "reblog"]);
    let favourites = &groups[1];
    assert_eq!(favourites["group_key"], format!("favourite-{id}"));
    assert_eq!(favourites["notifications_count"], 2);
    assert_eq!(favourites["status_id"], id);
    assert_eq!(favourites["sample_account_ids"].as_array().unwrap().len(), 2);
    // Everything that a group names is there, once.
    assert_eq!(ids(&all["accounts"]).len(), 2);
    assert_eq!(ids(&all["statuses"]).len(), 2);
    let ungrouped = stage
        .get(&ada, "/api/v2/notifications?grouped_types[]=follow")
        .await
        .ok();
    assert_eq!(ungrouped["notification_groups"].as_array().unwrap().len(), 5);
    let page = stage.get(&ada, "/api/v2/notifications?limit=2").await;
    assert_eq!(types(&page.ok()["notification_groups"]), ["mention", "favourite"]);
    let rest = stage.get(&ada, &page.link("next").unwrap()).await;
    assert_eq!(
        types(&rest.ok()["notification_groups"])[..2],
        ["follow", "reblog"]
    );
    let key = format!("/api/v2/notifications/favourite-{id}");
    assert_eq!(
        stage.get(&ada, &key).await.ok()["notification_groups"][0]["notifications_count"],
        2
    );
    assert_eq!(
        ids(&stage.get(&ada, &format!("{key}/accounts")).await.ok()).len(),
        2
    );
    assert_eq!(
        stage.get(&ada, "/api/v2/notifications/unread_count").await.ok(),
        json!({ "count": 4 })
    );
    stage.post(&ada, &format!("{key}/dismiss"), "").await.ok();
    stage.get(&ada, &key).await.refused(404);
    assert_eq!(
        stage.get(&ada, "/api/v2/notifications/unread_count").await.ok(),
        json!({ "count": 3 })
    );
    let mention = groups[0]["group_key"].as_str().unwrap();
    assert!(mention.starts_with("ungrouped-"));
    stage
        .get(&ada, &format!("/api/v2/notifications/{mention}"))
        .await
        .ok();
    stage
        .get(&ada, "/api/v2/notifications/nonsense")
        .await
        .refused(404);
}

#[tokio::test]
async fn the_policy_accepts_all() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let path = "/api/v2/notifications/policy";
    let policy = stage.get(&ada, path).await.ok();
    assert_eq!(policy["for_not_following"], "accept");
    for method in ["PATCH", "PUT"] {
        assert_eq!(
            stage
                .json(&ada, method, path, json!({ "for_bots": "accept" }))
                .await
                .ok(),
            policy
        );
        stage
            .json(&ada, method, path, json!({ "for_bots": "filter" }))
            .await
            .refused(422);
    }
    assert_eq!(
        stage.get(&ada, "/api/v1/notifications/policy").await.ok()["filter_not_following"],
        false
    );
    assert_eq!(
        stage.get(&ada, "/api/v1/notifications/requests").await.ok(),
        json!([])
    );
    assert_eq!(
        stage
            .get(&ada, "/api/v1/notifications/requests/merged")
            .await
            .ok(),
        json!({ "merged": true })
    );
}
