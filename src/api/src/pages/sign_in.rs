//! Signing in and out on the pages.

use super::{FormTarget, Frame, cookies, failure_page, forms, html, see_other};
use crate::auth::{self, SignedIn};
use crate::params::{Params, Query};
use crate::{ApiError, ApiState};
use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use entrenous_domain::{DomainError, people, sessions};
use entrenous_door::{Access, ClientAddr, Doc, Routes};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr};

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("pages", summary).hidden();
    Routes::new()
        .get("/auth/sign_in", Access::Open, doc("The sign-in page"), show)
        .post("/auth/sign_in", Access::Open, doc("Signs in"), submit)
        .post("/auth/sign_out", Access::Session, doc("Signs out"), sign_out)
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    token: String,
    next: String,
    username: String,
    error: Option<&'static str>,
    /// The client that asks for access, if one does.
    app: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Asked {
    lang: Option<String>,
    next: Option<String>,
}

/// The address of a request, as the accept loop left it.
pub(crate) fn address(request: &http::Extensions) -> IpAddr {
    request
        .get::<ClientAddr>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0)
}

async fn show(State(state): State<ApiState>, headers: HeaderMap, Query(asked): Query<Asked>) -> Response {
    let next = forms::local_path(asked.next.as_deref().unwrap_or("/"));
    page(
        &state,
        &headers,
        asked.lang.as_deref(),
        StatusCode::OK,
        next,
        "",
        None,
    )
    .await
}

/// The sign-in page in the place of a page for signed-in people.
pub(crate) async fn instead_of(
    state: &ApiState,
    method: &Method,
    target: &Uri,
    headers: &HeaderMap,
) -> Response {
    let next = match *method {
        Method::GET => target.path_and_query().map_or("/", |path| path.as_str()),
        _ => "/",
    };
    let lang = url::form_urlencoded::parse(target.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "lang")
        .map(|(_, value)| value.into_owned());
    page(
        state,
        headers,
        lang.as_deref(),
        StatusCode::UNAUTHORIZED,
        forms::local_path(next),
        "",
        None,
    )
    .await
}

/// The sign-in page that leads to `next`.
pub(crate) async fn page(
    state: &ApiState,
    headers: &HeaderMap,
    lang: Option<&str>,
    status: StatusCode,
    next: &str,
    username: &str,
    error: Option<&'static str>,
) -> Response {
    let frame = Frame::new(state, lang, headers);
    let app = crate::oauth::asking(state, next, frame.w).await;
    match forms::FormToken::anonymous(state, headers) {
        Ok(token) => {
            let page = Page {
                frame,
                token: token.value.clone(),
                next: next.to_owned(),
                username: username.to_owned(),
                error,
                app,
            };
            token.keep(state, html(status, &page, FormTarget::Ourselves))
        }
        Err(error) => failure_page(frame, &error),
    }
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Submitted {
    username: String,
    password: String,
    next: String,
    token: String,
    lang: Option<String>,
}

async fn submit(State(state): State<ApiState>, request: Request) -> Response {
    let headers = request.headers().clone();
    let address = address(request.extensions());
    let form = match <Params<Submitted> as axum::extract::FromRequest<_>>::from_request(request, &state).await
    {
        Ok(Params(form)) => form,
        Err(error) => return failure_page(Frame::new(&state, None, &headers), &error),
    };
    let next = forms::local_path(&form.next);
    let lang = form.lang.as_deref();
    let words = Frame::new(&state, lang, &headers).w;
    let again = |status, text| {
        page(
            &state,
            &headers,
            lang,
            status,
            next,
            form.username.trim(),
            Some(text),
        )
    };
    if forms::check_anonymous(&state, &headers, &form.token).is_err() {
        return again(StatusCode::FORBIDDEN, words.form_expired).await;
    }
    let username = form.username.trim().trim_start_matches('@');
    // People type their whole handle too.
    let suffix = format!("@{}", state.ctx().origin().authority());
    let username = username.strip_suffix(&suffix).unwrap_or(username);
    match people::authenticate(state.ctx(), username, form.password.clone(), address).await {
        Ok(account) => match signed_in(&state, &headers, account, next).await {
            Ok(response) => response,
            Err(error) => failure_page(Frame::new(&state, lang, &headers), &error),
        },
        Err(DomainError::Unauthenticated(_)) => again(StatusCode::UNAUTHORIZED, words.wrong_password).await,
        Err(error @ DomainError::TooMany(_)) => {
            let told = ApiError::from(error).into_response();
            let mut response = again(StatusCode::TOO_MANY_REQUESTS, words.too_many).await;
            if let Some(wait) = told.headers().get(header::RETRY_AFTER) {
                response.headers_mut().insert(header::RETRY_AFTER, wait.clone());
            }
            response
        }
        Err(error) => failure_page(Frame::new(&state, lang, &headers), &error.into()),
    }
}

/// Starts a session and leads to `next`.
pub(super) async fn signed_in(
    state: &ApiState,
    headers: &HeaderMap,
    account: entrenous_model::AccountId,
    next: &str,
) -> Result<Response, ApiError> {
    let browser = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    // A browser that signs in again gives its earlier session up.
    if let Some(before) = auth::signed_in(state, headers).await? {
        sessions::end(state.ctx(), before.account.id, before.session.id).await?;
    }
    let (_, secret) = sessions::start(state.ctx(), account, browser).await?;
    let mut response = see_other(state.client().entrance(next));
    cookies::set_session(state, &mut response, &secret);
    Ok(response)
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Leave {
    token: String,
    next: String,
}

async fn sign_out(
    State(state): State<ApiState>,
    who: SignedIn,
    headers: HeaderMap,
    Params(form): Params<Leave>,
) -> Response {
    let left = async {
        forms::check_signed_in(&state, &headers, &who, &form.token)?;
        sessions::end(state.ctx(), who.account.id, who.session.id).await?;
        Ok::<_, ApiError>(())
    };
    match left.await {
        Ok(()) => {
            let mut response = see_other(forms::local_path(&form.next));
            cookies::clear_session(&state, &mut response);
            response
        }
        Err(error) => failure_page(Frame::new(&state, None, &headers), &error),
    }
}
