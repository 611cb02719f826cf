//! What this node is: the front page and `/about`.

use super::{FormTarget, Frame, failure_page, forms, html};
use crate::client::WithoutClient;
use crate::params::Query;
use crate::{ApiState, auth};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use entrenous_door::{Access, Doc, Routes};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/",
            Access::Open,
            Doc::new("pages", "The front page").hidden(),
            front,
        )
        .get(
            "/about",
            Access::Open,
            Doc::new("pages", "About this node").hidden(),
            about,
        )
}

struct Me {
    name: String,
    handle: String,
    token: String,
}

#[derive(Template)]
#[template(path = "front.html")]
struct Front {
    frame: Frame,
    description: String,
    server: String,
    me: Option<Me>,
}

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    frame: Frame,
    description: String,
    rules: Vec<String>,
    contact: Option<String>,
    server: String,
}

#[derive(Debug, Deserialize)]
struct Asked {
    lang: Option<String>,
}

async fn front(
    _: WithoutClient,
    State(state): State<ApiState>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let found = async {
        let Some(who) = auth::signed_in(&state, &headers).await? else {
            return Ok(None);
        };
        let token = forms::FormToken::signed_in(&state, &who)?.value;
        Ok::<_, crate::ApiError>(Some((who, token)))
    };
    let signed_in = match found.await {
        Ok(signed_in) => signed_in,
        Err(error) => return failure_page(Frame::new(&state, asked.lang.as_deref(), &headers), &error),
    };
    let authority = state.ctx().origin().authority().to_owned();
    let locale = signed_in.as_ref().map(|(who, _)| who.member.locale.clone());
    let frame = Frame::for_person(&state, asked.lang.as_deref(), locale.as_deref(), &headers);
    let me = signed_in.map(|(who, token)| Me {
        name: match who.account.display_name.as_str() {
            "" => who.account.username.clone(),
            name => name.to_owned(),
        },
        handle: format!("@{}@{authority}", who.account.username),
        token,
    });
    let page = Front {
        frame,
        description: state.ctx().look().description.clone(),
        server: authority,
        me,
    };
    html(StatusCode::OK, &page, FormTarget::Ourselves)
}

async fn about(
    _: WithoutClient,
    State(state): State<ApiState>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let look = state.ctx().look();
    let page = About {
        frame: Frame::new(&state, asked.lang.as_deref(), &headers),
        description: look.description.clone(),
        rules: look.rules.clone(),
        contact: look.contact_email.clone(),
        server: state.ctx().origin().authority().to_owned(),
    };
    html(StatusCode::OK, &page, FormTarget::Ourselves)
}
