//! Groups as Soapbox's clients have them, and as lists and accounts for those that know none.

use super::stage::{Person, Stage, ids};
use entrenous_model::Role;
use serde_json::{Value, json};

impl Stage {
    /// A group of that name and kind; its id.
    pub(crate) async fn new_group(&self, owner: &Person, name: &str, kind: &str) -> String {
        let body = json!({ "display_name": name, "kind": kind });
        let made = self.json(owner, "POST", "/api/v1/groups", body).await.ok();
        made["id"].as_str().unwrap().to_owned()
    }

    /// What somebody is to a group.
    pub(crate) async fn related(&self, who: &Person, group: &str) -> Value {
        let found = self
            .get(who, &format!("/api/v1/groups/relationships?id[]={group}"))
            .await
            .ok();
        found[0].clone()
    }

    /// Says something in a group.
    pub(crate) async fn say_in(&self, group: &str, author: &Person, text: &str) -> Value {
        let body = json!({ "status": text, "group_id": group });
        self.json(author, "POST", "/api/v1/statuses", body).await.ok()
    }
}

#[tokio::test]
async fn a_group_lives() {
    let stage = Stage::new();
    let (ann, bea) = (stage.person("ann").await, stage.person("bea").await);
    stage
        .post(&ann, "/api/v1/groups", "display_name=")
        .await
        .refused(422);
    let form = "display_name=Soudure&note=Le%20soir&rules=Casques&posting=members&name=soudure";
    let made = stage.post(&ann, "/api/v1/groups", form).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(made["url"], json!(format!("https://here.example/g/{id}")));
    assert_eq!(made["uri"], json!(format!("https://here.example/groups/{id}")));
    assert_eq!(made["owner"], json!({ "id": ann.id.to_string() }));
    for (name, value) in [
        ("display_name", json!("Soudure")),
        ("slug", json!("soudure")),
        ("note", json!("<p>Le soir</p>")),
        ("source", json!({ "note": "Le soir" })),
        ("locked", json!(false)),
        ("membership_required", json!(true)),
        ("group_visibility", json!("everyone")),
        ("statuses_visibility", json!("members_only")),
        ("members_count", json!(1)),
        ("domain", json!("here.example")),
        ("deleted_at", Value::Null),
        (
            "entrenous",
            json!({
                "kind": "open", "state": "active", "rules": "<p>Casques</p>", "rules_source": "Casques",
                "posting": "members", "invites": "members", "host": null
            }),
        ),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    let path = format!("/api/v1/groups/{id}");
    assert_eq!(stage.get(&bea, &path).await.ok(), made);
    assert_eq!(stage.get(&bea, "/api/v1/groups").await.ok(), json!([]));
    for found in [
        "/api/v1/groups/search?q=soud",
        "/api/entrenous/v1/groups",
        "/api/entrenous/v1/groups?kind=open&q=soud",
    ] {
        assert_eq!(
            ids(&stage.get(&bea, found).await.ok()),
            std::slice::from_ref(&id),
            "{found}"
        );
    }
    assert_eq!(
        stage.get(&bea, "/api/entrenous/v1/groups?kind=closed").await.ok(),
        json!([])
    );
    for nothing in ["", "?q=", "?q=%2A%2A", "?q=soud%20zzz"] {
        let path = format!("/api/v1/groups/search{nothing}");
        assert_eq!(stage.get(&bea, &path).await.ok(), json!([]), "{path}");
    }
    stage
        .get(&bea, "/api/entrenous/v1/groups?kind=some")
        .await
        .refused(422);
    assert_eq!(
        stage.get(&bea, "/api/v1/groups/lookup?name=Soudure").await.ok()["id"],
        json!(id)
    );
    stage
        .get(&bea, "/api/v1/groups/lookup?name=bea")
        .await
        .refused(404);
    assert_eq!(
        stage.get(&bea, "/api/v1/groups/validate?name=nous").await.ok(),
        json!({})
    );
    stage
        .get(&bea, "/api/v1/groups/validate?name=soudure")
        .await
        .refused(409);
    stage
        .get(&bea, "/api/v1/groups/validate?name=a%20b")
        .await
        .refused(422);
    let nothing = json!({
        "id": id, "member": false, "requested": false, "pending_requests": false, "role": null, "blocked_by": false,
        "muting": false, "notifying": null, "can_post": false, "entrenous": {
            "invited": false, "invited_by": null, "can_invite": false, "guest": false, "request_note": ""
        }
    });
    assert_eq!(stage.related(&bea, &id).await, nothing);
    let timeline = format!("/api/v1/timelines/group/{id}");
    stage.get(&bea, &timeline).await.refused(404);
    let joined = stage.post(&bea, &format!("{path}/join"), "").await.ok();
    assert_eq!(
        (&joined["member"], &joined["role"], &joined["can_post"]),
        (&json!(true), &json!("user"), &json!(true))
    );
    stage.post(&bea, &format!("{path}/join"), "").await.refused(422);
    assert_eq!(
        ids(&stage.get(&bea, "/api/v1/groups").await.ok()),
        std::slice::from_ref(&id)
    );
    assert_eq!(stage.related(&ann, &id).await["role"], json!("owner"));
    // What is said there.
    let said = stage.say_in(&id, &bea, "Bonjour #arc").await;
    assert_eq!(
        (&said["visibility"], &said["group"]["id"]),
        (&json!("private"), &json!(id))
    );
    assert_eq!(said["group"]["members_count"], json!(2));
    let plain = stage.publish(&bea, "ailleurs", "public").await;
    assert_eq!(
        stage.get(&ann, &format!("/api/v1/statuses/{plain}")).await.ok()["group"],
        Value::Null
    );
    let post = said["id"].as_str().unwrap().to_owned();
    assert_eq!(
        ids(&stage.get(&ann, &timeline).await.ok()),
        std::slice::from_ref(&post)
    );
    assert_eq!(
        ids(&stage.get(&ann, &format!("{timeline}?tagged=Arc")).await.ok()),
        [post.as_str()]
    );
    assert_eq!(
        stage.get(&ann, &format!("{timeline}?tagged=tig")).await.ok(),
        json!([])
    );
    assert_eq!(
        stage.get(&ann, &format!("{timeline}?only_media=true")).await.ok(),
        json!([])
    );
    stage
        .post(&ann, &format!("/api/v1/statuses/{post}/reblog"), "")
        .await
        .refused(422);
    let group = json!({ "status": "x", "visibility": "group" });
    stage
        .json(&ann, "POST", "/api/v1/statuses", group)
        .await
        .refused(422);
    // Changed, left, ended.
    let change = json!({ "display_name": "Soudeurs", "locked": true });
    stage.json(&bea, "PUT", &path, change.clone()).await.refused(403);
    let changed = stage.json(&ann, "PUT", &path, change).await.ok();
    assert_eq!(
        (&changed["display_name"], &changed["entrenous"]["kind"]),
        (&json!("Soudeurs"), &json!("closed"))
    );
    let changed = stage
        .json(&ann, "PATCH", &path, json!({ "note": "Matin" }))
        .await
        .ok();
    assert_eq!(
        (&changed["source"]["note"], &changed["locked"]),
        (&json!("Matin"), &json!(true))
    );
    stage.post(&ann, &format!("{path}/leave"), "").await.refused(422);
    assert_eq!(stage.post(&bea, &format!("{path}/leave"), "").await.ok(), nothing);
    stage.delete(&bea, &path).await.refused(403);
    assert_eq!(stage.delete(&ann, &path).await.ok(), json!({}));
    stage.get(&ann, &path).await.refused(404);
    stage.delete(&ann, &path).await.refused(404);
}

#[tokio::test]
async fn a_client_that_knows_no_groups_reads_and_writes() {
    let stage = Stage::new();
    let (ann, bea, cai) = (
        stage.person("ann").await,
        stage.person("bea").await,
        stage.person("cai").await,
    );
    let id = stage.new_group(&ann, "Soudure", "open").await;
    let account = stage.get(&bea, &format!("/api/v1/accounts/{id}")).await.ok();
    assert_eq!(
        (&account["group"], &account["acct"]),
        (&json!(true), &json!("soudure"))
    );
    for path in [
        "/api/v1/accounts/lookup?acct=soudure",
        "/api/v1/accounts/lookup?acct=soudure@here.example",
    ] {
        assert_eq!(stage.get(&bea, path).await.ok()["id"], json!(id), "{path}");
    }
    for (path, list) in [
        ("/api/v1/accounts/search?q=soud", ""),
        (
            "/api/v2/search?q=%40soudure%40here.example&type=accounts",
            "accounts",
        ),
    ] {
        let found = stage.get(&bea, path).await.ok();
        let found = if list.is_empty() { &found } else { &found[list] };
        assert_eq!(ids(found), std::slice::from_ref(&id), "{path}");
    }
    assert_eq!(
        ids(&stage.get(&bea, &format!("/api/v1/accounts?id[]={id}")).await.ok()),
        [id.as_str()]
    );
    let follow = stage
        .post(&bea, &format!("/api/v1/accounts/{id}/follow"), "")
        .await
        .ok();
    assert_eq!(
        (&follow["following"], &follow["requested"]),
        (&json!(true), &json!(false))
    );
    let list = json!([{ "id": id, "title": "Soudure", "replies_policy": "list", "exclusive": false }]);
    assert_eq!(stage.get(&bea, "/api/v1/lists").await.ok(), list);
    assert_eq!(
        stage.get(&bea, &format!("/api/v1/lists/{id}")).await.ok(),
        list[0]
    );
    assert_eq!(
        ids(&stage
            .get(&bea, &format!("/api/v1/lists/{id}/accounts"))
            .await
            .ok()),
        [bea.id.to_string(), ann.id.to_string()]
    );
    let posted = stage.publish(&bea, "@soudure bonjour", "public").await;
    let seen = stage.get(&bea, &format!("/api/v1/statuses/{posted}")).await.ok();
    assert_eq!(
        seen["group"]["id"],
        json!(id),
        "so that the client sees where it went"
    );
    let answer = json!({ "status": "oui", "in_reply_to_id": posted, "visibility": "public" });
    let answered = stage.json(&ann, "POST", "/api/v1/statuses", answer).await.ok();
    let answered = answered["id"].as_str().unwrap().to_owned();
    for path in [
        format!("/api/v1/timelines/list/{id}"),
        format!("/api/v1/accounts/{id}/statuses"),
        format!("/api/v1/timelines/group/{id}"),
    ] {
        let found = stage.get(&bea, &path).await.ok();
        assert_eq!(ids(&found), [answered.clone(), posted.clone()], "{path}");
        assert_eq!(found[0]["account"]["username"], json!("ann"));
    }
    let tagged = format!("/api/v1/accounts/{id}/statuses?tagged=arc");
    assert_eq!(stage.get(&bea, &tagged).await.ok(), json!([]));
    let first = format!("/api/v1/accounts/{id}/statuses?exclude_replies=true");
    assert_eq!(
        ids(&stage.get(&bea, &first).await.ok()),
        std::slice::from_ref(&posted)
    );
    let path = format!("/api/v1/lists/{id}");
    for refused in [
        stage.json(&bea, "PUT", &path, json!({ "title": "x" })).await,
        stage.delete(&bea, &path).await,
        stage
            .json(
                &bea,
                "POST",
                &format!("{path}/accounts"),
                json!({ "account_ids": [] }),
            )
            .await,
        stage.delete(&bea, &format!("{path}/accounts")).await,
    ] {
        assert!(refused.refused(422).contains("leave the group instead"));
    }
    // Who is not in it reads nothing of it, on no path.
    assert_eq!(
        stage
            .get(&cai, &format!("/api/v1/accounts/{id}/statuses"))
            .await
            .ok(),
        json!([])
    );
    for path in [
        format!("/api/v1/statuses/{posted}"),
        format!("/api/v1/statuses/{posted}/context"),
        format!("/api/v1/timelines/list/{id}"),
        path.clone(),
    ] {
        stage.get(&cai, &path).await.refused(404);
    }
    for path in [
        "/api/v1/timelines/home".to_owned(),
        "/api/v1/timelines/public".to_owned(),
        format!("/api/v1/accounts/{}/statuses", bea.id),
        "/api/v1/lists".to_owned(),
        "/api/v1/notifications".to_owned(),
        "/api/v1/trends/statuses".to_owned(),
    ] {
        assert_eq!(stage.get(&cai, &path).await.ok(), json!([]), "{path}");
    }
    stage
        .post(&bea, &format!("/api/v1/accounts/{id}/unfollow"), "")
        .await
        .ok();
    stage.get(&bea, &path).await.refused(404);
    // It is nobody to be blocked, muted or noted.
    for verb in ["block", "mute", "note", "endorse", "remove_from_followers"] {
        let answer = stage
            .post(&bea, &format!("/api/v1/accounts/{id}/{verb}"), "")
            .await;
        assert!([404, 422].contains(&answer.status.as_u16()), "{verb}: {answer:?}");
    }
}

#[tokio::test]
async fn people_ask_and_are_invited() {
    let stage = Stage::new();
    let (ann, bea, cai) = (
        stage.person("ann").await,
        stage.person("bea").await,
        stage.person("cai").await,
    );
    let id = stage.new_group(&ann, "Atelier", "closed").await;
    let (path, ours) = (
        format!("/api/v1/groups/{id}"),
        format!("/api/entrenous/v1/groups/{id}"),
    );
    let asked = stage
        .post(&bea, &format!("{path}/join"), "note=Bonjour")
        .await
        .ok();
    assert_eq!(
        (&asked["requested"], &asked["member"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(asked["entrenous"]["request_note"], json!("Bonjour"));
    assert_eq!(stage.related(&ann, &id).await["pending_requests"], json!(true));
    let asking = stage.get(&ann, &format!("{path}/membership_requests")).await.ok();
    assert_eq!(ids(&asking), [bea.id.to_string()]);
    let requests = stage.get(&ann, &format!("{ours}/requests")).await.ok();
    assert_eq!(
        (&requests[0]["account"]["username"], &requests[0]["note"]),
        (&json!("bea"), &json!("Bonjour"))
    );
    for of_moderators in [format!("{path}/membership_requests"), format!("{ours}/requests")] {
        stage.get(&bea, &of_moderators).await.refused(403);
    }
    let let_in = format!("{path}/membership_requests/{}/authorize", bea.id);
    stage.post(&cai, &let_in, "").await.refused(403);
    stage.post(&ann, &let_in, "").await.ok();
    assert_eq!(stage.related(&bea, &id).await["member"], json!(true));
    let unknown = format!("{path}/membership_requests/{}/authorize", cai.id);
    stage.post(&ann, &unknown, "").await.refused(404);
    stage.post(&cai, &format!("{path}/join"), "").await.ok();
    let reject = format!("{path}/membership_requests/{}/reject", cai.id);
    assert_eq!(
        stage.post(&ann, &reject, "").await.ok()["pending_requests"],
        json!(false)
    );
    assert_eq!(stage.related(&cai, &id).await["requested"], json!(false));
    // A secret group, by invitation.
    let id = stage.new_group(&ann, "Surprise", "secret").await;
    let (path, ours) = (
        format!("/api/v1/groups/{id}"),
        format!("/api/entrenous/v1/groups/{id}"),
    );
    let invitations = format!("{ours}/invitations");
    let whom = json!({ "account_ids": [bea.id.to_string()] });
    assert_eq!(
        stage.json(&ann, "POST", &invitations, whom.clone()).await.ok(),
        json!({})
    );
    let invited = stage.get(&ann, &invitations).await.ok();
    assert_eq!(invited[0]["account"]["id"], json!(bea.id.to_string()));
    assert_eq!(invited[0]["invited_by"]["id"], json!(ann.id.to_string()));
    let mine = stage.get(&bea, "/api/entrenous/v1/group_invitations").await.ok();
    assert_eq!(
        (&mine[0]["group"]["id"], &mine[0]["invited_by"]["username"]),
        (&json!(id), &json!("ann"))
    );
    assert_eq!(mine[0]["group"]["group_visibility"], json!("members_only"));
    assert_eq!(
        stage.get(&cai, "/api/entrenous/v1/group_invitations").await.ok(),
        json!([])
    );
    let relation = stage.related(&bea, &id).await;
    assert_eq!(
        (
            &relation["entrenous"]["invited"],
            &relation["entrenous"]["invited_by"]
        ),
        (&json!(true), &json!(ann.id.to_string()))
    );
    // To everyone else it is no group.
    let unknown = stage.get(&cai, "/api/v1/groups/17").await;
    let everywhere = [
        stage.get(&cai, &path).await,
        stage.post(&cai, &format!("{path}/join"), "").await,
        stage.post(&cai, &format!("{path}/leave"), "").await,
        stage.json(&cai, "PUT", &path, json!({ "note": "x" })).await,
        stage.delete(&cai, &path).await,
        stage.get(&cai, &invitations).await,
        stage.json(&cai, "POST", &invitations, whom.clone()).await,
        stage.get(&cai, &format!("{ours}/requests")).await,
        stage.get(&cai, &format!("/api/v1/timelines/group/{id}")).await,
        stage.get(&cai, &format!("/api/v1/accounts/{id}")).await,
        stage.get(&cai, &format!("/api/v1/accounts/{id}/statuses")).await,
        stage.get(&cai, &format!("/api/v1/lists/{id}")).await,
        stage
            .post(&cai, &format!("/api/v1/accounts/{id}/follow"), "")
            .await,
        stage
            .json(
                &cai,
                "POST",
                "/api/v1/statuses",
                json!({ "status": "x", "group_id": id }),
            )
            .await,
    ];
    for (place, answer) in everywhere.iter().enumerate() {
        assert_eq!(
            (answer.status, &answer.bytes),
            (unknown.status, &unknown.bytes),
            "{place}"
        );
    }
    assert_eq!(
        stage
            .get(&cai, &format!("/api/v1/groups/relationships?id[]={id}"))
            .await
            .ok(),
        json!([])
    );
    assert_eq!(
        stage.get(&cai, "/api/v1/groups/search?q=surprise").await.ok(),
        json!([])
    );
    assert_eq!(
        stage.get(&cai, "/api/v1/accounts/search?q=surprise").await.ok(),
        json!([])
    );
    assert_eq!(
        stage.get(&cai, &format!("/api/v1/accounts?id[]={id}")).await.ok(),
        json!([])
    );
    stage
        .json(&bea, "POST", &invitations, whom.clone())
        .await
        .refused(403);
    stage.post(&bea, &format!("{path}/join"), "").await.ok();
    assert_eq!(stage.get(&ann, &invitations).await.ok(), json!([]));
    stage.post(&bea, &format!("{path}/leave"), "").await.ok();
    stage.get(&bea, &path).await.refused(404);
    stage.json(&ann, "POST", &invitations, whom).await.ok();
    let gone = format!("{invitations}?account_ids[]={}", bea.id);
    assert_eq!(stage.delete(&ann, &gone).await.ok(), json!({}));
    stage.get(&bea, &path).await.refused(404);
}

#[tokio::test]
async fn members_have_roles_and_are_removed() {
    let stage = Stage::new();
    let (ann, bea, cai) = (
        stage.person("ann").await,
        stage.person("bea").await,
        stage.person("cai").await,
    );
    let id = stage.new_group(&ann, "Atelier", "open").await;
    let (path, ours) = (
        format!("/api/v1/groups/{id}"),
        format!("/api/entrenous/v1/groups/{id}"),
    );
    for one in [&bea, &cai] {
        stage.post(one, &format!("{path}/join"), "").await.ok();
    }
    let memberships = format!("{path}/memberships");
    let (mut read, mut next) = (Vec::new(), Some(format!("{memberships}?limit=2")));
    while let Some(page) = next {
        let answer = stage.get(&bea, &page).await;
        for one in answer.ok().as_array().unwrap() {
            let said = (
                one["account"]["username"].clone(),
                one["role"].clone(),
                one["entrenous"].clone(),
            );
            read.push(said);
        }
        next = answer.link("next");
    }
    let member = |name: &str, role: &str| (json!(name), json!(role), json!({ "guest": false }));
    assert_eq!(
        read,
        [
            member("cai", "user"),
            member("bea", "user"),
            member("ann", "owner")
        ]
    );
    let whom = |person: &Person| json!({ "account_ids": [person.id.to_string()] });
    let role = |person: &Person, role: &str| json!({ "account_ids": [person.id.to_string()], "role": role });
    let promote = format!("{path}/promote");
    stage
        .json(&bea, "POST", &promote, role(&bea, "owner"))
        .await
        .refused(403);
    stage
        .json(&ann, "POST", &promote, role(&bea, "king"))
        .await
        .refused(422);
    assert_eq!(
        stage.json(&ann, "POST", &promote, role(&bea, "admin")).await.ok(),
        json!({})
    );
    assert_eq!(stage.related(&bea, &id).await["role"], json!("admin"));
    let admins = stage.get(&cai, &format!("{memberships}?role=admin")).await.ok();
    assert_eq!(admins[0]["account"]["id"], json!(bea.id.to_string()));
    let demote = format!("{path}/demote");
    stage
        .json(&ann, "POST", &demote, role(&ann, "user"))
        .await
        .refused(422);
    // Removed, banned, let in again.
    let (kick, blocks) = (format!("{path}/kick"), format!("{path}/blocks"));
    stage.json(&cai, "POST", &kick, whom(&bea)).await.refused(403);
    stage.json(&bea, "POST", &kick, whom(&ann)).await.refused(403);
    assert_eq!(stage.json(&bea, "POST", &kick, whom(&cai)).await.ok(), json!({}));
    stage
        .get(&cai, &format!("/api/v1/timelines/group/{id}"))
        .await
        .refused(404);
    let form = format!("account_ids[]={}&reason=Trop%20de%20bruit", cai.id);
    assert_eq!(stage.post(&bea, &blocks, &form).await.ok(), json!({}));
    assert_eq!(stage.related(&cai, &id).await["blocked_by"], json!(true));
    stage.post(&cai, &format!("{path}/join"), "").await.refused(403);
    assert_eq!(ids(&stage.get(&ann, &blocks).await.ok()), [cai.id.to_string()]);
    let bans = stage.get(&ann, &format!("{ours}/bans")).await.ok();
    assert_eq!(
        (&bans[0]["reason"], &bans[0]["by"]["username"]),
        (&json!("Trop de bruit"), &json!("bea"))
    );
    for of_moderators in [blocks.clone(), format!("{ours}/bans"), memberships.clone()] {
        stage.get(&cai, &of_moderators).await.refused(403);
    }
    let gone = format!("{blocks}?account_ids[]={}", cai.id);
    assert_eq!(stage.delete(&ann, &gone).await.ok(), json!({}));
    stage.post(&cai, &format!("{path}/join"), "").await.ok();
    // Handed over.
    let transfer = format!("{ours}/transfer");
    let to = json!({ "account_id": cai.id.to_string() });
    stage.json(&bea, "POST", &transfer, to.clone()).await.refused(403);
    assert_eq!(
        stage.json(&ann, "POST", &transfer, to).await.ok()["role"],
        json!("user")
    );
    assert_eq!(stage.related(&cai, &id).await["role"], json!("owner"));
    stage.json(&cai, "POST", &transfer, json!({})).await.refused(404);
}

#[tokio::test]
async fn who_was_removed_does_not_see_what_became_of_a_secret_group() {
    let stage = Stage::new();
    let (ann, bea) = (stage.person("ann").await, stage.person("bea").await);
    let id = stage.new_group(&ann, "Before", "secret").await;
    let whom = json!({ "account_ids": [bea.id.to_string()] });
    let invitations = format!("/api/entrenous/v1/groups/{id}/invitations");
    stage.json(&ann, "POST", &invitations, whom.clone()).await.ok();
    let path = format!("/api/v1/groups/{id}");
    stage.post(&bea, &format!("{path}/join"), "").await.ok();
    let said = json!({ "status": "among us", "group_id": id });
    let post = stage.json(&bea, "POST", "/api/v1/statuses", said).await.ok();
    assert_eq!(post["group"]["display_name"], json!("Before"));
    stage.json(&ann, "POST", &format!("{path}/kick"), whom).await.ok();
    let change = json!({ "display_name": "After" });
    stage.json(&ann, "PUT", &path, change).await.ok();
    let own = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let read = stage.get(&bea, &own).await.ok();
    assert_eq!(
        (&read["content"], &read["group"]),
        (&post["content"], &json!(null))
    );
    assert_eq!(
        stage.get(&ann, &own).await.ok()["group"]["display_name"],
        json!("After")
    );
}

#[tokio::test]
async fn a_guest_is_among_the_users_of_a_group() {
    let stage = Stage::new();
    let (ann, bea) = (stage.person("ann").await, stage.person("bea").await);
    let guest = stage.person_with("guest", Role::Guest, "read write").await;
    let id = stage.new_group(&ann, "Atelier", "open").await;
    let path = format!("/api/v1/groups/{id}");
    stage.post(&bea, &format!("{path}/join"), "").await.ok();
    let invitations = format!("/api/entrenous/v1/groups/{id}/invitations");
    let whom = json!({ "account_ids": [guest.id.to_string()] });
    stage.json(&ann, "POST", &invitations, whom).await.ok();
    let joined = stage.post(&guest, &format!("{path}/join"), "").await.ok();
    assert_eq!(
        (&joined["role"], &joined["entrenous"]["guest"]),
        (&json!("user"), &json!(true))
    );
    for (role, expected) in [
        ("owner", vec![&ann]),
        ("admin", vec![]),
        ("user", vec![&guest, &bea]),
        ("member", vec![&bea]),
        ("guest", vec![&guest]),
        ("", vec![&guest, &bea, &ann]),
    ] {
        let found = stage
            .get(&guest, &format!("{path}/memberships?role={role}"))
            .await
            .ok();
        let found: Vec<_> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["account"]["id"].clone())
            .collect();
        let expected: Vec<_> = expected.iter().map(|one| json!(one.id.to_string())).collect();
        assert_eq!(found, expected, "{role}");
    }
}

#[tokio::test]
async fn a_secret_group_is_made_known_by_those_words_alone() {
    let stage = Stage::new();
    let ann = stage.person("ann").await;
    let id = stage.new_group(&ann, "Surprise", "secret").await;
    for (said, kind) in [
        (json!({ "locked": true }), "secret"),
        (json!({ "locked": false }), "secret"),
        (
            json!({ "group_visibility": "members_only", "locked": false }),
            "secret",
        ),
        (json!({ "group_visibility": "everyone" }), "closed"),
        (json!({ "locked": false }), "open"),
        (json!({ "group_visibility": "everyone" }), "open"),
        (
            json!({ "group_visibility": "everyone", "locked": true }),
            "closed",
        ),
        (json!({ "group_visibility": "members_only" }), "secret"),
        (json!({ "group_visibility": "everyone", "locked": false }), "open"),
        (json!({ "kind": "secret", "locked": false }), "secret"),
    ] {
        let changed = stage
            .json(&ann, "PUT", &format!("/api/v1/groups/{id}"), said.clone())
            .await
            .ok();
        assert_eq!(changed["entrenous"]["kind"], json!(kind), "{said}");
    }
}

#[tokio::test]
async fn guests_of_the_node_make_none() {
    let stage = Stage::new();
    let ann = stage.person("ann").await;
    let guest = stage.person_with("guest", Role::Guest, "read write").await;
    let id = stage.new_group(&ann, "Soudure", "open").await;
    stage
        .post(&guest, "/api/v1/groups", "display_name=x")
        .await
        .refused(403);
    stage
        .get(&guest, &format!("/api/v1/groups/{id}"))
        .await
        .refused(404);
    stage
        .get(&guest, &format!("/api/v1/accounts/{id}"))
        .await
        .refused(404);
    assert_eq!(
        stage.get(&guest, "/api/entrenous/v1/groups").await.ok(),
        json!([])
    );
}
