//! What peers were answered, for the ledger: which kind of document, how large, or why not. Counted in memory.

use crate::Federation;
use crate::gate::Verified;
use axum::body::HttpBody as _;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use entrenous_domain::ledger;
use entrenous_model::{AccountId, Crossing, Direction, Parcel, PeerId};
use http::{Extensions, Method, StatusCode, header};
use std::sync::{Arc, Mutex, PoisonError};

/// Who asks, filled in by whoever finds out.
#[derive(Clone, Default)]
struct Asker(Arc<Mutex<Option<Known>>>);

#[derive(Clone)]
struct Known {
    peer: PeerId,
    account: Option<AccountId>,
    /// Whom was asked for, where the address does not say.
    about: Option<String>,
}

impl Asker {
    fn set(&self, known: Known) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }

    fn get(&self) -> Option<Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A peer is known to ask.
pub(crate) fn seen_by(extensions: &Extensions, verified: &Verified) {
    if let Some(asker) = extensions.get::<Asker>() {
        asker.set(Known {
            peer: verified.peer.id,
            account: verified.signer.account(),
            about: None,
        });
    }
}

/// A peer is known to ask for a person, whose ActivityPub id is `about`.
pub(super) fn asks_for(extensions: &Extensions, peer: PeerId, about: &str) {
    if let Some(asker) = extensions.get::<Asker>() {
        let account = asker.get().and_then(|known| known.account);
        asker.set(Known {
            peer,
            account,
            about: Some(about.to_owned()),
        });
    }
}

/// Lets a GET through and counts what its peer was answered. What the gate refused is written down there.
pub(crate) async fn answered(
    State(federation): State<Federation>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let asker = Asker::default();
    request.extensions_mut().insert(asker.clone());
    let path = request.uri().path().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str)
        .to_owned();
    let response = next.run(request).await;
    if let Some(known) = asker.get() {
        let parcel = Parcel {
            kind: format!("GET {route}"),
            activity: None,
            object: Some(
                known
                    .about
                    .unwrap_or_else(|| federation.ctx().origin().join(&path)),
            ),
            account: known.account,
            bytes: size(&response),
        };
        let crossing = Crossing::of(known.peer, Direction::Served, parcel);
        ledger::note(
            federation.ctx(),
            match refusal(response.status()) {
                None => crossing,
                Some(reason) => crossing.refused(reason),
            },
        );
    }
    response
}

/// Bytes of the answer as it was begun. A file that is read while it is sent has said how many they are.
fn size(response: &Response) -> i64 {
    let said = response.headers().get(header::CONTENT_LENGTH);
    let said = said
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    let size = said.or_else(|| response.body().size_hint().exact());
    i64::try_from(size.unwrap_or(0)).unwrap_or(i64::MAX)
}

fn refusal(status: StatusCode) -> Option<String> {
    match status.as_u16() {
        200..=399 => None,
        404 => Some("not_found".to_owned()),
        410 => Some("gone".to_owned()),
        500..=599 => Some("unavailable".to_owned()),
        other => Some(format!("status_{other}")),
    }
}
