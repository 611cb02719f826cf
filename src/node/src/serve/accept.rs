//! The accept loop. `axum::serve` sets no header timeout, so slow senders would hold a connection for ever.
//!
//! HTTP/1.1 only: a TLS proxy before the node speaks HTTP/2 to browsers, and what is not spoken cannot be flooded.

use super::body::TimedBody;
use super::linger::Lingering;
use axum::Router;
use axum::body::Body;
use entrenous_door::ClientAddr;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ipnet::IpNet;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// The head of a request, also the next one of a kept connection, must be here by then.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest head of a request, in bytes.
const LARGEST_HEAD: usize = 32 * 1024;
/// The most header fields.
const MOST_HEADERS: usize = 100;

/// What the loop allows.
pub(super) struct Limits {
    /// Open connections in all.
    pub(super) connections: usize,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub(super) trusted_proxies: Vec<IpNet>,
}

/// Accepts until `stop`, then lets open requests end.
pub(super) async fn run(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let proxies: Arc<[IpNet]> = limits.trusted_proxies.into();
    let connections = TaskTracker::new();
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(cause = %error, "a connection cannot be accepted");
                // Out of file descriptors, mostly: some will be free in a moment.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (router, proxies, stop) = (router.clone(), Arc::clone(&proxies), stop.clone());
        connections.spawn(async move {
            serve(stream, address, router, &proxies, stop).await;
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn serve(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    proxies: &[IpNet],
    stop: CancellationToken,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(cause = %error, "TCP_NODELAY");
    }
    let behind_proxy = proxies.iter().any(|net| net.contains(&address.ip()));
    let service = service_fn(move |request: http::Request<Incoming>| {
        let router = router.clone();
        async move {
            let client = if behind_proxy {
                entrenous_door::forwarded(request.headers()).unwrap_or(address.ip())
            } else {
                address.ip()
            };
            let mut request = request.map(|body| Body::new(TimedBody::new(body)));
            request.extensions_mut().insert(ClientAddr(client));
            router.oneshot(request).await
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(Lingering::new(stream)), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(client = %address.ip(), cause = %error, "a connection ended early");
    }
}
