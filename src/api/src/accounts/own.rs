//! The own account: credentials, profile, pictures.

use super::picture::{self, Shape};
use crate::entities::{CredentialAccount, Faces, Profile, Tag};
use crate::params::{File, Upload};
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::people::{self, ProfileChange};
use entrenous_domain::{follows, hashtags, media};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{Account, AccountId, MediaId, Page, ProfileField, QuoteChoice, Visibility};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("accounts", summary);
    let read = Access::Person("profile read:accounts");
    let write = Access::Person("write:accounts");
    Routes::new()
        .get(
            "/api/v1/accounts/verify_credentials",
            read,
            doc("Who I am, with my preferences and role").returns::<CredentialAccount>(),
            verify_credentials,
        )
        .patch(
            "/api/v1/accounts/update_credentials",
            write,
            doc("Change my profile and preferences")
                .body::<Change>()
                .files()
                .returns::<CredentialAccount>(),
            update_credentials,
        )
        .get(
            "/api/v1/profile",
            read,
            doc("My profile as it is edited").returns::<Profile>(),
            profile,
        )
        .patch(
            "/api/v1/profile",
            write,
            doc("Change my profile")
                .body::<Change>()
                .files()
                .returns::<Profile>(),
            update_profile,
        )
        .delete(
            "/api/v1/profile/avatar",
            write,
            doc("Remove my picture").returns::<CredentialAccount>(),
            delete_avatar,
        )
        .delete(
            "/api/v1/profile/header",
            write,
            doc("Remove my header picture").returns::<CredentialAccount>(),
            delete_header,
        )
}

/// A change of the own profile; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Change {
    /// Name shown, at most 60 characters.
    #[serde(deserialize_with = "lenient::text")]
    display_name: Option<String>,
    /// Biography as typed.
    #[serde(deserialize_with = "lenient::text")]
    note: Option<String>,
    /// Approve followers by hand.
    #[serde(deserialize_with = "lenient::flag")]
    locked: Option<bool>,
    /// An automated account.
    #[serde(deserialize_with = "lenient::flag")]
    bot: Option<bool>,
    /// Listed in the directory.
    #[serde(deserialize_with = "lenient::flag")]
    discoverable: Option<bool>,
    /// Table on the profile, at most 8 rows: a list, or a map of positions.
    #[serde(deserialize_with = "lenient::some_table")]
    fields_attributes: Option<Vec<FieldChange>>,
    /// Interface language: `en` or `fr`.
    #[serde(deserialize_with = "lenient::text")]
    locale: Option<String>,
    /// Preferences.
    source: Option<SourceChange>,
    /// Not a file: refused.
    #[schemars(skip)]
    avatar: Value,
    /// Not a file: refused.
    #[schemars(skip)]
    header: Value,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct FieldChange {
    /// Label.
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
    /// Value as typed.
    #[serde(deserialize_with = "lenient::text")]
    value: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct SourceChange {
    /// Visibility a new post starts with.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    privacy: Option<Visibility>,
    /// Media start hidden.
    #[serde(deserialize_with = "lenient::flag")]
    sensitive: Option<bool>,
    /// Language a new post starts with; empty for none.
    #[serde(deserialize_with = "lenient::text")]
    language: Option<String>,
    /// Who may quote a new post: `public`, `followers` or `nobody`.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    quote_policy: Option<QuoteChoice>,
}

impl From<Change> for ProfileChange {
    fn from(change: Change) -> Self {
        let source = change.source.unwrap_or_default();
        Self {
            display_name: change.display_name,
            note: change.note,
            fields: change.fields_attributes.map(|rows| {
                rows.into_iter()
                    .map(|row| ProfileField {
                        name: row.name.unwrap_or_default(),
                        value: row.value.unwrap_or_default(),
                    })
                    .collect()
            }),
            avatar: None,
            header: None,
            locked: change.locked,
            bot: change.bot,
            discoverable: change.discoverable,
            default_visibility: source.privacy,
            default_sensitive: source.sensitive,
            default_quote_choice: source.quote_policy,
            default_language: source
                .language
                .map(|language| Some(language).filter(|language| !language.is_empty())),
            locale: change.locale.filter(|locale| !locale.is_empty()),
        }
    }
}

async fn verify_credentials(
    State(state): State<ApiState>,
    caller: Caller,
) -> ApiResult<Json<CredentialAccount>> {
    credentials(&state, &caller.account).await
}

/// The account with preferences read afresh: the token's copy may be a moment older than a change.
async fn credentials(state: &ApiState, account: &Account) -> ApiResult<Json<CredentialAccount>> {
    let member = people::member(state.ctx(), account.id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let waiting = follows::requests(state.ctx(), account.id, Page::first(80)).await?;
    let waiting = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
    let faces = Faces::of(state.ctx(), std::iter::once(account)).await?;
    Ok(Json(faces.credentials(account, &member, waiting)))
}

async fn update_credentials(
    State(state): State<ApiState>,
    caller: Caller,
    upload: Upload<Change>,
) -> ApiResult<Json<CredentialAccount>> {
    let account = change(&state, caller.id(), upload).await?;
    credentials(&state, &account).await
}

async fn profile(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Profile>> {
    profile_of(&state, &caller.account).await
}

async fn update_profile(
    State(state): State<ApiState>,
    caller: Caller,
    upload: Upload<Change>,
) -> ApiResult<Json<Profile>> {
    let account = change(&state, caller.id(), upload).await?;
    profile_of(&state, &account).await
}

async fn profile_of(state: &ApiState, account: &Account) -> ApiResult<Json<Profile>> {
    let Json(CredentialAccount {
        account: shown,
        source,
        ..
    }) = credentials(state, account).await?;
    let ctx = state.ctx();
    let featured = hashtags::featured(ctx, account.id).await?;
    let featured_tags = featured.iter().map(|tag| Tag {
        featuring: true,
        ..Tag::new(ctx.origin(), &tag.tag, ctx.now(), &[])
    });
    let featured_tags = featured_tags.collect();
    let avatar = account.avatar.map(|_| shown.avatar);
    let header = account.header.map(|_| shown.header);
    Ok(Json(Profile {
        id: shown.id,
        display_name: shown.display_name,
        note: source.note,
        fields: source.fields,
        avatar_static: avatar.clone(),
        avatar,
        avatar_description: String::new(),
        header_static: header.clone(),
        header,
        header_description: String::new(),
        locked: shown.locked,
        bot: shown.bot,
        hide_collections: false,
        discoverable: shown.discoverable,
        indexable: shown.indexable,
        show_media: true,
        show_media_replies: true,
        show_featured: true,
        attribution_domains: Vec::new(),
        featured_tags,
    }))
}

async fn delete_avatar(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<CredentialAccount>> {
    let change = ProfileChange {
        avatar: Some(None),
        ..ProfileChange::default()
    };
    let account = people::update_profile(state.ctx(), caller.id(), change).await?;
    credentials(&state, &account).await
}

async fn delete_header(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<CredentialAccount>> {
    let change = ProfileChange {
        header: Some(None),
        ..ProfileChange::default()
    };
    let account = people::update_profile(state.ctx(), caller.id(), change).await?;
    credentials(&state, &account).await
}

/// Applies a change: pictures first, since they can be refused.
async fn change(
    state: &ApiState,
    id: AccountId,
    mut upload: Upload<Change>,
) -> ApiResult<std::sync::Arc<Account>> {
    for (name, value) in [
        ("avatar", &upload.params.avatar),
        ("header", &upload.params.header),
    ] {
        // Forms send an empty text for what was not chosen.
        if !value.is_null() && value.as_str() != Some("") {
            return Err(ApiError::invalid(format_args!(
                "{name} must be a file, sent as multipart/form-data"
            )));
        }
    }
    let (avatar, header) = (upload.take("avatar"), upload.take("header"));
    let mut change = ProfileChange::from(upload.params);
    if let Some(file) = avatar {
        change.avatar = Some(Some(stored(state, id, file, Shape::Avatar).await?));
    }
    if let Some(file) = header {
        change.header = Some(Some(stored(state, id, file, Shape::Header).await?));
    }
    Ok(people::update_profile(state.ctx(), id, change).await?)
}

async fn stored(state: &ApiState, id: AccountId, file: File, shape: Shape) -> ApiResult<MediaId> {
    let prepared = picture::off_path(file.bytes, move |bytes| picture::prepare(bytes, shape)).await?;
    let picture = media::store_picture(state.ctx(), id, prepared.bytes, prepared.content_type, None).await?;
    Ok(picture.id)
}
