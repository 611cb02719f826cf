//! One message to one device, by its push service.

use bytes::Bytes;
use chrono::TimeDelta;
use entrenous_api::{ApiState, push_message};
use entrenous_domain::push::{self, Outcome, PATIENCE, Parcel};
use entrenous_domain::{Ctx, Result};
use entrenous_egress::{Egress, EgressError, Permit};
use entrenous_model::Time;
use entrenous_wire::push::{VapidKey, encrypt};
use http::{HeaderMap, HeaderValue, Method, Request, header};

/// How long the node's word of who sends holds: at most a day (RFC 8292, section 2).
const WORD: TimeDelta = TimeDelta::hours(12);
/// The pause after the first failure; each one after it is twice as long.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// The longest pause, and the most that a service may ask for.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(6);

/// What an attempt says of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// Nothing was sent.
    Unknown,
    /// It answers.
    Fine,
    /// It does not, or stumbles.
    Troubled,
}

impl Health {
    /// This, and what was learned after it.
    pub(super) fn and(self, later: Self) -> Self {
        if later == Self::Unknown { self } else { later }
    }
}

/// What messages are made and sent with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sender {
    /// What messages are rendered with.
    pub(crate) state: ApiState,
    /// The one way out.
    pub(crate) egress: Egress,
    /// Signs.
    pub(crate) key: VapidKey,
}

impl Sender {
    pub(super) fn ctx(&self) -> &Ctx {
        self.state.ctx()
    }

    /// Sends one message, if its owner is still to be told. Nothing is written down.
    ///
    /// # Errors
    /// Only this node's own.
    pub(super) async fn attempt(&self, service: &str, parcel: &Parcel) -> Result<(Outcome, Health)> {
        let unsent = (Outcome::Done, Health::Unknown);
        let Some(told) = push::told(self.ctx(), parcel).await? else {
            return Ok(unsent);
        };
        let Some(message) = push_message(&self.state, &parcel.locale, &told).await? else {
            return Ok(unsent);
        };
        let now = self.ctx().now();
        let (request, permit) = match self.prepared(service, parcel, &message, now) {
            Ok(prepared) => prepared,
            Err(why) => {
                // Endpoint and keys were looked at when they came: such a subscription is of no use.
                tracing::warn!(service, subscription = %parcel.subscription, why, "a device cannot be told");
                return Ok((Outcome::Gone, Health::Unknown));
            }
        };
        let (outcome, health) = match self.egress.send(&permit, request).await {
            Ok(answer) => judged(answer.status.as_u16(), &answer.headers, parcel.tries, now),
            Err(error) => failed(error, parcel.tries, now),
        };
        tracing::debug!(service, subscription = %parcel.subscription, ?outcome, "a device was told, or not");
        Ok((outcome, health))
    }

    /// The request (RFC 8030, section 5) and the permit for it.
    fn prepared(
        &self,
        service: &str,
        parcel: &Parcel,
        message: &[u8],
        now: Time,
    ) -> std::result::Result<(Request<Bytes>, Permit), &'static str> {
        let body = encrypt(&parcel.keys.p256dh, &parcel.keys.auth, message).map_err(|_| "keys")?;
        let uri: http::Uri = parcel.endpoint.parse().map_err(|_| "endpoint")?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let permit = Permit::push_service(service, &path).map_err(|_| "service")?;
        let word = self
            .key
            .authorization(service, (now + WORD).timestamp(), &self.subject())
            .map_err(|_| "signature")?;
        let lives = (parcel.until - now)
            .num_seconds()
            .clamp(0, PATIENCE.num_seconds());
        let request = Request::builder()
            .method(Method::POST)
            .uri(uri)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::CONTENT_ENCODING, "aes128gcm")
            .header("ttl", HeaderValue::from(lives))
            .header("urgency", "normal")
            // What is sent again takes the place of what waits at the service.
            .header("topic", parcel.notification.to_string())
            .header(header::AUTHORIZATION, word)
            .body(Bytes::from(body))
            .map_err(|_| "request")?;
        Ok((request, permit))
    }

    /// Whom the service can write to: the administrator, or the node.
    fn subject(&self) -> String {
        let contact = self.ctx().look().contact_email.clone();
        contact.map_or_else(
            || self.ctx().origin().to_string(),
            |address| format!("mailto:{address}"),
        )
    }
}

/// What an answer means (RFC 8030, sections 5 and 7.3).
fn judged(status: u16, headers: &HeaderMap, tries: i32, now: Time) -> (Outcome, Health) {
    let later = || Outcome::Later(now + pause(tries).max(asked_for(headers)));
    match status {
        200..=299 => (Outcome::Done, Health::Fine),
        404 | 410 => (Outcome::Gone, Health::Fine),
        429 => (later(), Health::Fine),
        408 | 500..=599 => (later(), Health::Troubled),
        other => {
            tracing::warn!(
                status = other,
                "a push service refused a message; it is not sent again"
            );
            (Outcome::Done, Health::Fine)
        }
    }
}

/// What it means that there was no answer.
fn failed(error: EgressError, tries: i32, now: Time) -> (Outcome, Health) {
    match error {
        // Not to be written as a request: it never will be.
        EgressError::InvalidRequest | EgressError::NotPermitted => (Outcome::Gone, Health::Unknown),
        // It may have taken the message, and says what no push service says.
        EgressError::Redirect(_) | EgressError::TooLarge | EgressError::Encoding => {
            tracing::warn!(code = error.code(), "a push service answered what is not taken");
            (Outcome::Done, Health::Fine)
        }
        EgressError::PlainHttp
        | EgressError::Dns
        | EgressError::AddressRefused(_)
        | EgressError::Connect
        | EgressError::Tls
        | EgressError::Timeout
        | EgressError::Protocol => (Outcome::Later(now + pause(tries)), Health::Troubled),
    }
}

/// How long a device is left alone after `tries` failures before this one.
fn pause(tries: i32) -> TimeDelta {
    let doubled = u32::try_from(tries).unwrap_or(0).min(10);
    (FIRST_PAUSE * 2_i32.pow(doubled)).min(LONGEST_PAUSE)
}

/// How long the service asks to be left alone (RFC 9110, section 10.2.3), in seconds alone: a date would depend on two
/// clocks.
fn asked_for(headers: &HeaderMap) -> TimeDelta {
    let seconds = headers
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse::<u32>().ok());
    TimeDelta::seconds(seconds.unwrap_or(0).into()).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_mean_what_the_standard_says() {
        let now = Time::UNIX_EPOCH;
        let at = |seconds| Outcome::Later(now + TimeDelta::seconds(seconds));
        let none = HeaderMap::new();
        let mut asks = HeaderMap::new();
        asks.insert(header::RETRY_AFTER, HeaderValue::from(120));
        let mut greedy = HeaderMap::new();
        greedy.insert(header::RETRY_AFTER, HeaderValue::from(9_999_999));
        for (status, headers, tries, expected) in [
            (201, &none, 0, (Outcome::Done, Health::Fine)),
            (200, &none, 5, (Outcome::Done, Health::Fine)),
            (404, &none, 0, (Outcome::Gone, Health::Fine)),
            (410, &none, 0, (Outcome::Gone, Health::Fine)),
            (413, &none, 0, (Outcome::Done, Health::Fine)),
            (403, &none, 0, (Outcome::Done, Health::Fine)),
            (429, &asks, 0, (at(120), Health::Fine)),
            (429, &none, 1, (at(60), Health::Fine)),
            (503, &none, 0, (at(30), Health::Troubled)),
            (503, &none, 3, (at(240), Health::Troubled)),
            (500, &asks, 0, (at(120), Health::Troubled)),
            (500, &greedy, 0, (at(21_600), Health::Troubled)),
            (502, &none, 1_000, (at(21_600), Health::Troubled)),
        ] {
            assert_eq!(judged(status, headers, tries, now), expected, "{status} {tries}");
        }
        assert_eq!(failed(EgressError::Timeout, 0, now), (at(30), Health::Troubled));
        assert_eq!(
            failed(EgressError::Redirect(http::StatusCode::FOUND), 0, now),
            (Outcome::Done, Health::Fine)
        );
        assert_eq!(
            failed(EgressError::NotPermitted, 0, now),
            (Outcome::Gone, Health::Unknown)
        );
    }
}
