//! Activities that were sent to the asking peer.

use super::answer::{activity_json, not_found, settle};
use crate::Federation;
use crate::gate::Verified;
use axum::extract::{Path, State};
use axum::response::Response;
use entrenous_model::ActivityId;
use entrenous_store::peer_view;

pub(super) async fn activity(
    State(federation): State<Federation>,
    Path(id): Path<String>,
    verified: Verified,
) -> Response {
    let answer = async {
        let Some(id) = number(&id) else {
            return Ok(not_found());
        };
        let peer = verified.peer.id;
        let found = federation
            .ctx()
            .store()
            .read(move |conn| peer_view::activity_for(conn, id, peer))
            .await?;
        let Some((author, data)) = found else {
            return Ok(not_found());
        };
        // Rendered as a delivery would be now: what is gone or no longer visible is not shown.
        Ok(
            match federation.document(&verified.peer, id, author, &data).await? {
                Some(document) => activity_json(&document),
                None => not_found(),
            },
        )
    };
    settle(answer.await)
}

fn number(text: &str) -> Option<ActivityId> {
    let id: ActivityId = text.parse().ok()?;
    (id.get() > 0 && id.to_string() == text).then_some(id)
}
