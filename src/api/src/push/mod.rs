//! `/api/v1/push/subscription`: whether, and of what, the client with this token is told by Web Push.

mod message;

pub use message::push_message;

use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::push::{self, NewSubscription};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{PushAlerts, PushPolicy, PushSubscription};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const PATH: &str = "/api/v1/push/subscription";

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let access = Access::Person("push");
    let doc = |summary| Doc::new("push", summary);
    Routes::new()
        .get(
            PATH,
            access,
            doc("What this client is told of")
                .returns::<WebPushSubscription>()
                .also(404, "Of nothing"),
            shown,
        )
        .post(
            PATH,
            access,
            doc("Tell this client by Web Push")
                .about(
                    "In place of what it was told of before. The endpoint must be at a push service that the node's \
                     administrator has allowed (`push.services`); else 422. Messages are encrypted as in RFC 8291, whatever \
                     `subscription[standard]` says.",
                )
                .body::<PushWish>()
                .returns::<WebPushSubscription>(),
            subscribe,
        )
        .put(
            PATH,
            access,
            doc("Change what this client is told of; what is not said stays")
                .body::<PushChange>()
                .returns::<WebPushSubscription>()
                .also(404, "It is told of nothing"),
            change,
        )
        .delete(
            PATH,
            access,
            doc("No longer tell this client").returns::<Map<String, Value>>(),
            unsubscribe,
        )
}

/// What a client is told of.
#[derive(Debug, Serialize, JsonSchema)]
struct WebPushSubscription {
    /// Local id.
    id: String,
    /// Where messages go.
    endpoint: String,
    /// Messages are as in RFC 8291 and RFC 8292: always.
    standard: bool,
    /// The key that messages are signed with, base64url.
    server_key: String,
    /// Of what it is told: kinds of notifications.
    alerts: BTreeMap<&'static str, bool>,
    /// From whom: `all`, `followed`, `follower` or `none`.
    policy: &'static str,
}

impl WebPushSubscription {
    fn of(state: &ApiState, subscription: &PushSubscription) -> Self {
        let alerts = PushAlerts::ALL.into_iter();
        Self {
            id: subscription.id.to_string(),
            endpoint: subscription.endpoint.clone(),
            standard: true,
            server_key: state.settings().vapid.clone(),
            alerts: alerts
                .map(|kind| (kind, subscription.alerts.wants(kind)))
                .collect(),
            policy: subscription.policy.as_str(),
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct PushWish {
    /// What the browser gave.
    subscription: Option<PushBrowser>,
    /// Of what, and from whom.
    data: Option<PushData>,
}

/// What the browser gave.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct PushBrowser {
    /// The address at its push service.
    #[serde(deserialize_with = "lenient::text")]
    endpoint: Option<String>,
    /// What messages are encrypted with.
    keys: Option<PushBrowserKeys>,
}

/// The keys of a browser.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct PushBrowserKeys {
    /// Its public key on P-256, base64url.
    #[serde(deserialize_with = "lenient::text")]
    p256dh: Option<String>,
    /// Its secret of 16 bytes, base64url.
    #[serde(deserialize_with = "lenient::text")]
    auth: Option<String>,
}

/// Of what, and from whom.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct PushData {
    /// Kinds of notifications: `mention`, `status`, `reblog`, `follow`, `follow_request`, `favourite`, `poll`, `update`,
    /// `quote`, `quoted_update`, `admin.sign_up`, `admin.report`, `pleroma:emoji_reaction`. Others are ignored.
    #[schemars(with = "Option<BTreeMap<String, bool>>")]
    alerts: Option<BTreeMap<String, WantedAlert>>,
    /// `all` if it is not said.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    policy: Option<PushPolicy>,
}

/// One kind of notification, wanted or not.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
struct WantedAlert(#[serde(deserialize_with = "lenient::flag")] Option<bool>);

impl PushData {
    fn wanted(&self) -> Option<PushAlerts> {
        let alerts = self.alerts.as_ref()?;
        Some(PushAlerts::of(|kind| {
            alerts.get(kind).is_some_and(|alert| alert.0 == Some(true))
        }))
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct PushChange {
    /// Of what, and from whom.
    data: Option<PushData>,
    /// From whom; `data[policy]` goes before it.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    policy: Option<PushPolicy>,
}

async fn shown(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<WebPushSubscription>> {
    let subscription = push::get(state.ctx(), caller.token.id).await?;
    Ok(Json(WebPushSubscription::of(&state, &subscription)))
}

async fn subscribe(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<PushWish>,
) -> ApiResult<Json<WebPushSubscription>> {
    let (browser, data) = (
        asked.subscription.unwrap_or_default(),
        asked.data.unwrap_or_default(),
    );
    let keys = browser.keys.unwrap_or_default();
    let needed = |value: Option<String>, name: &str| {
        value
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| ApiError::invalid(format!("{name} is needed")))
    };
    let new = NewSubscription {
        endpoint: needed(browser.endpoint, "subscription[endpoint]")?,
        p256dh: needed(keys.p256dh, "subscription[keys][p256dh]")?,
        auth: needed(keys.auth, "subscription[keys][auth]")?,
        alerts: data.wanted().unwrap_or_default(),
        policy: data.policy.unwrap_or_default(),
    };
    let made = push::subscribe(state.ctx(), caller.id(), caller.token.id, new).await?;
    Ok(Json(WebPushSubscription::of(&state, &made)))
}

async fn change(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<PushChange>,
) -> ApiResult<Json<WebPushSubscription>> {
    let data = asked.data.unwrap_or_default();
    let (alerts, policy) = (data.wanted(), data.policy.or(asked.policy));
    let changed = push::change(state.ctx(), caller.token.id, alerts, policy).await?;
    Ok(Json(WebPushSubscription::of(&state, &changed)))
}

async fn unsubscribe(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Map<String, Value>>> {
    push::unsubscribe(state.ctx(), caller.token.id).await?;
    Ok(Json(Map::new()))
}
