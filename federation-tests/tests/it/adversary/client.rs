//! Clients, tokens and streams.

use super::browser::Browser;
use super::{Scene, filled, many, routes};
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use federation_tests::client::escape;
use federation_tests::node::PASSWORD;
use federation_tests::{Answer, Client, Database};
use futures_util::StreamExt as _;
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::connect_async;

crate::on_both!(
    codes_are_bound_and_used_once,
    a_scope_opens_what_it_says,
    streams_end_with_the_right_to_them
);

const BACK: &str = "https://client.example/back?x=1";
const VERIFIER: &str = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee";

async fn app(client: &Client, uri: &str) -> Value {
    let body = json!({ "client_name": "Client", "redirect_uris": uri, "scopes": "read write" });
    client.post("/api/v1/apps", body).await.ok()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

fn ask(app: &Value, redirect_uri: &str) -> String {
    let challenge = digest::digest(&digest::SHA256, VERIFIER.as_bytes());
    format!(
        "/oauth/authorize?response_type=code&client_id={}&redirect_uri={}&scope=read&state=s&code_challenge={}&code_challenge_method=S256",
        escape(text(app, "client_id")),
        escape(redirect_uri),
        URL_SAFE_NO_PAD.encode(challenge.as_ref()),
    )
}

async fn code(browser: &mut Browser, app: &Value) -> String {
    assert_eq!(browser.get(&ask(app, BACK)).await, 200, "{}", browser.page);
    assert_eq!(
        browser.submit("/oauth/authorize", &[("decision", "allow")]).await,
        303,
        "{}",
        browser.page
    );
    assert!(browser.location.starts_with(BACK), "{}", browser.location);
    let url = url::Url::parse(&browser.location).unwrap();
    let code = url.query_pairs().find(|(name, _)| name == "code").unwrap();
    code.1.into_owned()
}

async fn exchange(
    client: &Client,
    app: &Value,
    code: &str,
    redirect_uri: &str,
    verifier: Option<&str>,
) -> Answer {
    let mut body = json!({
        "grant_type": "authorization_code", "client_id": app["client_id"], "client_secret": app["client_secret"],
        "code": code, "redirect_uri": redirect_uri,
    });
    if let Some(verifier) = verifier {
        body["code_verifier"] = json!(verifier);
    }
    client.post("/oauth/token", body).await
}

async fn codes_are_bound_and_used_once(on: Database) {
    let scene = Scene::open(on).await;
    let anyone = scene.node.client("");
    let (mine, other) = (app(&anyone, BACK).await, app(&anyone, BACK).await);
    let mut browser = Browser::of(scene.node.url(""));
    browser.sign_in("alice").await;

    for uri in [
        "",
        "https://client.example/back",
        "https://client.example/back?x=1&y=2",
        "https://client.example/back?x=1#f",
        "https://client.example/back/?x=1",
        "https://CLIENT.example/back?x=1",
        "http://client.example/back?x=1",
        "https://client.example:443/back?x=1",
        "https://client.example.evil.example/back?x=1",
        "https://user@client.example/back?x=1",
        "https://client.example/./back?x=1",
        "https://client.example/%62ack?x=1",
        "https://evil.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "//client.example/back?x=1",
        "https://client.example/back?x=1\r\nx: y",
        "urn:ietf:wg:oauth:2.0:oob",
    ] {
        let status = browser.get(&ask(&mine, uri)).await;
        assert_eq!(
            (status, browser.location.as_str()),
            (400, ""),
            "{uri:?}: {}",
            browser.page
        );
    }
    let fine = ask(&mine, BACK);
    for (wrong, right) in [
        ("client_id=x", "client_id="),
        ("response_type=token", "response_type=code"),
        ("scope=write:everything", "scope=read"),
        ("scope=admin:write", "scope=read"),
        ("code_challenge_method=plain", "code_challenge_method=S256"),
    ] {
        let status = browser.get(&fine.replacen(right, wrong, 1)).await;
        assert_eq!(
            (status, browser.location.as_str()),
            (400, ""),
            "{wrong}: {}",
            browser.page
        );
    }
    for uri in [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "nonsense",
        "https://client.example/#x",
        "",
    ] {
        let body = json!({ "client_name": "Client", "redirect_uris": uri, "scopes": "read" });
        let said = anyone.post("/api/v1/apps", body).await;
        assert_eq!(said.status, 422, "{uri}: {}", said.text);
    }
    // A form of another site, and one without its token.
    assert_eq!(browser.get(&fine).await, 200);
    assert_eq!(
        browser
            .submit("/oauth/authorize", &[("decision", "allow"), ("token", "x")])
            .await,
        403
    );

    for (what, app, uri, verifier) in [
        (
            "another redirect URI",
            &mine,
            "https://client.example/back",
            Some(VERIFIER),
        ),
        ("another client", &other, BACK, Some(VERIFIER)),
        (
            "a wrong verifier",
            &mine,
            BACK,
            Some("wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong"),
        ),
        ("no verifier", &mine, BACK, None),
    ] {
        let code = code(&mut browser, &mine).await;
        let said = exchange(&anyone, app, &code, uri, verifier).await;
        assert_eq!(said.status, 400, "{what}: {}", said.text);
        assert_eq!(said.json()["error"], "invalid_grant", "{what}");
    }
    let fresh = code(&mut browser, &mine).await;
    let mut thief = mine.clone();
    thief["client_secret"] = json!("wrong");
    assert_eq!(
        exchange(&anyone, &thief, &fresh, BACK, Some(VERIFIER))
            .await
            .status,
        401
    );

    // Fifty at once: at most one token, and a second use revokes it.
    let all = many(
        50,
        (0..50).map(|_| exchange(&anyone, &mine, &fresh, BACK, Some(VERIFIER))),
    )
    .await;
    let given: Vec<Value> = all
        .iter()
        .filter(|said| said.status == 200)
        .map(Answer::json)
        .collect();
    assert_eq!(given.len(), 1);
    assert!(all.iter().all(|said| [200, 400, 429].contains(&said.status)));
    let token = text(given.first().unwrap(), "access_token").to_owned();
    let said = exchange(&anyone, &mine, &fresh, BACK, Some(VERIFIER)).await;
    assert_eq!(said.status, 400, "{}", said.text);
    let said = scene
        .node
        .client(&token)
        .get("/api/v1/accounts/verify_credentials")
        .await;
    assert_eq!(said.status, 401, "{}", said.text);
    scene.watched().await;
}

const SCOPES: &[&str] = &[
    "read:accounts",
    "read:blocks",
    "read:bookmarks",
    "read:favourites",
    "read:filters",
    "read:follows",
    "read:groups",
    "read:lists",
    "read:mutes",
    "read:notifications",
    "read:search",
    "read:statuses",
    "write:accounts",
    "write:blocks",
    "write:bookmarks",
    "write:favourites",
    "write:filters",
    "write:follows",
    "write:groups",
    "write:lists",
    "write:media",
    "write:mutes",
    "write:notifications",
    "write:statuses",
    "push",
    "profile",
];

async fn a_scope_opens_what_it_says(on: Database) {
    let scene = Scene::open(on).await;
    let routes = routes().await;
    let before = scene.before().await;
    let mut tokens = Vec::new();
    for (who, scopes) in [
        ("alice", SCOPES),
        (
            "owner",
            &["read", "write", "follow", "push", "admin:read", "admin:write"][..],
        ),
    ] {
        for scope in scopes {
            let token = scene
                .node
                .command(&["token", "create", "--username", who, "--scopes", scope])
                .await;
            tokens.push((who, *scope, scene.node.client(&token)));
        }
    }
    let mut probes = Vec::new();
    for route in routes.iter().filter(|route| !route.scopes.is_empty()) {
        for (who, scope, client) in &tokens {
            let granted = route.scopes.iter().any(|needed| {
                needed == scope
                    || needed
                        .strip_prefix(scope)
                        .is_some_and(|rest| rest.starts_with(':'))
                    || (*scope == "follow"
                        && ["follows", "blocks", "mutes"].iter().any(|noun| {
                            ["read", "write"]
                                .iter()
                                .any(|verb| *needed == format!("{verb}:{noun}"))
                        }))
                    || (needed == "profile" && ["read", "read:accounts"].contains(scope))
            });
            // What is granted is tested elsewhere; here only reading that ends.
            if granted && (route.method != Method::GET || route.path.contains("streaming")) {
                continue;
            }
            let path = filled(&route.path, "1");
            let body = (route.method != Method::GET).then(|| json!({}));
            probes.push((
                format!("{who} with {scope}: {} {path}", route.method),
                granted,
                async move { client.try_send(route.method.as_str(), &path, body).await.unwrap() },
            ));
        }
    }
    let answers = many(
        16,
        probes
            .into_iter()
            .map(|(what, granted, send)| async move { (what, granted, send.await) }),
    )
    .await;
    let wrong: Vec<String> = answers
        .iter()
        .filter(|(_, granted, said)| {
            if *granted {
                [401, 403].contains(&said.status) || said.status >= 500
            } else {
                said.status != 403
            }
        })
        .map(|(what, granted, said)| {
            format!("{what} (granted: {granted}): {} {:.100}", said.status, said.text)
        })
        .collect();
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(answers.len() > 2_000, "{}", answers.len());

    // The scopes of an administrator open nothing to who is none.
    let (made, token, _) = scene
        .node
        .try_command(
            &[
                "token",
                "create",
                "--username",
                "alice",
                "--scopes",
                "read write admin:read admin:write",
            ],
            "",
        )
        .await;
    if made {
        let client = scene.node.client(&token);
        for route in routes.iter().filter(|route| route.access == "administrator") {
            let body = (route.method != Method::GET).then(|| json!({}));
            let said = client
                .try_send(route.method.as_str(), &filled(&route.path, "1"), body)
                .await
                .unwrap();
            assert_eq!(said.status, 403, "{} {}: {}", route.method, route.path, said.text);
        }
    }
    // WebSockets: the scope is asked for each stream.
    for scope in ["write:statuses", "profile", "push"] {
        let (_, _, client) = tokens
            .iter()
            .find(|(who, have, _)| *who == "alice" && *have == scope)
            .unwrap();
        let url = format!(
            "ws://{}/api/v1/streaming?stream=user&access_token={}",
            scene.node.authority,
            client.token()
        );
        assert!(connect_async(url).await.is_err(), "{scope}");
    }
    scene.close(&before).await;
}

async fn streams_end_with_the_right_to_them(on: Database) {
    let scene = Scene::open(on).await;
    let open = async |client: &Client| {
        let url = format!(
            "ws://{}/api/v1/streaming?stream=user&access_token={}",
            scene.node.authority,
            client.token()
        );
        let (socket, _) = connect_async(url).await.expect("no WebSocket");
        let events = scene
            .http
            .get(scene.node.url("/api/v1/streaming/user"))
            .bearer_auth(client.token())
            .timeout(Duration::from_secs(60));
        let events = events.send().await.unwrap();
        assert_eq!(events.status().as_u16(), 200);
        (socket, events.bytes_stream())
    };
    let mut ends = Vec::new();
    for name in ["revoker", "disabled", "changer"] {
        let client = scene.node.person(name).await;
        ends.push((name, open(&client).await, client));
    }
    let [(_, first, revoker), (_, second, _), (_, third, changer)] = <[_; 3]>::try_from(ends).ok().unwrap();
    let closed = async |what: &str, (mut socket, mut events): (_, _)| {
        let socket: &mut tokio_tungstenite::WebSocketStream<_> = &mut socket;
        let both = async {
            while let Some(Ok(message)) = socket.next().await {
                if message.is_close() {
                    break;
                }
            }
            let events: &mut (
                     dyn futures_util::Stream<Item = reqwest::Result<axum::body::Bytes>> + Unpin + Send
                 ) = &mut events;
            while let Some(Ok(_)) = events.next().await {}
        };
        tokio::time::timeout(Duration::from_secs(5), both)
            .await
            .unwrap_or_else(|_| panic!("{what}: still open after 5 s"));
    };
    let tokens = revoker.get("/api/entrenous/v1/tokens").await.ok();
    let id = text(&tokens[0], "id");
    let said = revoker.delete(&format!("/api/entrenous/v1/tokens/{id}")).await;
    assert_eq!(said.status, 200, "{}", said.text);
    closed("revoked", first).await;
    assert_eq!(revoker.get("/api/v1/timelines/home").await.status, 401);

    scene
        .node
        .command(&["person", "disable", "--username", "disabled"])
        .await;
    closed("disabled", second).await;

    let mut browser = Browser::of(scene.node.url(""));
    browser.sign_in("changer").await;
    assert_eq!(browser.get("/auth/password").await, 200);
    let fields = [
        ("current", PASSWORD),
        ("password", "another horse battery"),
        ("again", "another horse battery"),
    ];
    assert_eq!(
        browser.submit("/auth/password", &fields).await,
        200,
        "{}",
        browser.page
    );
    closed("password changed", third).await;
    assert_eq!(changer.get("/api/v1/timelines/home").await.status, 401);
    scene.watched().await;
}
