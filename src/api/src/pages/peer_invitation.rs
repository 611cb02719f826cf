//! What a person sees who opens, in a browser, the link that invites another node.

use super::{FormTarget, Frame, html};
use crate::ApiState;
use crate::params::Query;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use entrenous_door::{Access, Doc, Routes};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new().get(
        "/invitations/{id}",
        Access::Open,
        Doc::new("pages", "What an invitation link between nodes is, for a browser").hidden(),
        show,
    )
}

#[derive(Template)]
#[template(path = "peer_invitation.html")]
struct Page {
    frame: Frame,
}

#[derive(Debug, Deserialize)]
struct Asked {
    lang: Option<String>,
}

/// The same bytes for every id: it neither uses nor tells anything.
async fn show(State(state): State<ApiState>, headers: HeaderMap, Query(asked): Query<Asked>) -> Response {
    let mut frame = Frame::new(&state, asked.lang.as_deref(), &headers);
    // The secret is in the fragment of the address, which would be lost on the way to another language.
    frame.languages.clear();
    html(StatusCode::OK, &Page { frame }, FormTarget::Ourselves)
}
