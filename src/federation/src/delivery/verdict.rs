//! What an answer means for a delivery. Pure.

use crate::client::{Answer, ClientError};
use chrono::TimeDelta;
use entrenous_domain::deliveries::{Dropped, Failure, LONGEST_PAUSE, REFUSED};
use entrenous_model::{Barred, SignatureForm};
use http::{HeaderMap, header};
use serde_json::Value;

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The peer has taken it, signed in that form.
    Taken(SignatureForm),
    /// It will never be taken, and why.
    Dropped(Dropped),
    /// It stays in the queue, and the peer answers: others may well be taken.
    Held(Failure),
    /// It stays in the queue, and so does all else.
    Failed(Failure),
    /// It was not tried, because the peer is not active any more.
    Untried,
}

/// What the peer's answer means. After a 401 the client has tried the other signature form before.
pub(super) fn of_answer(answer: &Answer) -> Verdict {
    match answer.status {
        200..=299 => Verdict::Taken(answer.form),
        // Each side goes by another version for a moment, until it has heard of the other's acceptance: no reason to rest
        // for an hour.
        403 if is_of_contract(&answer.body) => Verdict::Failed(Failure::because(
            "answered 403: the contract does not give it there",
        )),
        status => match of_status(status) {
            Verdict::Failed(failure) => Verdict::Failed(Failure {
                at_least: retry_after(&answer.headers),
                ..failure
            }),
            verdict => verdict,
        },
    }
}

fn is_of_contract(body: &[u8]) -> bool {
    let said: Option<Value> = serde_json::from_slice(body).ok();
    said.is_some_and(|said| said.get("error").and_then(Value::as_str) == Some(Barred::Contract.code()))
}

/// How long the peer asks to be left alone (RFC 9110, section 10.2.3), in seconds alone: a date would depend on two clocks.
fn retry_after(headers: &HeaderMap) -> TimeDelta {
    let seconds = headers
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse::<u32>().ok());
    TimeDelta::seconds(seconds.unwrap_or(0).into()).min(LONGEST_PAUSE)
}

fn of_status(status: u16) -> Verdict {
    let reason = format!("answered {status}");
    match status {
        // Gone, not there, not to be understood, too large: it will never be taken.
        400 | 404 | 405 | 406 | 410 | 411 | 413 | 414 | 415 | 422 | 431 => Verdict::Dropped(Dropped {
            code: format!("status_{status}"),
            reason,
        }),
        // The peer's administrator has changed something, or ours must; trying at once is no use.
        403 => Verdict::Failed(Failure {
            refused: true,
            ..Failure::because(REFUSED)
        }),
        // Too busy, or what stands before it does not reach it.
        408 | 429 | 502 | 503 | 504 => Verdict::Failed(Failure::because(&reason)),
        // It stumbles over this one, or cannot get the author's key. 3xx: never followed.
        _ => Verdict::Held(Failure {
            answered: true,
            ..Failure::because(&reason)
        }),
    }
}

/// What it means that there was no answer.
pub(super) fn of_error(error: &ClientError) -> Verdict {
    let reason = error.to_string();
    match error {
        // The address is not on the peer's origin: nothing will ever go there.
        ClientError::NotAPeer | ClientError::Mismatch | ClientError::Signing(_) => {
            Verdict::Dropped(Dropped {
                code: error.code().to_owned(),
                reason,
            })
        }
        ClientError::Status(status) => of_status(*status),
        // What is queued is kept while a peer is halted.
        ClientError::Halted => Verdict::Untried,
        _ => Verdict::Failed(Failure::because(&reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use entrenous_egress::EgressError;

    #[test]
    fn statuses() {
        let form = SignatureForm::Rfc9421Rsa;
        for status in [200, 202, 204] {
            let answer = Answer {
                status,
                form,
                headers: HeaderMap::new(),
                body: Bytes::new(),
            };
            assert_eq!(of_answer(&answer), Verdict::Taken(form));
        }
        for status in [400, 404, 410, 413, 422] {
            assert!(matches!(of_status(status), Verdict::Dropped(_)), "{status}");
        }
        for status in [408, 429, 502, 503, 504] {
            assert!(
                matches!(of_status(status), Verdict::Failed(Failure { refused: false, .. })),
                "{status}"
            );
        }
        for status in [301, 308, 401, 409, 500, 501, 507] {
            assert!(matches!(of_status(status), Verdict::Held(_)), "{status}");
        }
        assert!(matches!(
            of_status(403),
            Verdict::Failed(Failure { refused: true, .. })
        ));
    }

    #[test]
    fn a_busy_peer_says_how_long() {
        let pause = |said: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, said.parse().unwrap());
            let answer = Answer {
                status: 429,
                form: SignatureForm::Rfc9421Rsa,
                headers,
                body: Bytes::new(),
            };
            match of_answer(&answer) {
                Verdict::Failed(failure) => failure.at_least,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(pause("120"), TimeDelta::seconds(120));
        assert_eq!(pause("4000000000"), LONGEST_PAUSE, "bounded");
        for odd in ["-1", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999", ""] {
            assert_eq!(pause(odd), TimeDelta::zero(), "{odd}");
        }
    }

    #[test]
    fn a_contract_that_changed_there_first_is_no_reason_to_rest() {
        let refused = |body: &'static str| {
            let answer = Answer {
                status: 403,
                form: SignatureForm::Rfc9421Ed25519,
                headers: HeaderMap::new(),
                body: Bytes::from_static(body.as_bytes()),
            };
            matches!(of_answer(&answer), Verdict::Failed(Failure { refused: true, .. }))
        };
        assert!(!refused(r#"{"error":"contract"}"#));
        assert!(refused(r#"{"error":"peer_suspended"}"#) && refused("") && refused("[]"));
    }

    #[test]
    fn no_answer() {
        assert!(matches!(of_error(&ClientError::NotAPeer), Verdict::Dropped(_)));
        assert!(matches!(
            of_error(&ClientError::Egress(EgressError::Timeout)),
            Verdict::Failed(_)
        ));
        assert!(matches!(
            of_error(&ClientError::Egress(EgressError::TooLarge)),
            Verdict::Failed(_)
        ));
        // What is queued for a peer that is suspended is kept.
        assert_eq!(of_error(&ClientError::Halted), Verdict::Untried);
    }
}
