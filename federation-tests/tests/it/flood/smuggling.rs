//! Messages that can be read in two ways: what one reader takes for a body is another's second request. Nothing that
//! comes after such a message is ever taken for a request.

use federation_tests::{Database, Node, eventually, raw};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

crate::on_both!(nothing_is_smuggled);

/// What comes before the smuggled request, around it or in its place.
type Opening<'a> = Box<dyn Fn(&str) -> String + 'a>;

async fn nothing_is_smuggled(on: Database) {
    let node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let authority = node.authority.as_str();
    let bearer = format!("authorization: Bearer {}\r\n", alice.token());
    let head = |line: &str, more: &str| format!("{line} HTTP/1.1\r\nhost: {authority}\r\n{more}");
    // The smuggled request would leave a trace.
    let hidden = |number: usize| {
        let body = format!("status=contrebande{number}");
        format!(
            "POST /api/v1/statuses HTTP/1.1\r\nhost: {authority}\r\n{bearer}content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let post = |more: &str| {
        head(
            "POST /oauth/revoke",
            &format!("content-type: application/json\r\n{more}"),
        )
    };
    let within = |chunked: &str, text: &str| format!("{chunked}\r\n{:x}\r\n{text}\r\n0\r\n\r\n", text.len());
    let openings: Vec<(&str, Opening<'_>)> = vec![
        (
            "a length and chunks",
            Box::new(|text| {
                post(&format!(
                    "content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{text}"
                ))
            }),
        ),
        (
            "chunks and a length",
            Box::new(|text| {
                post(&format!(
                    "transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n{text}"
                ))
            }),
        ),
        (
            "after chunks",
            Box::new(|text| post(&format!("transfer-encoding: chunked\r\n\r\n0\r\n\r\n{text}"))),
        ),
        (
            "within chunks",
            Box::new(|text| post(&within("transfer-encoding: chunked\r\n", text))),
        ),
        (
            "a length that covers it, and chunks",
            Box::new(|text| {
                let all = format!("0\r\n\r\n{text}");
                post(&format!(
                    "content-length: {}\r\ntransfer-encoding: chunked\r\n\r\n{all}",
                    all.len()
                ))
            }),
        ),
        (
            "two lengths",
            Box::new(|text| {
                post(&format!(
                    "content-length: 0\r\ncontent-length: {}\r\n\r\n{text}",
                    text.len()
                ))
            }),
        ),
        (
            "two lengths, turned",
            Box::new(|text| {
                post(&format!(
                    "content-length: {}\r\ncontent-length: 0\r\n\r\n{text}",
                    text.len()
                ))
            }),
        ),
        (
            "a list of lengths",
            Box::new(|text| post(&format!("content-length: 0, 0\r\n\r\n{text}"))),
        ),
        (
            "a length with a sign",
            Box::new(|text| post(&format!("content-length: +0\r\n\r\n{text}"))),
        ),
        (
            "a length in hexadecimal",
            Box::new(|text| post(&format!("content-length: 0x0\r\n\r\n{text}"))),
        ),
        (
            "a space before the colon",
            Box::new(|text| post(&format!("transfer-encoding : chunked\r\n\r\n0\r\n\r\n{text}"))),
        ),
        (
            "a folded encoding",
            Box::new(|text| post(&format!("transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n{text}"))),
        ),
        (
            "an encoding that is not the last",
            Box::new(|text| {
                post(&format!(
                    "transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n{text}"
                ))
            }),
        ),
        (
            "an encoding like chunked",
            Box::new(|text| post(&format!("transfer-encoding: xchunked\r\n\r\n0\r\n\r\n{text}"))),
        ),
        (
            "two encodings",
            Box::new(|text| {
                post(&format!(
                    "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n{text}"
                ))
            }),
        ),
        (
            "two encodings, turned",
            Box::new(|text| {
                post(&format!(
                    "transfer-encoding: identity\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{text}"
                ))
            }),
        ),
        (
            "an encoding after a control character",
            Box::new(|text| {
                post(&format!(
                    "transfer-encoding: \x0bchunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n{text}"
                ))
            }),
        ),
        (
            "an encoding in quotes",
            Box::new(|text| {
                post(&format!(
                    "transfer-encoding: \"chunked\"\r\ncontent-length: 5\r\n\r\n0\r\n\r\n{text}"
                ))
            }),
        ),
        (
            "chunks in HTTP/1.0",
            Box::new(|text| {
                post(&format!(
                    "transfer-encoding: chunked\r\nconnection: keep-alive\r\n\r\n0\r\n\r\n{text}"
                ))
                .replacen("HTTP/1.1", "HTTP/1.0", 1)
            }),
        ),
        (
            "a chunk size that overflows",
            Box::new(|text| {
                post(&format!(
                    "transfer-encoding: chunked\r\n\r\n10000000000000000\r\n{text}"
                ))
            }),
        ),
        (
            "a chunk size with 0x",
            Box::new(|text| post(&format!("transfer-encoding: chunked\r\n\r\n0x0\r\n\r\n{text}"))),
        ),
        (
            "a negative chunk",
            Box::new(|text| post(&format!("transfer-encoding: chunked\r\n\r\n-0\r\n\r\n{text}"))),
        ),
        (
            "a line feed alone after a chunk size",
            Box::new(|text| post(&format!("transfer-encoding: chunked\r\n\r\n0\n\n{text}"))),
        ),
        (
            "a line feed in an extension",
            Box::new(|text| {
                post(&format!(
                    "transfer-encoding: chunked\r\n\r\n1;a\nb\r\nx\r\n0\r\n\r\n{text}"
                ))
            }),
        ),
        (
            "a chunk longer than it says",
            Box::new(|text| {
                post(&format!(
                    "transfer-encoding: chunked\r\n\r\n1\r\nxyz\r\n0\r\n\r\n{text}"
                ))
            }),
        ),
        (
            "a carriage return in a header",
            Box::new(|text| post(&format!("x: a\rcontent-length: 0\r\n\r\n{text}"))),
        ),
        (
            "NUL in a header",
            Box::new(|text| post(&format!("x: a\0b\r\ncontent-length: 0\r\n\r\n{text}"))),
        ),
        (
            "no host",
            Box::new(|text| format!("GET /health HTTP/1.1\r\n\r\n{text}")),
        ),
        (
            "two hosts",
            Box::new(|text| head("GET /health", &format!("host: evil.example\r\n\r\n{text}"))),
        ),
        (
            "a GET with a body",
            Box::new(|text| {
                head(
                    "GET /health",
                    &format!("content-length: {}\r\n\r\n{text}", text.len()),
                )
            }),
        ),
        (
            "a GET with chunks",
            Box::new(|text| head("GET /health", &within("transfer-encoding: chunked\r\n", text))),
        ),
        (
            "a HEAD with a body",
            Box::new(|text| {
                head(
                    "HEAD /health",
                    &format!("content-length: {}\r\n\r\n{text}", text.len()),
                )
            }),
        ),
        (
            "an unknown expectation",
            Box::new(|text| {
                post(&format!(
                    "expect: x\r\ncontent-length: {}\r\n\r\n{text}",
                    text.len()
                ))
            }),
        ),
        (
            "an unread body",
            Box::new(|text| {
                head(
                    "POST /api/v1/statuses",
                    &format!(
                        "content-type: application/json\r\ncontent-length: {}\r\n\r\n{text}",
                        text.len()
                    ),
                )
            }),
        ),
    ];
    let mut wrong = Vec::new();
    for (number, (what, opening)) in openings.iter().enumerate() {
        let said = all_said(authority, opening(&hidden(number)).as_bytes()).await;
        let answers: Vec<&str> = said
            .split("HTTP/1.")
            .skip(1)
            .map(|part| part.get(2..5).unwrap_or_default())
            .collect();
        let final_ones = answers.iter().filter(|status| **status != "100").count();
        if final_ones > 1 || answers.iter().any(|status| status.starts_with('5')) {
            wrong.push(format!("{what}: {answers:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A genuine one on a fresh connection does what it says: the trace would have been seen.
    let said = all_said(
        authority,
        hidden(9_999)
            .replacen("\r\n\r\n", "\r\nconnection: close\r\n\r\n", 1)
            .as_bytes(),
    )
    .await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    let posted = eventually("the honest post", || async {
        let home = alice.get("/api/v1/timelines/home").await.text;
        home.contains("contrebande9999").then_some(home)
    })
    .await;
    assert_eq!(
        posted.matches("\"content\":\"<p>contrebande").count(),
        1,
        "{posted}"
    );
    assert!(!node.log().contains("panicked"));
}

/// Everything that is answered on one connection until the node ends it, or says nothing more for a while.
async fn all_said(authority: &str, bytes: &[u8]) -> String {
    let mut stream = raw::connect(authority).await;
    // It may be refused before all of it is sent.
    drop(stream.write_all(bytes).await);
    let mut said = Vec::new();
    let mut block = [0; 4096];
    while let Ok(Ok(count @ 1..)) =
        tokio::time::timeout(std::time::Duration::from_millis(700), stream.read(&mut block)).await
    {
        said.extend_from_slice(&block[..count]);
    }
    String::from_utf8_lossy(&said).into_owned()
}
