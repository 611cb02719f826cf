//! Refusals: status, stable reason, audit line.

use axum::response::{IntoResponse as _, Response};
use entrenous_domain::audit::{self, Refused};
use entrenous_domain::{Ctx, DomainError};
use entrenous_model::{Origin, Time};
use entrenous_wire::signature::Refusal;
use http::{HeaderValue, StatusCode, header};

/// Seconds after which a peer may try again what this node could not do.
pub(crate) const RETRY_AFTER: u64 = 5;

/// Why a request was not let in. The reason is stable: it stands in the answer and in the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    status: StatusCode,
    reason: &'static str,
    origin: Option<Origin>,
    detail: Option<String>,
    retry_after: Option<u64>,
    what: Option<Box<Refused>>,
    since: Option<Time>,
}

impl Denied {
    /// A refusal with a status and a reason of its own.
    #[must_use]
    pub const fn new(status: StatusCode, reason: &'static str) -> Self {
        Self {
            status,
            reason,
            origin: None,
            detail: None,
            retry_after: None,
            what: None,
            since: None,
        }
    }

    /// 401, no signature.
    #[must_use]
    pub const fn unsigned() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unsigned")
    }

    /// 401, a signature that does not hold.
    #[must_use]
    pub fn signature(refusal: Refusal) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, refusal.code())
    }

    /// 401, the key is unknown or not the sender's.
    #[must_use]
    pub const fn key(reason: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, reason)
    }

    /// 403.
    #[must_use]
    pub const fn forbidden(reason: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, reason)
    }

    /// 403, no peer of ours.
    #[must_use]
    pub const fn stranger() -> Self {
        Self::forbidden("not_a_peer")
    }

    /// 413.
    #[must_use]
    pub const fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large")
    }

    /// 400, the body broke off.
    #[must_use]
    pub const fn broken() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "body")
    }

    /// 503, the store does not answer: deny, and let the sender try again.
    #[must_use]
    pub fn failed(error: &DomainError) -> Self {
        tracing::error!(%error, "the gate cannot decide, so it denies");
        Self::unavailable("unavailable")
    }

    /// 503 for another reason: nothing is wrong with the request, and it may be sent again.
    #[must_use]
    pub const fn unavailable(reason: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, reason).after(RETRY_AFTER)
    }

    /// 429, with the seconds to wait.
    #[must_use]
    pub const fn too_many(seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many").after(seconds)
    }

    const fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// With the origin it is about.
    #[must_use]
    pub fn about(mut self, origin: &Origin) -> Self {
        self.origin = Some(origin.clone());
        self
    }

    /// With the moment since when it is so, which the answer says.
    #[must_use]
    pub const fn since(mut self, at: Option<Time>) -> Self {
        self.since = at;
        self
    }

    /// With a readable detail for the audit trail; nothing secret, no content.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With what it was that is refused, for the ledger.
    #[must_use]
    pub fn of(mut self, what: Refused) -> Self {
        self.what = Some(Box::new(what));
        self
    }

    /// The stable reason.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Writes the audit line, and the row of a peer's ledger. A line that cannot be written is in the log instead.
    pub async fn record(&self, ctx: &Ctx, route: &str) {
        let reason = self.reason;
        let detail = match &self.detail {
            Some(detail) => format!("{} {route}: {detail}", self.status.as_u16()),
            None => format!("{} {route}", self.status.as_u16()),
        };
        tracing::info!(
            reason,
            peer = self.origin.as_ref().map(Origin::as_str),
            detail,
            "request refused"
        );
        let written = audit::refused(
            ctx,
            reason,
            self.origin.as_ref(),
            detail,
            self.what.as_deref().cloned(),
        );
        if let Err(error) = written.await {
            tracing::error!(%error, reason, "a refusal was not recorded");
        }
    }

    /// The answer: `{"error": reason}`, with `since` in seconds of Unix time if that is told.
    #[must_use]
    pub fn answer(&self) -> Response {
        let body = match self.since {
            Some(at) => format!(r#"{{"error":"{}","since":{}}}"#, self.reason, at.timestamp()),
            None => format!(r#"{{"error":"{}"}}"#, self.reason),
        };
        let mut response = (
            self.status,
            [(header::CONTENT_TYPE, "application/json; charset=utf-8")],
            body,
        )
            .into_response();
        if self.status == StatusCode::PAYLOAD_TOO_LARGE {
            // What was not read stays on the wire.
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_come_again_is_told_when() {
        let wait = |denied: Denied| denied.answer().headers().get(header::RETRY_AFTER).cloned();
        let failed = Denied::failed(&DomainError::internal("no disk"));
        assert_eq!(wait(failed.because("x")), Some(HeaderValue::from(RETRY_AFTER)));
        assert_eq!(wait(Denied::too_many(30)), Some(HeaderValue::from(30)));
        assert_eq!(wait(Denied::stranger()), None);
    }
}
