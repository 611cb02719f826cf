use super::stage::{Answer, Person, Stage, ids, request, tame};
use http::header;
use serde_json::{Value, json};

impl Stage {
    /// A write with a form as its body.
    async fn form(&self, person: &Person, method: &str, path: &str, form: &str) -> Answer {
        let request =
            request(person, method, path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(form.to_owned().into()).unwrap()).await
    }

    async fn filter(&self, owner: &Person, action: &str, contexts: &[&str], keyword: &str) -> Value {
        let new = json!({
            "title": keyword, "context": contexts, "filter_action": action,
            "keywords_attributes": [{ "keyword": keyword }],
        });
        self.json(owner, "POST", "/api/v2/filters", new).await.ok()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn a_filter_as_clients_send_it() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    assert_eq!(stage.get(&ada, "/api/v2/filters").await.ok(), json!([]));
    // As the documentation of Mastodon has it.
    let form = "title=test&context[]=public&keywords_attributes[][keyword]=foo&keywords_attributes[][whole_word]=false\
                &keywords_attributes[][keyword]=bar&expires_in=3600";
    let made = stage.form(&ada, "POST", "/api/v2/filters", form).await.ok();
    insta::assert_json_snapshot!(tame(&made), @r#"
    {
      "context": [
        "public"
      ],
      "expires_at": "2030-03-17T18:46:40.000Z",
      "filter_action": "warn",
      "id": "ID1",
      "keywords": [
        {
          "id": "ID2",
          "keyword": "foo",
          "whole_word": false
        },
        {
          "id": "ID3",
          "keyword": "bar",
          "whole_word": true
        }
      ],
      "statuses": [],
      "title": "test"
    }
    "#);
    let path = format!("/api/v2/filters/{}", text(&made["id"]));
    let (foo, bar) = (text(&made["keywords"][0]["id"]), text(&made["keywords"][1]["id"]));
    let form = format!(
        "keywords_attributes[][id]={foo}&keywords_attributes[][_destroy]=true\
         &keywords_attributes[][id]={bar}&keywords_attributes[][keyword]=baz"
    );
    let changed = stage.form(&ada, "PUT", &path, &form).await.ok();
    let kept = json!([{ "id": bar, "keyword": "baz", "whole_word": true }]);
    assert_eq!((&changed["keywords"], &changed["title"]), (&kept, &json!("test")));
    // As a map of positions, in JSON and in a form; an empty end is none.
    let change = json!({
        "context": { "0": "home", "1": "thread" }, "filter_action": "blur", "expires_in": "",
        "keywords_attributes": { "0": { "id": bar, "whole_word": "0" }, "1": { "keyword": "qux", "whole_word": 1 } },
    });
    let changed = stage.json(&ada, "PUT", &path, change).await.ok();
    assert_eq!(changed["context"], json!(["home", "thread"]));
    assert_eq!(changed["filter_action"], "blur");
    assert_eq!(changed["expires_at"], Value::Null);
    assert_eq!(changed["keywords"][0]["whole_word"], false);
    assert_eq!(changed["keywords"][1]["keyword"], "qux");
    let form = "keywords_attributes[0][keyword]=a&keywords_attributes[1][keyword]=b&filter_action=blur_media";
    let changed = stage.form(&ada, "PUT", &path, form).await.ok();
    assert_eq!(changed["keywords"].as_array().unwrap().len(), 4);
    assert_eq!(stage.get(&ada, &path).await.ok(), changed);
    assert_eq!(stage.get(&ada, "/api/v2/filters").await.ok(), json!([changed]));
    for (form, says) in [
        ("context[]=home", "Title can't be blank"),
        ("title=x", "Context can't be blank"),
        ("title=x&context[]=nowhere", "home, notifications, public"),
        ("title=x&context[]=home&filter_action=shout", "warn, hide, blur"),
        ("title=x&context[]=home&expires_in=soon", "whole number"),
        ("title=x&context[]=home&expires_in=0", "from 1"),
        (
            "title=x&context[]=home&keywords_attributes[][keyword]=%E2%80%8B",
            "Keyword can't be blank",
        ),
        (
            "title=x&context[]=home&keywords_attributes=x",
            "keywords_attributes",
        ),
    ] {
        let said = stage
            .form(&ada, "POST", "/api/v2/filters", form)
            .await
            .refused(422);
        assert!(
            said.starts_with("Validation failed: ") && said.contains(says),
            "{form}: {said}"
        );
    }
    assert_eq!(stage.delete(&ada, &path).await.ok(), json!({}));
    stage.get(&ada, &path).await.refused(404);
}

#[tokio::test]
async fn keywords_and_statuses_one_by_one() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let made = stage.filter(&ada, "warn", &["home"], "one").await;
    let path = format!("/api/v2/filters/{}", text(&made["id"]));
    let (words, posts) = (format!("{path}/keywords"), format!("{path}/statuses"));
    let two = stage
        .post(&ada, &words, "keyword=two&whole_word=false")
        .await
        .ok();
    assert_eq!(
        two,
        json!({ "id": two["id"], "keyword": "two", "whole_word": false })
    );
    let said = stage.post(&ada, &words, "").await.refused(422);
    assert_eq!(said, "Validation failed: Keyword can't be blank");
    let word = format!("/api/v2/filters/keywords/{}", text(&two["id"]));
    let changed = stage
        .json(&ada, "PUT", &word, json!({ "keyword": "three" }))
        .await
        .ok();
    assert_eq!(
        changed,
        json!({ "id": two["id"], "keyword": "three", "whole_word": false })
    );
    assert_eq!(stage.get(&ada, &word).await.ok(), changed);
    assert_eq!(ids(&stage.get(&ada, &words).await.ok()).len(), 2);
    let post = stage.publish(&bob, "hello", "public").await;
    let row = stage.post(&ada, &posts, &format!("status_id={post}")).await.ok();
    assert_eq!(row, json!({ "id": row["id"], "status_id": post }));
    assert_eq!(
        stage
            .json(&ada, "POST", &posts, json!({ "status_id": post }))
            .await
            .ok(),
        row
    );
    let status = format!("/api/v2/filters/statuses/{}", text(&row["id"]));
    assert_eq!(stage.get(&ada, &status).await.ok(), row);
    assert_eq!(stage.get(&ada, &posts).await.ok(), json!([row]));
    assert_eq!(stage.get(&ada, &path).await.ok()["statuses"], json!([row]));
    let found = stage.get(&ada, &format!("/api/v1/statuses/{post}")).await.ok();
    assert_eq!(
        found["filtered"],
        json!([{
            "filter": { "id": made["id"], "title": "one", "context": ["home"], "expires_at": null, "filter_action": "warn" },
            "keyword_matches": null,
            "status_matches": [post],
        }])
    );
    // What is someone else's, or nothing's, is the same nothing.
    let secret = stage.publish(&bob, "secret", "direct").await;
    let old = format!("/api/v1/filters/{}", text(&two["id"]));
    for answer in [
        stage.get(&bob, &path).await,
        stage.json(&bob, "PUT", &path, json!({ "title": "" })).await,
        stage.delete(&bob, &path).await,
        stage.get(&bob, &words).await,
        stage.post(&bob, &words, "").await,
        stage.get(&bob, &word).await,
        stage.json(&bob, "PUT", &word, json!({})).await,
        stage.delete(&bob, &word).await,
        stage.get(&bob, &posts).await,
        stage.post(&bob, &posts, "").await,
        stage.get(&bob, &status).await,
        stage.delete(&bob, &status).await,
        stage.get(&bob, &old).await,
        stage.json(&bob, "PUT", &old, json!({ "phrase": "" })).await,
        stage.delete(&bob, &old).await,
        stage.post(&ada, &posts, &format!("status_id={secret}")).await,
        stage.post(&ada, &posts, "status_id=17").await,
        stage.post(&ada, &posts, "").await,
        stage.get(&ada, "/api/v2/filters/17").await,
        stage.get(&ada, "/api/v2/filters/keywords").await,
        stage.get(&ada, "/api/v2/filters/keywords/x").await,
        stage.get(&ada, "/api/v1/filters/x").await,
        stage
            .json(
                &ada,
                "PUT",
                &path,
                json!({ "keywords_attributes": [{ "id": "17", "keyword": "x" }] }),
            )
            .await,
    ] {
        assert_eq!(answer.bytes, br#"{"error":"Record not found"}"#, "{answer:?}");
        answer.refused(404);
    }
    assert_eq!(stage.delete(&ada, &status).await.ok(), json!({}));
    assert_eq!(stage.delete(&ada, &word).await.ok(), json!({}));
    let left = stage.get(&ada, &path).await.ok();
    assert_eq!(
        (&left["keywords"], &left["statuses"]),
        (&made["keywords"], &json!([]))
    );
    // The scopes are their own.
    let reader = stage.token("ada", ada.id, "read:filters write:lists").await;
    stage.get(&reader, &path).await.ok();
    stage.post(&reader, &words, "keyword=x").await.refused(403);
    let writer = stage.token("ada", ada.id, "write:filters read:lists").await;
    stage.post(&writer, &words, "keyword=x").await.ok();
    stage.get(&writer, "/api/v1/filters").await.refused(403);
}

#[tokio::test]
async fn the_first_version() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let form = "phrase=test&context[]=home&context[]=thread&irreversible=true&expires_in=60";
    let made = stage.form(&ada, "POST", "/api/v1/filters", form).await.ok();
    insta::assert_json_snapshot!(tame(&made), @r#"
    {
      "context": [
        "home",
        "thread"
      ],
      "expires_at": "2030-03-17T17:47:40.000Z",
      "id": "ID1",
      "irreversible": true,
      "phrase": "test",
      "whole_word": false
    }
    "#);
    assert_eq!(stage.get(&ada, "/api/v1/filters").await.ok(), json!([made]));
    let path = format!("/api/v1/filters/{}", text(&made["id"]));
    let change = json!({ "phrase": "other", "context": ["public"], "whole_word": true, "irreversible": false, "expires_in": null });
    let changed = stage.json(&ada, "PUT", &path, change).await.ok();
    assert_eq!(
        changed,
        json!({
            "id": made["id"], "phrase": "other", "context": ["public"], "whole_word": true,
            "irreversible": false, "expires_at": null,
        })
    );
    let whole = stage.get(&ada, "/api/v2/filters").await.ok();
    assert_eq!(
        (&whole[0]["title"], &whole[0]["keywords"][0]["id"]),
        (&json!("other"), &made["id"])
    );
    let id = text(&whole[0]["id"]);
    stage
        .post(&ada, &format!("/api/v2/filters/{id}/keywords"), "keyword=more")
        .await
        .ok();
    stage
        .json(&ada, "PUT", &path, json!({ "phrase": "again" }))
        .await
        .ok();
    let said = stage
        .json(&ada, "PUT", &path, json!({ "context": ["home"] }))
        .await
        .refused(422);
    assert!(said.contains("several keywords"), "{said}");
    assert_eq!(ids(&stage.get(&ada, "/api/v1/filters").await.ok()).len(), 2);
    for (form, says) in [
        ("context[]=home", "Phrase can't be blank"),
        ("phrase=x", "Context can't be blank"),
        ("phrase=x&context[]=here", "home, notifications"),
    ] {
        let said = stage
            .form(&ada, "POST", "/api/v1/filters", form)
            .await
            .refused(422);
        assert!(said.contains(says), "{said}");
    }
    assert_eq!(stage.delete(&ada, &path).await.ok(), json!({}));
    stage.delete(&ada, &path).await.refused(404);
    let left = stage.get(&ada, &format!("/api/v2/filters/{id}")).await.ok();
    assert_eq!(left["keywords"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_status_says_what_matches() {
    let stage = Stage::new();
    let (ada, bob, cyd) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("cyd").await,
    );
    for one in [&bob, &cyd] {
        stage
            .post(&ada, &format!("/api/v1/accounts/{}/follow", one.id), "")
            .await
            .ok();
    }
    let made = stage.filter(&ada, "warn", &["public"], "Tea").await;
    let post = stage.publish(&bob, "@ada some TEA #break", "public").await;
    let answer = json!({ "status": "tea? @ada", "in_reply_to_id": post });
    let answer = stage.json(&cyd, "POST", "/api/v1/statuses", answer).await.ok();
    let boost = stage
        .post(&cyd, &format!("/api/v1/statuses/{post}/reblog"), "")
        .await
        .ok();
    assert_eq!(
        (&boost["filtered"], &boost["reblog"]["filtered"]),
        (&json!([]), &json!([]))
    );
    for action in ["favourite", "bookmark"] {
        let done = stage
            .post(&ada, &format!("/api/v1/statuses/{post}/{action}"), "")
            .await
            .ok();
        assert_eq!(done["filtered"].as_array().unwrap().len(), 1);
    }
    let result = json!({
        "filter": { "id": made["id"], "title": "Tea", "context": ["public"], "expires_at": null, "filter_action": "warn" },
        "keyword_matches": ["Tea"],
        "status_matches": null,
    });
    let mut seen = 0;
    for path in [
        format!("/api/v1/statuses/{post}"),
        format!("/api/v1/statuses?id[]={post}&id[]={}", text(&boost["id"])),
        format!("/api/v1/statuses/{}/context", text(&answer["id"])),
        format!("/api/v1/statuses/{post}/context"),
        "/api/v1/timelines/home".to_owned(),
        "/api/v1/timelines/public".to_owned(),
        "/api/v1/timelines/tag/break".to_owned(),
        format!("/api/v1/accounts/{}/statuses", bob.id),
        format!("/api/v1/accounts/{}/statuses", cyd.id),
        "/api/v1/favourites".to_owned(),
        "/api/v1/bookmarks".to_owned(),
        "/api/v1/notifications".to_owned(),
        "/api/v2/notifications".to_owned(),
        "/api/v2/search?q=TEA&type=statuses".to_owned(),
    ] {
        let found = stage.get(&ada, &path).await.ok();
        let mut all = Vec::new();
        statuses(&found, &mut all);
        assert!(!all.is_empty(), "{path}: {found}");
        for status in all {
            assert_eq!(status["filtered"], json!([result]), "{path}");
            seen += 1;
        }
        // Bob has no filters.
        let mut all = Vec::new();
        let theirs = stage.get(&bob, &path).await.ok();
        statuses(&theirs, &mut all);
        assert!(all.iter().all(|status| status["filtered"] == json!([])), "{path}");
    }
    assert!(seen > 18, "{seen}");
}

/// Every status in an answer, boosted ones too.
fn statuses<'a>(value: &'a Value, into: &mut Vec<&'a Value>) {
    match value {
        Value::Array(list) => list.iter().for_each(|one| statuses(one, into)),
        Value::Object(map) => {
            if map.contains_key("spoiler_text") {
                into.push(value);
            }
            map.values().for_each(|one| statuses(one, into));
        }
        _ => {}
    }
}

#[tokio::test]
async fn hidden_by_the_node_and_paged_all_the_same() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    stage
        .post(&ada, &format!("/api/v1/accounts/{}/follow", bob.id), "")
        .await
        .ok();
    let list = stage.post(&ada, "/api/v1/lists", "title=l").await.ok();
    let list = text(&list["id"]).to_owned();
    stage
        .post(
            &ada,
            &format!("/api/v1/lists/{list}/accounts"),
            &format!("account_ids[]={}", bob.id),
        )
        .await
        .ok();
    let (mut kept, mut all) = (Vec::new(), Vec::new());
    for n in 0..12 {
        let hidden = n % 4 != 0;
        let words = if hidden {
            "some tea @ada #break"
        } else {
            "no drink @ada #break"
        };
        let id = stage.publish(&bob, words, "public").await;
        all.insert(0, id.clone());
        if !hidden {
            kept.insert(0, id);
        }
    }
    stage
        .filter(&ada, "hide", &["home", "notifications", "public"], "tea")
        .await;
    for path in [
        "/api/v1/timelines/home",
        "/api/v1/timelines/public?local=true",
        "/api/v1/timelines/tag/break",
        &format!("/api/v1/timelines/list/{list}"),
    ] {
        for limit in [1, 2, 3, 40] {
            let join = if path.contains('?') { '&' } else { '?' };
            let (mut read, mut next) = (Vec::new(), Some(format!("{path}{join}limit={limit}")));
            while let Some(page) = next {
                let answer = stage.get(&ada, &page).await;
                next = answer.link("next");
                let found = ids(&answer.ok());
                assert!(!found.is_empty() || next.is_none() || limit == 1, "{page}");
                read.extend(found);
            }
            assert_eq!(read, kept, "{path} by {limit}");
        }
    }
    // Upwards as well.
    let (mut read, mut prev) = (
        Vec::new(),
        Some(format!("/api/v1/timelines/home?limit=2&min_id={}", all[11])),
    );
    while let Some(page) = prev {
        let answer = stage.get(&ada, &page).await;
        let found = ids(&answer.ok());
        prev = answer.link("prev").filter(|_| !found.is_empty());
        read.splice(0..0, found);
    }
    assert_eq!(read, kept[..2]);
    for (path, at) in [
        ("/api/v1/notifications", ""),
        ("/api/v2/notifications", "/notification_groups"),
    ] {
        for limit in [1, 2, 40] {
            let (mut read, mut next) = (0, Some(format!("{path}?limit={limit}")));
            while let Some(page) = next {
                let answer = stage.get(&ada, &page).await;
                next = answer.link("next");
                read += answer.ok().pointer(at).unwrap().as_array().unwrap().len();
            }
            assert_eq!(read, 3, "{path} by {limit}");
        }
        let count = stage.get(&ada, &format!("{path}/unread_count")).await.ok();
        assert_eq!(count["count"], 3, "{path}");
    }
    // A profile, a thread and a search are the client's to thin out.
    let profile = stage
        .get(&ada, &format!("/api/v1/accounts/{}/statuses", bob.id))
        .await
        .ok();
    assert_eq!(ids(&profile), all);
    assert_eq!(profile[0]["filtered"][0]["filter"]["filter_action"], "hide");
}
