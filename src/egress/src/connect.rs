//! Resolve, check, connect: one step, so that nothing can change between the check and the connection.

use std::{
    future::Future,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tower::Service;

use crate::{Dial, Duplex, EgressError, Resolver, origin::Origin, rules::Rules, stream::Stream};

/// Counts for tests and metrics.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) questions: AtomicU64,
    pub(crate) connections: AtomicU64,
}

/// The only code of the node that opens a connection to the outside.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) rules: Arc<Rules>,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) dial: Arc<dyn Dial>,
    pub(crate) counts: Arc<Counts>,
    /// For one attempt.
    pub(crate) attempt: Duration,
    /// For the name, all attempts and the handshake.
    pub(crate) whole: Duration,
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = EgressError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, EgressError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), EgressError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move {
            timeout(connector.whole, connector.connect(&uri))
                .await
                .map_err(|_| EgressError::Timeout)?
        })
    }
}

impl Connector {
    async fn connect(&self, uri: &Uri) -> Result<Stream, EgressError> {
        let origin = Origin::of_uri(uri)?;
        self.rules.check_scheme(&origin)?;
        let addresses = self.checked_addresses(&origin).await?;
        let tcp = self.connect_tcp(&addresses, origin.port).await?;
        if !origin.https {
            return Ok(Stream::Plain(TokioIo::new(tcp)));
        }
        let name =
            ServerName::try_from(origin.bare_host().to_owned()).map_err(|_| EgressError::InvalidRequest)?;
        let tls = TlsConnector::from(self.rules.tls(&origin))
            .connect(name, tcp)
            .await;
        Ok(Stream::Tls(Box::new(TokioIo::new(
            tls.map_err(|_| EgressError::Tls)?,
        ))))
    }

    /// All addresses of the origin, each of them allowed. One that is not refuses them all: a name that
    /// points outside and inside at once is an attack or a mistake.
    async fn checked_addresses(&self, origin: &Origin) -> Result<Vec<IpAddr>, EgressError> {
        let addresses = match origin.bare_host().parse::<IpAddr>() {
            Ok(literal) => vec![literal],
            Err(_) => {
                self.counts.questions.fetch_add(1, Ordering::Relaxed);
                self.resolver
                    .resolve(&origin.host)
                    .await
                    .map_err(|_| EgressError::Dns)?
            }
        };
        if addresses.is_empty() {
            return Err(EgressError::Dns);
        }
        for address in &addresses {
            self.rules.check_address(origin, *address)?;
        }
        Ok(addresses)
    }

    async fn connect_tcp(&self, addresses: &[IpAddr], port: u16) -> Result<Box<dyn Duplex>, EgressError> {
        let mut last = EgressError::Connect;
        for address in addresses {
            self.counts.connections.fetch_add(1, Ordering::Relaxed);
            match timeout(self.attempt, self.dial.dial(SocketAddr::new(*address, port))).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(_)) => last = EgressError::Connect,
                Err(_) => last = EgressError::Timeout,
            }
        }
        Err(last)
    }
}
