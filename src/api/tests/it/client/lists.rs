use super::stage::{Person, Stage, ids, request};
use axum::body::Body;
use http::header;
use serde_json::{Value, json};

impl Stage {
    async fn follow(&self, who: &Person, whom: &Person) {
        self.post(who, &format!("/api/v1/accounts/{}/follow", whom.id), "")
            .await
            .ok();
    }

    async fn new_list(&self, owner: &Person, title: &str) -> String {
        let list = self
            .json(owner, "POST", "/api/v1/lists", json!({ "title": title }))
            .await
            .ok();
        list["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_list_lives() {
    let stage = Stage::new();
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    stage.follow(&ada, &bob).await;
    assert_eq!(stage.get(&ada, "/api/v1/lists").await.ok(), json!([]));
    stage.post(&ada, "/api/v1/lists", "title=").await.refused(422);
    let wrong = stage
        .post(&ada, "/api/v1/lists", "title=a&replies_policy=some")
        .await
        .refused(422);
    assert!(wrong.contains("followed, list, none"), "{wrong}");
    let made = stage
        .post(
            &ada,
            "/api/v1/lists",
            "title=Team&replies_policy=none&exclusive=true",
        )
        .await
        .ok();
    let id = made["id"].as_str().unwrap().to_owned();
    let list = |title: &str, policy: &str, exclusive: bool| json!({ "id": id, "title": title, "replies_policy": policy, "exclusive": exclusive });
    assert_eq!(made, list("Team", "none", true));
    let path = format!("/api/v1/lists/{id}");
    let change = json!({ "title": "The team", "exclusive": false });
    assert_eq!(
        stage.json(&ada, "PUT", &path, change).await.ok(),
        list("The team", "none", false)
    );
    assert_eq!(stage.get(&ada, &path).await.ok(), list("The team", "none", false));
    assert_eq!(
        stage.get(&ada, "/api/v1/lists").await.ok(),
        json!([list("The team", "none", false)])
    );
    let members = format!("{path}/accounts");
    let add = json!({ "account_ids": [bob.id.to_string()] });
    assert_eq!(stage.json(&ada, "POST", &members, add).await.ok(), json!({}));
    // Only people one follows; all of them or none.
    let form = format!("account_ids[]={}&account_ids[]={}", ada.id, eve.id);
    stage.post(&ada, &members, &form).await.refused(404);
    stage.post(&ada, &members, "account_ids[]=x").await.refused(404);
    assert_eq!(ids(&stage.get(&ada, &members).await.ok()), [bob.id.to_string()]);
    let holding = format!("/api/v1/accounts/{}/lists", bob.id);
    assert_eq!(
        ids(&stage.get(&ada, &holding).await.ok()),
        std::slice::from_ref(&id)
    );
    assert_eq!(stage.get(&bob, &holding).await.ok(), json!([]));
    // Someone else's list is no list.
    for answer in [
        stage.get(&eve, &path).await,
        stage.get(&eve, &members).await,
        stage.get(&eve, &format!("/api/v1/timelines/list/{id}")).await,
        stage.json(&eve, "PUT", &path, json!({ "title": "mine" })).await,
        stage
            .json(&eve, "POST", &members, json!({ "account_ids": [] }))
            .await,
        stage.delete(&eve, &members).await,
        stage.delete(&eve, &path).await,
        stage.get(&ada, "/api/v1/lists/17").await,
        stage.get(&ada, "/api/v1/lists/x").await,
    ] {
        assert_eq!(answer.refused(404), "Record not found");
    }
    let wanted = format!("{members}?account_ids[]={}", bob.id);
    assert_eq!(stage.delete(&ada, &wanted).await.ok(), json!({}));
    let add = format!("account_ids[]={}", bob.id);
    stage.post(&ada, &members, &add).await.ok();
    let body = request(&ada, "DELETE", &members).header(header::CONTENT_TYPE, "application/json");
    let body = body.body(Body::from(
        json!({ "account_ids": [bob.id.to_string()] }).to_string(),
    ));
    stage.send(body.unwrap()).await.ok();
    assert_eq!(stage.get(&ada, &members).await.ok(), json!([]));
    assert_eq!(stage.delete(&ada, &path).await.ok(), json!({}));
    stage.delete(&ada, &path).await.refused(404);
}

#[tokio::test]
async fn the_timeline_of_a_list() {
    let stage = Stage::new();
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    stage.follow(&ada, &bob).await;
    stage.follow(&ada, &eve).await;
    let id = stage.new_list(&ada, "bob alone").await;
    let path = format!("/api/v1/timelines/list/{id}");
    assert_eq!(stage.get(&ada, &path).await.ok(), json!([]));
    let mut posted = Vec::new();
    for number in 0..5 {
        posted.insert(0, stage.publish(&bob, &format!("{number}"), "private").await);
        stage.publish(&eve, "not this", "public").await;
    }
    let add = json!({ "account_ids": [bob.id.to_string()] });
    stage
        .json(&ada, "POST", &format!("/api/v1/lists/{id}/accounts"), add)
        .await
        .ok();
    let (mut read, mut next) = (Vec::new(), Some(format!("{path}?limit=2")));
    while let Some(page) = next {
        let answer = stage.get(&ada, &page).await;
        read.extend(ids(&answer.ok()));
        next = answer.link("next");
    }
    assert_eq!(read, posted);
    let home = || stage.get(&ada, "/api/v1/timelines/home");
    assert_eq!(ids(&home().await.ok()).len(), 10);
    let change = json!({ "exclusive": true });
    stage
        .json(&ada, "PUT", &format!("/api/v1/lists/{id}"), change)
        .await
        .ok();
    assert_eq!(ids(&home().await.ok()).len(), 5);
    stage
        .post(&ada, &format!("/api/v1/accounts/{}/unfollow", bob.id), "")
        .await
        .ok();
    assert_eq!(stage.get(&ada, &path).await.ok(), json!([]));
}

#[tokio::test]
async fn members_are_paged_or_all_there() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let id = stage.new_list(&ada, "all").await;
    let path = format!("/api/v1/lists/{id}/accounts");
    let mut expected = Vec::new();
    for n in 0..5 {
        let one = stage.person(&format!("p{n}")).await;
        stage.follow(&ada, &one).await;
        stage
            .post(&ada, &path, &format!("account_ids[]={}", one.id))
            .await
            .ok();
        expected.insert(0, one.id.to_string());
    }
    let all = stage.get(&ada, &format!("{path}?limit=0")).await;
    assert_eq!((ids(&all.ok()), all.link("next")), (expected.clone(), None));
    let (mut read, mut next) = (Vec::new(), Some(format!("{path}?limit=2")));
    while let Some(page) = next {
        let answer = stage.get(&ada, &page).await;
        read.extend(ids(&answer.ok()));
        next = answer.link("next");
    }
    assert_eq!(read, expected);
}

#[tokio::test]
async fn who_takes_part() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    stage.remote_person("https://there.example", "There", "rob").await;
    let first = stage
        .publish(&ada, "hello @bob @rob@there.example", "public")
        .await;
    let reply = json!({ "status": "@ada hello", "in_reply_to_id": first });
    stage.json(&bob, "POST", "/api/v1/statuses", reply).await.ok();
    let path = |id: &str| format!("/api/entrenous/v1/statuses/{id}/participants");
    let found = stage.get(&bob, &path(&first)).await.ok();
    let people: Vec<(&Value, &Value)> = found["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["account"]["acct"], &one["posts_count"]))
        .collect();
    assert_eq!(
        people,
        [
            (&json!("ada"), &json!(1)),
            (&json!("bob"), &json!(1)),
            (&json!("rob@there.example"), &json!(0)),
        ]
    );
    assert_eq!(
        found["organisations"],
        json!([
            { "name": "Here & <b>there</b>", "authority": "here.example", "people_count": 2, "local": true },
            { "name": "There", "authority": "there.example", "people_count": 1, "local": false },
        ])
    );
    let direct = stage.publish(&ada, "note to myself", "direct").await;
    stage.get(&bob, &path(&direct)).await.refused(404);
    stage.get(&bob, &path("17")).await.refused(404);
}
