//! Other ways to write an address: none of them leads around the guard, and none is put into an answer.

use super::{Scene, filled, id, many, routes};
use federation_tests::raw::{Outcome, exchange};
use federation_tests::{Answer, Database};
use http::Method;

crate::on_both!(
    no_spelling_leads_around_the_guard,
    no_header_changes_what_is_open,
    nothing_leads_elsewhere
);

async fn ask(authority: &str, line: &str, headers: &str) -> Option<Answer> {
    let request = format!("{line} HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
    match exchange(authority, request.as_bytes(), false).await {
        Outcome::Answered(answer) => Some(answer),
        Outcome::Closed => None,
        Outcome::Hung => panic!("{line}: no answer"),
    }
}

async fn no_spelling_leads_around_the_guard(on: Database) {
    let scene = Scene::open(on).await;
    let secret = "Le secret de la maison";
    let post = id(&scene.alice.publish(secret, "public").await);
    let before = scene.before().await;
    let authority = scene.node.authority.clone();
    let host = format!("host: {authority}\r\n");
    let all = routes().await;
    let closed: Vec<String> = all
        .iter()
        .filter(|route| {
            route.method == Method::GET && route.access != "open" && !route.path.contains("streaming")
        })
        .map(|route| filled(&route.path, &post))
        .collect();
    assert!(closed.len() > 80, "only {}", closed.len());
    let mut asked = Vec::new();
    for path in &closed {
        let encoded: String = path.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let middle = path
            .find('/')
            .and_then(|_| path.get(1..))
            .unwrap_or_default()
            .replacen('/', "%2F", 1);
        for spelling in [
            format!("/{path}"),
            format!("//{authority}{path}"),
            format!("/.{path}"),
            format!("/x/..{path}"),
            format!("/%2e{path}"),
            format!("/health/%2e%2e{path}"),
            format!("/health/..{path}"),
            format!("/static/..{path}"),
            format!("/{middle}"),
            format!("/{encoded}"),
            format!("{path}/"),
            format!("{path}//"),
            format!("{path}/."),
            format!("{path};a=b"),
            format!("{path}.json"),
            format!("{path}%00"),
            format!("{path}%00.png"),
            format!("{path}%20"),
            format!("{path}?access_token="),
            format!("{path}?_method=GET&access_token=x"),
            path.to_uppercase(),
            path.replace('/', "\\"),
            format!("http://{authority}{path}"),
            format!("http://evil.example{path}"),
            format!("https://user:pass@{authority}{path}"),
        ] {
            asked.push((format!("GET {spelling}"), host.clone()));
        }
        for header in [
            format!("x-original-url: {path}\r\n"),
            format!("x-rewrite-url: {path}\r\n"),
        ] {
            asked.push(("GET /health".to_owned(), format!("{host}{header}")));
        }
        for header in [
            "x-http-method-override: GET\r\n",
            "x-forwarded-for: 127.0.0.1\r\n",
            "x-real-ip: ::1\r\n",
        ] {
            asked.push((format!("GET {path}"), format!("{host}{header}")));
        }
    }
    for line in [
        "GET *".to_owned(),
        "OPTIONS *".to_owned(),
        format!("CONNECT {authority}"),
        format!("GET {authority}"),
        "GET ".to_owned(),
        "GET /\u{0}".to_owned(),
        format!("GET /{}", "a".repeat(20_000)),
        format!("GET /{}", "a/".repeat(10_000)),
        format!("GET /api/v1/statuses/{}", "%2e%2e%2f".repeat(1_000)),
        "GET http://".to_owned(),
        "GET http:///api/v1/timelines/home".to_owned(),
    ] {
        asked.push((line, host.clone()));
    }
    let (page, authority) = (closed.len(), authority.as_str());
    let answers = many(
        16,
        asked.into_iter().map(|(line, headers)| async move {
            let answer = ask(authority, &line, &headers).await;
            (line, headers, answer)
        }),
    )
    .await;
    let mut wrong = Vec::new();
    for (line, headers, answer) in answers {
        let Some(answer) = answer else { continue };
        let health = line == "GET /health" && answer.status == 200 && answer.text.len() < 200;
        let fine = health
            || line.starts_with("OPTIONS")
            || [400, 401, 403, 404, 405, 414, 422, 431].contains(&answer.status)
            // A page for signing in, or the client's one page.
            || (answer.status == 303 || answer.text.starts_with("<!doctype html>"));
        let says = answer.text.contains(secret) || answer.text.contains("evil.example");
        if !fine || says || answer.status >= 500 {
            wrong.push(format!(
                "{line:.200} {headers:?}: {} {:.100}",
                answer.status, answer.text
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {page} paths:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    scene.close(&before).await;
}

async fn no_header_changes_what_is_open(on: Database) {
    let scene = Scene::open(on).await;
    let authority = scene.node.authority.clone();
    let mut wrong = Vec::new();
    for route in routes().await {
        if route.access != "open" || route.method != Method::GET || route.path.starts_with("/assets/") {
            continue;
        }
        let line = format!("GET {}", filled(&route.path, "1"));
        let host = format!("host: {authority}\r\n");
        let plain = ask(&authority, &line, &host).await.expect("no answer");
        for more in [
            "x-forwarded-host: evil.example\r\n",
            "x-forwarded-server: evil.example\r\n",
            "forwarded: host=evil.example;proto=https\r\n",
            "x-forwarded-proto: https\r\nx-forwarded-port: 9\r\n",
            "x-forwarded-prefix: //evil.example\r\n",
            "x-original-url: /api/v1/timelines/home\r\n",
            "referer: https://evil.example/\r\n",
            "origin: https://evil.example\r\ncookie: entrenous_session=x\r\n",
        ] {
            let said = ask(&authority, &line, &format!("{host}{more}"))
                .await
                .expect("no answer");
            let head: String = said
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}\n"))
                .collect();
            if said.status != plain.status || (said.text + &head).contains("evil.example") {
                wrong.push(format!("{line} with {more:?}: {}", said.status));
            }
        }
        let said = ask(&authority, &line, "host: evil.example\r\n")
            .await
            .expect("no answer");
        let head: String = said
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        if (said.text + &head).contains("evil.example") || said.status >= 500 {
            wrong.push(format!("{line} for another host: {}", said.status));
        }
        // Other origins may read what is open, never with a cookie.
        let cors = plain
            .headers
            .get("access-control-allow-origin")
            .map_or("", String::as_str);
        if !["", "*"].contains(&cors) || plain.headers.contains_key("access-control-allow-credentials") {
            wrong.push(format!("{line}: {cors}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for line in [
        "OPTIONS /api/v1/timelines/home",
        "OPTIONS /inbox",
        "OPTIONS /auth/sign_in",
    ] {
        let headers = format!(
            "host: {authority}\r\norigin: https://evil.example\r\naccess-control-request-method: POST\r\n"
        );
        let said = ask(&authority, line, &headers).await.expect("no answer");
        assert!(
            !said.headers.contains_key("access-control-allow-credentials"),
            "{line}"
        );
        let cors = said
            .headers
            .get("access-control-allow-origin")
            .map_or("", String::as_str);
        assert!(["", "*"].contains(&cors), "{line}: {cors}");
    }
    scene.watched().await;
}

async fn nothing_leads_elsewhere(on: Database) {
    let scene = Scene::open(on).await;
    let authority = scene.node.authority.clone();
    let host = format!("host: {authority}\r\naccept: text/html\r\n");
    let places = [
        "https://evil.example/",
        "//evil.example/",
        "/%2Fevil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/x%0d%0aset-cookie:%20a=b",
        "/x%0d%0a%0d%0a<script>alert(1)</script>",
        "%0d%0aLocation:%20https://evil.example",
    ];
    let mut wrong = Vec::new();
    for place in places {
        let raw = place.replace('\\', "%5C").replace('<', "%3C").replace('>', "%3E");
        for line in [
            format!("GET /auth/sign_in?next={raw}"),
            format!("GET /auth/sign_in?return_to={raw}"),
            format!("GET /auth/sign_in?redirect={raw}"),
            format!("GET /auth/language?language=fr&next={raw}"),
            format!("GET /auth/language?to=fr&back={raw}"),
            format!("GET /.well-known/change-password?next={raw}"),
            format!("GET /oauth/authorize?redirect_uri={raw}"),
            format!("GET /{}", raw.trim_start_matches('/')),
            format!("GET //{}", raw.trim_start_matches('/')),
        ] {
            let Some(said) = ask(&authority, &line, &host).await else {
                continue;
            };
            let to = said.headers.get("location").cloned().unwrap_or_default();
            let away = to.contains("evil") && !to.starts_with(&format!("http://{authority}/")) && {
                let own = url::Url::parse(&format!("http://{authority}/")).unwrap();
                own.join(&to).map_or(true, |to| to.authority() != authority)
            };
            let cookie = said
                .headers
                .get("set-cookie")
                .is_some_and(|cookie| cookie.starts_with("a="));
            if away || cookie || said.text.contains("<script>alert") || said.status >= 500 {
                wrong.push(format!("{line}: {} to {to:?}", said.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    scene.watched().await;
}
