//! The client API of Entrenous: the Mastodon API and our own, OAuth 2, streams, and the few pages people sign in on.
//!
//! A module per noun; each has `pub(crate) fn routes() -> Routes<ApiState>`. How a handler is written:
//!
//! ```ignore
//! pub(crate) fn routes() -> Routes<ApiState> {
//!     Routes::new().get(
//!         "/api/v1/timelines/home",
//!         Access::Person("read:statuses"),
//!         Doc::new("timelines", "The home timeline").paged().returns::<Vec<Status>>(),
//!         home,
//!     )
//! }
//!
//! async fn home(State(state): State<ApiState>, caller: Caller, mut paging: Paging) -> ApiResult<Response> {
//!     let ids = timelines::home(state.ctx(), caller.id(), paging.at_most(20, 40)).await?;
//!     let views = posts::views(state.ctx(), caller.viewer(), ids.clone()).await?;
//!     let body = entities::statuses(&state, caller.id(), views).await?;
//!     Ok(paging.answer(&state, &body, ids.first().map(|id| id.0), ids.last().map(|id| id.0), ids.len()))
//! }
//! ```

mod accounts;
mod address;
mod admin;
mod announcements;
mod at;
pub mod auth;
mod brand;
mod client;
mod closed;
mod conversations;
mod custom_emojis;
mod entities;
pub mod error;
mod featured;
mod filters;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod groups;
mod headers;
mod health;
mod instance;
mod leave;
pub mod lenient;
mod limits;
mod lists;
mod media;
mod notifications;
mod oauth;
mod openapi;
mod organisations;
mod own;
mod pages;
pub mod paging;
pub mod params;
mod people;
mod polls;
mod push;
mod reading;
mod refreshes;
mod reports;
mod scheduled;
mod search;
mod settings;
pub mod state;
mod statuses;
pub mod streaming;
mod suggestions;
mod tags;
mod timelines;
mod trends;
pub mod trust;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use entrenous_door::Routes;
use std::sync::Arc;
use tower::Layer as _;
use tower_http::normalize_path::NormalizePathLayer;

pub use auth::{ApiGuard, Caller};
pub use client::ClientFile;
pub use error::{ApiError, ApiResult};
pub use openapi::openapi_document;
pub use push::push_message;
pub use state::{ApiSettings, ApiState};
pub use streaming::Hub;

/// Every route of this crate, with who may use it.
#[must_use]
pub fn routes() -> Routes<ApiState> {
    Routes::new()
        .merge(pages::routes())
        .merge(client::routes())
        .merge(oauth::routes())
        .merge(instance::routes())
        .merge(health::routes())
        .merge(openapi::routes())
        .merge(closed::routes())
        .merge(media::routes())
        .merge(streaming::routes())
        .merge(accounts::routes())
        .merge(statuses::routes())
        .merge(polls::routes())
        .merge(refreshes::routes())
        .merge(scheduled::routes())
        .merge(conversations::routes())
        .merge(reports::routes())
        .merge(custom_emojis::routes())
        .merge(featured::routes())
        .merge(suggestions::routes())
        .merge(timelines::routes())
        .merge(lists::routes())
        .merge(groups::routes())
        .merge(filters::routes())
        .merge(tags::routes())
        .merge(trends::routes())
        .merge(settings::routes())
        .merge(notifications::routes())
        .merge(push::routes())
        .merge(search::routes())
        .merge(announcements::routes())
        .merge(people::routes())
        .merge(own::routes())
        .merge(leave::routes())
        .merge(organisations::routes())
        .merge(reading::routes())
        .merge(admin::routes())
}

/// This crate's routes alone, guarded, with the layers of [`assemble`]. Call it inside a runtime.
pub fn router(state: ApiState) -> Router {
    assemble(state, Router::new())
}

/// This crate's routes, guarded, and those of others (the federation's), with the outermost layers around all of them:
/// unknown paths, CORS and `OPTIONS`, security headers, and the size of bodies for handlers that set no limit of their
/// own. Call it inside a runtime.
pub fn assemble(state: ApiState, others: Router) -> Router {
    state.start_dispatch();
    let guard = Arc::new(ApiGuard(state.clone()));
    let (unknown, wrong, named) = (state.clone(), state.clone(), state.clone());
    let routed = routes()
        .mount(state, guard)
        .merge(others)
        .fallback(async move |request: Request| pages::missing::path(&unknown, &request))
        .method_not_allowed_fallback(async move |request: Request| pages::missing::method(&wrong, &request));
    // Mastodon does not mind a slash at the end of a path, and Mastodon.py sends one.
    Router::new()
        .fallback_service(NormalizePathLayer::trim_trailing_slash().layer(routed))
        .layer(DefaultBodyLimit::max(params::MAX_BODY))
        .layer(axum::middleware::from_fn_with_state(named, address::layer))
        .layer(axum::middleware::from_fn(headers::layer))
}
