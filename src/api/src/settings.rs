//! `/api/entrenous/v1`: what a person sets for themselves beyond the profile, and their password.

use crate::pages::sign_in::address;
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::{FromRequest as _, Request, State};
use entrenous_domain::people::{self, ProfileChange};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{Member, QuoteChoice, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/api/entrenous/v1/settings",
            Access::Person("read:accounts"),
            Doc::new("accounts", "My settings").returns::<Settings>(),
            settings,
        )
        .patch(
            "/api/entrenous/v1/settings",
            Access::Person("write:accounts"),
            Doc::new("accounts", "Change my settings; what is not said stays")
                .body::<SettingsChange>()
                .returns::<Settings>(),
            change_settings,
        )
        .post(
            "/api/entrenous/v1/password",
            Access::Person("write:accounts"),
            Doc::new(
                "sign-in",
                "Change my password; everything else that is signed in for me ends",
            )
            .body::<NewPassword>()
            .returns::<Map<String, Value>>(),
            change_password,
        )
}

/// What a person has set.
#[derive(Debug, Serialize, JsonSchema)]
struct Settings {
    /// Language of the interface: `en` or `fr`.
    locale: String,
    /// Visibility a new post starts with: `public`, `unlisted`, `private` or `direct`.
    default_visibility: &'static str,
    /// Media start hidden.
    default_sensitive: bool,
    /// Language a new post starts with (BCP 47); null for none.
    default_language: Option<String>,
    /// Who may quote a new post: `public`, `followers` or `nobody`.
    default_quote_policy: &'static str,
}

impl Settings {
    fn of(member: Member) -> Self {
        Self {
            locale: member.locale,
            default_visibility: member.default_visibility.as_str(),
            default_sensitive: member.default_sensitive,
            default_language: member.default_language,
            default_quote_policy: member.default_quote_choice.as_str(),
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct SettingsChange {
    /// Language of the interface: `en` or `fr`.
    #[serde(deserialize_with = "lenient::text")]
    locale: Option<String>,
    /// Visibility a new post starts with.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    default_visibility: Option<Visibility>,
    /// Media start hidden.
    #[serde(deserialize_with = "lenient::flag")]
    default_sensitive: Option<bool>,
    /// Language a new post starts with (BCP 47); an empty text for none.
    #[serde(deserialize_with = "lenient::text")]
    default_language: Option<String>,
    /// Who may quote a new post: `public`, `followers` or `nobody`.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    default_quote_policy: Option<QuoteChoice>,
}

/// A change of the own password.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(default)]
struct NewPassword {
    /// The password as it is.
    #[serde(deserialize_with = "lenient::text")]
    current_password: Option<String>,
    /// As it is to be: at least 10 characters, not the username.
    #[serde(deserialize_with = "lenient::text")]
    new_password: Option<String>,
}

async fn settings(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Settings>> {
    let member = people::member(state.ctx(), caller.id())
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(Json(Settings::of(member)))
}

async fn change_settings(
    state: State<ApiState>,
    caller: Caller,
    Params(asked): Params<SettingsChange>,
) -> ApiResult<Json<Settings>> {
    let change = ProfileChange {
        locale: asked.locale.filter(|locale| !locale.is_empty()),
        default_visibility: asked.default_visibility,
        default_sensitive: asked.default_sensitive,
        default_quote_choice: asked.default_quote_policy,
        default_language: asked
            .default_language
            .map(|language| Some(language).filter(|language| !language.is_empty())),
        ..ProfileChange::default()
    };
    people::update_profile(state.ctx(), caller.id(), change).await?;
    settings(state, caller).await
}

async fn change_password(
    State(state): State<ApiState>,
    caller: Caller,
    request: Request,
) -> ApiResult<Json<Map<String, Value>>> {
    let address = address(request.extensions());
    let Params(asked) = Params::<NewPassword>::from_request(request, &state).await?;
    let missing = |name| ApiError::invalid(format_args!("{name} is needed"));
    let current = asked
        .current_password
        .ok_or_else(|| missing("current_password"))?;
    let new = asked.new_password.ok_or_else(|| missing("new_password"))?;
    people::change_password(state.ctx(), caller.id(), caller.token.id, current, new, address).await?;
    Ok(Json(Map::new()))
}
