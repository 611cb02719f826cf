//! Activities that were sent to the asking peer.

use super::answer::{activity_json, not_found, settle};
use crate::Federation;
use crate::gate::Verified;
use crate::render::Reader;
use axum::extract::{Path, State};
use axum::response::Response;
use entrenous_model::{ActivityId, Serving};
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
        let Ok(cleared) = verified.peer.clear::<Serving>(data.matter()) else {
            return Ok(not_found());
        };
        let keys = federation.keys();
        let Some(keys) = keys.of(author, &data, verified.peer.our_keys).await? else {
            return Ok(not_found());
        };
        let reader = Reader::of(&verified.peer, cleared);
        let document = federation
            .document(&verified.peer, reader, id, (author, &data), &keys)
            .await?;
        Ok(document.map_or_else(not_found, |document| activity_json(cleared, &document)))
    };
    settle(answer.await)
}

fn number(text: &str) -> Option<ActivityId> {
    let id: ActivityId = text.parse().ok()?;
    (id.get() > 0 && id.to_string() == text).then_some(id)
}
