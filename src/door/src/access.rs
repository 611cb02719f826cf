//! Who may use a route, and what checks it.

use crate::RouteInfo;
use axum::extract::Request;
use axum::response::Response;
use http::HeaderMap;
use std::net::IpAddr;
use std::pin::Pin;

/// Who may use a route.
///
/// Scopes are names as in the Mastodon API; several with a space between mean *any of them*
/// (`"read:follows follow"`), and an empty text means any scope at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Anyone. The written list of these routes is short and held by a test.
    Open,
    /// A request signed by an active peer.
    Peer,
    /// The invitation route between two administrators: its own class, since the sender is no peer yet.
    Handshake,
    /// The bearer token of a person, granting one of the scopes.
    Person(&'static str),
    /// The bearer token of a client or a person.
    App,
    /// The bearer token of a person whose role administers the node, granting one of the scopes.
    Admin(&'static str),
    /// The cookie of the sign-in pages.
    Session,
    /// A capability in the URL itself; the handler checks it.
    Capability,
}

impl Access {
    /// True for the one class that asks for nothing.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open)
    }

    /// The scopes of which one is needed; empty for classes without scopes.
    pub fn scopes(self) -> impl Iterator<Item = &'static str> {
        let text = match self {
            Self::Person(scopes) | Self::Admin(scopes) => scopes,
            Self::Open | Self::Peer | Self::Handshake | Self::App | Self::Session | Self::Capability => "",
        };
        text.split(' ').filter(|scope| !scope.is_empty())
    }

    /// Its name, as it stands in the OpenAPI document (`x-access`).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Peer => "peer",
            Self::Handshake => "handshake",
            Self::Person(_) => "person",
            Self::App => "app",
            Self::Admin(_) => "administrator",
            Self::Session => "session",
            Self::Capability => "capability",
        }
    }
}

/// What a guard answers: the request, perhaps with what it found out in its extensions, or the refusal.
pub type GuardFuture = Pin<Box<dyn Future<Output = Result<Request, Response>> + Send>>;

/// Checks a request before the handler of a route sees it.
///
/// A guard must refuse the classes it does not know: `federation` knows peers and not persons, `api` the opposite.
pub trait Guard: Send + Sync + 'static {
    /// Lets the request through, or answers in the handler's place.
    fn check(&self, route: &RouteInfo, request: Request) -> GuardFuture;
}

/// In the extensions of a request whose head can be read in two ways: it is answered 400 before anything else looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ambiguous;

/// The address a request came from, put into its extensions by the accept loop: the socket's, or the one forwarded
/// by a configured trusted proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddr(pub IpAddr);

/// The last address that a trusted proxy wrote into `X-Forwarded-For`, which is its own word; what stands before it was
/// written by whoever is behind the proxy.
#[must_use]
pub fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let list = headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()?
        .to_str()
        .ok()?;
    let client: IpAddr = list.rsplit(',').next()?.trim().parse().ok()?;
    Some(client.to_canonical())
}
