//! The headers that keep browsers from guessing are on every answer of every router: one layer adds them.

use federation_tests::node::binary;
use federation_tests::{Database, MockPeer, Node};
use http::{HeaderMap, Method};
use serde_json::Value;

const ALWAYS: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// What is wrong with the headers of an answer.
fn missing(headers: &HeaderMap) -> Vec<String> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let mut wrong: Vec<String> = ALWAYS
        .iter()
        .filter(|(name, value)| text(name) != *value || headers.get_all(*name).iter().count() != 1)
        .map(|(name, _)| format!("{name}: {}", text(name)))
        .collect();
    if !text("permissions-policy").contains("camera=()") {
        wrong.push("permissions-policy".to_owned());
    }
    let policy = text("content-security-policy");
    if !policy.contains("default-src 'none'") || policy.contains("unsafe") {
        wrong.push(format!("content-security-policy: {policy}"));
    }
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_them() {
    let node = Node::start("Lyon", Database::Sqlite).await;
    let alice = node.person("alice").await;
    let mock = MockPeer::start("127.0.0.8", "max").await;
    node.command(&["peer", "trust", &mock.origin]).await;
    alice.publish("bonjour", "public").await;
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let listed = std::process::Command::new(binary())
        .args(["routes", "--json"])
        .output()
        .unwrap();
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let routes: Vec<(Method, String)> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|route| {
            let path: Vec<&str> = route["path"]
                .as_str()
                .unwrap()
                .split('/')
                .map(|part| if part.contains('{') { "1" } else { part })
                .collect();
            (route["method"].as_str().unwrap().parse().unwrap(), path.join("/"))
        })
        .collect();
    assert!(routes.len() > 100, "{}", routes.len());
    let (mut wrong, mut statuses) = (Vec::new(), std::collections::BTreeSet::new());
    let mut heard = |what: String, status: u16, headers: &HeaderMap| {
        statuses.insert(status);
        let missing = missing(headers);
        if !missing.is_empty() {
            wrong.push(format!("{what} ({status}): {missing:?}"));
        }
    };
    for (method, path) in &routes {
        let url = node.url(path);
        // As it is meant, in ways that it is not, and with a token.
        for method in [
            method,
            &Method::OPTIONS,
            &Method::HEAD,
            &Method::TRACE,
            &Method::PUT,
        ] {
            let answer = client.request(method.clone(), &url).send().await.unwrap();
            heard(
                format!("{method} {path}"),
                answer.status().as_u16(),
                answer.headers(),
            );
        }
        if *method == Method::GET {
            let answer = client.get(&url).bearer_auth(alice.token()).send().await.unwrap();
            heard(
                format!("GET {path}, signed in"),
                answer.status().as_u16(),
                answer.headers(),
            );
        }
    }
    for path in [
        "/no/such",
        "/%ff",
        "/api/v1/no/such",
        "/static/no.css",
        "/assets/no.js",
        "/@alice",
        "//",
        "/people/alice/",
    ] {
        let answer = client.get(node.url(path)).send().await.unwrap();
        heard(format!("GET {path}"), answer.status().as_u16(), answer.headers());
    }
    // What peers are answered: documents, what is not there, and refusals.
    for path in [
        "/people/alice",
        "/people/alice/outbox",
        "/people/nobody",
        "/network",
        "/inbox",
    ] {
        let url = node.url(path);
        let headers = mock.sign("max", &Method::GET, &url, b"");
        let answer = client.get(&url).headers(headers).send().await.unwrap();
        heard(
            format!("GET {path}, signed"),
            answer.status().as_u16(),
            answer.headers(),
        );
    }
    for (what, body) in [
        ("garbage", vec![b'{'; 10]),
        ("too much", vec![b' '; (1 << 20) + 1]),
    ] {
        let url = node.url("/inbox");
        let headers = mock.sign("max", &Method::POST, &url, &body);
        let answer = client
            .post(&url)
            .headers(headers)
            .body(body)
            .send()
            .await
            .unwrap();
        heard(
            format!("POST /inbox, {what}"),
            answer.status().as_u16(),
            answer.headers(),
        );
    }
    assert!(
        wrong.is_empty(),
        "{} answers: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(20)]
    );
    for status in [200, 204, 400, 401, 404, 405, 413] {
        assert!(statuses.contains(&status), "no answer {status}: {statuses:?}");
    }
}
