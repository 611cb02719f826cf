//! Polls as clients make them, read them and vote in them.

use super::stage::{Person, Stage, request, tame};
use http::header;
use serde_json::{Value, json};

async fn asked(stage: &Stage, who: &Person, poll: &Value) -> Value {
    let body = json!({ "status": "Which?", "poll": poll });
    stage.json(who, "POST", "/api/v1/statuses", body).await.ok()
}

#[tokio::test]
async fn a_poll_is_made_in_all_forms() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let expected = json!({
        "id": "ID1", "expires_at": "2030-03-17T17:56:40.000Z", "expired": false, "multiple": true,
        "votes_count": 0, "voters_count": 0, "emojis": [], "voted": true, "own_votes": [],
        "options": [{ "title": "a", "votes_count": 0 }, { "title": "b", "votes_count": 0 }]
    });
    let poll = json!({ "options": ["a", "b"], "expires_in": 600, "multiple": true });
    assert_eq!(tame(&asked(&stage, &ada, &poll).await["poll"]), expected);
    let form = "status=x&poll[options][]=a&poll[options][]=b&poll[expires_in]=600&poll[multiple]=1";
    let made = stage.post(&ada, "/api/v1/statuses", form).await.ok();
    assert_eq!(tame(&made["poll"]), expected);
    let part = |name: &str, value: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = [
        part("status", "x"),
        part("poll[options][]", "a"),
        part("poll[options][]", "b"),
        part("poll[expires_in]", "600"),
        part("poll[multiple]", "true"),
    ];
    let request = request(&ada, "POST", "/api/v1/statuses")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(format!("{}--x--\r\n", body.concat()).into())
        .unwrap();
    let made = stage.send(request).await.ok();
    assert_eq!(tame(&made["poll"]), expected);
    let id = made["id"].as_str().unwrap();
    let alone = stage.get(&ada, &format!("/api/v1/polls/{id}")).await.ok();
    assert_eq!(alone, made["poll"]);

    let limits = &stage.get(&ada, "/api/v2/instance").await.ok()["configuration"]["polls"];
    let known = json!({
        "max_options": 8, "max_characters_per_option": 100, "min_expiration": 300, "max_expiration": 2_629_746
    });
    assert_eq!(limits, &known);
}

#[tokio::test]
async fn a_poll_that_cannot_be_is_refused() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    for (poll, expected) in [
        (json!({ "options": ["a", "b"] }), "Expires at can't be blank"),
        (
            json!({ "options": ["a"], "expires_in": 600 }),
            "Options must have more than one item",
        ),
        (
            json!({ "options": ["a", "a"], "expires_in": 600 }),
            "Options contain duplicate items",
        ),
        (
            json!({ "options": ["a", "b"], "expires_in": 1 }),
            "Expires at is too soon",
        ),
        (json!(["a"]), "poll needs options and expires_in"),
    ] {
        let body = json!({ "status": "x", "poll": poll });
        let text = stage
            .json(&ada, "POST", "/api/v1/statuses", body)
            .await
            .refused(422);
        assert!(text.contains(expected), "{text}");
    }
    assert_eq!(stage.get(&ada, "/api/v1/timelines/home").await.ok(), json!([]));
    let none = stage.publish(&ada, "no poll", "public").await;
    stage
        .get(&ada, &format!("/api/v1/polls/{none}"))
        .await
        .refused(404);
}

#[tokio::test]
async fn votes_are_counted_and_ones_own_are_ones_own() {
    let stage = Stage::new();
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    let made = asked(&stage, &ada, &json!({ "options": ["a", "b"], "expires_in": 600 })).await;
    let id = made["id"].as_str().unwrap();
    let path = format!("/api/v1/polls/{id}/votes");
    // What is kept of the post for everyone is warm before.
    for who in [&ada, &bob, &eve] {
        stage.get(who, &format!("/api/v1/statuses/{id}")).await.ok();
    }
    let voted = stage.post(&bob, &path, "choices[]=1").await.ok();
    assert_eq!(
        (&voted["voted"], &voted["own_votes"]),
        (&json!(true), &json!([1]))
    );
    assert_eq!(voted["options"][1]["votes_count"], 1);
    let seen = async |who: &Person| {
        let status = stage.get(who, &format!("/api/v1/statuses/{id}")).await.ok();
        let poll = &status["poll"];
        (
            poll["voters_count"].clone(),
            poll["voted"].clone(),
            poll["own_votes"].clone(),
        )
    };
    assert_eq!(seen(&ada).await, (json!(1), json!(true), json!([])));
    assert_eq!(seen(&bob).await, (json!(1), json!(true), json!([1])));
    assert_eq!(seen(&eve).await, (json!(1), json!(false), json!([])));
    for (who, choices, expected) in [
        (&bob, json!([0]), "already voted"),
        (&ada, json!([0]), "your own polls"),
        (&eve, json!([2]), "does not exist"),
        (&eve, json!(["x"]), "does not exist"),
        (&eve, json!([-1]), "does not exist"),
        (&eve, json!([0, 1]), "Only one option"),
        (&eve, json!([]), "Choose an option"),
    ] {
        let text = stage
            .json(who, "POST", &path, json!({ "choices": choices }))
            .await
            .refused(422);
        assert!(text.contains(expected), "{text}");
    }
    stage.clock.advance(chrono::Duration::seconds(601));
    let text = stage.post(&eve, &path, "choices[]=1").await.refused(422);
    assert!(text.contains("already ended"), "{text}");
    // Nothing but time has passed, and what is kept does not say otherwise.
    let status = stage.get(&eve, &format!("/api/v1/statuses/{id}")).await.ok();
    assert_eq!(status["poll"]["expired"], true);

    let body = json!({ "status": "for none", "visibility": "direct", "poll": { "options": ["a", "b"], "expires_in": 600 } });
    let hidden = stage.json(&ada, "POST", "/api/v1/statuses", body).await.ok();
    let hidden = hidden["id"].as_str().unwrap();
    stage
        .get(&bob, &format!("/api/v1/polls/{hidden}"))
        .await
        .refused(404);
    let path = format!("/api/v1/polls/{hidden}/votes");
    stage.post(&bob, &path, "choices[]=1").await.refused(404);
}

#[tokio::test]
async fn hidden_totals_are_shown_at_the_end() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let poll = json!({ "options": ["a", "b"], "expires_in": 600, "hide_totals": true });
    let made = asked(&stage, &ada, &poll).await;
    let path = format!("/api/v1/polls/{}", made["id"].as_str().unwrap());
    let voted = stage
        .post(&bob, &format!("{path}/votes"), "choices[]=0")
        .await
        .ok();
    assert_eq!(
        voted["options"],
        json!([{ "title": "a", "votes_count": null }, { "title": "b", "votes_count": null }])
    );
    assert_eq!(
        (&voted["voters_count"], &voted["own_votes"]),
        (&json!(1), &json!([0]))
    );
    stage.clock.advance(chrono::Duration::seconds(600));
    let over = stage.get(&ada, &path).await.ok();
    assert_eq!(over["options"][0]["votes_count"], 1);
}

#[tokio::test]
async fn an_edit_keeps_or_changes_the_poll() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let made = asked(&stage, &ada, &json!({ "options": ["a", "b"], "expires_in": 600 })).await;
    let path = format!("/api/v1/statuses/{}", made["id"].as_str().unwrap());
    let votes = format!("/api/v1/polls/{}/votes", made["id"].as_str().unwrap());
    stage.post(&bob, &votes, "choices[]=0").await.ok();
    stage.clock.advance(chrono::Duration::seconds(1));
    let edited = stage
        .json(&ada, "PUT", &path, json!({ "status": "Which one?" }))
        .await
        .ok();
    assert_eq!(edited["poll"]["votes_count"], 1);
    stage.clock.advance(chrono::Duration::seconds(1));
    let other = json!({ "poll": { "options": ["a", "c"], "expires_in": 600 } });
    let edited = stage.json(&ada, "PUT", &path, other).await.ok();
    assert_eq!(
        (&edited["poll"]["votes_count"], &edited["content"]),
        (&json!(0), &json!("<p>Which one?</p>"))
    );
    let history = stage.get(&bob, &format!("{path}/history")).await.ok();
    let options: Vec<Value> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["poll"]["options"].clone())
        .collect();
    let of = |second: &str| json!([{ "title": "a" }, { "title": second }]);
    assert_eq!(options, [of("b"), of("b"), of("c")]);
    stage.clock.advance(chrono::Duration::seconds(1));
    let edited = stage.json(&ada, "PUT", &path, json!({ "poll": null })).await.ok();
    assert_eq!(edited["poll"], Value::Null);
}
