//! Featured people and hashtags, and suggestions, as clients meet them.

use super::stage::{Person, Stage, ids};
use serde_json::{Value, json};

impl Stage {
    async fn hides(&self, who: &Person) {
        let change = json!({ "discoverable": false });
        let path = "/api/v1/accounts/update_credentials";
        self.json(who, "PATCH", path, change).await.ok();
    }
}

#[tokio::test]
async fn people_are_featured() {
    let stage = Stage::new();
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    let on = async |whom: &Person, action: &str| {
        stage
            .post(&ada, &format!("/api/v1/accounts/{}/{action}", whom.id), "")
            .await
    };
    assert!(on(&bob, "endorse").await.refused(422).contains("following"));
    for whom in [&bob, &eve] {
        on(whom, "follow").await.ok();
    }
    assert_eq!(on(&bob, "pin").await.ok()["endorsed"], true, "the old name");
    assert_eq!(on(&eve, "endorse").await.ok()["endorsed"], true);
    let expected = [eve.id.to_string(), bob.id.to_string()];
    let path = "/api/v1/endorsements";
    assert_eq!(ids(&stage.get(&ada, path).await.ok()), expected);
    assert_eq!(
        ids(&stage.get(&ada, &format!("{path}?limit=0")).await.ok()),
        expected
    );
    let first = stage.get(&ada, &format!("{path}?limit=1")).await;
    let next = stage.get(&ada, &first.link("next").unwrap()).await;
    assert_eq!(ids(&next.ok()), [bob.id.to_string()]);
    let theirs = format!("/api/v1/accounts/{}/endorsements", ada.id);
    assert_eq!(ids(&stage.get(&bob, &theirs).await.ok()), expected);
    assert_eq!(stage.get(&bob, path).await.ok(), json!([]));
    stage
        .get(&bob, "/api/v1/accounts/17/endorsements")
        .await
        .refused(404);
    stage
        .post(&ada, "/api/v1/accounts/17/endorse", "")
        .await
        .refused(404);
    assert_eq!(on(&bob, "unpin").await.ok()["endorsed"], false);
    assert_eq!(on(&eve, "unendorse").await.ok()["endorsed"], false);
    assert_eq!(stage.get(&ada, path).await.ok(), json!([]));
}

#[tokio::test]
async fn hashtags_are_featured() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    stage.publish(&ada, "#bread #butter", "public").await;
    stage.publish(&ada, "#bread", "public").await;
    let path = "/api/v1/featured_tags";
    let names = |list: &Value| {
        let list = list.as_array().unwrap().iter();
        list.map(|tag| tag["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let suggested = stage.get(&ada, &format!("{path}/suggestions")).await.ok();
    assert_eq!(names(&suggested), ["bread", "butter"]);
    let made = stage.post(&ada, path, "name=%23Bread").await.ok();
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        made,
        json!({
            "id": id, "name": "bread", "url": "https://here.example/tags/bread", "statuses_count": "2",
            "last_status_at": "2030-03-17",
        })
    );
    assert_eq!(
        stage
            .json(&ada, "POST", path, json!({ "name": "bread" }))
            .await
            .ok(),
        made
    );
    for wrong in ["", "name=", "name=a%20b"] {
        stage.post(&ada, path, wrong).await.refused(422);
    }
    assert_eq!(stage.get(&ada, path).await.ok(), json!([made]));
    let theirs = format!("/api/v1/accounts/{}/featured_tags", ada.id);
    assert_eq!(stage.get(&bob, &theirs).await.ok(), json!([made]));
    assert_eq!(stage.get(&bob, path).await.ok(), json!([]));
    assert_eq!(
        stage.get(&ada, "/api/v1/tags/bread").await.ok()["featuring"],
        true
    );
    assert_eq!(
        stage.get(&bob, "/api/v1/tags/bread").await.ok()["featuring"],
        false
    );
    let one = format!("{path}/{id}");
    assert_eq!(stage.delete(&bob, &one).await.refused(404), "Record not found");
    assert_eq!(stage.delete(&ada, &one).await.ok(), json!({}));
    stage.delete(&ada, &one).await.refused(404);
    // By the name, as newer clients do.
    let featured = stage.post(&ada, "/api/v1/tags/butter/feature", "").await.ok();
    assert_eq!(
        (&featured["featuring"], &featured["name"]),
        (&json!(true), &json!("butter"))
    );
    assert_eq!(names(&stage.get(&ada, path).await.ok()), ["butter"]);
    let profile = stage.get(&ada, "/api/v1/profile").await.ok();
    assert_eq!(names(&profile["featured_tags"]), ["butter"]);
    let gone = stage.post(&ada, "/api/v1/tags/butter/unfeature", "").await.ok();
    assert_eq!(gone["featuring"], false);
    assert_eq!(stage.get(&ada, path).await.ok(), json!([]));
}

#[tokio::test]
async fn people_are_suggested_and_dismissed() {
    let stage = Stage::new();
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    stage.hides(&ada).await;
    stage.publish(&bob, "here I am", "public").await;
    let (first, second) = ("/api/v1/suggestions", "/api/v2/suggestions");
    let list = stage.get(&ada, second).await.ok();
    let shown: Vec<_> = list.as_array().unwrap().iter().collect();
    assert_eq!(shown.len(), 2);
    assert_eq!(
        (
            &shown[0]["account"]["acct"],
            &shown[0]["source"],
            &shown[0]["sources"]
        ),
        (&json!("bob"), &json!("global"), &json!(["most_interactions"]))
    );
    stage
        .post(&ada, &format!("/api/v1/accounts/{}/follow", bob.id), "")
        .await
        .ok();
    stage
        .post(&bob, &format!("/api/v1/accounts/{}/follow", eve.id), "")
        .await
        .ok();
    let list = stage.get(&ada, second).await.ok();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(
        list[0]["sources"],
        json!(["friends_of_friends", "most_interactions"])
    );
    assert_eq!(list[0]["source"], "past_interactions");
    assert_eq!(
        ids(&stage.get(&ada, &format!("{first}?limit=5")).await.ok()),
        [eve.id.to_string()]
    );
    assert_eq!(
        stage.delete(&ada, &format!("{first}/{}", eve.id)).await.ok(),
        json!({})
    );
    assert_eq!(stage.get(&ada, second).await.ok(), json!([]));
    stage.delete(&ada, &format!("{first}/17")).await.refused(404);
    assert_eq!(
        stage.get(&bob, second).await.ok().as_array().unwrap().len(),
        0,
        "ada is not to be found"
    );
}
