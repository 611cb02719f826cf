//! OAuth: authorisation requests, clients' credentials, scopes, redirect URIs, challenges.

use crate::input::lines;
use crate::{Corpus, Target};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrenous_api::fuzzing::{authorization, credentials};
use entrenous_domain::fuzzing::{is_challenge, redirect_uri, website};
use entrenous_model::oauth::Scopes;
use http::{HeaderMap, HeaderValue, header};

pub(crate) const TARGET: Target = Target {
    name: "oauth",
    about: "OAuth parameters: requests, credentials, scopes, redirect URIs, challenges",
    longest: 8 * 1024,
    run,
    seeds,
    words: &[
        "client_id=",
        "redirect_uri=",
        "response_type=code",
        "scope=read+write",
        "state=",
        "code_challenge=",
        "code_challenge_method=S256",
        "force_login=true",
        "lang=fr",
        "urn:ietf:wg:oauth:2.0:oob",
        "javascript:",
        "app://callback",
        "read:accounts",
        "admin:write",
        "%00",
        "[]",
        "follow",
    ],
};

fn seeds(_: &Corpus) -> Vec<Vec<u8>> {
    let challenge = "a".repeat(43);
    lines(&[
        &format!(
            "client_id=abc&redirect_uri=https%3A%2F%2Fapp.example%2Fback&response_type=code&scope=read+write&state=x&code_challenge={challenge}&code_challenge_method=S256&force_login=true&lang=fr"
        ),
        "client_id=entrenous-web&redirect_uri=https://here.test/signed-in&response_type=code",
        "read write:statuses follow push admin:read",
        "https://app.example/back?x=1",
        "urn:ietf:wg:oauth:2.0:oob",
        "com.example.app:/callback",
        "id:s%2Fecret",
        &challenge,
    ])
}

fn run(data: &[u8]) {
    if let Some(path) = authorization(data) {
        // The page repeats the request: what is asked again is the same.
        let query = path.split_once('?').map_or("", |(_, query)| query);
        assert_eq!(authorization(query.as_bytes()).as_ref(), Some(&path));
        assert!(
            path.starts_with("/oauth/authorize?") && path.bytes().all(|byte| byte.is_ascii_graphic()),
            "{path}"
        );
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(scopes) = Scopes::parse(text) {
        assert_eq!(Scopes::parse(&scopes.to_string()).as_ref(), Ok(&scopes));
        assert!(scopes.covers(&scopes));
        assert!(scopes.iter().all(|scope| scopes.grants(scope.as_str())));
    }
    if redirect_uri(text).is_ok() {
        assert!(!text.chars().any(|c| c.is_control() || c.is_whitespace()) && text.len() <= 2_000);
        let url = url::Url::parse(text);
        assert!(
            url.is_ok_and(|url| !["javascript", "data", "vbscript", "file", "blob"].contains(&url.scheme())),
            "{text}"
        );
        assert!(
            !text.trim_start().to_ascii_lowercase().starts_with("javascript:"),
            "{text}"
        );
    }
    if website(text).is_ok() {
        assert!(text.trim().to_ascii_lowercase().starts_with("http") && text.len() <= 2_000);
    }
    assert!(!is_challenge(text) || text.len() == 43);
    client(text);
}

fn client(text: &str) {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(text))) {
        headers.insert(header::AUTHORIZATION, value);
    }
    if let Some((id, secret)) = credentials(&headers, None, None) {
        assert!(text.contains(':') && secret.is_some());
        // Two names are one too many.
        assert!(credentials(&headers, Some(format!("{id}x")), None).is_none());
        assert!(credentials(&headers, Some(id), None).is_some());
    }
    headers.clear();
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(header::AUTHORIZATION, value);
    }
    let _ = credentials(&headers, Some("id".to_owned()), Some(text.to_owned()));
}
