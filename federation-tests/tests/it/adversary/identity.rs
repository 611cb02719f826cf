//! Who speaks: forged and stale signatures, and peers that speak for others.

use super::forge::{Forgery, cavage, cavage_over, put};
use super::{Scene, id};
use federation_tests::client::holds;
use federation_tests::{Database, MockPeer, eventually};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};

crate::on_both!(
    rfc_9421_forgeries_are_refused,
    the_clock_and_doubles_are_checked,
    nobody_speaks_for_another
);

async fn rfc_9421_forgeries_are_refused(on: Database) {
    let scene = Scene::open(on).await;
    let create = scene.create("max", "par la RFC 9421");
    let body = create.to_string().into_bytes();
    let key_id = format!("{}#main-key", scene.p.person("max"));
    let before = scene.before().await;
    let key = scene.p.key();
    let honest = || Forgery::honest(&scene.inbox, &body, &key_id);
    let now = federation_tests::mock::now().timestamp();
    let alg = "alg=\"rsa-v1_5-sha256\"";
    let key_param = format!("keyid=\"{key_id}\"");
    let timed = |created: i64, more: &str| format!(";created={created}{more};{key_param};{alg}");
    let changed = |change: &dyn Fn(&mut HeaderMap)| {
        let mut headers = honest().sign(key);
        change(&mut headers);
        headers
    };
    let year = 365 * 24 * 3600;
    let forged: Vec<(&str, HeaderMap, Option<&str>)> = vec![
        (
            "@method not signed",
            honest().covering(&["@target-uri", "content-digest"]).sign(key),
            Some("not_covered"),
        ),
        (
            "@target-uri not signed",
            honest().covering(&["@method", "content-digest"]).sign(key),
            Some("not_covered"),
        ),
        (
            "only @authority",
            honest()
                .covering(&["@method", "@authority", "content-digest"])
                .sign(key),
            Some("not_covered"),
        ),
        (
            "content-digest not signed",
            honest().covering(&["@method", "@target-uri"]).sign(key),
            None,
        ),
        (
            "only the digest",
            honest().covering(&["content-digest"]).sign(key),
            Some("not_covered"),
        ),
        (
            "nothing signed",
            honest().covering(&[]).sign(key),
            Some("not_covered"),
        ),
        (
            "no digest",
            changed(&|h| {
                h.remove("content-digest");
            }),
            None,
        ),
        (
            "no created",
            honest().with(format!(";{key_param};{alg}")).sign(key),
            Some("clock"),
        ),
        (
            "a day old",
            honest().with(timed(now - 24 * 3600, "")).sign(key),
            Some("clock"),
        ),
        (
            "two hours ahead",
            honest().with(timed(now + 2 * 3600, "")).sign(key),
            Some("clock"),
        ),
        (
            "expired",
            honest()
                .with(timed(now - 60, &format!(";expires={}", now - 30)))
                .sign(key),
            Some("clock"),
        ),
        (
            "expires in a year",
            honest()
                .with(timed(now, &format!(";expires={}", now + year)))
                .sign(key),
            Some("clock"),
        ),
        (
            "created is no number",
            honest()
                .with(format!(";created=\"now\";{key_param};{alg}"))
                .sign(key),
            None,
        ),
        (
            "created is too large",
            honest().with(timed(999_999_999_999_999, "")).sign(key),
            None,
        ),
        (
            "another algorithm",
            honest()
                .with(format!(";created={now};{key_param};alg=\"ed25519\""))
                .sign(key),
            None,
        ),
        (
            "a symmetric algorithm",
            honest()
                .with(format!(";created={now};{key_param};alg=\"hmac-sha256\""))
                .sign(key),
            None,
        ),
        (
            "no keyid",
            honest().with(format!(";created={now};{alg}")).sign(key),
            None,
        ),
        (
            "two keyids",
            honest()
                .with(format!(";created={now};{key_param};{key_param};{alg}"))
                .sign(key),
            None,
        ),
        (
            "the stranger's key",
            honest().sign(scene.u.key()),
            Some("bad_signature"),
        ),
        (
            "for another path",
            Forgery::honest(&scene.node.url("/actor/inbox"), &body, &key_id).sign(key),
            Some("bad_signature"),
        ),
        (
            "for another method",
            {
                let mut f = honest();
                f.method = Method::GET;
                f.sign(key)
            },
            Some("bad_signature"),
        ),
        (
            "two inputs",
            changed(&|h| {
                let v = h["signature-input"].clone();
                h.append("signature-input", v);
            }),
            None,
        ),
        (
            "two digests",
            changed(&|h| {
                let v = h["content-digest"].clone();
                h.append("content-digest", v);
            }),
            Some("digest"),
        ),
        (
            "a second label",
            changed(&|h| {
                let v = h["signature-input"].to_str().unwrap().to_owned();
                put(
                    h,
                    "signature-input",
                    &format!("{v}, {}", v.replacen("sig1", "sig2", 1)),
                );
            }),
            None,
        ),
        (
            "a label without input",
            changed(&|h| {
                let v = h["signature"].to_str().unwrap().replacen("sig1", "sig2", 1);
                put(h, "signature", &v);
            }),
            None,
        ),
        (
            "a component parameter",
            changed(&|h| {
                let v = h["signature-input"]
                    .to_str()
                    .unwrap()
                    .replacen("\"@method\"", "\"@method\";req", 1);
                put(h, "signature-input", &v);
            }),
            None,
        ),
    ];
    for (what, headers, reason) in forged {
        let said = scene
            .send(what, Method::POST, &scene.inbox, headers, body.clone())
            .await;
        assert_eq!(said.status, 401, "{what}: {}", said.text);
        if let Some(reason) = reason {
            assert!(said.text.contains(reason), "{what}: {}", said.text);
        }
    }
    let other = scene.create("max", "remplacé").to_string().into_bytes();
    let said = scene
        .send(
            "another body",
            Method::POST,
            &scene.inbox,
            honest().sign(key),
            other,
        )
        .await;
    assert_eq!(said.status, 401, "{}", said.text);
    scene.close(&before).await;
    let audited = scene.node.audited().await;
    for reason in ["not_covered", "clock", "bad_signature", "digest"] {
        assert!(
            audited.iter().any(|line| line == reason),
            "{reason} is not in {audited:?}"
        );
    }
    // The same, honestly.
    let said = scene
        .send(
            "honest",
            Method::POST,
            &scene.inbox,
            honest().sign(key),
            body.clone(),
        )
        .await;
    assert_eq!(said.status, 202, "{}", said.text);
    eventually("the mention", || async {
        scene
            .seen_by_alice()
            .await
            .contains("par la RFC 9421")
            .then_some(())
    })
    .await;
}

async fn the_clock_and_doubles_are_checked(on: Database) {
    let scene = Scene::open(on).await;
    let body = scene.create("max", "à l'heure").to_string().into_bytes();
    let key_id = format!("{}#main-key", scene.p.person("max"));
    let before = scene.before().await;
    let now = federation_tests::mock::now();
    let date = |hours: i64| {
        let then = now + chrono::TimeDelta::hours(hours);
        then.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
    };
    let forge = |params: &str, lines: &[(&str, String)]| {
        cavage(scene.p.key(), &key_id, &scene.inbox, &body, params, lines)
    };
    let stamp = now.timestamp();
    let year = stamp + 365 * 24 * 3600;
    let clock = [
        ("13 hours old", forge("", &[("date", date(-13))])),
        ("two hours ahead", forge("", &[("date", date(2))])),
        ("a year ahead", forge("", &[("date", date(24 * 365))])),
        ("no date", forge("", &[])),
        ("unparsable", forge("", &[("date", "yesterday".to_owned())])),
        ("empty", forge("", &[("date", String::new())])),
        ("another form", forge("", &[("date", now.to_rfc3339())])),
        (
            "expires in a year",
            forge(
                &format!(",algorithm=\"hs2019\",created={stamp},expires={year}"),
                &[("(created)", stamp.to_string()), ("(expires)", year.to_string())],
            ),
        ),
        (
            "expired",
            forge(
                &format!(
                    ",algorithm=\"hs2019\",created={},expires={}",
                    stamp - 90,
                    stamp - 60
                ),
                &[
                    ("(created)", (stamp - 90).to_string()),
                    ("(expires)", (stamp - 60).to_string()),
                ],
            ),
        ),
        (
            "created in a year",
            forge(
                &format!(",algorithm=\"hs2019\",created={year}"),
                &[("(created)", year.to_string())],
            ),
        ),
    ];
    for (what, headers) in clock {
        let said = scene
            .send(what, Method::POST, &scene.inbox, headers, body.clone())
            .await;
        assert_eq!(said.status, 401, "{what}: {}", said.text);
        assert!(said.text.contains("clock"), "{what}: {}", said.text);
    }
    // Signatures that hold, over too little.
    let all = ["(request-target)", "host", "date", "digest"];
    let over = |names: &[&str]| cavage_over(scene.p.key(), &key_id, &scene.inbox, &body, names);
    for left_out in all {
        let names: Vec<&str> = all.into_iter().filter(|name| *name != left_out).collect();
        let said = scene
            .send(left_out, Method::POST, &scene.inbox, over(&names), body.clone())
            .await;
        assert_eq!(said.status, 401, "{left_out} not signed: {}", said.text);
        let reason = if left_out == "date" {
            "clock"
        } else {
            "not_covered"
        };
        let known =
            said.text.contains(reason) || said.text.contains("not_covered") || said.text.contains("digest");
        assert!(known, "{left_out} not signed: {}", said.text);
    }
    for names in [
        &["digest"][..],
        &["date"],
        &["host", "date"],
        &["(request-target)", "digest"],
    ] {
        let said = scene
            .send(
                "over too little",
                Method::POST,
                &scene.inbox,
                over(names),
                body.clone(),
            )
            .await;
        assert_eq!(said.status, 401, "{names:?}: {}", said.text);
    }
    let doubled = |name: &'static str, value: &str| {
        let mut headers = scene.p.sign("max", &Method::POST, &scene.inbox, &body);
        headers.append(name, HeaderValue::from_str(value).unwrap());
        headers
    };
    let good = scene.p.sign("max", &Method::POST, &scene.inbox, &body);
    let same = |name: &str| good[name].to_str().unwrap().to_owned();
    let others = [
        ("two digests, the same", doubled("digest", &same("digest"))),
        (
            "two digests",
            doubled("digest", "SHA-256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ),
        ("two signatures", doubled("signature", &same("signature"))),
        ("two dates", doubled("date", &date(0))),
        ("two hosts in the list", {
            let mut headers = good.clone();
            let text = same("signature").replace(" host ", " host host ");
            put(&mut headers, "signature", &text);
            headers
        }),
        ("two keyIds", {
            let mut headers = good.clone();
            let text = format!(
                "{},keyId=\"{}#main-key\"",
                same("signature"),
                scene.p.person("mona")
            );
            put(&mut headers, "signature", &text);
            headers
        }),
        ("a huge signature", {
            let mut headers = good.clone();
            put(
                &mut headers,
                "signature",
                &format!("{},x=\"{}\"", same("signature"), "a".repeat(20_000)),
            );
            headers
        }),
    ];
    for (what, headers) in others {
        let said = scene
            .send(what, Method::POST, &scene.inbox, headers, body.clone())
            .await;
        assert!(
            [400, 401, 431].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
    }
    scene.close(&before).await;
    // The very same form, over all of it, is one of good faith: what was refused above was refused for what was missing.
    let honest = scene.create("max", "sur tout").to_string().into_bytes();
    let headers = cavage_over(scene.p.key(), &key_id, &scene.inbox, &honest, &all);
    let said = scene
        .send("over all of it", Method::POST, &scene.inbox, headers, honest)
        .await;
    assert_eq!(said.status, 202, "{}", said.text);
    let within = forge("", &[("date", date(-11))]);
    let said = scene
        .send("eleven hours old", Method::POST, &scene.inbox, within, body)
        .await;
    assert_eq!(said.status, 202, "{}", said.text);
}

async fn nobody_speaks_for_another(on: Database) {
    let scene = Scene::open(on).await;
    let q = MockPeer::start("127.0.0.8", "quentin").await;
    scene.node.command(&["peer", "trust", &q.origin]).await;
    let mine = scene.alice.publish("Rien qu'à moi", "public").await;
    let uri = mine["uri"].as_str().unwrap().to_owned();

    // What is there before: a note of max and one of quentin, and quentin follows alice.
    let created = scene.create("max", "de Max");
    assert_eq!(scene.post("max's note", "max", &created).await.status, 202);
    let mut theirs = q.note("quentin", "de Quentin", &[scene.alice_uri()]);
    theirs["tag"] = created["object"]["tag"].clone();
    let create = q.activity(
        "quentin",
        "Create",
        json!({ "object": theirs, "to": [scene.alice_uri()] }),
    );
    assert_eq!(q.post("quentin", &scene.inbox, &create).await.0, 202);
    let follow = q.activity("quentin", "Follow", json!({ "object": scene.alice_uri() }));
    assert_eq!(q.post("quentin", &scene.inbox, &follow).await.0, 202);
    eventually("both mentions and the follow", || async {
        let all = scene.seen_by_alice().await;
        (all.contains("de Max") && all.contains("de Quentin") && all.contains("\"follow\"")).then_some(())
    })
    .await;
    let before = scene.before().await;

    let note = &created["object"];
    let update = |object: Value| {
        scene.p.activity(
            "max",
            "Update",
            json!({ "object": object, "to": [scene.alice_uri()] }),
        )
    };
    let edited = |changes: Value| {
        let mut note = note.clone();
        note["content"] = json!("<p>changé</p>");
        for (key, value) in changes.as_object().unwrap() {
            note[key] = value.clone();
        }
        update(note)
    };
    let mut wide = edited(json!({ "to": ["https://www.w3.org/ns/activitystreams#Public"] }));
    wide["to"] = json!(["https://www.w3.org/ns/activitystreams#Public"]);
    let mut actor = q.document("/users/quentin");
    actor["name"] = json!("pris");
    let mut alice = actor.clone();
    alice["id"] = json!(scene.alice_uri());
    let attempts = vec![
        ("own note, another author", "max", edited(json!({ "attributedTo": scene.p.person("mona") }))),
        ("own note, a foreign author", "max", edited(json!({ "attributedTo": q.person("quentin") }))),
        ("own note, wider", "max", wide),
        ("mona updates max's note", "mona", {
            let mut activity = edited(json!({}));
            activity["actor"] = json!(scene.p.person("mona"));
            activity
        }),
        ("mona deletes max's note", "mona", scene.p.activity("mona", "Delete", json!({ "object": note["id"] }))),
        ("mona deletes max", "mona", scene.p.activity("mona", "Delete", json!({ "object": scene.p.person("max") }))),
        ("a foreign note", "max", update(theirs.clone())),
        ("a foreign actor", "max", update(actor)),
        ("our actor", "max", update(alice)),
        ("our note", "max", update(json!({ "id": uri, "type": "Note", "attributedTo": scene.alice_uri(), "content": "pris" }))),
        ("deleting a foreign note", "max", scene.p.activity("max", "Delete", json!({ "object": theirs["id"] }))),
        ("deleting a foreign person", "max", scene.p.activity("max", "Delete", json!({ "object": q.person("quentin") }))),
        ("deleting ours", "max", scene.p.activity("max", "Delete", json!({ "object": { "id": uri, "type": "Tombstone" } }))),
        ("undoing a foreign follow", "max", scene.p.activity("max", "Undo", json!({ "object": follow }))),
        ("undoing mona's like", "max", scene.p.activity("max", "Undo", json!({ "object":
            { "id": format!("{}/likes/1", scene.p.origin), "type": "Like", "actor": scene.p.person("mona"), "object": uri } }))),
        ("signed by max for mona", "max", {
            let mut activity = scene.create("max", "pour Mona");
            activity["actor"] = json!(scene.p.person("mona"));
            activity
        }),
        ("mona's note in max's Create", "max", {
            let mut activity = scene.create("max", "pour Mona");
            activity["object"]["attributedTo"] = json!(scene.p.person("mona"));
            activity
        }),
    ];
    for (what, name, activity) in attempts {
        let said = scene.post(what, name, &activity).await;
        // What names something of one's own peer that is not one's own may be taken without effect.
        let same_peer = what.starts_with("mona deletes") || what.starts_with("undoing");
        assert!(
            [401, 403].contains(&said.status) || (same_peer && said.status == 202),
            "{what}: {} {}",
            said.status,
            said.text
        );
    }
    // Pinned are one's own posts, in one's own list.
    let list = |person: String| json!(format!("{person}/featured"));
    for (what, by, object, target) in [
        (
            "alice's post on max's profile",
            "max",
            json!(uri),
            list(scene.p.person("max")),
        ),
        (
            "max's post on alice's profile",
            "max",
            note["id"].clone(),
            list(scene.alice_uri()),
        ),
        (
            "max's post on mona's profile",
            "mona",
            note["id"].clone(),
            list(scene.p.person("mona")),
        ),
        (
            "quentin's post on max's profile",
            "max",
            theirs["id"].clone(),
            list(scene.p.person("max")),
        ),
        (
            "in a list of another kind",
            "max",
            note["id"].clone(),
            json!(format!("{}/c/1", scene.p.origin)),
        ),
        ("in no list", "max", note["id"].clone(), json!(null)),
    ] {
        for kind in ["Add", "Remove"] {
            let about = json!({ "object": object, "target": target, "to": [scene.alice_uri()] });
            let said = scene.post(what, by, &scene.p.activity(by, kind, about)).await;
            assert!(
                [202, 400, 403].contains(&said.status),
                "{what}: {} {}",
                said.status,
                said.text
            );
        }
    }
    // Q signs for P: with its own key id, and under P's.
    let forged = scene.create("max", "par Quentin");
    let body = forged.to_string().into_bytes();
    for key_id in [q.person("quentin"), scene.p.person("max")] {
        let headers = q.sign_as(&format!("{key_id}#main-key"), &Method::POST, &scene.inbox, &body);
        let said = scene
            .send("Q for P", Method::POST, &scene.inbox, headers, body.clone())
            .await;
        assert!(
            [401, 403].contains(&said.status),
            "{key_id}: {} {}",
            said.status,
            said.text
        );
    }
    scene.close(&before).await;
    let now = scene
        .alice
        .get(&format!("/api/v1/statuses/{}", id(&mine)))
        .await
        .ok();
    assert!(holds(&now, "à moi"), "{now}");
    let me = scene.alice.get("/api/v1/accounts/verify_credentials").await.ok();
    assert_eq!(me["followers_count"], 1);
}
