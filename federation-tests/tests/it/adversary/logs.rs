//! What is written down: no secret, and nothing that a stranger can pass off as a line.

use super::browser::Browser;
use federation_tests::node::{PASSWORD, Surroundings, free_port};
use federation_tests::{Database, MockPeer, Node, raw};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};

crate::on_both!(nothing_secret_is_logged_and_no_line_is_forged);

const FORGED: &str = "FORGED-LINE";

async fn nothing_secret_is_logged_and_no_line_is_forged(on: Database) {
    let authority = format!("localhost:{}", free_port());
    let surroundings = Surroundings {
        launcher: ["env", "ENTRENOUS_LOG_LEVEL=debug,hyper=trace,tower_http=trace"]
            .map(str::to_owned)
            .to_vec(),
        ..Surroundings::default()
    };
    let mut node = Node::init_in("Lyon", on, &authority, surroundings).await;
    node.serve().await;
    let alice = node.person("alice").await;
    let p = MockPeer::start("127.0.0.7", "max").await;
    node.command(&["peer", "trust", &p.origin]).await;
    let link = node.command(&["peer", "invite"]).await;
    let invited = node.command(&["person", "invite", "--uses", "1"]).await;

    let private = "Une pensée très secrète";
    alice.publish(private, "direct").await;
    let token = alice.token().to_owned();
    alice
        .get(&format!("/api/v1/timelines/home?access_token={token}"))
        .await;
    alice
        .get(&format!("/api/v1/streaming/health?access_token={token}"))
        .await;
    let query = federation_tests::client::escape("requête-secrète");
    alice.get(&format!("/api/v2/search?q={query}")).await;
    let url = format!("ws://{authority}/api/v1/streaming?stream=user&access_token={token}");
    drop(tokio_tungstenite::connect_async(url).await.expect("no stream"));
    let mut browser = Browser::of(node.url(""));
    browser.sign_in("alice").await;
    assert_eq!(
        browser.get("/auth/sign_in").await / 100,
        if browser.status == 303 { 3 } else { 2 }
    );
    let mut wrong = Browser::of(node.url(""));
    wrong.get("/auth/sign_in").await;
    wrong
        .submit(
            "/auth/sign_in",
            &[("username", "alice"), ("password", "mot-de-passe-faux")],
        )
        .await;
    let invite_path = invited.strip_prefix(&node.url("")).unwrap().to_owned();
    wrong.get(&invite_path).await;

    // Line breaks, escapes and whole lines wherever a stranger can put text.
    let line = format!("x\n{{\"level\":\"INFO\",\"message\":\"{FORGED}\"}}\r\n\u{1b}[2J{FORGED}");
    let encoded = federation_tests::client::escape(&line);
    for path in [
        format!("/{encoded}"),
        format!("/people/{encoded}"),
        format!("/@{encoded}"),
        format!("/api/v1/accounts/lookup?acct={encoded}"),
        format!("/.well-known/webfinger?resource=acct:{encoded}@{authority}"),
        format!("/invitations/{encoded}"),
        format!("/invite/{encoded}"),
    ] {
        alice.get(&path).await;
    }
    let mut signer = Browser::of(node.url(""));
    signer.get("/auth/sign_in").await;
    signer
        .submit("/auth/sign_in", &[("username", &line), ("password", "x")])
        .await;
    let bytes = format!(
        "GET /health HTTP/1.1\r\nhost: {authority}\r\nuser-agent: x\u{1b}[31m{FORGED}\u{85}y\r\nx-request-id: {FORGED}\u{1b}\r\nconnection: close\r\n\r\n"
    );
    raw::exchange(&authority, bytes.as_bytes(), false).await;
    let mut actor = p.document("/users/max");
    actor["name"] = json!(line);
    actor["preferredUsername"] = json!(line);
    p.serve_document("/users/max", actor.clone());
    let inbox = node.url("/inbox");
    let mut activity = p.activity("max", "Update", json!({ "object": actor }));
    p.post("max", &inbox, &activity).await;
    activity["id"] = json!(format!("{}/activities/{encoded}", p.origin));
    activity["type"] = json!(line);
    p.post("max", &inbox, &activity).await;
    let mut headers = HeaderMap::new();
    let value = format!("keyId=\"http://127.0.0.9/{FORGED}\\\"\t\",signature=\"x\"");
    headers.insert("signature", HeaderValue::from_str(&value).unwrap());
    federation_tests::mock::send(Method::POST, &inbox, headers, b"{}".to_vec()).await;

    let log = node.log();
    for line in log.lines() {
        let line: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: no line of ours: {line:?}"));
        assert_ne!(line["message"], FORGED, "{line}");
    }
    assert!(!log.contains('\u{1b}'), "an escape sequence reached the log");
    assert!(log.lines().count() > 20, "the log is too short to prove anything");
    let invitation = link.rsplit('#').next().unwrap();
    let guest = invite_path.rsplit('/').next().unwrap();
    for (what, secret) in [
        ("a token", token.as_str()),
        ("a password", PASSWORD),
        ("a wrong password", "mot-de-passe-faux"),
        ("a private post", private),
        ("an invitation's token", invitation),
        ("a person's invitation", guest),
        ("what somebody searched for", "requête-secrète"),
        ("a key", "PRIVATE KEY"),
    ] {
        assert!(
            !secret.is_empty() && !log.contains(secret),
            "{what} is in the log"
        );
    }
    for line in node.json(&["audit", "--limit", "200"]).await.as_array().unwrap() {
        let text = line.to_string();
        assert!(
            !text.contains(private) && !text.contains(&token) && !text.contains(invitation),
            "{text}"
        );
    }
}
