//! What comes back, or why nothing does.

use crate::vocabulary::Unreadable;
use bytes::Bytes;
use entrenous_domain::DomainError;
use entrenous_egress::EgressError;
use entrenous_model::SignatureForm;
use http::HeaderMap;

/// The answer of a peer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status. Redirects are not followed.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most 1 MiB.
    pub body: Bytes,
    /// The signature form of the request that was answered.
    pub form: SignatureForm,
}

impl Answer {
    /// 200 to 299.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// Why there is no answer, or none that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is not on the origin of an active peer.
    #[error("this is not an address of an active peer")]
    NotAPeer,
    /// The peer was halted while the request was under way: it is not known whether it has it.
    #[error("the peer is not active any more")]
    Halted,
    /// The peer could not be reached, or its answer was not taken.
    #[error("no answer of the peer: {0}")]
    Egress(#[from] EgressError),
    /// Too many fetches for one activity.
    #[error("too many fetches")]
    TooManyFetches,
    /// Too many fetches for one peer in an hour; the next one may be made after so many seconds.
    #[error("too many fetches in an hour")]
    FetchLater(u64),
    /// The peer answered with this status.
    #[error("the peer answered with status {0}")]
    Status(u16),
    /// The answer is not of the type asked for.
    #[error("the peer answered with another content type")]
    ContentType,
    /// The answer is not what it says it is: another id or another origin.
    #[error("the peer answered with another object")]
    Mismatch,
    /// The answer cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The request could not be signed.
    #[error("the request could not be signed")]
    Signing(#[from] entrenous_wire::signature::SignError),
}

impl ClientError {
    /// The peer says that it is not there, or not for us.
    #[must_use]
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Status(404 | 410))
    }

    /// A stable name for the audit trail.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAPeer => "not_a_peer",
            Self::Halted => "peer_not_active",
            Self::Egress(why) => why.code(),
            Self::TooManyFetches | Self::FetchLater(_) => "too_many_fetches",
            Self::Status(_) => "status",
            Self::ContentType => "content_type",
            Self::Mismatch => "id_mismatch",
            Self::Unreadable(why) => why.code(),
            Self::Signing(_) => "signing",
        }
    }
}

impl From<ClientError> for DomainError {
    /// What the peer did wrong is a refusal with its code; what may pass is `Remote`, or `TooMany` if it is known when.
    fn from(error: ClientError) -> Self {
        match &error {
            ClientError::Status(404 | 410) => Self::NotFound,
            ClientError::Status(_) => Self::Remote(error.to_string()),
            ClientError::Egress(why) if why.is_transient() => Self::Remote(error.to_string()),
            ClientError::FetchLater(seconds) => Self::TooMany(*seconds),
            ClientError::Signing(_) => Self::internal(error),
            other => Self::Refused(other.code()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_ask_again_is_told_when() {
        let said = DomainError::from(ClientError::FetchLater(9));
        assert!(matches!(said, DomainError::TooMany(9)), "{said:?}");
        let said = DomainError::from(ClientError::TooManyFetches);
        assert!(
            matches!(said, DomainError::Refused("too_many_fetches")),
            "{said:?}"
        );
    }
}
