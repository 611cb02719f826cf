//! The landing page of a personal invitation: the only way to sign up.

use super::{FormTarget, Frame, Lang, error_page, failure_page, forms, html, sign_in, told};
use crate::accounts::picture::{self, Prepared, Shape};
use crate::entities::Faces;
use crate::limits::What;
use crate::params::{PageForm, Query};
use crate::{ApiError, ApiState, auth};
use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use entrenous_domain::people::{self, ProfileChange};
use entrenous_domain::{DomainError, accounts, invites, media};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{AccountId, Invite};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::net::IpAddr;

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
    languages: Vec<Lang>,
    error: Option<String>,
    /// Who is signed in already.
    signed_in: Option<String>,
    /// Who invites; nobody if it was the command line, or they have gone.
    inviter: Option<Inviter>,
}

/// Who invites, as the page shows them.
struct Inviter {
    name: String,
    avatar: String,
}

impl Page {
    fn language(&self) -> &str {
        let wished = self.form.language.as_deref();
        wished.unwrap_or_else(|| self.frame.lang.code())
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

/// The invitation of a code, if it can be used; counts the try, since codes could be guessed for ever otherwise.
async fn check(state: &ApiState, address: IpAddr, code: &str) -> Result<Option<Invite>, ApiError> {
    state.limits().count(What::Invitations, address)?;
    if code.len() > 128 {
        return Ok(None);
    }
    Ok(invites::find(state.ctx(), code).await?)
}

/// Who made an invitation. A courtesy: whoever cannot be looked up is not shown.
async fn inviter(state: &ApiState, invite: &Invite) -> Option<Inviter> {
    let account = accounts::get(state.ctx(), invite.created_by?)
        .await
        .ok()
        .flatten()?;
    let faces = Faces::of(state.ctx(), std::iter::once(account.as_ref()))
        .await
        .ok()?;
    Some(Inviter {
        name: match account.display_name.as_str() {
            "" => format!("@{}", account.username),
            name => name.to_owned(),
        },
        avatar: faces.avatar(&account),
    })
}

async fn show(
    State(state): State<ApiState>,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Response {
    let headers = request.headers();
    let frame = Frame::new(&state, asked.lang.as_deref(), headers);
    match check(&state, sign_in::address(request.extensions()), &code).await {
        Ok(Some(invite)) => {
            let at = At {
                state: &state,
                headers,
                invite: &invite,
            };
            at.page(frame, StatusCode::OK, Submitted::default(), None).await
        }
        Ok(None) => over(frame),
        Err(error) => failure_page(frame, &error),
    }
}

fn over(frame: Frame) -> Response {
    let text = frame.w.invite_over.to_owned();
    error_page(StatusCode::NOT_FOUND, frame, text)
}

/// What every showing of the page needs.
#[derive(Clone, Copy)]
struct At<'a> {
    state: &'a ApiState,
    headers: &'a HeaderMap,
    invite: &'a Invite,
}

impl At<'_> {
    async fn page(
        self,
        frame: Frame,
        status: StatusCode,
        form: Submitted,
        error: Option<String>,
    ) -> Response {
        let Self {
            state,
            headers,
            invite,
        } = self;
        // A courtesy: whoever cannot be looked up is shown as nobody.
        let signed_in = auth::signed_in(state, headers).await.ok().flatten();
        let inviter = inviter(state, invite).await;
        match forms::FormToken::anonymous(state, headers) {
            Ok(token) => {
                let authority = state.ctx().origin().authority();
                let page = Page {
                    frame,
                    description: state.ctx().look().description.clone(),
                    server: authority.to_owned(),
                    token: token.value.clone(),
                    form,
                    languages: Lang::of(&state.ctx().node().languages),
                    error,
                    signed_in: signed_in.map(|who| format!("@{}@{authority}", who.account.username)),
                    inviter,
                };
                token.keep(state, html(status, &page, FormTarget::Ourselves))
            }
            Err(error) => failure_page(frame, &error),
        }
    }
}

async fn submit(State(state): State<ApiState>, Path(code): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    let frame = Frame::new(&state, None, &headers);
    // Before the body is read: only who has a code may send a picture.
    let invite = match check(&state, sign_in::address(request.extensions()), &code).await {
        Ok(Some(invite)) => invite,
        Ok(None) => return over(frame),
        Err(error) => return failure_page(frame, &error),
    };
    let sent = match PageForm::<Submitted>::read(request, &state).await {
        Ok(sent) => sent,
        Err(error) => return failure_page(frame, &error),
    };
    let frame = Frame::new(&state, sent.params.language.as_deref(), &headers);
    let at = At {
        state: &state,
        headers: &headers,
        invite: &invite,
    };
    if forms::check_anonymous(&state, &headers, &sent.params.token).is_err() {
        let text = Some(frame.w.form_expired.to_owned());
        return at.page(frame, StatusCode::FORBIDDEN, sent.params, text).await;
    }
    match join(&state, &code, &frame, &sent).await {
        Ok(account) => match sign_in::signed_in(&state, &headers, account, "/").await {
            Ok(response) => response,
            Err(error) => failure_page(frame, &error),
        },
        Err(Refusal::Shown(status, text)) => at.page(frame, status, sent.params, Some(text)).await,
        Err(Refusal::Failed(DomainError::NotFound)) => over(frame),
        Err(Refusal::Failed(error)) => failure_page(frame, &error.into()),
    }
}

/// Why somebody did not join.
enum Refusal {
    /// Something that they can change: the form is shown again, with what they typed.
    Shown(StatusCode, String),
    Failed(DomainError),
}

/// Checks everything that can be wrong with a form, the picture too, before the invitation is used.
async fn join(
    state: &ApiState,
    code: &str,
    frame: &Frame,
    sent: &PageForm<Submitted>,
) -> Result<AccountId, Refusal> {
    let (words, form) = (frame.w, &sent.params);
    let wrong = |text: String| Refusal::Shown(StatusCode::UNPROCESSABLE_ENTITY, text);
    if form.password != form.again {
        return Err(wrong(words.passwords_differ.to_owned()));
    }
    if form.password.chars().count() < 10 {
        return Err(wrong(words.weak_password.to_owned()));
    }
    if sent.too_large {
        return Err(wrong(words.big_picture.to_owned()));
    }
    let refused = |error: DomainError| match error {
        DomainError::Invalid(text) => wrong(told(words, &text)),
        DomainError::Conflict(_) => Refusal::Shown(StatusCode::CONFLICT, words.name_taken.to_owned()),
        error => Refusal::Failed(error),
    };
    let picture = match sent.files.iter().find(|file| file.field == "picture") {
        Some(file) => {
            let prepare = |bytes: &[u8]| picture::prepare(bytes, Shape::Avatar);
            Some(
                picture::off_path(file.bytes.clone(), prepare)
                    .await
                    .map_err(refused)?,
            )
        }
        None => None,
    };
    let account = invites::accept(
        state.ctx(),
        code,
        form.username.trim().to_owned(),
        form.display_name.trim().to_owned(),
        form.password.clone(),
        frame.lang.code().to_owned(),
    )
    .await
    .map_err(refused)?;
    if let Some(picture) = picture
        && let Err(cause) = wear(state, account.id, picture).await
    {
        // They are in; a picture can be given again.
        tracing::warn!(error.cause = %cause, "the picture of somebody new could not be kept");
    }
    Ok(account.id)
}

async fn wear(state: &ApiState, id: AccountId, picture: Prepared) -> Result<(), DomainError> {
    let file = media::store_picture(state.ctx(), id, picture.bytes, picture.content_type, None).await?;
    let change = ProfileChange {
        avatar: Some(Some(file.id)),
        ..ProfileChange::default()
    };
    people::update_profile(state.ctx(), id, change).await?;
    Ok(())
}
