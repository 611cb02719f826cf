//! Signing out from a client that runs in the browser: its token, and the browser's own session with it.

use crate::pages::cookies;
use crate::{ApiResult, ApiState, Caller, auth};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use entrenous_domain::{oauth, sessions};
use entrenous_door::{Access, Doc, Routes};
use http::{HeaderMap, header};
use serde_json::{Map, Value};

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new().post(
        "/api/entrenous/v1/sign_out",
        Access::Person(""),
        Doc::new("sign-in", "Sign out")
            .about(
                "Revokes the token of the request. From a page of this node it also ends the session that the browser \
                 has by its cookie, if that is the same person's; the cookie alone, without a token, ends nothing.",
            )
            .returns::<Map<String, Value>>(),
        leave,
    )
}

async fn leave(State(state): State<ApiState>, caller: Caller, headers: HeaderMap) -> ApiResult<Response> {
    // Browsers name the page that asks. Another site's page may hold the person's token, but not their cookie's fate.
    let foreign = headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.as_bytes() != state.ctx().origin().as_str().as_bytes());
    let browser = if foreign {
        None
    } else {
        auth::signed_in(&state, &headers).await?
    };
    let browser = browser.filter(|who| who.account.id == caller.id());
    if let Some(who) = &browser {
        sessions::end(state.ctx(), who.account.id, who.session.id).await?;
    }
    oauth::revoke_token(state.ctx(), caller.id(), caller.token.id).await?;
    let mut response = Json(Map::<String, Value>::new()).into_response();
    if browser.is_some() {
        cookies::clear_session(&state, &mut response);
    }
    Ok(response)
}
