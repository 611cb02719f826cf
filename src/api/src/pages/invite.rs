//! The landing page of a personal invitation: the only way to sign up.

use super::{FormTarget, Frame, Lang, error_page, failure_page, forms, html, sign_in, told};
use crate::limits::What;
use crate::params::{Params, Query};
use crate::{ApiError, ApiState, auth};
use askama::Template;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use entrenous_domain::{DomainError, invites};
use entrenous_door::{Access, ClientAddr, Doc, Routes};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/invite/{code}",
            Access::Open,
            Doc::new("pages", "The landing page of a personal invitation").hidden(),
            show,
        )
        .post(
            "/invite/{code}",
            Access::Open,
            Doc::new("pages", "Accepts a personal invitation").hidden(),
            submit,
        )
}

#[derive(Template)]
#[template(path = "invite.html")]
struct Page {
    frame: Frame,
    description: String,
    server: String,
    token: String,
    form: Submitted,
    error: Option<String>,
    /// Who is signed in already.
    signed_in: Option<String>,
}

impl Page {
    fn french(&self) -> bool {
        self.form
            .language
            .as_deref()
            .map_or(self.frame.lang == Lang::Fr, |language| language == "fr")
    }
}

#[derive(Debug, Deserialize)]
struct Asked {
    lang: Option<String>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Submitted {
    token: String,
    display_name: String,
    username: String,
    password: String,
    again: String,
    language: Option<String>,
}

type Address = Option<Extension<ClientAddr>>;

/// Whether the code can be used; counts the try, since codes could be guessed for ever otherwise.
async fn check(state: &ApiState, address: Address, code: &str) -> Result<bool, ApiError> {
    let address = address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |Extension(address)| address.0);
    state.limits().count(What::Invitations, address)?;
    if code.len() > 128 {
        return Ok(false);
    }
    Ok(invites::find(state.ctx(), code).await?.is_some())
}

async fn show(
    State(state): State<ApiState>,
    address: Address,
    headers: HeaderMap,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let frame = Frame::new(&state, asked.lang.as_deref(), &headers);
    match check(&state, address, &code).await {
        Ok(true) => {
            page(
                &state,
                &headers,
                frame,
                StatusCode::OK,
                Submitted::default(),
                None,
            )
            .await
        }
        Ok(false) => {
            let text = frame.w.invite_over.to_owned();
            error_page(StatusCode::NOT_FOUND, frame, text)
        }
        Err(error) => failure_page(frame, &error),
    }
}

async fn page(
    state: &ApiState,
    headers: &HeaderMap,
    frame: Frame,
    status: StatusCode,
    form: Submitted,
    error: Option<String>,
) -> Response {
    // A courtesy: whoever cannot be looked up is shown as nobody.
    let signed_in = auth::signed_in(state, headers).await.ok().flatten();
    match forms::FormToken::anonymous(state, headers) {
        Ok(token) => {
            let node = state.ctx().node();
            let page = Page {
                frame,
                description: node.description.clone(),
                server: node.origin.authority().to_owned(),
                token: token.value.clone(),
                form,
                error,
                signed_in: signed_in
                    .map(|who| format!("@{}@{}", who.account.username, node.origin.authority())),
            };
            token.keep(state, html(status, &page, FormTarget::Ourselves))
        }
        Err(error) => failure_page(frame, &error),
    }
}

async fn submit(
    State(state): State<ApiState>,
    address: Address,
    headers: HeaderMap,
    Path(code): Path<String>,
    Params(form): Params<Submitted>,
) -> Response {
    let frame = Frame::new(&state, form.language.as_deref(), &headers);
    let words = frame.w;
    match check(&state, address, &code).await {
        Ok(true) => {}
        Ok(false) => return error_page(StatusCode::NOT_FOUND, frame, words.invite_over.to_owned()),
        Err(error) => return failure_page(frame, &error),
    }
    if forms::check_anonymous(&state, &headers, &form.token).is_err() {
        let text = Some(words.form_expired.to_owned());
        return page(&state, &headers, frame, StatusCode::FORBIDDEN, form, text).await;
    }
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    if form.password != form.again {
        return page(
            &state,
            &headers,
            frame,
            wrong,
            form,
            Some(words.passwords_differ.to_owned()),
        )
        .await;
    }
    if form.password.chars().count() < 10 {
        return page(
            &state,
            &headers,
            frame,
            wrong,
            form,
            Some(words.weak_password.to_owned()),
        )
        .await;
    }
    let accepted = invites::accept(
        state.ctx(),
        &code,
        form.username.trim().to_owned(),
        form.display_name.trim().to_owned(),
        form.password.clone(),
        frame.lang.code().to_owned(),
    );
    match accepted.await {
        Ok(account) => match sign_in::signed_in(&state, &headers, account.id, "/").await {
            Ok(response) => response,
            Err(error) => failure_page(frame, &error),
        },
        Err(DomainError::NotFound) => error_page(StatusCode::NOT_FOUND, frame, words.invite_over.to_owned()),
        Err(DomainError::Conflict(_)) => {
            let text = Some(words.name_taken.to_owned());
            page(&state, &headers, frame, StatusCode::CONFLICT, form, text).await
        }
        Err(DomainError::Invalid(text)) => {
            let text = Some(told(words, &text));
            page(&state, &headers, frame, wrong, form, text).await
        }
        Err(error) => failure_page(frame, &error.into()),
    }
}
