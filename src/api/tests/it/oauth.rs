//! Signing in, as clients do it.

use crate::fixture::{Answer, Browser, House, ORIGIN, PASSWORD, encoded};
use axum::body::Body;
use base64::Engine as _;
use chrono::TimeDelta;
use http::{Request, StatusCode};
use serde_json::{Value, json};

const REDIRECT: &str = "http://localhost:7777/cb?x=1";
const OOB: &str = "urn:ietf:wg:oauth:2.0:oob";

async fn register(house: &House) -> Value {
    let body = json!({
        "client_name": "A client",
        "redirect_uris": format!("{REDIRECT}\n{OOB}"),
        "scopes": "read write follow push",
        "website": "https://client.example"
    });
    house.json("POST", "/api/v1/apps", "", body).await.ok()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

/// A query to `/oauth/authorize`.
fn asked(app: &Value, redirect: &str, more: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("client_id", text(app, "client_id")),
        ("redirect_uri", redirect),
        ("response_type", "code"),
        ("scope", "read write"),
        ("state", "a&b"),
    ];
    fields.extend(more);
    format!("/oauth/authorize?{}", encoded(&fields))
}

/// Presses a button of the consent page.
async fn decide(browser: &Browser<'_>, page: &Answer, decision: &str, names: &[&str]) -> Answer {
    let values: Vec<_> = names.iter().map(|name| (*name, page.field(name))).collect();
    let mut fields: Vec<_> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    fields.push(("decision", decision));
    browser.submit("/oauth/authorize", &fields).await
}

const FIELDS: [&str; 6] = [
    "token",
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
];

fn query(location: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(ORIGIN).unwrap().join(location).unwrap();
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn apps_are_registered_in_every_form() {
    let house = House::new();
    let app = register(&house).await;
    for name in [
        "id",
        "name",
        "website",
        "client_id",
        "client_secret",
        "redirect_uri",
        "vapid_key",
    ] {
        assert!(app[name].is_string(), "{name}");
    }
    assert_eq!(app["redirect_uris"], json!([REDIRECT, OOB]));
    assert_eq!(app["scopes"], json!(["follow", "push", "read", "write"]));
    assert_eq!(app["client_secret_expires_at"], 0);
    let listed = json!({ "client_name": "b", "redirect_uris": [REDIRECT, OOB] });
    assert_eq!(
        house.json("POST", "/api/v1/apps", "", listed).await.ok()["redirect_uris"],
        json!([REDIRECT, OOB])
    );
    let fields = [
        ("client_name", "c"),
        ("redirect_uris[]", REDIRECT),
        ("redirect_uris[]", OOB),
    ];
    let made = house.form("/api/v1/apps", "", &fields).await.ok();
    assert_eq!(
        (&made["redirect_uris"], &made["scopes"]),
        (&json!([REDIRECT, OOB]), &json!(["read"]))
    );
    let boundary = "--x\r\ncontent-disposition: form-data; name=\"client_name\"\r\n\r\nd\r\n\
        --x\r\ncontent-disposition: form-data; name=\"redirect_uris\"\r\n\r\nurn:ietf:wg:oauth:2.0:oob\r\n--x--\r\n";
    let request = Request::post("/api/v1/apps").header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(
        house.send(request.body(Body::from(boundary)).unwrap()).await.ok()["name"],
        "d"
    );
    let bad = json!({ "client_name": "e", "redirect_uris": "javascript:alert(1)" });
    assert_eq!(
        house.json("POST", "/api/v1/apps", "", bad).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn the_whole_way_with_a_redirect() {
    let house = House::new();
    house.person("ada").await;
    let app = register(&house).await;
    let browser = Browser::new(&house);
    let hash = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        b"a-verifier-of-enough-length-0123456789-0123",
    );
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash);
    let wish = asked(
        &app,
        REDIRECT,
        &[("code_challenge", &challenge), ("code_challenge_method", "S256")],
    );

    let page = browser.open(&wish).await;
    assert_eq!(page.status, StatusCode::OK);
    let next = page.field("next");
    assert_eq!(next, wish);
    let fields = [
        ("token", &*page.field("token")),
        ("next", &next),
        ("username", "Ada"),
        ("password", PASSWORD),
    ];
    let led = browser.submit("/auth/sign_in", &fields).await;
    assert_eq!(
        (led.status, led.header("location")),
        (StatusCode::SEE_OTHER, wish.as_str())
    );

    let page = browser.open(&wish).await;
    assert!(
        page.text.contains("A client") && page.text.contains("localhost:7777"),
        "{}",
        page.text
    );
    assert!(!page.header("content-security-policy").contains("form-action"));
    let names = [&FIELDS[..], &["code_challenge", "code_challenge_method"]].concat();
    let led = decide(&browser, &page, "allow", &names).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER, "{}", led.text);
    let location = led.header("location").to_owned();
    assert!(
        location.starts_with("http://localhost:7777/cb?x=1&code="),
        "{location}"
    );
    assert_eq!(query(&location, "state").as_deref(), Some("a&b"));

    let code = query(&location, "code").unwrap();
    let exchange = |verifier: &'static str| {
        json!({
            "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT,
            "client_id": app["client_id"], "client_secret": app["client_secret"], "code_verifier": verifier
        })
    };
    let refused = house
        .json(
            "POST",
            "/oauth/token",
            "",
            exchange("another-verifier-of-enough-length-012345678"),
        )
        .await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
    assert!(
        refused.text.contains("\"error\":\"invalid_grant\"") && refused.text.contains("error_description")
    );
}

#[tokio::test]
async fn the_whole_way_with_a_code_to_copy() {
    let house = House::new();
    let ada = house.person("ada").await;
    let app = register(&house).await;
    let browser = Browser::new(&house);
    let wish = asked(&app, OOB, &[]);
    assert_eq!(browser.sign_in("@ada@here.example", &wish).await, wish);
    let led = decide(&browser, &browser.open(&wish).await, "allow", &FIELDS).await;
    let location = led.header("location").to_owned();
    let code = query(&location, "code").unwrap();
    assert!(browser.open(&location).await.text.contains(&code));

    // With the secret in the header, as a form.
    let basic = format!("{}:{}", text(&app, "client_id"), text(&app, "client_secret"));
    let request = || {
        Request::post("/oauth/token")
            .header(
                "authorization",
                format!(
                    "Basic {}",
                    base64::engine::general_purpose::STANDARD.encode(&basic)
                ),
            )
            .header("content-type", "application/x-www-form-urlencoded")
    };
    let body = encoded(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", OOB),
    ]);
    let answer = house
        .send(request().body(Body::from(body.clone())).unwrap())
        .await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let token = answer.ok();
    assert_eq!(
        (&token["token_type"], &token["scope"]),
        (&json!("Bearer"), &json!("read write"))
    );
    assert!(token["created_at"].is_i64());
    let secret = text(&token, "access_token");
    let me = house
        .get("/api/v1/accounts/verify_credentials", secret)
        .await
        .ok();
    assert_eq!(me["id"], json!(ada.id.to_string()));
    let client = house.get("/api/v1/apps/verify_credentials", secret).await.ok();
    assert_eq!(
        (&client["name"], &client["client_secret"]),
        (&json!("A client"), &Value::Null)
    );
    let info = house.get("/oauth/userinfo", secret).await.ok();
    assert_eq!(info["preferred_username"], "ada");

    // A second use of the code is refused, and ends the token of the first.
    let again = house.send(request().body(Body::from(body)).unwrap()).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    let gone = house.get("/api/v1/accounts/verify_credentials", secret).await;
    assert_eq!(
        (gone.status, gone.text.as_str()),
        (
            StatusCode::UNAUTHORIZED,
            r#"{"error":"The access token is invalid"}"#
        )
    );
}

#[tokio::test]
async fn what_is_wrong_stays_on_our_page() {
    let house = House::new();
    let app = register(&house).await;
    let id = text(&app, "client_id");
    let mut browser = Browser::new(&house);
    browser.language = "fr";
    let (stranger, elsewhere) = (
        "n’est pas enregistrée ici",
        "une adresse qu’elle n’a pas enregistrée",
    );
    for (client, redirect, kind, scope, told) in [
        ("nobody", REDIRECT, "code", "read", stranger),
        (id, "http://localhost:7777/cb", "code", "read", elsewhere),
        (id, "http://localhost:7777/cb?x=1&y=2", "code", "read", elsewhere),
        (id, "https://evil.example/", "code", "read", elsewhere),
        (id, REDIRECT, "token", "read", "une demande incorrecte"),
        (id, REDIRECT, "code", "admin:read", "demande plus que"),
        (
            id,
            REDIRECT,
            "code",
            "nonsense",
            "n’existe pas ici\u{a0}: nonsense",
        ),
        ("", "", "", "", stranger),
    ] {
        let fields = [
            ("client_id", client),
            ("redirect_uri", redirect),
            ("response_type", kind),
            ("scope", scope),
        ];
        let answer = browser
            .open(&format!("/oauth/authorize?{}", encoded(&fields)))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fields:?}");
        assert_eq!(answer.header("location"), "");
        assert!(answer.header("content-type").starts_with("text/html"));
        assert!(answer.text.contains(told), "{told}: {}", answer.text);
    }
    // What is right is asked for by name, before signing in and after a wrong password.
    let page = browser.open(&asked(&app, REDIRECT, &[])).await;
    let named = "<strong>A client</strong> demande l’accès";
    assert!(page.text.contains(named), "{}", page.text);
    let fields = [
        ("token", page.field("token")),
        ("next", page.field("next")),
        ("username", "nobody".to_owned()),
        ("password", "wrong password".to_owned()),
    ];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = browser.submit("/auth/sign_in", &fields).await;
    assert!(page.text.contains(named), "{}", page.text);
    assert_eq!(
        browser.open("/oauth/authorize?client_id[a]=1").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn forms_of_others_are_refused() {
    let house = House::new();
    house.person("ada").await;
    let app = register(&house).await;
    let (browser, thief) = (Browser::new(&house), Browser::new(&house));
    let wish = asked(&app, REDIRECT, &[]);
    browser.sign_in("ada", &wish).await;
    let page = browser.open(&wish).await;
    let good = [
        ("token", page.field("token")),
        ("client_id", page.field("client_id")),
        ("redirect_uri", REDIRECT.to_owned()),
        ("response_type", "code".to_owned()),
        ("decision", "allow".to_owned()),
    ];
    let mut fields: Vec<_> = good.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(
        browser
            .submit_from("https://evil.example", "/oauth/authorize", &fields)
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        thief.submit("/oauth/authorize", &fields).await.status,
        StatusCode::UNAUTHORIZED
    );
    fields[0].1 = "0";
    assert_eq!(
        browser.submit("/oauth/authorize", &fields).await.status,
        StatusCode::FORBIDDEN
    );
    // Without the cookie that goes with the sign-in form.
    let sign_in = [("token", "0"), ("username", "ada"), ("password", PASSWORD)];
    assert_eq!(
        thief.submit("/auth/sign_in", &sign_in).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn denial_and_forced_sign_in() {
    let house = House::new();
    house.person("ada").await;
    let app = register(&house).await;
    let browser = Browser::new(&house);
    let wish = asked(&app, REDIRECT, &[]);
    browser.sign_in("ada", &wish).await;
    let page = browser.open(&wish).await;
    let led = decide(&browser, &page, "deny", &FIELDS).await;
    assert_eq!(
        query(led.header("location"), "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(query(led.header("location"), "code"), None);
    let page = browser
        .open(&asked(&app, REDIRECT, &[("force_login", "true"), ("lang", "fr")]))
        .await;
    assert!(page.text.contains("Mot de passe"), "{}", page.text);
    assert!(!page.field("next").contains("force_login"));
    // Someone else: signing out leads back to the request.
    let page = browser.open(&wish).await;
    let led = browser
        .submit(
            "/auth/sign_out",
            &[("token", &page.field("token")), ("next", &wish)],
        )
        .await;
    assert_eq!(led.header("location"), wish);
    assert!(browser.open(&wish).await.text.contains("name=\"password\""));
}

#[tokio::test]
async fn codes_expire_and_other_grants_are_refused() {
    let house = House::new();
    house.person("ada").await;
    let app = register(&house).await;
    let browser = Browser::new(&house);
    let wish = asked(&app, OOB, &[]);
    browser.sign_in("ada", &wish).await;
    let led = decide(&browser, &browser.open(&wish).await, "allow", &FIELDS).await;
    let code = query(led.header("location"), "code").unwrap();
    house.clock.advance(TimeDelta::minutes(11));
    let client = [
        ("client_id", text(&app, "client_id")),
        ("client_secret", text(&app, "client_secret")),
    ];
    let ask = |more: Vec<(&'static str, String)>| {
        let fields: Vec<_> = client
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .chain(more)
            .collect();
        let house = &house;
        async move {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            house.form("/oauth/token", "", &fields).await
        }
    };
    let late = ask(vec![
        ("grant_type", "authorization_code".into()),
        ("code", code),
        ("redirect_uri", OOB.into()),
    ])
    .await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST);
    let other = ask(vec![("grant_type", "password".into())]).await;
    assert!(other.text.contains("unsupported_grant_type"));
    assert!(ask(Vec::new()).await.text.contains("invalid_request"));
    let own = ask(vec![
        ("grant_type", "client_credentials".into()),
        ("scope", "read".into()),
    ])
    .await
    .ok();
    let token = text(&own, "access_token");
    assert_eq!(
        house.get("/api/v1/apps/verify_credentials", token).await.status,
        StatusCode::OK
    );
    let person = house.get("/api/v1/accounts/verify_credentials", token).await;
    assert_eq!(person.status, StatusCode::UNAUTHORIZED);
    let wrong = [
        client[0],
        ("client_secret", "wrong"),
        ("grant_type", "client_credentials"),
    ];
    let wrong = house.form("/oauth/token", "", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.text.contains("invalid_client"));
    let fields = [client[0], client[1], ("token", token)];
    assert_eq!(house.form("/oauth/revoke", "", &fields).await.ok(), json!({}));
    assert_eq!(house.form("/oauth/revoke", "", &fields).await.ok(), json!({}));
    assert_eq!(
        house.get("/api/v1/apps/verify_credentials", token).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn metadata_names_what_is_there() {
    let house = House::new();
    let metadata = house
        .get("/.well-known/oauth-authorization-server", "")
        .await
        .ok();
    assert_eq!(metadata["issuer"], "https://here.example/");
    assert!(
        metadata["scopes_supported"]
            .as_array()
            .unwrap()
            .contains(&json!("profile"))
    );
    let led = house.get("/.well-known/change-password", "").await;
    assert_eq!(
        (led.status, led.header("location")),
        (StatusCode::SEE_OTHER, "/auth/password")
    );
}

#[tokio::test]
async fn registering_is_limited() {
    let house = House::new();
    let body = json!({ "client_name": "a", "redirect_uris": OOB });
    let quota = |answer: &Answer| {
        ["limit", "remaining", "reset"].map(|what| answer.header(&format!("x-ratelimit-{what}")).to_owned())
    };
    let reset = (house.ctx.now() + TimeDelta::minutes(10))
        .format("%Y-%m-%dT%H:%M:%S%.3fZ")
        .to_string();
    for left in (0..60).rev() {
        let answer = house.json("POST", "/api/v1/apps", "", body.clone()).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(quota(&answer), ["60", &left.to_string(), &reset]);
    }
    let refused = house.json("POST", "/api/v1/apps", "", body.clone()).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(quota(&refused), ["60", "0", &reset]);
    assert!(
        refused
            .header("access-control-expose-headers")
            .contains("X-RateLimit-Reset")
    );
    // What is not counted says nothing of a limit.
    assert_eq!(quota(&house.get("/api/v2/instance", "").await), ["", "", ""]);
    house.clock.advance(TimeDelta::minutes(11));
    assert_eq!(
        house.json("POST", "/api/v1/apps", "", body).await.status,
        StatusCode::OK
    );
}
