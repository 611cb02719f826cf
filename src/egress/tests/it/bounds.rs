//! Sizes, times, redirects, encodings.

use std::time::{Duration, Instant};

use bytes::Bytes;
use entrenous_egress::{EgressError, Permit};
use http::{Request, StatusCode};
use tokio::io::AsyncWriteExt as _;

use crate::support::{fetch, get, impatient_client, loopback_client, ok, serve, serve_text};

#[tokio::test]
async fn a_document_is_fetched_with_our_headers_only() {
    let server = serve(|mut stream, head| async move {
        let _ = stream.write_all(ok(&head).as_bytes()).await;
    })
    .await;
    let client = loopback_client();
    let origin = format!("http://{server}");
    let request = Request::get(format!("{origin}/actor?x=1"))
        .header("accept", "application/activity+json")
        .header("accept-encoding", "gzip")
        .header("cookie", "a=b")
        .header("signature", "kept")
        .header("user-agent", "someone else")
        .body(Bytes::new())
        .unwrap();
    let response = client
        .send(&Permit::active_peer(&origin).unwrap(), request)
        .await
        .unwrap();
    assert_eq!(response.status, StatusCode::OK);
    assert!(entrenous_egress::is_activity_json(&response.headers));
    let seen = String::from_utf8(response.body.to_vec()).unwrap().to_lowercase();
    assert!(seen.starts_with("get /actor?x=1 http/1.1\r\n"), "{seen}");
    assert!(seen.contains(&format!("host: {server}\r\n")) && seen.contains("user-agent: entrenous/test\r\n"));
    assert!(seen.contains("signature: kept\r\n") && seen.contains("accept: application/activity+json\r\n"));
    assert!(!seen.contains("encoding") && !seen.contains("cookie") && !seen.contains("someone"));
    assert_eq!(client.connections_made(), 1);
}

#[tokio::test]
async fn a_post_carries_its_body() {
    let server = serve(|mut stream, head| async move {
        let mut body = vec![0; 11];
        let _ = tokio::io::AsyncReadExt::read_exact(&mut stream, &mut body).await;
        let answer = format!("{}{head}", String::from_utf8(body).unwrap());
        let _ = stream.write_all(ok(&answer).as_bytes()).await;
    })
    .await;
    let origin = format!("http://{server}");
    let request = Request::post(format!("{origin}/inbox"))
        .body(Bytes::from_static(b"{\"a\":\"post\""))
        .unwrap();
    let response = loopback_client()
        .send(&Permit::active_peer(&origin).unwrap(), request)
        .await
        .unwrap();
    let seen = String::from_utf8(response.body.to_vec()).unwrap();
    assert!(seen.starts_with("{\"a\":\"post\"POST /inbox HTTP/1.1"), "{seen}");
    assert!(seen.to_lowercase().contains("content-length: 11\r\n"));
}

#[tokio::test]
async fn connections_are_kept() {
    let server = serve(|mut stream, _| async move {
        for _ in 0..3 {
            let _ = stream.write_all(ok("{}").as_bytes()).await;
            crate::support::read_head(&mut stream).await;
        }
    })
    .await;
    let client = loopback_client();
    for _ in 0..3 {
        assert_eq!(fetch(&client, server, "/").await.unwrap().body, "{}");
    }
    assert_eq!(client.connections_made(), 1);
}

#[tokio::test]
async fn redirects_are_errors_and_are_not_followed() {
    let elsewhere = serve_text(ok("{}")).await;
    let client = loopback_client();
    for status in [301, 302, 303, 304, 307, 308, 300, 399] {
        let answer =
            format!("HTTP/1.1 {status} X\r\nLocation: http://{elsewhere}/\r\nContent-Length: 0\r\n\r\n");
        let server = serve_text(answer).await;
        let before = client.connections_made();
        let expected = EgressError::Redirect(StatusCode::from_u16(status).unwrap());
        assert_eq!(fetch(&client, server, "/").await.unwrap_err(), expected);
        assert_eq!(client.connections_made(), before + 1);
    }
}

#[tokio::test]
async fn other_statuses_are_answers() {
    for status in [202, 400, 401, 403, 404, 410, 500] {
        let server = serve_text(format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\n{{}}")).await;
        assert_eq!(
            fetch(&loopback_client(), server, "/")
                .await
                .unwrap()
                .status
                .as_u16(),
            status
        );
    }
}

#[tokio::test]
async fn sizes() {
    let client = loopback_client();
    let fits = serve_text(ok(&"x".repeat(10_000))).await;
    assert_eq!(fetch(&client, fits, "/").await.unwrap().body.len(), 10_000);
    let stated = serve_text("HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n").await;
    assert_eq!(
        fetch(&client, stated, "/").await.unwrap_err(),
        EgressError::TooLarge
    );
    let unstated = serve_text(format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(10_001))).await;
    assert_eq!(
        fetch(&client, unstated, "/").await.unwrap_err(),
        EgressError::TooLarge
    );
    let endless = serve(|mut stream, _| async move {
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            .await;
        while stream.write_all(b"5\r\nhello\r\n").await.is_ok() {}
    })
    .await;
    assert_eq!(
        fetch(&client, endless, "/").await.unwrap_err(),
        EgressError::TooLarge
    );
    let endless_head = serve(|mut stream, _| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(b"X-Header: and so on\r\n").await.is_ok() {}
    })
    .await;
    assert_eq!(
        fetch(&client, endless_head, "/").await.unwrap_err(),
        EgressError::Protocol
    );
}

#[tokio::test]
async fn times() {
    let client = impatient_client();
    let silent = serve(|stream, _| async move {
        tokio::time::sleep(Duration::from_secs(30)).await;
        drop(stream);
    })
    .await;
    let drip_head = serve(|mut stream, _| async move {
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: "
            .iter()
            .chain(std::iter::repeat(&b'x'))
        {
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let drip_body = serve(|mut stream, _| async move {
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            .await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    for server in [silent, drip_head, drip_body] {
        let start = Instant::now();
        assert_eq!(
            fetch(&client, server, "/").await.unwrap_err(),
            EgressError::Timeout
        );
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn encodings() {
    let client = loopback_client();
    for header in [
        "Content-Encoding: gzip",
        "Content-Encoding: br",
        "Content-Encoding: identity\r\nContent-Encoding: gzip",
    ] {
        let server = serve_text(format!(
            "HTTP/1.1 200 OK\r\n{header}\r\nContent-Length: 1\r\n\r\nx"
        ))
        .await;
        assert_eq!(
            fetch(&client, server, "/").await.unwrap_err(),
            EgressError::Encoding,
            "{header}"
        );
    }
    let layered = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    assert_eq!(
        fetch(&client, serve_text(layered).await, "/").await.unwrap_err(),
        EgressError::Encoding
    );
    let identity = "HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\nContent-Length: 1\r\n\r\nx";
    assert!(fetch(&client, serve_text(identity).await, "/").await.is_ok());
}

#[tokio::test]
async fn broken_answers() {
    let client = loopback_client();
    for text in [
        "",
        "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/9.9 200\r\n\r\n",
    ] {
        let server = serve_text(text).await;
        assert_eq!(
            fetch(&client, server, "/").await.unwrap_err(),
            EgressError::Protocol,
            "{text}"
        );
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(
        fetch(&client, closed, "/").await.unwrap_err(),
        EgressError::Connect
    );
}

#[tokio::test]
async fn files() {
    let client = impatient_client();
    // Lively enough: longer in all than a document may take.
    let slow = serve(|mut stream, _| async move {
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n")
            .await;
        for _ in 0..12 {
            let _ = stream.write_all(b"x").await;
            tokio::time::sleep(Duration::from_millis(70)).await;
        }
    })
    .await;
    let stalls = serve(|mut stream, _| async move {
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nx")
            .await;
        tokio::time::sleep(Duration::from_secs(30)).await;
    })
    .await;
    let never_ends = serve(|mut stream, _| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let large = serve_text(format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(50_000))).await;
    let file = |server, most| {
        let client = client.clone();
        async move {
            let origin = format!("http://{server}");
            let permit = Permit::active_peer(&origin).unwrap();
            let request = get(&format!("{origin}/media/1"));
            client
                .fetch_file(&permit, request, most, Duration::from_millis(500))
                .await
                .map(|r| r.body.len())
        }
    };
    assert_eq!(file(slow, 12).await, Ok(12));
    assert_eq!(file(stalls, 12).await, Err(EgressError::Timeout));
    assert_eq!(file(never_ends, 1_000_000).await, Err(EgressError::Timeout));
    assert_eq!(file(large, 50_000).await, Ok(50_000));
    assert_eq!(file(large, 49_999).await, Err(EgressError::TooLarge));
}
