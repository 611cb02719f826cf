use super::stage::{Stage, ids, request, tame};
use http::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_post_is_published_and_read() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let body = json!({
        "status": "Hello @bob, look at #Rust & <b>",
        "spoiler_text": "greeting",
        "sensitive": "true",
        "visibility": "public",
        "language": "en",
        "media_ids": [],
        "poll": { "options": ["", ""] },
    });
    let made = stage.json(&ada, "POST", "/api/v1/statuses", body).await.ok();
    insta::assert_json_snapshot!(tame(&made), @r##"
    {
      "account": {
        "acct": "ada",
        "avatar": "https://here.example/static/avatar.png",
        "avatar_description": "",
        "avatar_static": "https://here.example/static/avatar.png",
        "bot": false,
        "created_at": "2030-03-17T17:46:40.000Z",
        "discoverable": true,
        "display_name": "ADA",
        "emojis": [],
        "fields": [],
        "followers_count": 0,
        "following_count": 0,
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
        "uri": "https://here.example/people/ada",
        "url": "https://here.example/@ada",
        "username": "ada"
      },
      "application": null,
      "bookmarked": false,
      "card": null,
      "content": "<p>Hello <span class=\"h-card\" translate=\"no\"><a href=\"https://here.example/@bob\" class=\"u-url mention\">@<span>bob</span></a></span>, look at <a href=\"https://here.example/tags/rust\" class=\"mention hashtag\" rel=\"tag\">#<span>Rust</span></a> &amp; &lt;b&gt;</p>",
      "created_at": "2030-03-17T17:46:40.000Z",
      "edited_at": null,
      "emojis": [],
      "favourited": false,
      "favourites_count": 0,
      "filtered": [],
      "group": null,
      "id": "ID2",
      "in_reply_to_account_id": null,
      "in_reply_to_id": null,
      "language": "en",
      "media_attachments": [],
      "mentions": [
        {
          "acct": "bob",
          "id": "ID3",
          "url": "https://here.example/@bob",
          "username": "bob"
        }
      ],
      "muted": false,
      "pinned": false,
      "pleroma": {
        "emoji_reactions": []
      },
      "poll": null,
      "quote": null,
      "quote_approval": {
        "automatic": [
          "public"
        ],
        "current_user": "automatic",
        "manual": []
      },
      "quotes_count": 0,
      "reactions": [],
      "reblog": null,
      "reblogged": false,
      "reblogs_count": 0,
      "replies_count": 0,
      "sensitive": true,
      "spoiler_text": "greeting",
      "tags": [
        {
          "name": "rust",
          "url": "https://here.example/tags/rust"
        }
      ],
      "uri": "https://here.example/posts/ID2",
      "url": "https://here.example/@ada/ID2",
      "visibility": "public"
    }
    "##);
    let id = made["id"].as_str().unwrap();
    let mut seen = stage.get(&bob, &format!("/api/v1/statuses/{id}")).await.ok();
    // The author sees what others do not: that it is not pinned.
    assert_eq!(seen["pinned"], Value::Null);
    seen["pinned"] = json!(false);
    assert_eq!(seen, made);
    let many = stage
        .get(&bob, &format!("/api/v1/statuses?id[]={id}&id[]=1"))
        .await
        .ok();
    assert_eq!(ids(&many), [id]);
}

#[tokio::test]
async fn every_action_answers_the_post_as_it_is_now() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let id = stage.publish(&ada, "one", "public").await;
    let act = async |verb: &str| {
        stage
            .post(&bob, &format!("/api/v1/statuses/{id}/{verb}"), "")
            .await
            .ok()
    };
    for (on, off, flag, count) in [
        ("favourite", "unfavourite", "favourited", Some("favourites_count")),
        ("bookmark", "unbookmark", "bookmarked", None),
        ("mute", "unmute", "muted", None),
    ] {
        for _ in 0..2 {
            let status = act(on).await;
            assert_eq!(status[flag], true, "{on}");
            assert!(count.is_none_or(|count| status[count] == 1), "{on}");
        }
        let status = act(off).await;
        assert_eq!(status[flag], false, "{off}");
        assert!(count.is_none_or(|count| status[count] == 0), "{off}");
    }
    let boost = act("reblog").await;
    assert_eq!(boost["reblog"]["id"], id);
    assert_eq!(
        (&boost["reblogged"], &boost["reblogs_count"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(boost["content"], "");
    // Clients act on the id they see, which may be the boost's.
    let boost_id = boost["id"].as_str().unwrap();
    let status = stage
        .post(&bob, &format!("/api/v1/statuses/{boost_id}/favourite"), "")
        .await
        .ok();
    assert_eq!((&status["id"], &status["favourited"]), (&json!(id), &json!(true)));
    let by = stage
        .get(&ada, &format!("/api/v1/statuses/{id}/favourited_by"))
        .await
        .ok();
    assert_eq!(ids(&by), [bob.id.to_string()]);
    let by = stage
        .get(&ada, &format!("/api/v1/statuses/{id}/reblogged_by"))
        .await
        .ok();
    assert_eq!(ids(&by), [bob.id.to_string()]);
    assert_eq!(act("unreblog").await["reblogged"], false);
}

#[tokio::test]
async fn posts_are_pinned() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let pin = async |who, id: &str, verb: &str| {
        stage
            .post(who, &format!("/api/v1/statuses/{id}/{verb}"), "")
            .await
    };
    let pinned = async |who| {
        let path = format!("/api/v1/accounts/{}/statuses?pinned=true", ada.id);
        let answer = stage.get(who, &path).await;
        assert!(answer.link("next").is_none(), "one page holds them all");
        ids(&answer.ok())
    };
    let mut posts = Vec::new();
    for number in 0..6 {
        posts.push(stage.publish(&ada, &format!("post {number}"), "public").await);
    }
    let private = stage.publish(&ada, "for my followers", "private").await;
    assert!(pinned(&bob).await.is_empty());
    let status = pin(&ada, &posts[0], "pin").await.ok();
    assert_eq!(status["pinned"], true);
    assert_eq!(pin(&ada, &posts[0], "pin").await.ok()["pinned"], true);
    for id in [&posts[3], &private] {
        pin(&ada, id, "pin").await.ok();
    }
    assert_eq!(
        pinned(&ada).await,
        [&private, &posts[3], &posts[0]].map(Clone::clone)
    );
    assert_eq!(pinned(&bob).await, [&posts[3], &posts[0]].map(Clone::clone));
    // Only one's own say that they are pinned, or not.
    let seen = stage
        .get(&bob, &format!("/api/v1/statuses/{}", posts[0]))
        .await
        .ok();
    assert!(seen.get("pinned").is_none());
    let other = stage
        .get(&ada, &format!("/api/v1/statuses/{}", posts[1]))
        .await
        .ok();
    assert_eq!(other["pinned"], false);

    let own = pin(&bob, &posts[0], "pin").await.refused(422);
    assert!(own.contains("Someone else's post cannot be pinned"), "{own}");
    let direct = stage.publish(&ada, "@bob psst", "direct").await;
    let refused = pin(&ada, &direct, "pin").await.refused(422);
    assert!(refused.contains("only visible to mentioned users"), "{refused}");
    let boost = stage
        .post(&ada, &format!("/api/v1/statuses/{}/reblog", posts[1]), "")
        .await
        .ok();
    let refused = pin(&ada, boost["id"].as_str().unwrap(), "pin").await.refused(422);
    assert!(refused.contains("boost"), "{refused}");
    for id in &posts[1..3] {
        pin(&ada, id, "pin").await.ok();
    }
    let most = pin(&ada, &posts[5], "pin").await.refused(422);
    assert!(most.contains("maximum number"), "{most}");
    // What is deleted is pinned no more, and makes room.
    let path = format!("/api/v1/statuses/{}", posts[3]);
    stage
        .send(request(&ada, "DELETE", &path).body("".into()).unwrap())
        .await
        .ok();
    pin(&ada, &posts[5], "pin").await.ok();
    assert_eq!(pin(&ada, &posts[0], "unpin").await.ok()["pinned"], false);
    assert_eq!(pin(&ada, &posts[0], "unpin").await.ok()["pinned"], false);
    assert_eq!(
        pinned(&bob).await,
        [&posts[5], &posts[2], &posts[1]].map(Clone::clone)
    );
}

#[tokio::test]
async fn what_one_may_not_see_does_not_exist() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    for visibility in ["private", "direct"] {
        let id = stage.publish(&ada, "not for you", visibility).await;
        for (method, verb) in [
            ("GET", ""),
            ("GET", "/context"),
            ("GET", "/source"),
            ("GET", "/history"),
            ("GET", "/favourited_by"),
            ("GET", "/reblogged_by"),
            ("GET", "/quotes"),
            ("GET", "/card"),
            ("POST", "/reblog"),
            ("POST", "/unreblog"),
            ("POST", "/favourite"),
            ("POST", "/unfavourite"),
            ("POST", "/bookmark"),
            ("POST", "/unbookmark"),
            ("POST", "/mute"),
            ("POST", "/unmute"),
            ("POST", "/pin"),
            ("POST", "/unpin"),
            ("POST", "/translate"),
            ("POST", "/quotes/17/revoke"),
            ("PUT", "/interaction_policy"),
            ("PUT", ""),
            ("DELETE", ""),
        ] {
            let there = request(&bob, method, &format!("/api/v1/statuses/{id}{verb}"));
            let nowhere = request(&bob, method, &format!("/api/v1/statuses/17{verb}"));
            let there = stage.send(there.body("".into()).unwrap()).await;
            let nowhere = stage.send(nowhere.body("".into()).unwrap()).await;
            assert_eq!(there.status, StatusCode::NOT_FOUND, "{method} {verb}");
            assert_eq!(
                (there.bytes, there.headers),
                (nowhere.bytes, nowhere.headers),
                "{method} {verb}"
            );
        }
        let own = format!("/api/entrenous/v1/statuses/{id}/deliveries");
        assert_eq!(stage.get(&ada, &own).await.ok(), json!([]));
        stage.get(&bob, &own).await.refused(404);
        let reply = json!({ "status": "I know", "in_reply_to_id": id });
        stage
            .json(&bob, "POST", "/api/v1/statuses", reply)
            .await
            .refused(404);
    }
    assert_eq!(
        stage.get(&bob, "/api/v1/statuses/x").await.refused(404),
        "Record not found"
    );
}

#[tokio::test]
async fn the_same_key_is_the_same_post() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let publish = async |key: &str, text: &str| {
        let request = request(&ada, "POST", "/api/v1/statuses")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("idempotency-key", key);
        stage
            .send(request.body(format!("status={text}").into()).unwrap())
            .await
    };
    let first = publish("k1", "one").await.ok();
    assert_eq!(publish("k1", "one").await.ok()["id"], first["id"]);
    assert_ne!(publish("k2", "one").await.ok()["id"], first["id"]);
    publish(&"k".repeat(256), "one").await.refused(422);
}

#[tokio::test]
async fn a_post_is_edited_and_deleted() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let id = stage.publish(&ada, "first *draft*", "unlisted").await;
    let path = format!("/api/v1/statuses/{id}");
    let source = stage.get(&ada, &format!("{path}/source")).await.ok();
    assert_eq!(
        source,
        json!({ "id": id, "text": "first *draft*", "spoiler_text": "" })
    );
    stage.get(&bob, &format!("{path}/source")).await.refused(404);
    stage.clock.advance(chrono::Duration::minutes(1));
    stage
        .json(&bob, "PUT", &path, json!({ "status": "mine now" }))
        .await
        .refused(404);
    let edited = stage
        .json(&ada, "PUT", &path, json!({ "status": "second" }))
        .await
        .ok();
    assert_eq!(edited["content"], "<p>second</p>");
    assert_eq!(edited["visibility"], "unlisted");
    assert!(edited["edited_at"].as_str().unwrap().ends_with(".000Z"));
    let history = stage.get(&bob, &format!("{path}/history")).await.ok();
    let versions: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|version| &version["content"])
        .collect();
    assert_eq!(versions, ["<p>first *draft*</p>", "<p>second</p>"]);
    stage.delete(&bob, &path).await.refused(404);
    let gone = stage.delete(&ada, &path).await.ok();
    assert_eq!((&gone["text"], &gone["id"]), (&json!("second"), &json!(id)));
    stage.get(&ada, &path).await.refused(404);
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_not_dropped() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let body = json!({ "status": "x", "quoted_status_id": "1" });
    stage
        .json(&ada, "POST", "/api/v1/statuses", body)
        .await
        .refused(404);
    let form = "status=x&poll[options][]=a&poll[options][]=b";
    stage.post(&ada, "/api/v1/statuses", form).await.refused(422);
    stage.post(&ada, "/api/v1/statuses", "status=").await.refused(422);
    stage
        .post(&ada, "/api/v1/statuses", "status=x&visibility=world")
        .await
        .refused(422);
    assert_eq!(stage.get(&ada, "/api/v1/timelines/home").await.ok(), json!([]));
}

#[tokio::test]
async fn a_conversation_reads_in_order() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let first = stage.publish(&ada, "first", "public").await;
    stage.clock.advance(chrono::Duration::seconds(1));
    let body = json!({ "status": "@ada second", "in_reply_to_id": first });
    let second = stage.json(&bob, "POST", "/api/v1/statuses", body).await.ok();
    assert_eq!(second["in_reply_to_account_id"], ada.id.to_string());
    let second = second["id"].as_str().unwrap();
    let context = stage
        .get(&ada, &format!("/api/v1/statuses/{second}/context"))
        .await
        .ok();
    assert_eq!(ids(&context["ancestors"]), [first.as_str()]);
    assert_eq!(context["descendants"], json!([]));
    let context = stage
        .get(&ada, &format!("/api/v1/statuses/{first}/context"))
        .await
        .ok();
    assert_eq!(ids(&context["descendants"]), [second]);
}

#[tokio::test]
async fn scopes_are_kept() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let id = stage.publish(&ada, "x", "public").await;
    let reader = stage.token("ada", ada.id, "read:statuses write:favourites").await;
    stage.get(&reader, &format!("/api/v1/statuses/{id}")).await.ok();
    stage
        .post(&reader, &format!("/api/v1/statuses/{id}/favourite"), "")
        .await
        .ok();
    let refused = "This action is outside the authorized scopes";
    assert_eq!(
        stage
            .post(&reader, "/api/v1/statuses", "status=x")
            .await
            .refused(403),
        refused
    );
    assert_eq!(
        stage.get(&reader, "/api/v1/notifications").await.refused(403),
        refused
    );
    assert_eq!(stage.get(&reader, "/api/v1/blocks").await.refused(403), refused);
    let nobody = super::stage::Person {
        id: ada.id,
        token: "none".to_owned(),
    };
    assert_eq!(
        stage.get(&nobody, "/api/v1/timelines/home").await.refused(401),
        "The access token is invalid"
    );
}
