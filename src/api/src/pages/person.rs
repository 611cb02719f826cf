//! What the addresses of people and posts open in a browser without the web client: for signed-in people, as far as
//! they may see. Open routes, since the web client takes their place where there is one; here they check for themselves.

use super::{FormTarget, Frame, failure_page, html};
use crate::auth;
use crate::client::WithoutClient;
use crate::params::Query;
use crate::{ApiError, ApiState, entities};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use entrenous_domain::{accounts, posts};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{Account, PostId};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde::Deserialize;

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("pages", summary).hidden();
    Routes::new()
        .get("/@{username}", Access::Open, doc("A person of this node"), person)
        .get(
            "/@{username}/{id}",
            Access::Open,
            doc("A post of a person of this node"),
            post,
        )
}

/// A person as the pages show them.
struct Face {
    name: String,
    handle: String,
    avatar: String,
    path: String,
}

impl Face {
    fn of(state: &ApiState, account: &Account, faces: &entities::Faces) -> Self {
        let authority = state.ctx().origin().authority();
        Self {
            name: match account.display_name.as_str() {
                "" => account.username.clone(),
                name => name.to_owned(),
            },
            handle: format!("@{}@{authority}", account.username),
            avatar: faces.avatar(account),
            path: format!("/@{}", account.username),
        }
    }
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    face: Face,
    /// Sanitised by the domain.
    note: String,
    fields: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "post.html")]
struct PostPage {
    frame: Frame,
    face: Face,
    spoiler: String,
    /// Sanitised by the domain.
    content: String,
    at: String,
    at_text: String,
}

#[derive(Debug, Deserialize)]
struct Asked {
    lang: Option<String>,
}

async fn local(
    state: &ApiState,
    username: &str,
) -> Result<(std::sync::Arc<Account>, entities::Faces), ApiError> {
    let account = accounts::local_by_username(state.ctx(), username)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let faces = entities::Faces::of(state.ctx(), std::iter::once(account.as_ref())).await?;
    Ok((account, faces))
}

async fn person(
    _: WithoutClient,
    State(state): State<ApiState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    Path(username): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let who = match auth::must_sign_in(&state, &method, &uri, &headers).await {
        Ok(who) => who,
        Err(page) => return page,
    };
    let frame = Frame::for_person(&state, asked.lang.as_deref(), Some(&who.member.locale), &headers);
    match local(&state, &username).await {
        Ok((account, faces)) => {
            let page = PersonPage {
                face: Face::of(&state, &account, &faces),
                note: account.note.clone(),
                fields: account
                    .fields
                    .iter()
                    .map(|field| (field.name.clone(), field.value.clone()))
                    .collect(),
                frame,
            };
            html(StatusCode::OK, &page, FormTarget::Ourselves)
        }
        Err(error) => failure_page(frame, &error),
    }
}

async fn post(
    _: WithoutClient,
    State(state): State<ApiState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    Path((username, id)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    let who = match auth::must_sign_in(&state, &method, &uri, &headers).await {
        Ok(who) => who,
        Err(page) => return page,
    };
    let frame = Frame::for_person(&state, asked.lang.as_deref(), Some(&who.member.locale), &headers);
    let found = async {
        let id = id.parse().map(PostId).map_err(|_| ApiError::not_found())?;
        let (account, faces) = local(&state, &username).await?;
        let view = posts::view(state.ctx(), posts::Viewer::Person(who.account.id), id).await?;
        if view.post.account != account.id {
            return Err(ApiError::not_found());
        }
        Ok((account, faces, view))
    };
    match found.await {
        Ok((account, faces, view)) => {
            let page = PostPage {
                face: Face::of(&state, &account, &faces),
                spoiler: view.post.spoiler.clone(),
                content: view.post.content.clone(),
                at: view.post.created_at.to_rfc3339(),
                at_text: view.post.created_at.format("%Y-%m-%d %H:%M UTC").to_string(),
                frame,
            };
            html(StatusCode::OK, &page, FormTarget::Ourselves)
        }
        Err(error) => failure_page(frame, &error),
    }
}
