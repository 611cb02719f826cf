//! The client itself.

use std::{
    error::Error,
    fmt,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{self, Client},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::timeout;

use crate::{
    ConfigError, Dial, EgressConfig, EgressError, Limits, Permit, Resolver, SystemResolver, TcpDial,
    connect::{Connector, Counts},
    origin::Origin,
    read::{check_head, collect},
    rules::Rules,
};

/// Headers that a request never carries: they would change how, where or as whom it travels.
const STRIPPED: [HeaderName; 8] = [
    header::ACCEPT_ENCODING,
    header::COOKIE,
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::TE,
    header::EXPECT,
    header::PROXY_AUTHORIZATION,
];

/// A whole answer that is no redirect; any other status is the caller's to judge.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body, within the limit that was asked for.
    pub body: Bytes,
}

/// The one HTTP client of the node. Clones share connections.
#[derive(Clone)]
pub struct Egress {
    client: Client<Connector, Full<Bytes>>,
    counts: Arc<Counts>,
    user_agent: HeaderValue,
    limits: Limits,
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Egress")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Egress {
    /// Reads the configuration, and the certificates that it and the system name.
    ///
    /// # Errors
    /// [`ConfigError`], with words for the operator.
    pub fn new(config: &EgressConfig) -> Result<Self, ConfigError> {
        Self::with_resolver(config, Arc::new(SystemResolver))
    }

    /// As [`Egress::new`], with another resolver.
    ///
    /// # Errors
    /// As [`Egress::new`].
    pub fn with_resolver(config: &EgressConfig, resolver: Arc<dyn Resolver>) -> Result<Self, ConfigError> {
        Self::with_network(config, resolver, Arc::new(TcpDial))
    }

    /// As [`Egress::new`], on another network. What may be contacted is decided as on the real one.
    ///
    /// # Errors
    /// As [`Egress::new`].
    pub fn with_network(
        config: &EgressConfig,
        resolver: Arc<dyn Resolver>,
        dial: Arc<dyn Dial>,
    ) -> Result<Self, ConfigError> {
        let user_agent = HeaderValue::from_str(&config.user_agent).map_err(|_| ConfigError::UserAgent)?;
        let counts = Arc::new(Counts::default());
        let limits = config.limits;
        let connector = Connector {
            rules: Arc::new(Rules::new(config)?),
            resolver,
            dial,
            counts: Arc::clone(&counts),
            attempt: limits.connect_time,
            whole: limits.document_time.max(limits.file_head_time),
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(limits.idle_time)
            .pool_max_idle_per_host(limits.idle_connections)
            .http1_max_buf_size(64 * 1024)
            .build(connector);
        Ok(Self {
            client,
            counts,
            user_agent,
            limits,
        })
    }

    /// Sends a request and takes its answer as a document: 1 MiB and 10 s in all, unless configured otherwise.
    ///
    /// # Errors
    /// [`EgressError`]. With [`EgressError::NotPermitted`] nothing was resolved or connected to.
    pub async fn send(&self, permit: &Permit, request: Request<Bytes>) -> Result<Response, EgressError> {
        let request = self.prepare(permit, request)?;
        let exchange = async {
            let response = self.head(request, self.limits.document_bytes).await?;
            finish(response, self.limits.document_bytes, None).await
        };
        timeout(self.limits.document_time, exchange)
            .await
            .map_err(|_| EgressError::Timeout)?
    }

    /// Sends a request and takes its answer as a file: at most `max_bytes`, and no pause longer than
    /// `idle_timeout`. Its head has 10 s and the whole 15 minutes, unless configured otherwise.
    ///
    /// # Errors
    /// As [`Egress::send`].
    pub async fn fetch_file(
        &self,
        permit: &Permit,
        request: Request<Bytes>,
        max_bytes: u64,
        idle_timeout: Duration,
    ) -> Result<Response, EgressError> {
        let request = self.prepare(permit, request)?;
        let exchange = async {
            let head = timeout(self.limits.file_head_time, self.head(request, max_bytes));
            let response = head.await.map_err(|_| EgressError::Timeout)??;
            finish(response, max_bytes, Some(idle_timeout)).await
        };
        timeout(self.limits.file_time, exchange)
            .await
            .map_err(|_| EgressError::Timeout)?
    }

    /// How many connections were attempted since the start.
    #[must_use]
    pub fn connections_made(&self) -> u64 {
        self.counts.connections.load(Ordering::Relaxed)
    }

    /// How many names were asked for since the start.
    #[must_use]
    pub fn dns_questions(&self) -> u64 {
        self.counts.questions.load(Ordering::Relaxed)
    }

    /// Checks the permit and makes the request ours: `Host`, `User-Agent`, nothing of [`STRIPPED`].
    fn prepare(
        &self,
        permit: &Permit,
        mut request: Request<Bytes>,
    ) -> Result<Request<Full<Bytes>>, EgressError> {
        let origin = Origin::of_uri(request.uri())?;
        let target = request
            .uri()
            .path_and_query()
            .map_or("/", |target| target.as_str());
        permit.check(request.method(), &origin, target)?;
        let host = HeaderValue::from_str(&origin.authority()).map_err(|_| EgressError::InvalidRequest)?;
        let headers = request.headers_mut();
        // A signed `Host` must be the one that is sent.
        if headers.get_all(header::HOST).iter().any(|signed| signed != host) {
            return Err(EgressError::InvalidRequest);
        }
        headers.insert(header::HOST, host);
        headers.insert(header::USER_AGENT, self.user_agent.clone());
        headers.remove(header::CONTENT_LENGTH); // hyper writes it from the body
        for name in &STRIPPED {
            headers.remove(name);
        }
        Ok(request.map(Full::new))
    }

    async fn head(
        &self,
        request: Request<Full<Bytes>>,
        most: u64,
    ) -> Result<http::Response<Incoming>, EgressError> {
        let response = self.client.request(request).await.map_err(|why| failure(&why))?;
        check_head(&response, most)?;
        Ok(response)
    }
}

async fn finish(
    response: http::Response<Incoming>,
    most: u64,
    idle: Option<Duration>,
) -> Result<Response, EgressError> {
    let (head, body) = response.into_parts();
    let body = collect(body, most, idle).await?;
    Ok(Response {
        status: head.status,
        headers: head.headers,
        body,
    })
}

/// Our own reason, if the connector gave one; otherwise where hyper stopped.
fn failure(error: &legacy::Error) -> EgressError {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(ours) = inner.downcast_ref::<EgressError>() {
            return *ours;
        }
        cause = inner.source();
    }
    if error.is_connect() {
        EgressError::Connect
    } else {
        EgressError::Protocol
    }
}
