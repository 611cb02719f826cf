use super::stage::{Person, Stage, ids, request, tame};
use serde_json::{Value, json};

#[tokio::test]
async fn who_am_i() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let me = stage.get(&ada, "/api/v1/accounts/verify_credentials").await.ok();
    insta::assert_json_snapshot!(tame(&me), @r##"
    {
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
      "last_status_at": null,
      "locked": false,
      "noindex": true,
      "note": "",
      "role": {
        "color": "",
        "highlighted": false,
        "id": "1",
        "name": "member",
        "permissions": "0"
      },
      "roles": [],
      "source": {
        "attribution_domains": [],
        "discoverable": true,
        "fields": [],
        "follow_requests_count": 0,
        "hide_collections": false,
        "indexable": true,
        "language": "",
        "note": "",
        "privacy": "public",
        "quote_policy": "public",
        "sensitive": false
      },
      "statuses_count": 0,
      "uri": "https://here.example/people/ada",
      "url": "https://here.example/@ada",
      "username": "ada"
    }
    "##);
    // What all see is the same without what only they see.
    let bob = stage.person("bob").await;
    let seen = stage
        .get(&bob, &format!("/api/v1/accounts/{}", ada.id))
        .await
        .ok();
    let mut public = me;
    public
        .as_object_mut()
        .unwrap()
        .retain(|name, _| name != "source" && name != "role");
    assert_eq!(seen, public);
    for path in ["lookup?acct=ada", "lookup?acct=@ADA@here.example"] {
        assert_eq!(
            stage.get(&bob, &format!("/api/v1/accounts/{path}")).await.ok(),
            public
        );
    }
    stage
        .get(&bob, "/api/v1/accounts/lookup?acct=ada@elsewhere.example")
        .await
        .refused(404);
    stage.get(&bob, "/api/v1/accounts/12").await.refused(404);
    let many = stage
        .get(
            &bob,
            &format!("/api/v1/accounts?id[]={}&id[]=9&id[]={}", bob.id, ada.id),
        )
        .await
        .ok();
    assert_eq!(ids(&many), [bob.id.to_string(), ada.id.to_string()]);
    assert_eq!(ids(&stage.get(&bob, "/api/v1/directory").await.ok()).len(), 2);
}

#[tokio::test]
async fn a_profile_is_changed_in_every_form() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let path = "/api/v1/accounts/update_credentials";
    let body = json!({
        "display_name": "Ada L.",
        "note": "Counts. <script>",
        "locked": true,
        "fields_attributes": [{ "name": "Page", "value": "https://ada.example" }],
        "source": { "privacy": "private", "sensitive": true, "language": "fr" },
    });
    let me = stage.json(&ada, "PATCH", path, body).await.ok();
    assert_eq!(
        (&me["display_name"], &me["locked"]),
        (&json!("Ada L."), &json!(true))
    );
    assert_eq!(me["source"]["note"], "Counts. <script>");
    assert!(!me["note"].as_str().unwrap().contains("<script"));
    assert_eq!(me["source"]["fields"][0]["value"], "https://ada.example");
    let preferences = stage.get(&ada, "/api/v1/preferences").await.ok();
    assert_eq!(preferences["posting:default:visibility"], "private");
    assert_eq!(preferences["posting:default:language"], "fr");
    // A post that says nothing follows the preferences.
    let post = stage.post(&ada, "/api/v1/statuses", "status=hello").await.ok();
    assert_eq!(
        (&post["visibility"], &post["language"], &post["sensitive"]),
        (&json!("private"), &json!("fr"), &json!(true))
    );
    // A form, with PUT and a map of fields; what is absent stays, what is empty goes.
    let form = "fields_attributes[0][name]=A&fields_attributes[0][value]=1\
                &fields_attributes[1][name]=&fields_attributes[1][value]=&locked=0&source[language]=";
    let request = request(&ada, "PUT", path).header("content-type", "application/x-www-form-urlencoded");
    let me = stage.send(request.body(form.into()).unwrap()).await.ok();
    assert_eq!(me["fields"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&me["fields"][0]["name"], &me["display_name"]),
        (&json!("A"), &json!("Ada L."))
    );
    assert_eq!(
        (&me["locked"], &me["source"]["language"]),
        (&json!(false), &json!(""))
    );
    let profile = stage
        .json(&ada, "PATCH", "/api/v1/profile", json!({ "note": "new" }))
        .await
        .ok();
    assert_eq!(
        (&profile["note"], &profile["avatar"]),
        (&json!("new"), &Value::Null)
    );
    let long = "x".repeat(61);
    stage
        .json(&ada, "PATCH", path, json!({ "display_name": long }))
        .await
        .refused(422);
}

#[tokio::test]
async fn following() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let on = async |person: &Person, other: &Person, verb: &str, form: &str| {
        stage
            .post(person, &format!("/api/v1/accounts/{}/{verb}", other.id), form)
            .await
    };
    let relationship = on(&ada, &bob, "follow", "").await.ok();
    insta::assert_json_snapshot!(tame(&relationship), @r##"
    {
      "blocked_by": false,
      "blocking": false,
      "domain_blocking": false,
      "endorsed": false,
      "followed_by": false,
      "following": true,
      "id": "ID1",
      "languages": null,
      "muting": false,
      "muting_expires_at": null,
      "muting_notifications": false,
      "note": "",
      "notifying": false,
      "requested": false,
      "requested_by": false,
      "showing_reblogs": true
    }
    "##);
    // What is not said stays as it is.
    assert_eq!(
        on(&ada, &bob, "follow", "reblogs=false&notify=true").await.ok()["showing_reblogs"],
        false
    );
    let now = on(&ada, &bob, "follow", "").await.ok();
    assert_eq!(
        (&now["showing_reblogs"], &now["notifying"]),
        (&json!(false), &json!(true))
    );
    for path in ["followers", "following"] {
        let (of, who) = if path == "followers" {
            (&bob, &ada)
        } else {
            (&ada, &bob)
        };
        let list = stage
            .get(&ada, &format!("/api/v1/accounts/{}/{path}", of.id))
            .await
            .ok();
        assert_eq!(ids(&list), [who.id.to_string()]);
    }
    for query in [
        format!("id={}", bob.id),
        format!("id[]={}", bob.id),
        format!("id[0]={}", bob.id),
    ] {
        let list = stage
            .get(&ada, &format!("/api/v1/accounts/relationships?{query}"))
            .await
            .ok();
        assert_eq!(list[0]["following"], true, "{query}");
    }
    assert_eq!(
        on(&bob, &ada, "remove_from_followers", "").await.ok()["followed_by"],
        false
    );
    assert_eq!(
        on(&bob, &ada, "remove_from_followers", "").await.ok()["followed_by"],
        false
    );
    on(&ada, &ada, "follow", "").await.refused(422);
    // A request that waits.
    stage
        .json(
            &bob,
            "PATCH",
            "/api/v1/accounts/update_credentials",
            json!({ "locked": true }),
        )
        .await
        .ok();
    let asked = on(&ada, &bob, "follow", "").await.ok();
    assert_eq!(
        (&asked["requested"], &asked["following"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        ids(&stage.get(&bob, "/api/v1/follow_requests").await.ok()),
        [ada.id.to_string()]
    );
    let me = stage.get(&bob, "/api/v1/accounts/verify_credentials").await.ok();
    assert_eq!(me["source"]["follow_requests_count"], 1);
    let answer = stage
        .post(&bob, &format!("/api/v1/follow_requests/{}/authorize", ada.id), "")
        .await
        .ok();
    assert_eq!(
        (&answer["id"], &answer["followed_by"]),
        (&json!(ada.id.to_string()), &json!(true))
    );
    stage
        .post(&bob, &format!("/api/v1/follow_requests/{}/reject", ada.id), "")
        .await;
    assert_eq!(on(&ada, &bob, "unfollow", "").await.ok()["following"], false);
}

#[tokio::test]
async fn blocks_mutes_and_notes() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let on = async |verb: &str, form: &str| {
        stage
            .post(&ada, &format!("/api/v1/accounts/{}/{verb}", bob.id), form)
            .await
            .ok()
    };
    assert_eq!(on("block", "").await["blocking"], true);
    assert_eq!(
        ids(&stage.get(&ada, "/api/v1/blocks").await.ok()),
        [bob.id.to_string()]
    );
    assert_eq!(on("unblock", "").await["blocking"], false);
    let muted = on("mute", "notifications=false&duration=60").await;
    assert_eq!(
        (&muted["muting"], &muted["muting_notifications"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        ids(&stage.get(&ada, "/api/v1/mutes").await.ok()),
        [bob.id.to_string()]
    );
    assert_eq!(on("unmute", "").await["muting"], false);
    assert_eq!(on("note", "comment=met+in+Lyon").await["note"], "met in Lyon");
    let list = stage
        .get(&ada, &format!("/api/v1/accounts/relationships?id={}", bob.id))
        .await
        .ok();
    assert_eq!(list[0]["note"], "met in Lyon");
    let theirs = stage
        .get(&bob, &format!("/api/v1/accounts/relationships?id={}", ada.id))
        .await
        .ok();
    assert_eq!(theirs[0]["note"], "");
    assert_eq!(on("note", "comment=").await["note"], "");
    assert_eq!(on("unendorse", "").await["endorsed"], false);
}

#[tokio::test]
async fn the_posts_of_an_account_are_filtered() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let theirs = stage.publish(&bob, "theirs", "public").await;
    let plain = stage.publish(&ada, "plain #tag", "public").await;
    let quiet = stage.publish(&ada, "quiet", "private").await;
    let body = json!({ "status": "reply", "in_reply_to_id": theirs, "visibility": "public" });
    let reply = stage.json(&ada, "POST", "/api/v1/statuses", body).await.ok()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let boost = stage
        .post(&ada, &format!("/api/v1/statuses/{theirs}/reblog"), "")
        .await
        .ok();
    let boost = boost["id"].as_str().unwrap().to_owned();
    let list = async |person: &Person, query: &str| {
        ids(&stage
            .get(person, &format!("/api/v1/accounts/{}/statuses?{query}", ada.id))
            .await
            .ok())
    };
    assert_eq!(
        list(&ada, "").await,
        [&boost, &reply, &quiet, &plain].map(String::clone)
    );
    assert_eq!(list(&bob, "").await, [&boost, &reply, &plain].map(String::clone));
    assert_eq!(
        list(&bob, "exclude_replies=1").await,
        [&boost, &plain].map(String::clone)
    );
    assert_eq!(
        list(&bob, "exclude_reblogs=true").await,
        [&reply, &plain].map(String::clone)
    );
    assert_eq!(list(&bob, "tagged=TAG").await, [&plain].map(String::clone));
    assert!(list(&bob, "pinned=true").await.is_empty());
    assert!(list(&bob, "only_media=true").await.is_empty());
}

#[tokio::test]
async fn people_of_peers_say_where_they_belong() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let tim = stage
        .remote_person("https://lyon.example", "Lyon Works", "tim")
        .await;
    let seen = stage.get(&ada, &format!("/api/v1/accounts/{tim}")).await.ok();
    assert_eq!(seen["acct"], "tim@lyon.example");
    assert_eq!(
        seen["entrenous"],
        json!({ "organisation": { "name": "Lyon Works", "authority": "lyon.example" } })
    );
    let mut connected = stage.get(&ada, "/api/entrenous/v1/peers").await.ok();
    let since = connected[0].as_object_mut().unwrap().remove("since");
    assert!(since.unwrap().as_str().unwrap().ends_with('Z'));
    assert_eq!(
        connected,
        json!([{
            "name": "Lyon Works",
            "authority": "lyon.example",
            "origin": "https://lyon.example",
            "software": "native",
            "people_count": 1,
            "posts_to_us": true,
            "posts_from_us": true,
        }])
    );
    let found = stage
        .get(&ada, "/api/v1/accounts/lookup?acct=tim@lyon.example")
        .await
        .ok();
    assert_eq!(found["id"], tim.to_string());
    stage.rename_peer("lyon.example", "Ateliers de Lyon").await;
    for path in [
        format!("/api/v1/accounts/{tim}"),
        "/api/v1/accounts/lookup?acct=tim@lyon.example".to_owned(),
    ] {
        let seen = stage.get(&ada, &path).await.ok();
        assert_eq!(seen["entrenous"]["organisation"]["name"], "Ateliers de Lyon");
    }
    let found = stage.get(&ada, "/api/v2/search?q=tim&type=accounts").await.ok();
    let organisation = &found["accounts"][0]["entrenous"]["organisation"];
    assert_eq!(organisation["name"], "Ateliers de Lyon");
}
