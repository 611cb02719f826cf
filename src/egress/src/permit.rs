//! Permits: a request leaves only with one, and each names one exact origin.

use http::Method;

use crate::{EgressError, origin::Origin};

/// Why an origin may be contacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PermitKind {
    /// An active peer.
    ActivePeer,
    /// The origin of an invitation that an administrator pasted or that passed its checks, before it is active.
    Invitation,
    /// A revoked peer, for the purge order only.
    Purge,
    /// A domain that an administrator is adding by hand, before it is active.
    HandAdded,
    /// A push service that the configuration lists: no peer.
    PushService,
}

/// Permission to contact one exact origin. Whoever makes one has looked into the peer table first, or for a push service
/// into the configuration.
#[derive(Clone, Debug)]
pub struct Permit {
    kind: PermitKind,
    origin: Origin,
    /// With [`PermitKind::Invitation`], [`PermitKind::Purge`] and [`PermitKind::PushService`]: the only paths.
    paths: Vec<String>,
}

impl Permit {
    /// For an active peer: any path and method.
    ///
    /// # Errors
    /// [`EgressError::InvalidRequest`] when `origin` is not a canonical `scheme://host[:port]`.
    pub fn active_peer(origin: &str) -> Result<Self, EgressError> {
        Self::new(PermitKind::ActivePeer, origin, &[])
    }

    /// For the origin of an invitation before it is active: `paths` only (the instance actor, the invitation
    /// route), compared exactly and without a query.
    ///
    /// # Errors
    /// As [`Permit::active_peer`].
    pub fn invitation(origin: &str, paths: &[&str]) -> Result<Self, EgressError> {
        Self::new(PermitKind::Invitation, origin, paths)
    }

    /// For a revoked peer: the signed purge order, which is a `POST` to `path`.
    ///
    /// # Errors
    /// As [`Permit::active_peer`].
    pub fn purge(origin: &str, path: &str) -> Result<Self, EgressError> {
        Self::new(PermitKind::Purge, origin, &[path])
    }

    /// For a domain that an administrator is adding by hand: reading only, to show whose key would be pinned.
    ///
    /// # Errors
    /// As [`Permit::active_peer`].
    pub fn hand_added(origin: &str) -> Result<Self, EgressError> {
        Self::new(PermitKind::HandAdded, origin, &[])
    }

    /// For a push service that the configuration lists: a `POST` to `path` (with its query, if it has one), the endpoint
    /// of one browser.
    ///
    /// # Errors
    /// As [`Permit::active_peer`].
    pub fn push_service(origin: &str, path: &str) -> Result<Self, EgressError> {
        Self::new(PermitKind::PushService, origin, &[path])
    }

    fn new(kind: PermitKind, origin: &str, paths: &[&str]) -> Result<Self, EgressError> {
        let origin = Origin::parse(origin).ok_or(EgressError::InvalidRequest)?;
        Ok(Self {
            kind,
            origin,
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        })
    }

    /// Why the origin may be contacted.
    #[must_use]
    pub fn kind(&self) -> PermitKind {
        self.kind
    }

    /// The origin, as `scheme://host[:port]`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.origin.text()
    }

    pub(crate) fn check(
        &self,
        method: &Method,
        target: &Origin,
        path_and_query: &str,
    ) -> Result<(), EgressError> {
        let listed = self.paths.iter().any(|path| path == path_and_query);
        let fits = match self.kind {
            PermitKind::ActivePeer => true,
            PermitKind::Invitation => listed,
            PermitKind::Purge | PermitKind::PushService => listed && *method == Method::POST,
            PermitKind::HandAdded => matches!(*method, Method::GET | Method::HEAD),
        };
        if fits && *target == self.origin {
            Ok(())
        } else {
            Err(EgressError::NotPermitted)
        }
    }
}
