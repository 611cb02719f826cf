//! What can be wrong with a request to one route: ids, parameters, headers, bodies, fields.

use super::bodies;
use super::house::House;
use super::probe::{Builder, Expect, Probe};
use super::routes::Route;
use serde_json::{Value, json};

/// What a route needs besides the field that is looked at, so that a bad value is not hidden behind a missing one.
fn base(route: &Route) -> Value {
    match route.path.as_str() {
        path if path.starts_with("/api/v1/statuses") => json!({ "status": "Bonjour" }),
        "/api/v1/apps" => json!({ "client_name": "x", "redirect_uris": "https://x.example/back" }),
        "/oauth/token" => {
            json!({ "grant_type": "authorization_code", "client_id": "x", "client_secret": "y" })
        }
        _ => json!({}),
    }
}
/// Everything odd for one route.
pub(super) fn odd_requests(house: &House, route: &Route) -> Vec<Probe> {
    let target = house.real(&route.path);
    let mut probes = Vec::new();
    let mut sane = |builder: Builder<'_>, what: &str| {
        let builder = if route.writes()
            && builder.body.is_empty()
            && !builder.headers.iter().any(|(name, _)| name == "content-type")
        {
            builder.body("application/json", "{}")
        } else {
            builder
        };
        probes.push(builder.probe(what, Expect::Sane));
    };

    // Ids.
    let long = "9".repeat(3_000);
    for odd in [
        "0",
        "-1",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "abc",
        "1.5",
        "%00",
        "a%00b",
        "%2F",
        "..%2f..%2fetc%2fpasswd",
        "%ff%fe",
        "%F0%9F%92%A9",
        "%",
        "%zz",
        "%20",
        "%0a%0d",
        "1%0aset-cookie:a=b",
        "~",
        "@",
        ";",
        "'--",
        "\u{e9}",
        &long,
    ] {
        let parts: Vec<&str> = route.path.split('/').collect();
        for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.contains('{')) {
            let mut filled: Vec<String> = target.split('/').map(str::to_owned).collect();
            if let Some(slot) = filled.get_mut(at) {
                *slot = if part.starts_with('@') {
                    format!("@{odd}")
                } else {
                    odd.to_owned()
                };
            }
            let raw = filled.join("/");
            if raw.is_ascii() {
                sane(house.builder(route, raw), "an odd id");
            } else {
                // The HTTP layer decides.
                sane(house.builder(route, raw), "bytes beyond ASCII in an id");
            }
        }
    }

    // Queries.
    let mut names: Vec<&str> = route.query.iter().map(String::as_str).collect();
    names.push("limit");
    for name in names {
        for rest in [
            "=",
            "=abc",
            "=-1",
            "=0",
            "=1.5",
            "=9223372036854775808",
            "=18446744073709551616",
            "=%00",
            "=a%00b",
            "=%ff",
            "=%ED%A0%80",
            "[]=1",
            "[]=%00",
            "[a][b]=1",
            "[a][b][c][d][e][f]=1",
            "[99999999]=1",
            "",
            "=null",
            "=true",
            "=..%2F",
            "=%0d%0aa:b",
        ] {
            sane(
                house.builder(route, format!("{target}?{name}{rest}")),
                "an odd parameter",
            );
        }
        let longest = format!("{target}?{name}={}", "a".repeat(8_000));
        sane(house.builder(route, longest), "a long parameter");
        let often = format!("{name}[]=1&").repeat(20_000 / (name.len() + 5));
        sane(
            house.builder(route, format!("{target}?{often}")),
            "a parameter again and again",
        );
    }
    sane(
        house.builder(route, format!("{target}?&&&=&=&[]&[]=&%&%zz")),
        "an odd query",
    );

    // Headers.
    for (name, value) in [
        ("range", "bytes=-1-,0-99999999999"),
        ("if-none-match", "\u{ff}"),
        ("accept", "\u{ff};q=zz,*"),
        ("accept-language", "x-\u{ff},,;q=9"),
        ("idempotency-key", "\u{ff}\u{e9}"),
        ("x-forwarded-for", "nonsense, , ::1"),
        ("last-event-id", "\u{ff}"),
        ("sec-websocket-protocol", "\u{ff}, ,"),
        ("content-encoding", "gzip"),
        ("expect", "nonsense"),
        ("origin", "null"),
        ("signature", "keyId=\"x\",signature=\"\""),
        ("signature-input", "sig1=("),
        ("upgrade", "websocket"),
        ("host", "elsewhere.example"),
        ("date", "yesterday"),
    ] {
        sane(
            house.builder(route, target.clone()).header(name, value),
            &format!("an odd {name}"),
        );
    }
    let key = "k".repeat(20_000);
    sane(
        house
            .builder(route, target.clone())
            .header("idempotency-key", key),
        "a long key",
    );

    // Bodies.
    if route.writes() {
        for (what, kind, body) in bodies::odd() {
            sane(house.builder(route, target.clone()).body(kind, body), what);
        }
        if !route.body {
            for (what, kind, body, _) in bodies::unreadable() {
                sane(house.builder(route, target.clone()).body(kind, body), what);
            }
        }
    } else {
        sane(
            house
                .builder(route, target.clone())
                .body("application/json", "[1"),
            "a body it does not read",
        );
    }
    let base = base(route);
    for field in &route.fields {
        for bad in bodies::values() {
            let body = bodies::with(field, &base, &bad);
            sane(
                house
                    .builder(route, target.clone())
                    .body("application/json", body),
                &format!("{field} as {bad:.60}"),
            );
        }
        for form in bodies::forms(field) {
            let what = format!("the form {form}");
            sane(
                house
                    .builder(route, target.clone())
                    .body("application/x-www-form-urlencoded", form),
                &what,
            );
        }
    }
    probes
}
