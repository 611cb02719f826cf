//! The accept loop. `axum::serve` sets no header timeout, so slow senders would hold a connection for ever.
//!
//! HTTP/1.1 only: a TLS proxy before the node speaks HTTP/2 to browsers, and what is not spoken cannot be flooded.

use super::body::TimedBody;
use super::crowd::Crowd;
use super::head;
use super::linger::Lingering;
use super::pace::Talk;
use axum::Router;
use axum::body::Body;
use entrenous_door::{Ambiguous, ClientAddr};
use http::StatusCode;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ipnet::IpNet;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
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

/// How often it is said at most that an address has too many connections.
const SAID: Duration = Duration::from_secs(60);

/// What the loop allows.
pub(super) struct Limits {
    /// Open connections in all.
    pub(super) connections: usize,
    /// Open connections of one address, or of one /64 network; a trusted proxy's are not counted.
    pub(super) per_address: usize,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub(super) trusted_proxies: Vec<IpNet>,
}

/// Accepts until `stop`, then lets open requests end.
pub(super) async fn run(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let crowd = Crowd::new(limits.per_address);
    let proxies = limits.trusted_proxies;
    let connections = TaskTracker::new();
    let mut refusals = Refusals::default();
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
        // On a socket for both, IPv4 arrives as IPv6: nothing after this has to know.
        let client = address.ip().to_canonical();
        let behind_proxy = is_proxy(&proxies, address.ip());
        let seat = if behind_proxy {
            None
        } else if let Some(seat) = crowd.enter(client) {
            Some(seat)
        } else {
            if let Some(refused) = refusals.count(Instant::now()) {
                tracing::warn!(%client, refused, "too many connections of one address: closed (limits.connections_per_address)");
            }
            // Nothing is owed to it, and nothing of it stays in the kernel.
            drop(stream.set_zero_linger());
            continue;
        };
        let (router, stop) = (router.clone(), stop.clone());
        connections.spawn(async move {
            serve(stream, client, router, behind_proxy, stop).await;
            drop((place, seat));
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Whether what this address says of clients is believed, however the configuration writes it.
fn is_proxy(proxies: &[IpNet], address: IpAddr) -> bool {
    let canonical = address.to_canonical();
    proxies
        .iter()
        .any(|net| net.contains(&canonical) || net.contains(&address))
}

/// Connections that were closed at once, as far as nobody has been told of them.
#[derive(Default)]
struct Refusals {
    said: Option<Instant>,
    untold: u64,
}

impl Refusals {
    /// One more: how many there were since it was last said, if it is time to say it.
    fn count(&mut self, now: Instant) -> Option<u64> {
        self.untold = self.untold.saturating_add(1);
        if self.said.is_some_and(|said| now.duration_since(said) < SAID) {
            return None;
        }
        self.said = Some(now);
        Some(std::mem::take(&mut self.untold))
    }
}

async fn serve(
    stream: TcpStream,
    address: IpAddr,
    router: Router,
    behind_proxy: bool,
    stop: CancellationToken,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(cause = %error, "TCP_NODELAY");
    }
    let talk = Talk::default();
    let told = talk.clone();
    let service = service_fn(move |request: http::Request<Incoming>| {
        let (router, told) = (router.clone(), told.clone());
        async move {
            told.asked();
            let ambiguous = head::is_ambiguous(&request);
            let chunked = head::is_chunked(&request);
            let client = if behind_proxy {
                entrenous_door::forwarded(request.headers()).unwrap_or(address)
            } else {
                address
            };
            let body_of = told.clone();
            let mut request = request.map(|body| Body::new(TimedBody::new(body, body_of)));
            request.extensions_mut().insert(ClientAddr(client));
            if ambiguous {
                request.extensions_mut().insert(Ambiguous);
            }
            let mut answered = router.oneshot(request).await;
            if let Ok(response) = &mut answered {
                if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                    told.upgrade();
                } else if chunked || ambiguous {
                    head::end(response);
                }
            }
            answered
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(Lingering::new(stream, talk)), service)
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
        tracing::debug!(client = %address, cause = %error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_known_however_it_arrives() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = ["127.0.0.0/8".parse().unwrap(), "2001:db8::/64".parse().unwrap()];
        for known in ["127.0.0.1", "::ffff:127.0.0.1", "2001:db8::9"] {
            assert!(is_proxy(&proxies, ip(known)), "{known}");
        }
        for other in ["192.0.2.1", "::ffff:192.0.2.1", "::1", "2001:db8:0:1::9"] {
            assert!(!is_proxy(&proxies, ip(other)), "{other}");
        }
        // Written as it arrives on a socket for both.
        assert!(is_proxy(
            &["::ffff:192.0.2.0/120".parse().unwrap()],
            ip("::ffff:192.0.2.1")
        ));
    }

    #[test]
    fn refusals_are_said_once_a_minute() {
        let (mut refusals, start) = (Refusals::default(), Instant::now());
        assert_eq!(refusals.count(start), Some(1));
        for _ in 0..1_000 {
            assert_eq!(refusals.count(start + SAID / 2), None);
        }
        assert_eq!(refusals.count(start + SAID), Some(1_001));
    }
}
