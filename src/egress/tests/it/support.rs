//! A server that says what a test wants, and a client with small limits.

use std::{
    collections::BTreeMap,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use entrenous_egress::{
    Addresses, AllowRule, Egress, EgressConfig, EgressError, OriginPattern, Permit, Resolver, Response,
};
use http::Request;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Names with fixed addresses, and how often they were asked for.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) known: Mutex<BTreeMap<String, Vec<IpAddr>>>,
    pub(crate) asked: AtomicUsize,
}

impl Names {
    pub(crate) fn with(name: &str, addresses: &[&str]) -> Arc<Self> {
        let names = Self::default();
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        names.known.lock().unwrap().insert(name.to_owned(), addresses);
        Arc::new(names)
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Resolver for Names {
    fn resolve(&self, host: &str) -> Addresses {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let found = self.known.lock().unwrap().get(host).cloned();
        Box::pin(async move { found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)) })
    }
}

/// One rule.
pub(crate) fn rule(origin: &str, addresses: &[&str]) -> AllowRule {
    AllowRule {
        origin: OriginPattern::parse(origin).unwrap(),
        addresses: addresses.iter().map(|net| net.parse().unwrap()).collect(),
        ca: None,
    }
}

/// A configuration with small sizes, and times that a busy machine keeps.
pub(crate) fn config(allow: Vec<AllowRule>) -> EgressConfig {
    let mut config = EgressConfig::new("Entrenous/test");
    config.allow = allow;
    config.native_roots = false;
    config.limits.document_bytes = 10_000;
    config.limits.document_time = Duration::from_secs(8);
    config
}

/// A client that may go to `http://127.0.0.x`, and does not wait long.
pub(crate) fn impatient_client() -> Egress {
    let mut config = config(vec![rule("http://127.0.0.*:*", &["127.0.0.0/8"])]);
    config.limits.document_time = Duration::from_millis(600);
    config.limits.file_head_time = Duration::from_millis(600);
    config.limits.file_time = Duration::from_secs(3);
    Egress::new(&config).unwrap()
}

/// A client that may go to `http://127.0.0.x`.
pub(crate) fn loopback_client() -> Egress {
    Egress::new(&config(vec![rule("http://127.0.0.*:*", &["127.0.0.0/8"])])).unwrap()
}

pub(crate) fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

/// Sends a `GET` of `path` to a server, with the permit for it.
pub(crate) async fn fetch(client: &Egress, server: SocketAddr, path: &str) -> Result<Response, EgressError> {
    let origin = format!("http://{server}");
    client
        .send(
            &Permit::active_peer(&origin).unwrap(),
            get(&format!("{origin}{path}")),
        )
        .await
}

/// Reads the head of a request.
pub(crate) async fn read_head(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// A server that does `answer` with each connection, after the first request's head.
pub(crate) async fn serve<F, A>(answer: F) -> SocketAddr
where
    F: Fn(TcpStream, String) -> A + Send + Sync + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let head = read_head(&mut stream).await;
                answer(stream, head).await;
            });
        }
    });
    address
}

/// A server that always says the same and closes.
pub(crate) async fn serve_text(text: impl Into<String>) -> SocketAddr {
    let text = Arc::new(text.into());
    serve(move |mut stream, _| {
        let text = Arc::clone(&text);
        async move {
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    })
    .await
}

/// A complete answer with a body.
pub(crate) fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
