//! The list of routes itself: who may use what, and what every answer carries.

use crate::fixture::{House, authorized};
use axum::body::Body;
use entrenous_door::{Access, RouteInfo};
use entrenous_model::oauth::KNOWN_SCOPES;
use entrenous_model::{Role, Scopes};
use http::StatusCode;
use std::collections::BTreeSet;

/// A path of a route, with something in the place of its parameters.
fn path(route: &RouteInfo) -> String {
    let mut path = String::new();
    for (at, piece) in route.path.split(['{', '}']).enumerate() {
        path.push_str(if at % 2 == 0 { piece } else { "1" });
    }
    path
}

#[test]
fn open_routes_are_exactly_these() {
    let routes = entrenous_api::routes();
    let open: BTreeSet<_> = routes
        .list()
        .iter()
        .filter(|route| route.access.is_open())
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    // The web client: static files and, on its own paths, its first page, the same bytes for everyone (see `web`).
    let client = [
        "GET /",
        "GET /@{username}",
        "GET /@{username}/{id}",
        "GET /@{username}/{id}/{part}",
        "GET /about",
        "GET /admin",
        "GET /admin/{section}",
        "GET /admin/{section}/{id}",
        "GET /assets/{file}",
        "GET /bookmarks",
        "GET /compose",
        "GET /conversations",
        "GET /design",
        "GET /favourites",
        "GET /g/{id}",
        "GET /g/{id}/{section}",
        "GET /groups",
        "GET /home",
        "GET /known",
        "GET /lists",
        "GET /lists/{id}",
        "GET /local",
        "GET /notifications",
        "GET /organisations",
        "GET /people",
        "GET /scheduled",
        "GET /search",
        "GET /settings",
        "GET /settings/{section}",
        "GET /signed-in",
        "GET /sw.js",
        "GET /tags/{name}",
    ];
    let others = [
        "GET /.well-known/change-password",
        "GET /.well-known/oauth-authorization-server",
        "GET /api/v1/instance",
        "GET /api/v2/instance",
        "GET /apple-touch-icon.png",
        "GET /auth/language",
        "GET /auth/sign_in",
        "GET /favicon.ico",
        "GET /health",
        "GET /invitations/{id}",
        "GET /invite/{code}",
        "GET /manifest.json",
        "GET /manifest.webmanifest",
        "GET /oauth/authorize",
        "GET /static/{file}",
        "POST /api/v1/apps",
        "POST /auth/sign_in",
        "POST /invite/{code}",
        "POST /oauth/revoke",
        "POST /oauth/token",
    ];
    let written: BTreeSet<_> = client.into_iter().chain(others).map(str::to_owned).collect();
    assert_eq!(open, written);
}

#[tokio::test]
async fn nothing_else_answers_without_credentials() {
    let house = House::new();
    for route in entrenous_api::routes()
        .list()
        .iter()
        .filter(|route| !route.access.is_open())
    {
        for token in ["", "not-a-token", &"x".repeat(5_000)] {
            let request = authorized(route.method.as_str(), &path(route), token)
                .body(Body::empty())
                .unwrap();
            let answer = house.send(request).await;
            let expected = match route.access {
                Access::Capability => StatusCode::NOT_FOUND,
                _ => StatusCode::UNAUTHORIZED,
            };
            assert_eq!(answer.status, expected, "{} {}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn every_scope_opens_only_its_routes() {
    let house = House::new();
    house.person_as("boss", Role::Owner).await;
    for scope in KNOWN_SCOPES {
        let token = house.token("boss", scope).await;
        let granted = Scopes::parse(scope).unwrap();
        for route in entrenous_api::routes().list() {
            let needed: Vec<_> = route.access.scopes().collect();
            if needed.is_empty() || needed.iter().any(|scope| granted.grants(scope)) {
                continue;
            }
            let request = authorized(route.method.as_str(), &path(route), &token)
                .body(Body::empty())
                .unwrap();
            let answer = house.send(request).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{scope}: {} {}",
                route.method,
                route.path
            );
            assert_eq!(
                answer.text,
                r#"{"error":"This action is outside the authorized scopes"}"#
            );
        }
    }
}

#[tokio::test]
async fn members_do_not_administer() {
    let house = House::new();
    house.person_as("mod", Role::Moderator).await;
    let token = house.token("mod", "read write admin:read admin:write").await;
    for route in entrenous_api::routes().list() {
        if matches!(route.access, Access::Admin(_)) {
            let request = authorized(route.method.as_str(), &path(route), &token)
                .body(Body::empty())
                .unwrap();
            let answer = house.send(request).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{} {}",
                route.method,
                route.path
            );
        }
    }
}

#[tokio::test]
async fn no_route_fails_on_nonsense() {
    let house = House::new();
    house.person_as("boss", Role::Owner).await;
    let token = house
        .token("boss", "read write follow push profile admin:read admin:write")
        .await;
    for route in entrenous_api::routes().list() {
        // Steps that need the network answer 503 where nothing federates.
        let federates = route.path.contains("/peer") || route.path.contains("/keys");
        // A token that signs out is of no further use.
        let token = match route.path {
            "/api/entrenous/v1/sign_out" => house.token("boss", "read").await,
            _ => token.clone(),
        };
        for body in ["", "{}", "{\"a\":[[1]]}", "[", "\u{0}", "a[b]=1"] {
            let request = authorized(route.method.as_str(), &path(route), &token)
                .header(
                    "content-type",
                    if body.starts_with(['{', '[']) {
                        "application/json"
                    } else {
                        "application/x-www-form-urlencoded"
                    },
                )
                .body(Body::from(body))
                .unwrap();
            let status = house.send(request).await.status;
            assert!(
                !status.is_server_error()
                    || (federates && status == StatusCode::SERVICE_UNAVAILABLE)
                    || status == StatusCode::NOT_IMPLEMENTED,
                "{status} {} {} {body:?}",
                route.method,
                route.path
            );
        }
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_json() {
    let house = House::new();
    let answer = house.get("/api/v1/nothing", "").await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (StatusCode::NOT_FOUND, r#"{"error":"Record not found"}"#)
    );
    let request = authorized("DELETE", "/api/v2/instance", "")
        .body(Body::empty())
        .unwrap();
    let answer = house.send(request).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.text, r#"{"error":"Method not allowed"}"#);
    assert!(answer.header("allow").contains("GET"));
}

#[tokio::test]
async fn browsers_get_pages_where_people_go() {
    let house = House::new();
    let ask = async |method: &str, path: &str, accept: &str| {
        let request = authorized(method, path, "")
            .header("accept", accept)
            .header("accept-language", "fr");
        house.send(request.body(Body::empty()).unwrap()).await
    };
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (method, path, status, text) in [
        ("GET", "/nothing", StatusCode::NOT_FOUND, "Rien ici"),
        ("GET", "/tags/x", StatusCode::NOT_FOUND, "Rien ici"),
        (
            "POST",
            "/about",
            StatusCode::METHOD_NOT_ALLOWED,
            "ne s’utilise pas",
        ),
        ("GET", "/@ada", StatusCode::UNAUTHORIZED, "Se connecter"),
        ("GET", "/@ada/1", StatusCode::UNAUTHORIZED, "Se connecter"),
    ] {
        let page = ask(method, path, browser).await;
        assert_eq!(page.status, status, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert_eq!(page.header("access-control-allow-origin"), "", "{path}");
        assert!(
            page.text.contains(text) && page.text.contains("lang=\"fr\""),
            "{path}"
        );
    }
    for path in [
        "/api/v1/nothing",
        "/posts/1/2/3",
        "/people",
        "/.well-known/nothing",
        "/inbox/x",
    ] {
        let answer = ask("GET", path, browser).await;
        assert_eq!(answer.text, r#"{"error":"Record not found"}"#, "{path}");
    }
    assert_eq!(
        ask("GET", "/nothing", "application/json").await.text,
        r#"{"error":"Record not found"}"#
    );
    assert_eq!(
        ask("DELETE", "/api/v1/instance", browser).await.text,
        r#"{"error":"Method not allowed"}"#
    );
}

#[tokio::test]
async fn what_is_not_supported_says_so() {
    let house = House::new();
    house.person("ada").await;
    let token = house.token("ada", "read write").await;
    for (method, path, text) in [
        ("POST", "/api/v1/media", "file must be a file"),
        ("POST", "/api/v2/media", "file must be a file"),
    ] {
        let answer = house
            .send(authorized(method, path, &token).body(Body::empty()).unwrap())
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(answer.text.contains(text), "{}", answer.text);
    }
    for (method, path) in [
        ("GET", "/api/v1/media/1"),
        ("PUT", "/api/v1/media/1"),
        ("PUT", "/api/v2/media/1"),
        ("DELETE", "/api/v1/media/1"),
    ] {
        let request = authorized(method, path, &token);
        let answer = house.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
}

#[tokio::test]
async fn bodies_of_other_kinds_are_refused() {
    let house = House::new();
    house.person("ada").await;
    let token = house.token("ada", "write").await;
    for kind in ["text/plain;charset=UTF-8", "application/xml", "nonsense"] {
        let request = |body: &'static str| {
            authorized("POST", "/api/v1/statuses", &token)
                .header("content-type", kind)
                .body(Body::from(body))
                .unwrap()
        };
        let answer = house.send(request("{\"status\":\"hello\"}")).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert!(answer.text.contains("application/json"), "{}", answer.text);
        // Without a body there is nothing of that kind.
        assert_eq!(
            house.send(request("")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
}

#[tokio::test]
async fn profiles_refuse_what_is_not_a_picture_or_a_table() {
    let house = House::new();
    house.person("ada").await;
    let token = house.token("ada", "write").await;
    let path = "/api/v1/accounts/update_credentials";
    for (body, text) in [
        (
            serde_json::json!({ "fields_attributes": 5 }),
            "Validation failed: fields_attributes has the wrong form",
        ),
        (
            serde_json::json!({ "source": 5 }),
            "Validation failed: source has the wrong form",
        ),
        (
            serde_json::json!({ "avatar": "zzz" }),
            "Validation failed: avatar must be a file, sent as multipart/form-data",
        ),
    ] {
        let answer = house.json("PATCH", path, &token, body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        let said: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(said["error"], text);
    }
    for (name, status) in [("me.png", StatusCode::UNPROCESSABLE_ENTITY), ("", StatusCode::OK)] {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"{name}\"\r\n\r\n\r\n--x--\r\n"
        );
        let request =
            authorized("PATCH", path, &token).header("content-type", "multipart/form-data; boundary=x");
        let answer = house.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, status, "{name:?}: {}", answer.text);
    }
}

#[tokio::test]
async fn cors_is_on_every_answer_but_the_pages() {
    let house = House::new();
    for (method, path) in [
        ("GET", "/api/v2/instance"),
        ("GET", "/api/v1/timelines/home"),
        ("GET", "/api/v1/nothing"),
        ("OPTIONS", "/api/v1/statuses"),
        ("OPTIONS", "/anything"),
        ("POST", "/oauth/token"),
        ("DELETE", "/api/v1/instance"),
    ] {
        let answer = house
            .send(authorized(method, path, "").body(Body::empty()).unwrap())
            .await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "*",
            "{method} {path}"
        );
        assert!(
            answer
                .header("access-control-allow-headers")
                .contains("Idempotency-Key")
        );
        assert!(answer.header("access-control-expose-headers").contains("Link"));
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
    }
    let answer = house
        .send(
            authorized("OPTIONS", "/api/v1/statuses", "")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    for page in [
        "/",
        "/about",
        "/auth/sign_in",
        "/oauth/authorize",
        "/invite/x",
        "/invitations/1",
        "/auth/language",
        "/auth/password",
    ] {
        let answer = house.get(page, "").await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{page}");
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'"),
            "{page}"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{page}");
    }
}

#[test]
fn the_openapi_document_has_every_route() {
    let document = entrenous_api::openapi_document();
    assert_eq!(document["openapi"], "3.1.0");
    let routes = entrenous_api::routes();
    let mut ids = BTreeSet::new();
    for route in routes.list() {
        assert!(
            !route.doc.summary().is_empty() && !route.doc.tag().is_empty(),
            "{}",
            route.path
        );
        let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        assert_eq!(
            operation.is_null(),
            route.doc.is_hidden(),
            "{} {}",
            route.method,
            route.path
        );
        if let Some(id) = operation["operationId"].as_str() {
            assert!(ids.insert(id.to_owned()), "{id} twice");
        }
        // Every answer is named: with one that stands for all others, comparing real answers would say nothing.
        assert!(operation["responses"].get("default").is_none(), "{}", route.path);
    }
    // Every reference leads somewhere.
    let text = document.to_string();
    for piece in text.split("\"$ref\":\"#/components/").skip(1) {
        let path = piece.split('"').next().unwrap();
        let (kind, name) = path.split_once('/').unwrap();
        assert!(document["components"][kind].get(name).is_some(), "{path}");
    }
}

#[test]
fn what_only_refuses_is_told_as_such() {
    let document = entrenous_api::openapi_document();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap();
            let does_something = answers.keys().any(|status| status.starts_with(['1', '2', '3']));
            if !does_something {
                assert_eq!(operation["tags"][0], "closed node", "{method} {path}");
                assert!(
                    operation["description"].is_string(),
                    "{method} {path} gives no reason"
                );
            }
        }
    }
}

#[tokio::test]
async fn bodies_are_bounded() {
    let house = House::new();
    let big = format!("client_name={}", "a".repeat(1 << 20));
    let request =
        authorized("POST", "/api/v1/apps", "").header("content-type", "application/x-www-form-urlencoded");
    let answer = house.send(request.body(Body::from(big)).unwrap()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text.starts_with("{\"error\":"));
}

#[tokio::test]
async fn requests_are_counted_by_person() {
    const REQUESTS: u32 = 20;
    let house = House::counting(REQUESTS);
    for name in ["ada", "bob"] {
        house.person(name).await;
    }
    let (phone, desk) = (house.token("ada", "read").await, house.token("ada", "read").await);
    let bob = house.token("bob", "read").await;
    let path = "/api/v1/preferences";
    let left =
        |answer: &crate::fixture::Answer| answer.header("x-ratelimit-remaining").parse::<u32>().unwrap();
    let first = house.get(path, &phone).await;
    assert_eq!((first.status, left(&first)), (StatusCode::OK, REQUESTS - 1));
    assert_eq!(first.header("x-ratelimit-limit"), REQUESTS.to_string());
    // All clients of a person count together, whatever they ask for.
    for _ in 1..REQUESTS {
        house.get(path, &desk).await;
    }
    // What is not there is the same each time: it does not count down.
    let absent = house.get("/api/v1/statuses/1", &bob).await;
    assert_eq!(absent.header("x-ratelimit-remaining"), "");
    let refused = house.get(path, &phone).await;
    assert_eq!(
        (refused.status, left(&refused)),
        (StatusCode::TOO_MANY_REQUESTS, 0)
    );
    assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 300);
    assert_eq!(house.get(path, &bob).await.status, StatusCode::OK);
    house.clock.advance(chrono::TimeDelta::seconds(300));
    assert_eq!(house.get(path, &phone).await.status, StatusCode::OK);
}
