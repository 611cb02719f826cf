//! Every way to hold or to flood a connection.

use super::attack::{Attack, Then};

/// The preface of HTTP/2 (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A frame of a WebSocket with the mask of zeros.
fn websocket_frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    assert!(length < 126);
    let mut frame = vec![first, 0x80 | length, 0, 0, 0, 0];
    frame.extend(payload);
    frame
}

/// All of them. What is refused at once counts as closed early.
pub(super) fn all(authority: &str, token: &str) -> Vec<Attack> {
    let host = format!("host: {authority}\r\n");
    let bearer = format!("authorization: Bearer {token}\r\n");
    let json = "content-type: application/json\r\n";
    let wait = |name, first: Vec<u8>| Attack {
        name,
        first,
        then: Then::Wait,
        reads: true,
    };
    let drip = |name, first: String, bytes: &[u8]| Attack {
        name,
        first: first.into_bytes(),
        then: Then::Drip(bytes.to_vec()),
        reads: true,
    };
    let flood = |name, first: Vec<u8>, bytes: Vec<u8>| Attack {
        name,
        first,
        then: Then::Flood(bytes),
        reads: true,
    };
    let unread = |name, bytes: String| Attack {
        name,
        first: Vec::new(),
        then: Then::Flood(bytes.into_bytes()),
        reads: false,
    };
    let get = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\n{host}{more}\r\n");
    let post = |path: &str, more: &str| format!("POST {path} HTTP/1.1\r\n{host}{json}{more}\r\n");
    let chunked = post("/oauth/token", "transfer-encoding: chunked\r\n");
    let mut all = vec![
        wait("silent", Vec::new()),
        drip(
            "a head byte by byte",
            format!("GET / HTTP/1.1\r\n{host}x: "),
            b"a",
        ),
        drip("a request line byte by byte", "GET /".to_owned(), b"a"),
        drip(
            "header after header",
            format!("GET / HTTP/1.1\r\n{host}"),
            b"x: y\r\n",
        ),
        flood("an endless request line", b"GET /".to_vec(), vec![b'a'; 4096]),
        flood(
            "an endless header",
            format!("GET / HTTP/1.1\r\n{host}x: ").into_bytes(),
            vec![b'a'; 4096],
        ),
        flood(
            "endless headers",
            format!("GET / HTTP/1.1\r\n{host}").into_bytes(),
            b"x: y\r\n".repeat(500),
        ),
        flood(
            "an endless folded header",
            format!("GET / HTTP/1.1\r\n{host}x: y\r\n").into_bytes(),
            b" and on\r\n".repeat(500),
        ),
        flood("endless empty lines", Vec::new(), b"\r\n".repeat(2000)),
        drip(
            "a body byte by byte",
            post("/oauth/token", "content-length: 100000\r\n"),
            b"a",
        ),
        drip(
            "a signed-in body byte by byte",
            post("/api/v1/statuses", &format!("{bearer}content-length: 100000\r\n")),
            b" ",
        ),
        drip(
            "an inbox body byte by byte",
            post("/inbox", "content-length: 100000\r\n"),
            b" ",
        ),
        drip("chunks byte by byte", chunked.clone(), b"1\r\na\r\n"),
        drip(
            "trailers one by one",
            format!("{chunked}1\r\na\r\n0\r\n"),
            b"x: y\r\n",
        ),
        flood(
            "an endless chunk extension",
            format!("{chunked}1;").into_bytes(),
            vec![b'a'; 4096],
        ),
        flood(
            "chunk extensions without end",
            chunked.clone().into_bytes(),
            format!("1;{}\r\na\r\n", "e".repeat(200)).repeat(20).into_bytes(),
        ),
        flood(
            "endless trailers",
            format!("{chunked}0\r\n").into_bytes(),
            b"x: y\r\n".repeat(500),
        ),
        flood(
            "an endless chunk size",
            chunked.clone().into_bytes(),
            vec![b'0'; 4096],
        ),
        flood(
            "an endless body",
            post(
                "/api/v1/statuses",
                &format!("{bearer}transfer-encoding: chunked\r\n"),
            )
            .into_bytes(),
            [b"1000\r\n".to_vec(), vec![b' '; 0x1000], b"\r\n".to_vec()].concat(),
        ),
        wait(
            "a body promised, with Expect",
            post("/oauth/token", "expect: 100-continue\r\ncontent-length: 1000\r\n").into_bytes(),
        ),
        wait(
            "a signed-in body promised, with Expect",
            post(
                "/api/v1/statuses",
                &format!("{bearer}expect: 100-continue\r\ncontent-length: 1000\r\n"),
            )
            .into_bytes(),
        ),
        wait("idle after an answer", get("/health", "").into_bytes()),
        Attack {
            then: Then::HalfClose,
            ..wait(
                "half closed within a head",
                format!("GET / HTTP/1.1\r\n{host}").into_bytes(),
            )
        },
        Attack {
            then: Then::HalfClose,
            ..wait("half closed after a request", get("/health", "").into_bytes())
        },
        Attack {
            then: Then::HalfClose,
            ..wait(
                "half closed within a body",
                post("/oauth/token", "content-length: 400\r\n").into_bytes(),
            )
        },
        Attack {
            then: Then::HalfClose,
            ..wait(
                "half closed while a stream is open",
                get("/api/v1/streaming/public", &bearer).into_bytes(),
            )
        },
        wait(
            "TLS on the plain port",
            vec![0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3],
        ),
        unread(
            "pages asked for and never read",
            get("/auth/sign_in", "").repeat(20),
        ),
        unread(
            "timelines asked for and never read",
            get("/api/v1/instance", &bearer).repeat(20),
        ),
        wait(
            "a WebSocket without a token",
            get("/api/v1/streaming", &upgrade("websocket")).into_bytes(),
        ),
    ];
    all.extend(http2(authority));
    all.extend(websockets(authority, token));
    all
}

/// HTTP/2 in all its disguises: not spoken, so that nothing of it can be flooded.
fn http2(authority: &str) -> Vec<Attack> {
    let settings = frame(4, 0, 0, &[]);
    let opened = [PREFACE, &settings].concat();
    // HPACK: `:method: GET`, `:scheme: http`, `:path: /`.
    let headers = |flags, stream| frame(1, flags, stream, &[0x82, 0x86, 0x84]);
    let resets: Vec<u8> = (0..200_u32)
        .flat_map(|number| {
            let stream = number * 2 + 1;
            [headers(5, stream), frame(3, 0, stream, &[0, 0, 0, 8])].concat()
        })
        .collect();
    let flood = |name, first: Vec<u8>, bytes: Vec<u8>| Attack {
        name,
        first,
        then: Then::Flood(bytes),
        reads: true,
    };
    let h2c = format!(
        "GET /health HTTP/1.1\r\nhost: {authority}\r\n{}http2-settings: AAMAAABkAAQAAP__\r\n\r\n",
        upgrade("h2c")
    );
    vec![
        Attack {
            name: "HTTP/2: a preface",
            first: opened.clone(),
            then: Then::Wait,
            reads: true,
        },
        flood("HTTP/2: settings", opened.clone(), settings.repeat(200)),
        flood(
            "HTTP/2: pings",
            opened.clone(),
            frame(6, 0, 0, &[0; 8]).repeat(200),
        ),
        flood("HTTP/2: rapid resets", opened.clone(), resets),
        flood(
            "HTTP/2: continuations",
            [opened.clone(), headers(0, 1)].concat(),
            frame(9, 0, 1, &[0x40; 1024]).repeat(4),
        ),
        flood(
            "HTTP/2: empty frames",
            opened.clone(),
            frame(0, 0, 1, &[]).repeat(400),
        ),
        flood(
            "HTTP/2: windows",
            opened,
            frame(8, 0, 0, &[0, 0, 0, 1]).repeat(200),
        ),
        flood(
            "HTTP/2 by upgrade",
            h2c.into_bytes(),
            [PREFACE, &settings].concat(),
        ),
    ]
}

/// What is wrong on an open WebSocket.
fn websockets(authority: &str, token: &str) -> Vec<Attack> {
    let open = format!(
        "GET /api/v1/streaming HTTP/1.1\r\nhost: {authority}\r\nauthorization: Bearer {token}\r\n{}\r\n",
        upgrade("websocket")
    )
    .into_bytes();
    let after = |name, frame: Vec<u8>, then: Then| Attack {
        name,
        first: [open.clone(), frame].concat(),
        then,
        reads: true,
    };
    let huge = [vec![0x82, 0xff], vec![0x3f; 8], vec![0; 4]].concat();
    vec![
        after("WebSocket: a frame of 2^61 bytes", huge, Then::Wait),
        after(
            "WebSocket: a message without a mask",
            b"\x81\x02{}".to_vec(),
            Then::Wait,
        ),
        after(
            "WebSocket: an unknown kind",
            websocket_frame(0x83, b"x"),
            Then::Wait,
        ),
        after(
            "WebSocket: reserved bits",
            websocket_frame(0xf1, b"x"),
            Then::Wait,
        ),
        after(
            "WebSocket: a ping in parts",
            websocket_frame(0x09, b"x"),
            Then::Wait,
        ),
        after(
            "WebSocket: not UTF-8",
            websocket_frame(0x81, b"\xff\xff"),
            Then::Wait,
        ),
        after(
            "WebSocket: a continuation of nothing",
            websocket_frame(0x80, b"x"),
            Then::Wait,
        ),
        after(
            "WebSocket: a message of endless parts",
            websocket_frame(0x01, b"x"),
            Then::Flood(websocket_frame(0x00, &[b'x'; 100]).repeat(20)),
        ),
        after(
            "WebSocket: pings",
            Vec::new(),
            Then::Flood(websocket_frame(0x89, b"").repeat(50)),
        ),
        after(
            "WebSocket: pongs",
            Vec::new(),
            Then::Flood(websocket_frame(0x8a, b"").repeat(50)),
        ),
        after(
            "WebSocket: nonsense",
            Vec::new(),
            Then::Flood(websocket_frame(0x81, b"{}").repeat(50)),
        ),
        Attack {
            reads: false,
            ..after(
                "WebSocket: nonsense, and answers never read",
                Vec::new(),
                Then::Flood(websocket_frame(0x81, b"{}").repeat(50)),
            )
        },
        after(
            "WebSocket: parts of nothing",
            websocket_frame(0x01, b""),
            Then::Flood(websocket_frame(0x00, b"").repeat(50)),
        ),
    ]
}

/// The headers of an upgrade.
pub(super) fn upgrade(to: &str) -> String {
    format!(
        "connection: upgrade\r\nupgrade: {to}\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    )
}
