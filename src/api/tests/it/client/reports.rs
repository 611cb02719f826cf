//! Reports as clients make them, and as those who moderate meet them.

use super::stage::{Person, Stage, ids, request, tame};
use entrenous_model::Role;
use entrenous_store::testing::TestDatabase;
use http::header;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/reports";
const ADMIN: &str = "/api/v1/admin/reports";
const MODERATES: &str = "read write admin:read admin:write";

struct Court {
    stage: Stage,
    owner: Person,
    moda: Person,
    ada: Person,
    bob: Person,
}

impl Court {
    async fn on(database: TestDatabase) -> Self {
        let stage = Stage::on(database);
        Self {
            owner: stage.person_with("owner", Role::Owner, MODERATES).await,
            moda: stage.person_with("moda", Role::Moderator, MODERATES).await,
            ada: stage.person_with("ada", Role::Member, MODERATES).await,
            bob: stage.person("bob").await,
            stage,
        }
    }

    async fn report(&self, body: Value) -> Value {
        self.stage.json(&self.ada, "POST", PATH, body).await.ok()
    }
}

/// The story on SQLite, and on PostgreSQL if there is one.
async fn on_both<F: Future<Output = ()>>(story: impl Fn(TestDatabase) -> F) {
    story(TestDatabase::sqlite()).await;
    if let Some(database) = TestDatabase::postgres() {
        story(database).await;
    }
}

#[tokio::test]
async fn a_report_as_clients_make_it() {
    on_both(async |database| {
        let court = Court::on(database).await;
        let (stage, ada, bob) = (&court.stage, &court.ada, &court.bob);
        let post = stage.publish(bob, "mean", "public").await;
        let letter = stage.publish(bob, "@moda between us", "direct").await;
        let made = court
            .report(json!({
                "account_id": bob.id.to_string(), "status_ids": [post], "comment": " rude ",
                "category": "spam", "rule_ids": ["1"], "forward": true, "forward_to_domains": ["x.example"],
            }))
            .await;
        assert_eq!(
            (&made["status_ids"], &made["rule_ids"]),
            (&json!([post]), &json!(["1"]))
        );
        assert_eq!(
            (&made["comment"], &made["category"]),
            (&json!("rude"), &json!("violation"))
        );
        assert_eq!(
            (&made["forwarded"], &made["action_taken"]),
            (&json!(false), &json!(false))
        );
        assert_eq!(made["target_account"]["acct"], "bob");
        // As a form, and in parts.
        let form = format!(
            "account_id={}&status_ids[]={post}&category=legal&forward=0",
            bob.id
        );
        assert_eq!(stage.post(ada, PATH, &form).await.ok()["category"], "legal");
        let parts = format!(
            "--XX\r\ncontent-disposition: form-data; name=\"account_id\"\r\n\r\n{}\r\n--XX\r\n\
             content-disposition: form-data; name=\"status_ids[]\"\r\n\r\n{post}\r\n--XX--\r\n",
            bob.id
        );
        let send =
            request(ada, "POST", PATH).header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX");
        let answer = stage.send(send.body(parts.into()).unwrap()).await.ok();
        assert_eq!(
            (&answer["status_ids"], &answer["category"]),
            (&json!([post]), &json!("other"))
        );
        // What is wrong is said; what one may not see is not there.
        let bobs = bob.id.to_string();
        for (body, why) in [
            (json!({}), "account_id"),
            (json!({ "account_id": ada.id.to_string() }), "yourself"),
            (
                json!({ "account_id": bobs, "comment": "é".repeat(1_001) }),
                "1000",
            ),
            (json!({ "account_id": bobs, "rule_ids": ["9"] }), "rules"),
            (json!({ "account_id": bobs, "category": "annoying" }), "category"),
            (json!({ "account_id": { "a": 1 } }), "text"),
        ] {
            let refused = stage.json(ada, "POST", PATH, body).await.refused(422);
            assert!(refused.contains(why), "{refused}");
        }
        for body in [
            json!({ "account_id": "17" }),
            json!({ "account_id": "bob" }),
            json!({ "account_id": bobs, "status_ids": [letter] }),
            json!({ "account_id": bobs, "status_ids": ["17"] }),
            json!({ "account_id": bobs, "status_ids": ["x"] }),
            json!({ "account_id": court.moda.id.to_string(), "status_ids": [post] }),
        ] {
            let refused = stage.json(ada, "POST", PATH, body).await.refused(404);
            assert_eq!(refused, "Record not found");
        }
        let reader = stage.token("ada", ada.id, "read write:statuses").await;
        stage
            .json(&reader, "POST", PATH, json!({ "account_id": bobs }))
            .await
            .refused(403);
    })
    .await;
}

#[tokio::test]
async fn those_who_moderate_handle_it() {
    on_both(async |database| {
        let court = Court::on(database).await;
        let (stage, moda) = (&court.stage, &court.moda);
        let post = stage.publish(&court.bob, "mean", "public").await;
        let made = court
            .report(
                json!({ "account_id": court.bob.id.to_string(), "status_ids": [post], "comment": "rude" }),
            )
            .await;
        let id = made["id"].as_str().unwrap();
        let one = format!("{ADMIN}/{id}");
        let gone = request(&court.bob, "DELETE", &format!("/api/v1/statuses/{post}"));
        stage.send(gone.body("".into()).unwrap()).await.ok();
        let list = stage.get(moda, ADMIN).await.ok();
        assert_eq!(ids(&list), [id]);
        assert_eq!(stage.get(moda, &one).await.ok(), list[0]);
        let shown = &list[0];
        assert_eq!(
            shown["statuses"][0]["content"], "<p>mean</p>",
            "as it was, though it is deleted"
        );
        assert_eq!(shown["statuses"][0]["id"], post);
        stage
            .get(moda, &format!("/api/v1/statuses/{post}"))
            .await
            .refused(404);
        assert_eq!(shown["account"]["username"], "ada");
        assert_eq!(shown["target_account"]["account"]["acct"], "bob");
        assert_eq!(
            (&shown["assigned_account"], &shown["action_taken_at"]),
            (&Value::Null, &Value::Null)
        );
        let open = async |who: &Person| stage.get(who, "/api/entrenous/v1/admin/open_reports").await;
        assert_eq!(open(moda).await.ok(), json!({ "count": 1 }));
        let act = async |verb: &str| stage.post(moda, &format!("{one}/{verb}"), "").await.ok();
        assert_eq!(
            act("assign_to_self").await["assigned_account"]["username"],
            "moda"
        );
        assert_eq!(act("unassign").await["assigned_account"], Value::Null);
        let resolved = act("resolve").await;
        assert_eq!(resolved["action_taken"], true);
        assert_eq!(resolved["action_taken_by_account"]["username"], "moda");
        assert!(resolved["action_taken_at"].is_string());
        assert_eq!(open(moda).await.ok(), json!({ "count": 0 }));
        assert_eq!(stage.get(moda, ADMIN).await.ok(), json!([]));
        for query in [
            "resolved=true",
            "resolved=1&target_account_id=",
            "resolved=true&account_id=",
        ] {
            let query = match query {
                "resolved=true" => query.to_owned(),
                other if other.contains("target") => format!("{other}{}", court.bob.id),
                other => format!("{other}{}", court.ada.id),
            };
            assert_eq!(
                ids(&stage.get(moda, &format!("{ADMIN}?{query}")).await.ok()),
                [id],
                "{query}"
            );
        }
        let other = format!("{ADMIN}?resolved=true&account_id={}", court.bob.id);
        assert_eq!(stage.get(moda, &other).await.ok(), json!([]));
        assert_eq!(act("reopen").await["action_taken"], false);
        let put = async |body: Value| stage.json(moda, "PUT", &one, body).await;
        assert_eq!(put(json!({ "category": "spam" })).await.ok()["category"], "spam");
        let violation = put(json!({ "rule_ids": ["1"] })).await.ok();
        assert_eq!(violation["category"], "violation");
        assert_eq!(
            violation["rules"],
            json!([{ "id": "1", "text": "Be kind", "hint": "", "translations": {} }])
        );
        assert_eq!(put(json!({ "category": "other" })).await.ok()["rules"], json!([]));
        put(json!({ "category": "x" })).await.refused(422);
        put(json!({ "rule_ids": ["9"] })).await.refused(422);
        // A page at a time.
        let second = court
            .report(json!({ "account_id": court.bob.id.to_string() }))
            .await;
        let first = stage.get(moda, &format!("{ADMIN}?limit=1")).await;
        assert_eq!(ids(&first.ok()), [second["id"].as_str().unwrap()]);
        let next = stage.get(moda, &first.link("next").unwrap()).await;
        assert_eq!(ids(&next.ok()), [id]);
    })
    .await;
}

#[tokio::test]
async fn it_says_which_posts_were_deleted() {
    on_both(async |database| {
        let court = Court::on(database).await;
        let (stage, moda, bob) = (&court.stage, &court.moda, &court.bob);
        let changed = stage.publish(bob, "mean", "public").await;
        let deleted = stage.publish(bob, "meaner", "public").await;
        // Never for those who moderate: shown as it was reported, and there.
        let letter = stage.publish(bob, "@ada between us", "direct").await;
        let named = [changed.as_str(), deleted.as_str(), letter.as_str()];
        let made = court
            .report(json!({ "account_id": bob.id.to_string(), "status_ids": named }))
            .await;
        let one = format!("{ADMIN}/{}", made["id"].as_str().unwrap());
        assert_eq!(stage.get(moda, &one).await.ok()["deleted_status_ids"], json!([]));
        let edit = json!({ "status": "sweet" });
        let changing = format!("/api/v1/statuses/{changed}");
        stage.json(bob, "PUT", &changing, edit).await.ok();
        let gone = request(bob, "DELETE", &format!("/api/v1/statuses/{deleted}"));
        stage.send(gone.body("".into()).unwrap()).await.ok();
        let shown = stage.get(moda, &one).await.ok();
        assert_eq!(ids(&shown["statuses"]), named);
        assert_eq!(shown["deleted_status_ids"], json!([deleted]));
        assert_eq!(stage.get(moda, ADMIN).await.ok(), json!([shown]));
    })
    .await;
}

#[tokio::test]
async fn for_everyone_else_there_are_none() {
    on_both(async |database| {
        let court = Court::on(database).await;
        let stage = &court.stage;
        let made = court
            .report(json!({ "account_id": court.bob.id.to_string() }))
            .await;
        let of_moda = court
            .report(json!({ "account_id": court.moda.id.to_string() }))
            .await;
        let bob = stage.token("bob", court.bob.id, MODERATES).await;
        // Neither who made it, nor whom it is about, nor a moderator of one about themselves.
        for (who, id) in [(&court.ada, &made), (&bob, &made), (&court.moda, &of_moda)] {
            for id in [id["id"].as_str().unwrap(), "17"] {
                let one = format!("{ADMIN}/{id}");
                let mut answers = vec![
                    stage.get(who, &one).await,
                    stage.json(who, "PUT", &one, json!({ "category": "spam" })).await,
                    stage.json(who, "PUT", &one, json!({ "rule_ids": ["9"] })).await,
                ];
                for verb in ["assign_to_self", "unassign", "resolve", "reopen"] {
                    answers.push(stage.post(who, &format!("{one}/{verb}"), "").await);
                }
                for answer in answers {
                    assert_eq!(answer.refused(404), "Record not found");
                    assert_eq!(answer.bytes, br#"{"error":"Record not found"}"#);
                }
            }
        }
        for who in [&court.ada, &bob] {
            for path in [ADMIN, "/api/entrenous/v1/admin/open_reports"] {
                assert_eq!(
                    stage.get(who, path).await.refused(403),
                    "This action is not allowed"
                );
            }
            assert_eq!(stage.get(who, "/api/v1/notifications").await.ok(), json!([]));
            let trail = stage.get(who, "/api/entrenous/v1/admin/audit").await;
            trail.refused(403);
        }
        assert_eq!(ids(&stage.get(&court.moda, ADMIN).await.ok()).len(), 1);
        assert_eq!(ids(&stage.get(&court.owner, ADMIN).await.ok()).len(), 2);
        // Without the scope not even those who moderate.
        let plain = stage
            .token("owner", court.owner.id, "read write admin:read:accounts")
            .await;
        stage.get(&plain, ADMIN).await.refused(403);
    })
    .await;
}

#[tokio::test]
async fn those_who_moderate_remove_posts() {
    on_both(async |database| {
        let court = Court::on(database).await;
        let (stage, moda, bob) = (&court.stage, &court.moda, &court.bob);
        let post = stage.publish(bob, "mean", "public").await;
        let letter = stage.publish(bob, "@ada between us", "direct").await;
        let remove = async |who: &Person, id: &str, body: Value| {
            let path = format!("/api/entrenous/v1/admin/statuses/{id}");
            stage.json(who, "DELETE", &path, body).await
        };
        // Nobody else may, whatever the id.
        for id in [post.as_str(), "17"] {
            let refused = remove(&court.ada, id, json!({})).await;
            assert_eq!(refused.refused(403), "This action is not allowed");
        }
        let without = stage
            .token("moda", moda.id, "read write admin:read:reports")
            .await;
        remove(&without, &post, json!({})).await.refused(403);
        // What they may not see and nobody has reported is not there.
        let unknown = remove(moda, "17", json!({})).await;
        assert_eq!(unknown.refused(404), "Record not found");
        let hidden = remove(moda, &letter, json!({})).await;
        assert_eq!(
            (hidden.status, hidden.bytes),
            (unknown.status, unknown.bytes.clone())
        );
        for reason in [json!("é".repeat(501)), json!({ "a": 1 })] {
            let wrong = json!({ "reason": reason });
            remove(moda, &post, wrong).await.refused(422);
        }
        let one = format!("/api/v1/statuses/{post}");
        stage.get(&court.ada, &one).await.ok();
        let done = remove(moda, &post, json!({ "reason": "rude" })).await.ok();
        assert_eq!(done, json!({}));
        for who in [bob, &court.ada, moda] {
            stage.get(who, &one).await.refused(404);
        }
        remove(moda, &post, json!({})).await.refused(404);
        // Reported, it is there, and the report keeps it.
        let report = court
            .report(json!({ "account_id": bob.id.to_string(), "status_ids": [letter] }))
            .await;
        remove(moda, &letter, json!({})).await.ok();
        let report = format!("{ADMIN}/{}", report["id"].as_str().unwrap());
        let kept = stage.get(moda, &report).await.ok();
        assert_eq!(kept["statuses"][0]["id"], letter);
        let trail = stage
            .get(&court.owner, "/api/entrenous/v1/admin/audit")
            .await
            .ok();
        let removed: Vec<&Value> = trail
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| line["action"] == "post.removed")
            .collect();
        assert_eq!(removed.len(), 2, "{trail}");
        assert_eq!(removed[1]["detail"], format!("post {post}: rude"));
        assert_eq!(removed[1]["actor"], "moda");
    })
    .await;
}

#[tokio::test]
async fn those_who_moderate_are_told() {
    on_both(async |database| {
        let court = Court::on(database).await;
        let stage = &court.stage;
        let post = stage.publish(&court.bob, "mean", "public").await;
        let made = court
            .report(json!({ "account_id": court.bob.id.to_string(), "status_ids": [post] }))
            .await;
        let told = stage
            .get(&court.moda, "/api/v1/notifications?types[]=admin.report")
            .await
            .ok();
        assert_eq!(
            (&told[0]["type"], &told[0]["account"]["acct"]),
            (&json!("admin.report"), &json!("ada"))
        );
        assert_eq!(told[0]["report"], made);
        let one = format!("/api/v1/notifications/{}", told[0]["id"].as_str().unwrap());
        assert_eq!(stage.get(&court.moda, &one).await.ok(), told[0]);
        let groups = stage.get(&court.moda, "/api/v2/notifications").await.ok();
        let group = &groups["notification_groups"][0];
        assert_eq!(
            (&group["type"], &group["report"]["id"]),
            (&json!("admin.report"), &made["id"])
        );
        assert_eq!(groups["accounts"][0]["acct"], "ada");
        let hidden = stage
            .get(&court.moda, "/api/v1/notifications?exclude_types[]=admin.report")
            .await;
        assert_eq!(hidden.ok(), json!([]));
        // The same is told while it is looked after.
        let resolve = format!("{ADMIN}/{}/resolve", made["id"].as_str().unwrap());
        stage.post(&court.owner, &resolve, "").await.ok();
        let told = stage.get(&court.moda, &one).await.ok();
        assert_eq!(told["report"]["action_taken"], true);
        assert!(tame(&told)["report"]["action_taken_at"].is_string());
    })
    .await;
}
