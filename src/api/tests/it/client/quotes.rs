//! Quotes as clients write, read and take them back.

use super::stage::{Person, Stage, ids, request};
use http::{StatusCode, header};
use serde_json::{Value, json};

impl Stage {
    /// Publishes a quote.
    async fn quote(&self, person: &Person, quoted: &str, visibility: &str) -> Value {
        self.clock.advance(chrono::Duration::seconds(1));
        let body = json!({ "status": "look", "visibility": visibility, "quoted_status_id": quoted });
        self.json(person, "POST", "/api/v1/statuses", body).await.ok()
    }

    async fn status(&self, person: &Person, id: &str) -> Value {
        self.get(person, &format!("/api/v1/statuses/{id}")).await.ok()
    }

    /// Sets who may quote a post.
    async fn policy(&self, person: &Person, id: &str, policy: &str) -> Value {
        let path = format!("/api/v1/statuses/{id}/interaction_policy");
        let body = json!({ "quote_approval_policy": policy });
        self.json(person, "PUT", &path, body).await.ok()
    }
}

fn id(status: &Value) -> &str {
    status["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_quote_is_shown_counted_and_taken_back() {
    let stage = Stage::new();
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    let post = stage.publish(&ada, "news", "public").await;
    let quote = stage.quote(&bob, &post, "public").await;
    assert_eq!(quote["quote"]["state"], "accepted");
    assert_eq!(id(&quote["quote"]["quoted_status"]), post);
    assert_eq!(quote["quote"]["quoted_status"]["account"]["acct"], "ada");
    assert!(!quote["content"].as_str().unwrap().contains("RE:"), "{quote}");
    assert_eq!(stage.status(&eve, &post).await["quotes_count"], 1);
    // A quote of a quote names what that one quotes by its id.
    let second = stage.quote(&eve, id(&quote), "public").await;
    let inner = &second["quote"]["quoted_status"];
    assert_eq!(
        inner["quote"],
        json!({ "state": "accepted", "quoted_status_id": post })
    );
    // A boost shows it in the boosted post.
    let boost = stage
        .post(&eve, &format!("/api/v1/statuses/{}/reblog", id(&quote)), "")
        .await
        .ok();
    assert_eq!(boost["quote"], Value::Null);
    assert_eq!(id(&boost["reblog"]["quote"]["quoted_status"]), post);

    let told = stage.get(&ada, "/api/v1/notifications?types[]=quote").await.ok();
    assert_eq!(
        (&told[0]["type"], &told[0]["status"]["id"]),
        (&json!("quote"), &quote["id"])
    );
    let grouped = stage.get(&ada, "/api/v2/notifications?types[]=quote").await.ok();
    assert_eq!(grouped["notification_groups"][0]["status_id"], quote["id"]);
    let edit = json!({ "status": "old news", "quoted_status_id": null });
    stage
        .json(&ada, "PUT", &format!("/api/v1/statuses/{post}"), edit)
        .await
        .ok();
    let told = stage
        .get(&bob, "/api/v1/notifications?types[]=quoted_update")
        .await
        .ok();
    assert_eq!(told[0]["status"]["id"], quote["id"]);
    assert_eq!(
        stage.status(&eve, id(&quote)).await["quote"]["quoted_status"]["content"],
        "<p>old news</p>"
    );

    // An edit keeps what is quoted, and cannot change it.
    let path = format!("/api/v1/statuses/{}", id(&quote));
    let other = json!({ "status": "x", "quoted_status_id": id(&second) });
    stage.json(&bob, "PUT", &path, other).await.refused(422);
    let edited = stage
        .json(&bob, "PUT", &path, json!({ "status": "look!" }))
        .await
        .ok();
    assert_eq!(edited["quote"]["state"], "accepted");

    let revoke = format!("/api/v1/statuses/{post}/quotes/{}/revoke", id(&quote));
    stage.post(&bob, &revoke, "").await.refused(404);
    stage.post(&eve, &revoke, "").await.refused(404);
    for _ in 0..2 {
        let revoked = stage.post(&ada, &revoke, "").await.ok();
        assert_eq!(
            revoked["quote"],
            json!({ "state": "revoked", "quoted_status": null })
        );
    }
    assert_eq!(
        stage.status(&bob, id(&quote)).await["quote"],
        json!({ "state": "revoked", "quoted_status": null })
    );
    assert_eq!(stage.status(&eve, &post).await["quotes_count"], 0);
    let inner = stage.status(&eve, id(&second)).await["quote"]["quoted_status"]["quote"].clone();
    assert_eq!(inner, json!({ "state": "revoked", "quoted_status_id": null }));
    assert_eq!(
        stage
            .get(&ada, &format!("/api/v1/statuses/{post}/quotes"))
            .await
            .ok(),
        json!([])
    );
}

#[tokio::test]
async fn who_may_quote_is_said_and_held() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let post = stage.publish(&ada, "news", "public").await;
    let approval = async |id: &str| stage.status(&bob, id).await["quote_approval"].clone();
    let body = |quoted: &str| json!({ "status": "look", "quoted_status_id": quoted });
    let try_it = async |quoted: &str| {
        stage
            .json(&bob, "POST", "/api/v1/statuses", body(quoted))
            .await
            .status
            .as_u16()
    };
    assert_eq!(
        approval(&post).await,
        json!({ "automatic": ["public"], "manual": [], "current_user": "automatic" })
    );
    let set = stage.policy(&ada, &post, "followers").await;
    assert_eq!(set["quote_approval"]["current_user"], "automatic");
    assert_eq!(
        approval(&post).await,
        json!({ "automatic": ["followers"], "manual": [], "current_user": "denied" })
    );
    assert_eq!(try_it(&post).await, 422);
    stage
        .post(&bob, &format!("/api/v1/accounts/{}/follow", ada.id), "")
        .await
        .ok();
    assert_eq!(approval(&post).await["current_user"], "automatic");
    assert_eq!(try_it(&post).await, 200);
    stage.policy(&ada, &post, "nobody").await;
    assert_eq!(
        approval(&post).await,
        json!({ "automatic": [], "manual": [], "current_user": "denied" })
    );
    assert_eq!(try_it(&post).await, 422);
    stage.quote(&ada, &post, "public").await;
    let path = format!("/api/v1/statuses/{post}/interaction_policy");
    let policy = |word: &str| json!({ "quote_approval_policy": word });
    stage
        .json(&bob, "PUT", &path, policy("public"))
        .await
        .refused(404);
    stage
        .json(&ada, "PUT", &path, policy("friends"))
        .await
        .refused(422);
    stage.json(&ada, "PUT", &path, json!({})).await.refused(422);

    // The preference, and what a post says for itself.
    let source = json!({ "source": { "quote_policy": "nobody" } });
    let me = stage
        .json(&ada, "PATCH", "/api/v1/accounts/update_credentials", source)
        .await
        .ok();
    assert_eq!(me["source"]["quote_policy"], "nobody");
    let preferences = stage.get(&ada, "/api/v1/preferences").await.ok();
    assert_eq!(preferences["posting:default:quote_policy"], "nobody");
    let settings = stage.get(&ada, "/api/entrenous/v1/settings").await.ok();
    assert_eq!(settings["default_quote_policy"], "nobody");
    let quiet = stage.publish(&ada, "quiet", "public").await;
    assert_eq!(approval(&quiet).await["current_user"], "denied");
    let open = json!({ "status": "open", "quote_approval_policy": "public" });
    let open = stage.json(&ada, "POST", "/api/v1/statuses", open).await.ok();
    assert_eq!(approval(id(&open)).await["current_user"], "automatic");
    let private = json!({ "status": "for you", "quote_approval_policy": "public", "visibility": "private" });
    let private = stage.json(&ada, "POST", "/api/v1/statuses", private).await.ok();
    assert_eq!(
        approval(id(&private)).await,
        json!({ "automatic": [], "manual": [], "current_user": "denied" })
    );
    assert_eq!(try_it(id(&private)).await, 422);
    let direct = stage.publish(&ada, "@bob for you", "direct").await;
    assert_eq!(try_it(&direct).await, 422);
}

#[tokio::test]
async fn what_is_not_for_somebody_stays_so_when_it_is_quoted() {
    let stage = Stage::new();
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    stage
        .post(&bob, &format!("/api/v1/accounts/{}/follow", ada.id), "")
        .await
        .ok();
    let private = stage.publish(&ada, "only for followers", "private").await;
    // One's own private post, quoted for the network, is for followers still.
    let quote = stage.quote(&ada, &private, "public").await;
    assert_eq!(quote["visibility"], "private");
    assert_eq!(
        id(&stage.status(&bob, id(&quote)).await["quote"]["quoted_status"]),
        private
    );
    // Somebody mentioned reads the quote, and not what is quoted.
    let body = json!({ "status": "@eve look", "visibility": "private", "quoted_status_id": private });
    let mention = stage.json(&ada, "POST", "/api/v1/statuses", body).await.ok();
    let seen = stage
        .get(&eve, &format!("/api/v1/statuses/{}", id(&mention)))
        .await;
    assert_eq!(
        seen.ok()["quote"],
        json!({ "state": "unauthorized", "quoted_status": null })
    );
    let text = String::from_utf8(seen.bytes).unwrap();
    assert!(
        !text.contains(&private) && !text.contains("only for followers"),
        "{text}"
    );
    // What one may not see cannot be quoted: the same as what is not there.
    let mut answers = Vec::new();
    for quoted in [private.as_str(), "17", "x"] {
        let send = request(&eve, "POST", "/api/v1/statuses").header(header::CONTENT_TYPE, "application/json");
        let body = json!({ "status": "look", "quoted_status_id": quoted }).to_string();
        let answer = stage.send(send.body(body.into()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        answers.push(answer.bytes);
    }
    assert!(answers.iter().all(|one| *one == answers[0]));

    // Blocked, muted, deleted.
    let post = stage.publish(&ada, "news", "public").await;
    let quote = stage.quote(&eve, &post, "public").await;
    let quote = id(&quote).to_owned();
    let state = async |who: &Person| {
        let seen = stage.status(who, &quote).await["quote"].clone();
        (
            seen["state"].as_str().unwrap().to_owned(),
            seen["quoted_status"]["id"] == json!(post),
        )
    };
    let act = async |who: &Person, verb: &str| {
        let path = format!("/api/v1/accounts/{}/{verb}", ada.id);
        stage.post(who, &path, "").await.ok();
    };
    assert_eq!(state(&bob).await, ("accepted".to_owned(), true));
    act(&bob, "mute").await;
    assert_eq!(state(&bob).await, ("muted_account".to_owned(), true));
    act(&bob, "unmute").await;
    act(&bob, "block").await;
    assert_eq!(state(&bob).await, ("blocked_account".to_owned(), true));
    let path = format!("/api/v1/accounts/{}/block", bob.id);
    stage.post(&ada, &path, "").await.ok();
    assert_eq!(state(&bob).await, ("unauthorized".to_owned(), false));
    stage.delete(&ada, &format!("/api/v1/statuses/{post}")).await.ok();
    assert_eq!(state(&eve).await, ("deleted".to_owned(), false));
    assert_eq!(
        state(&bob).await,
        ("unauthorized".to_owned(), false),
        "not even that it is gone"
    );
}

#[tokio::test]
async fn a_block_takes_quotes_back() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let post = stage.publish(&ada, "news", "public").await;
    let quote = stage.quote(&bob, &post, "public").await;
    stage
        .post(&ada, &format!("/api/v1/accounts/{}/block", bob.id), "")
        .await
        .ok();
    assert_eq!(stage.status(&bob, id(&quote)).await["quote"]["state"], "revoked");
}

#[tokio::test]
async fn quotes_are_paged_and_only_those_one_may_see() {
    let stage = Stage::new();
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    let post = stage.publish(&ada, "news", "public").await;
    let mut public = Vec::new();
    for _ in 0..3 {
        public.push(id(&stage.quote(&bob, &post, "public").await).to_owned());
    }
    let private = id(&stage.quote(&bob, &post, "private").await).to_owned();
    public.reverse();
    let path = format!("/api/v1/statuses/{post}/quotes");
    assert_eq!(ids(&stage.get(&eve, &path).await.ok()), public);
    // Who is quoted reads it, whomever it is for.
    let all = ids(&stage.get(&ada, &path).await.ok());
    assert_eq!(all.first(), Some(&private));
    assert_eq!(all.len(), 4);
    let first = stage.get(&eve, &format!("{path}?limit=2")).await;
    assert_eq!(ids(&first.ok()), public[..2]);
    let next = stage.get(&eve, &first.link("next").unwrap()).await;
    assert_eq!(ids(&next.ok()), public[2..]);
    let prev = stage.get(&eve, &next.link("prev").unwrap()).await;
    assert_eq!(ids(&prev.ok()), public[..2]);
    stage
        .post(&eve, &format!("/api/v1/accounts/{}/mute", bob.id), "")
        .await
        .ok();
    assert_eq!(stage.get(&eve, &path).await.ok(), json!([]));
}

#[tokio::test]
async fn a_scheduled_post_quotes_at_its_time() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let post = stage.publish(&ada, "news", "public").await;
    let body = json!({
        "status": "look", "quoted_status_id": post, "quote_approval_policy": "nobody",
        "scheduled_at": "2030-03-18T09:00:00Z",
    });
    let made = stage
        .json(&bob, "POST", "/api/v1/statuses", body.clone())
        .await
        .ok();
    assert_eq!(made["params"]["quoted_status_id"], json!(post));
    assert_eq!(made["params"]["quote_approval_policy"], "nobody");
    stage.clock.advance(chrono::Duration::days(2));
    while entrenous_domain::scheduled::settle(stage.ctx()).await.unwrap() {}
    let shown = stage
        .get(&bob, &format!("/api/v1/accounts/{}/statuses", bob.id))
        .await
        .ok();
    assert_eq!(id(&shown[0]["quote"]["quoted_status"]), post);
    assert_eq!(shown[0]["quote_approval"]["automatic"], json!([]));
    // What may not be quoted is not kept for later either.
    stage.policy(&ada, &post, "nobody").await;
    let mut later = body;
    later["scheduled_at"] = json!("2030-04-18T09:00:00Z");
    stage
        .json(&bob, "POST", "/api/v1/statuses", later)
        .await
        .refused(422);
}
