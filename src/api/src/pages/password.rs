//! Changing one's password: where `/.well-known/change-password` leads.

use super::{FormTarget, Frame, Message, cookies, failure_page, forms, html};
use crate::auth::SignedIn;
use crate::params::{Params, Query};
use crate::{ApiError, ApiState};
use askama::Template;
use axum::extract::{Extension, State};
use axum::response::Response;
use entrenous_domain::{DomainError, people, sessions};
use entrenous_door::{Access, ClientAddr, Doc, Routes};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/auth/password",
            Access::Session,
            Doc::new("pages", "The page to change one's password").hidden(),
            show,
        )
        .post(
            "/auth/password",
            Access::Session,
            Doc::new("pages", "Changes one's password").hidden(),
            submit,
        )
}

#[derive(Template)]
#[template(path = "password.html")]
struct Page {
    frame: Frame,
    token: String,
    username: String,
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Asked {
    lang: Option<String>,
}

async fn show(
    State(state): State<ApiState>,
    who: SignedIn,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    page(
        &state,
        &headers,
        &who,
        asked.lang.as_deref(),
        StatusCode::OK,
        None,
    )
}

fn page(
    state: &ApiState,
    headers: &HeaderMap,
    who: &SignedIn,
    lang: Option<&str>,
    status: StatusCode,
    error: Option<String>,
) -> Response {
    let frame = Frame::for_person(state, lang, Some(&who.member.locale), headers);
    match forms::FormToken::signed_in(state, who) {
        Ok(token) => {
            let page = Page {
                frame,
                token: token.value,
                username: who.account.username.clone(),
                error,
            };
            html(status, &page, FormTarget::Ourselves)
        }
        Err(error) => failure_page(frame, &error),
    }
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Submitted {
    token: String,
    current: String,
    password: String,
    again: String,
    lang: Option<String>,
}

async fn submit(
    State(state): State<ApiState>,
    who: SignedIn,
    address: Option<Extension<ClientAddr>>,
    headers: HeaderMap,
    Params(form): Params<Submitted>,
) -> Response {
    let lang = form.lang.clone();
    let lang = lang.as_deref();
    let frame = || Frame::for_person(&state, lang, Some(&who.member.locale), &headers);
    let again = |status, text: String| page(&state, &headers, &who, lang, status, Some(text));
    if let Err(error) = forms::check_signed_in(&state, &headers, &who, &form.token) {
        return failure_page(frame(), &error);
    }
    if form.password != form.again {
        return again(
            StatusCode::UNPROCESSABLE_ENTITY,
            frame().w.passwords_differ.to_owned(),
        );
    }
    let address = address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |Extension(address)| address.0);
    let changed = async {
        let ctx = state.ctx();
        people::authenticate(ctx, &who.account.username, form.current, address).await?;
        people::set_password(ctx, &who.account.username, who.account.id, form.password).await?;
        // All sessions have ended, this one too: the browser that did it stays signed in with a new one.
        let browser = headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok());
        sessions::start(ctx, who.account.id, browser.unwrap_or_default()).await
    };
    match changed.await {
        Ok((_, secret)) => {
            let frame = frame();
            let (title, text) = (
                frame.w.password_changed.to_owned(),
                frame.w.password_changed_text.to_owned(),
            );
            let page = Message {
                frame,
                title,
                text,
                is_error: false,
            };
            let mut response = html(StatusCode::OK, &page, FormTarget::Ourselves);
            cookies::set_session(&state, &mut response, &secret);
            response
        }
        Err(DomainError::Unauthenticated(_)) => again(
            StatusCode::UNPROCESSABLE_ENTITY,
            frame().w.wrong_current.to_owned(),
        ),
        Err(DomainError::TooMany(_)) => again(StatusCode::TOO_MANY_REQUESTS, frame().w.too_many.to_owned()),
        Err(DomainError::Invalid(_)) => again(
            StatusCode::UNPROCESSABLE_ENTITY,
            frame().w.weak_password.to_owned(),
        ),
        Err(error) => failure_page(frame(), &ApiError::from(error)),
    }
}
