//! Ids and bodies that two readers take for two things.

use super::forge::put;
use super::{Scene, told};
use federation_tests::Database;
use http::{HeaderMap, Method};
use serde_json::json;

crate::on_both!(ids_have_one_spelling, bodies_with_two_readings);

async fn ids_have_one_spelling(on: Database) {
    let scene = Scene::open(on).await;
    assert_eq!(
        scene
            .post("first", "max", &scene.create("max", "avant"))
            .await
            .status,
        202
    );
    told(&scene, "avant").await;
    let before = scene.before().await;
    let authority = scene.p.authority().to_owned();
    let (host, port) = authority.split_once(':').unwrap();
    let spellings = |path: &str| {
        vec![
            format!("HTTP://{authority}{path}"),
            format!("http://max@{authority}{path}"),
            format!("http://max:x@{authority}{path}"),
            format!("http://@{authority}{path}"),
            format!("http://{host}.:{port}{path}"),
            format!("http://{host}:0{port}{path}"),
            format!("http://0x7f.0.0.7:{port}{path}"),
            format!("http://2130706439:{port}{path}"),
            format!("http://127.7:{port}{path}"),
            format!("http://[::ffff:127.0.0.7]:{port}{path}"),
            format!("http:/{authority}{path}"),
            format!("http:{authority}{path}"),
            format!("http:\\\\{authority}{path}"),
            format!("//{authority}{path}"),
            format!("https://{authority}{path}"),
            format!(" http://{authority}{path}"),
            format!("http://{authority}{path}\n"),
            format!("http://{authority}\t{path}"),
            format!("http://{authority}/\\..{path}"),
            format!("http://{}{path}", authority.replace('1', "\u{ff11}")),
            format!("http://{}{path}", scene.u.authority()),
            format!("http://{authority}@{}{path}", scene.u.authority()),
            format!("http://{}#@{authority}{path}", scene.u.authority()),
            format!("http://{}\\@{authority}{path}", scene.u.authority()),
            "".to_owned(),
            "a".to_owned(),
            "urn:uuid:00000000-0000-0000-0000-000000000000".to_owned(),
            "did:key:z6Mk".to_owned(),
            "data:application/json,{}".to_owned(),
            "file:///etc/passwd".to_owned(),
            "javascript:alert(1)".to_owned(),
        ]
    };
    let mut taken = Vec::new();
    for (number, spelling) in spellings("/activities/odd").into_iter().enumerate() {
        let mut activity = scene.create("max", "mal nommé");
        activity["id"] = json!(spelling);
        let mut object = scene.create("max", "mal nommé");
        object["object"]["id"] = json!(spelling.replace("/activities/odd", &format!("/notes/odd{number}")));
        let mut author = scene.create("max", "mal nommé");
        author["object"]["attributedTo"] = json!(spelling.replace("/activities/odd", "/users/max"));
        let mut actor = scene.create("max", "mal nommé");
        actor["actor"] = json!(spelling.replace("/activities/odd", "/users/max"));
        for (what, activity) in [
            ("activity", activity),
            ("object", object),
            ("author", author),
            ("actor", actor),
        ] {
            let said = scene.post(what, "max", &activity).await;
            if ![400, 401, 403].contains(&said.status) {
                taken.push(format!("{what} {spelling:?}: {} {}", said.status, said.text));
            }
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    // The actor in other forms: an object is its id; a list is nobody.
    let mut both = scene.create("max", "de deux personnes");
    both["actor"] = json!([scene.p.person("mona"), scene.p.person("max")]);
    let mut foreign = scene.create("max", "de deux personnes");
    foreign["actor"] = json!({ "id": scene.u.person("mallory"), "type": "Person" });
    let mut authors = scene.create("max", "de deux personnes");
    authors["object"]["attributedTo"] = json!([scene.p.person("mona"), scene.p.person("max")]);
    for (what, activity) in [
        ("two actors", both),
        ("a foreign actor", foreign),
        ("two authors", authors),
    ] {
        let said = scene.post(what, "max", &activity).await;
        assert!(
            [400, 401, 403].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
    }
    scene.close(&before).await;
}

async fn bodies_with_two_readings(on: Database) {
    let scene = Scene::open(on).await;
    assert_eq!(
        scene
            .post("first", "max", &scene.create("max", "avant"))
            .await
            .status,
        202
    );
    told(&scene, "avant").await;
    let before = scene.before().await;
    let text = scene.create("max", "double lecture").to_string();
    let (max, mona) = (scene.p.person("max"), scene.p.person("mona"));
    let inject = |more: &str| format!("{{{more},{}", text.get(1..).unwrap());
    let append = |more: &str| format!("{},{more}}}", text.strip_suffix('}').unwrap());
    let utf16: Vec<u8> = std::iter::once(0xfeff_u16)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        (
            "two actors, turned",
            append(&format!("\"actor\":\"{mona}\"")).into(),
        ),
        (
            "two objects",
            append("\"object\":\"http://127.0.0.9/notes/1\"").into(),
        ),
        (
            "an actor by its full name",
            inject(&format!(
                "\"https://www.w3.org/ns/activitystreams#actor\":\"{mona}\""
            ))
            .replacen(&format!("\"actor\":\"{max}\""), "\"x\":0", 1)
            .into(),
        ),
        (
            "a byte order mark",
            [b"\xef\xbb\xbf".to_vec(), text.clone().into()].concat(),
        ),
        ("UTF-16", utf16),
        (
            "a lone surrogate",
            text.replace("double lecture", "double \\ud800 lecture").into(),
        ),
        (
            "NUL in the text of an id",
            text.replace("/activities/", "/activities/\\u0000").into(),
        ),
        ("two documents", format!("{text}{text}").into()),
        ("a document and nonsense", format!("{text}x").into()),
        ("a list of it", format!("[{text}]").into()),
        ("a comment", format!("/* */{text}").into()),
        ("single quotes", text.replace('"', "'").into()),
    ];
    let mut taken = Vec::new();
    for (what, body) in bodies {
        let headers = scene.p.sign("max", &Method::POST, &scene.inbox, &body);
        let said = scene.send(what, Method::POST, &scene.inbox, headers, body).await;
        if ![400, 401, 403, 415].contains(&said.status) {
            taken.push(format!("{what}: {} {}", said.status, said.text));
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    scene.close(&before).await;
    // A member said twice counts as it stands last, for every purpose: nobody else's reading decides. What has no type of
    // ours is left.
    for (what, body) in [
        ("two actors", inject(&format!("\"actor\":\"{mona}\""))),
        ("two types", append("\"type\":\"View\"")),
        (
            "two audiences",
            append("\"to\":[\"https://www.w3.org/ns/activitystreams#Public\"]"),
        ),
        (
            "@id and @type",
            text.replacen("\"type\":\"Create\"", "\"@type\":\"Create\"", 1),
        ),
        ("a graph", format!("{{\"@graph\":[{text}]}}")),
    ] {
        let body = body.into_bytes();
        let headers = scene.p.sign("max", &Method::POST, &scene.inbox, &body);
        let said = scene.send(what, Method::POST, &scene.inbox, headers, body).await;
        assert!(
            [202, 400, 401, 403].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
    }
    let by_mona = "SELECT a.uri AS text FROM posts p JOIN accounts a ON a.id = p.account_id WHERE p.content LIKE '%double lecture%'";
    for author in federation_tests::contents::column(&scene.node, by_mona) {
        assert_eq!(author, max);
    }
    // Those of good faith.
    for kind in [
        "application/activity+json",
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
        "application/activity+json; charset=utf-8",
    ] {
        let body = scene.create("max", "de bonne foi").to_string().into_bytes();
        let mut headers: HeaderMap = scene.p.sign("max", &Method::POST, &scene.inbox, &body);
        put(&mut headers, "content-type", kind);
        let said = scene.send(kind, Method::POST, &scene.inbox, headers, body).await;
        assert_eq!(said.status, 202, "{kind}: {}", said.text);
    }
    scene.watched().await;
}
