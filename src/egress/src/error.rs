//! Why a request did not leave, or its answer was not taken.

use http::StatusCode;

use crate::address::Class;

/// A typed failure. Neither `Display` nor `Debug` says anything of the URL, the headers or the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The permit does not cover the URL or the method. Nothing was asked of DNS.
    #[error("the permit does not cover this request")]
    NotPermitted,
    /// The URL is no canonical `http` or `https` URL, or the request contradicts itself.
    #[error("the request cannot be sent as it is")]
    InvalidRequest,
    /// Plain `http` to an origin that no rule allows it for.
    #[error("plain http is not allowed for this origin")]
    PlainHttp,
    /// The name could not be resolved.
    #[error("the name cannot be resolved")]
    Dns,
    /// The name resolves to an address that no rule allows for this origin. Nothing was connected to.
    #[error("the address is not allowed for this origin: {0}")]
    AddressRefused(Class),
    /// No connection came about, or it broke.
    #[error("the connection failed")]
    Connect,
    /// The TLS handshake failed: a wrong or expired certificate, an unknown authority, an old protocol.
    #[error("the TLS handshake failed")]
    Tls,
    /// The time for connecting, the answer's head, its next part, or all of it ran out.
    #[error("the answer took too long")]
    Timeout,
    /// The other side answered a redirect, which is never followed.
    #[error("the answer is a redirect ({0})")]
    Redirect(StatusCode),
    /// The answer is larger than it may be.
    #[error("the answer is too large")]
    TooLarge,
    /// The answer is encoded (compressed) although nothing but identity was offered.
    #[error("the answer has a content encoding")]
    Encoding,
    /// The answer is not HTTP, or broke off.
    #[error("the answer is not proper HTTP")]
    Protocol,
}

impl EgressError {
    /// A stable name for logs and the delivery queue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotPermitted => "not_permitted",
            Self::InvalidRequest => "invalid_request",
            Self::PlainHttp => "plain_http",
            Self::Dns => "dns",
            Self::AddressRefused(_) => "address_refused",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Redirect(_) => "redirect",
            Self::TooLarge => "too_large",
            Self::Encoding => "encoding",
            Self::Protocol => "protocol",
        }
    }

    /// Whether the same request may succeed later without anyone changing a configuration.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Dns | Self::Connect | Self::Tls | Self::Timeout | Self::Protocol
        )
    }
}
