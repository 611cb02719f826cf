//! The web client: its files, its paths, and signing in with it.

use crate::fixture::{Answer, Browser, House, ORIGIN, authorized, encoded};
use axum::body::Body;
use base64::Engine as _;
use entrenous_api::ClientFile;
use entrenous_model::Role;
use http::{Request, StatusCode};
use serde_json::{Value, json};

const VERIFIER: &str = "a-verifier-of-enough-length-0123456789-0123456789";
const BACK: &str = "https://here.example/signed-in";
const SCOPES: &str = "read write follow push admin:read admin:write";

/// A client of three files; what is "compressed" needs not be.
fn with_client() -> House {
    let file = |path, plain: &'static str, brotli, gzip| ClientFile {
        path,
        plain: plain.as_bytes(),
        brotli,
        gzip,
    };
    House::with_client(vec![
        file(
            "index.html",
            "<!doctype html><title>x</title>",
            Some(b"BR"),
            Some(b"GZ"),
        ),
        file("sw.js", "self", None, None),
        file("assets/index-Ab12.js", "run()", Some(b"br"), None),
    ])
}

async fn ask(house: &House, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| {
        request.header(*name, *value)
    });
    house.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_first_page_is_the_same_for_everyone() {
    let house = with_client();
    house.person_as("boss", Role::Owner).await;
    let token = house.token("boss", SCOPES).await;
    let browser = Browser::new(&house);
    browser.sign_in("boss", "/").await;
    for path in [
        "/",
        "/home",
        "/local",
        "/known",
        "/notifications",
        "/search?q=x",
        "/bookmarks",
        "/favourites",
        "/conversations",
        "/lists",
        "/lists/1",
        "/groups",
        "/g/1",
        "/g/1/members",
        "/people",
        "/organisations",
        "/compose",
        "/settings",
        "/settings/security",
        "/admin",
        "/admin/people",
        "/about",
        "/about?lang[a]=x",
        "/tags/x",
        "/@boss",
        "/@nobody@elsewhere.example:8302",
        "/@boss/1",
        "/@boss/followers",
        "/@boss/1/favourited_by",
        "/signed-in?code=x&state=y",
        "/design",
        "/admin/peers/1",
        "/admin/peers/network",
    ] {
        let plain = ask(&house, path, &[]).await;
        assert_eq!(plain.status, StatusCode::OK, "{path}");
        assert_eq!(plain.text, "<!doctype html><title>x</title>", "{path}");
        assert_eq!(plain.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert_eq!(plain.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(plain.header("set-cookie"), "", "{path}");
        let with_cookie = browser.open(path).await;
        let with_token = house.get(path, &token).await;
        for other in [with_cookie, with_token] {
            assert_eq!(other.headers, plain.headers, "{path}");
            assert_eq!(other.text, plain.text, "{path}");
        }
    }
    for elsewhere in ["/home/x", "/nothing", "/admin/a/b/c"] {
        assert_eq!(ask(&house, elsewhere, &[]).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn files_are_compressed_and_kept() {
    let house = with_client();
    let page = ask(&house, "/home", &[("accept-encoding", "gzip, deflate, br")]).await;
    assert_eq!(
        (page.text.as_str(), page.header("content-encoding")),
        ("BR", "br")
    );
    assert_eq!(page.header("vary"), "accept-encoding");
    assert_eq!(page.header("cache-control"), "no-cache");
    let gzip = ask(&house, "/home", &[("accept-encoding", "gzip")]).await;
    assert_eq!(
        (gzip.text.as_str(), gzip.header("content-encoding")),
        ("GZ", "gzip")
    );
    assert_ne!(gzip.header("etag"), page.header("etag"));
    for tag in [
        page.header("etag").to_owned(),
        format!("\"a\", W/{}", page.header("etag")),
    ] {
        let headers = [("accept-encoding", "br"), ("if-none-match", tag.as_str())];
        let same = ask(&house, "/notifications", &headers).await;
        assert_eq!((same.status, same.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
        assert_eq!(same.header("etag"), page.header("etag"));
        assert_eq!(same.header("access-control-allow-origin"), "");
    }
    let other = [("if-none-match", page.header("etag"))];
    assert_eq!(
        ask(&house, "/home", &other).await.status,
        StatusCode::OK,
        "another form"
    );

    let script = ask(
        &house,
        "/assets/index-Ab12.js",
        &[("accept-encoding", "br, gzip")],
    )
    .await;
    assert_eq!(
        (script.text.as_str(), script.header("content-encoding")),
        ("br", "br")
    );
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(
        script.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    // No gzip form was worth keeping.
    let plain = ask(&house, "/assets/index-Ab12.js", &[("accept-encoding", "gzip")]).await;
    assert_eq!(
        (plain.text.as_str(), plain.header("content-encoding")),
        ("run()", "")
    );
    let worker = ask(&house, "/sw.js", &[]).await;
    assert_eq!(worker.header("service-worker-allowed"), "/");
    assert_eq!(worker.header("cache-control"), "no-cache");
    for missing in [
        "/assets/index.html",
        "/assets/index-Ab12.css",
        "/assets/..%2Fsw.js",
        "/index.html",
    ] {
        let answer = ask(&house, missing, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{missing}");
    }
}

#[tokio::test]
async fn the_client_may_load_from_here_alone() {
    let house = with_client();
    for path in ["/", "/@boss", "/sw.js", "/assets/index-Ab12.js"] {
        let answer = ask(&house, path, &[]).await;
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
             media-src 'self' blob:; connect-src 'self' wss://here.example; font-src 'self'; manifest-src 'self'; \
             worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn without_a_client_its_paths_are_not_there() {
    let house = House::new();
    for path in [
        "/home",
        "/people",
        "/signed-in",
        "/assets/index-Ab12.js",
        "/sw.js",
        "/@a/1/x",
    ] {
        assert_eq!(
            ask(&house, path, &[]).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert!(ask(&house, "/about", &[]).await.text.contains("A node in a test"));
}

fn challenge() -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VERIFIER.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash)
}

/// A request for the web client, with `more` in place of what has the same name.
fn wish(more: &[(&'static str, &str)]) -> String {
    let challenge = challenge();
    let mut fields = vec![
        ("client_id", "entrenous-web"),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", SCOPES),
        ("state", "a&b"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    fields.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    format!("/oauth/authorize?{}", encoded(&fields))
}

fn query(location: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(location).unwrap();
    let mut pairs = url.query_pairs();
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

async fn exchange(house: &House, code: &str, more: &[(&'static str, &str)]) -> Answer {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "entrenous-web"),
        ("redirect_uri", BACK),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    fields.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    house.form("/oauth/token", "", &fields).await
}

/// A code for someone whose browser is signed in.
async fn code(browser: &Browser<'_>) -> String {
    let led = browser.open(&wish(&[])).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER, "{}", led.text);
    query(led.header("location"), "code").unwrap()
}

#[tokio::test]
async fn signing_in_asks_for_no_consent() {
    let house = with_client();
    let boss = house.person_as("boss", Role::Owner).await;
    let browser = Browser::new(&house);
    let page = browser.open(&wish(&[("lang", "fr")])).await;
    // People sign in to the node; no client asks them for anything.
    assert!(page.text.contains("Mot de passe") && !page.text.contains("demande l’accès"));
    assert_eq!(
        browser.sign_in("boss", &page.field("next")).await,
        page.field("next")
    );
    let led = browser.open(&page.field("next")).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER);
    assert_eq!(led.header("cache-control"), "no-store");
    let location = led.header("location");
    assert!(
        location.starts_with("https://here.example/signed-in?code="),
        "{location}"
    );
    assert_eq!(query(location, "state").as_deref(), Some("a&b"));
    let token = exchange(&house, &query(location, "code").unwrap(), &[])
        .await
        .ok();
    assert_eq!(token["scope"], "admin:read admin:write follow push read write");
    let secret = token["access_token"].as_str().unwrap();
    let me = house
        .get("/api/v1/accounts/verify_credentials", secret)
        .await
        .ok();
    assert_eq!(me["id"], json!(boss.id.to_string()));
    let client = house.get("/api/v1/apps/verify_credentials", secret).await.ok();
    assert_eq!(
        (&client["name"], &client["redirect_uris"]),
        (&json!("Entrenous"), &json!([BACK]))
    );
    let tokens = house.get("/api/entrenous/v1/tokens", secret).await.ok();
    assert_eq!(tokens.as_array().map(Vec::len), Some(1));

    let again = browser
        .open(&wish(&[("force_login", "true"), ("lang", "fr")]))
        .await;
    assert_eq!(again.status, StatusCode::OK);
    assert!(again.text.contains("Mot de passe") && !again.field("next").contains("force_login"));
    // Signed in on the node's own page, for no client: the web client takes over.
    assert_eq!(Browser::new(&house).sign_in("boss", "/").await, "/?sign-in");
    let elsewhere = Browser::new(&house).sign_in("boss", "/auth/password").await;
    assert_eq!(elsewhere, "/auth/password");
}

#[tokio::test]
async fn administration_stays_with_administrators() {
    let house = with_client();
    house.person("ada").await;
    let browser = Browser::new(&house);
    browser.sign_in("ada", "/").await;
    let token = exchange(&house, &code(&browser).await, &[]).await.ok();
    let secret = token["access_token"].as_str().unwrap();
    let answer = house.get("/api/entrenous/v1/admin/peers", secret).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text);
}

#[tokio::test]
async fn a_code_alone_is_worth_nothing() {
    let house = with_client();
    house.person("ada").await;
    let browser = Browser::new(&house);
    browser.sign_in("ada", "/").await;
    for wrong in [
        [("code_verifier", "")],
        [("code_verifier", "another-verifier-of-enough-length-0123456789-01")],
        [("redirect_uri", "https://here.example/signed-in/")],
        [("client_secret", "a secret")],
    ] {
        let refused = exchange(&house, &code(&browser).await, &wrong).await;
        assert!(refused.status.is_client_error(), "{wrong:?} {}", refused.text);
    }
    // Whoever intercepts it registers a client of their own in vain.
    let body = json!({
        "client_name": "entrenous-web", "client_id": "entrenous-web", "redirect_uris": BACK, "scopes": SCOPES
    });
    let other = house.json("POST", "/api/v1/apps", "", body).await.ok();
    assert_ne!(other["client_id"], "entrenous-web");
    let credentials = [
        ("client_id", other["client_id"].as_str().unwrap()),
        ("client_secret", other["client_secret"].as_str().unwrap()),
    ];
    let stolen = exchange(&house, &code(&browser).await, &credentials).await;
    assert!(stolen.text.contains("invalid_grant"), "{}", stolen.text);
    let own = house
        .form(
            "/oauth/token",
            "",
            &[
                ("grant_type", "client_credentials"),
                ("client_id", "entrenous-web"),
            ],
        )
        .await;
    assert!(own.text.contains("invalid_client"), "{}", own.text);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_leads_nowhere() {
    let house = with_client();
    house.person("ada").await;
    let browser = Browser::new(&house);
    browser.sign_in("ada", "/").await;
    for wrong in [
        vec![("redirect_uri", "https://evil.example/signed-in")],
        vec![("redirect_uri", "https://here.example/")],
        vec![("redirect_uri", "urn:ietf:wg:oauth:2.0:oob")],
        vec![("code_challenge", ""), ("code_challenge_method", "")],
        vec![("code_challenge_method", "plain")],
        vec![("response_type", "token")],
    ] {
        let page = browser.open(&wish(&wrong)).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{wrong:?}");
        assert_eq!(page.header("location"), "");
    }
    // Nobody else skips consent, whatever they call themselves and wherever they return to.
    let body = json!({ "client_name": "Entrenous", "redirect_uris": BACK, "scopes": SCOPES });
    let other: Value = house.json("POST", "/api/v1/apps", "", body).await.ok();
    let id = other["client_id"].as_str().unwrap();
    let page = browser.open(&wish(&[("client_id", id)])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("name=\"decision\""), "{}", page.text);
}

#[tokio::test]
async fn signing_out_ends_token_and_browser() {
    let house = with_client();
    for name in ["ada", "bob"] {
        house.person(name).await;
    }
    let browser = Browser::new(&house);
    browser.sign_in("ada", "/").await;
    let token = exchange(&house, &code(&browser).await, &[]).await.ok();
    let secret = token["access_token"].as_str().unwrap();
    // The cookie alone ends nothing, and a page of another site ends no session.
    let refused = browser.submit("/api/entrenous/v1/sign_out", &[]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let foreign = house.token("ada", "read").await;
    let left = browser
        .call_from("https://evil.example", "/api/entrenous/v1/sign_out", &foreign)
        .await;
    assert_eq!((left.status, left.header("set-cookie")), (StatusCode::OK, ""));
    // Nor does someone else's token.
    let bob = house.token("bob", "read").await;
    let left = browser
        .call_from(ORIGIN, "/api/entrenous/v1/sign_out", &bob)
        .await;
    assert_eq!((left.status, left.header("set-cookie")), (StatusCode::OK, ""));
    assert_eq!(browser.open("/auth/password").await.status, StatusCode::OK);

    let left = browser
        .call_from(ORIGIN, "/api/entrenous/v1/sign_out", secret)
        .await;
    assert_eq!((left.status, left.text.as_str()), (StatusCode::OK, "{}"));
    assert!(
        left.header("set-cookie").contains("Max-Age=0"),
        "{:?}",
        left.headers
    );
    assert_eq!(
        browser.open("/auth/password").await.status,
        StatusCode::UNAUTHORIZED
    );
    let me = authorized("GET", "/api/v1/accounts/verify_credentials", secret);
    let answer = house.send(me.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    // A client elsewhere revokes in the usual way, without the cookie.
    let browser = Browser::new(&house);
    browser.sign_in("ada", "/").await;
    let token = exchange(&house, &code(&browser).await, &[]).await.ok();
    let secret = token["access_token"].as_str().unwrap();
    let fields = [("client_id", "entrenous-web"), ("token", secret)];
    house.form("/oauth/revoke", "", &fields).await.ok();
    assert_eq!(
        house
            .get("/api/v1/accounts/verify_credentials", secret)
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );
}
