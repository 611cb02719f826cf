//! Announcements: what administrators tell everyone.

use crate::at::At;
use crate::entities::{CustomEmoji, StatusTag, stamp, tag_url};
use crate::params::Query;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::{Path, State};
use entrenous_domain::Ctx;
use entrenous_domain::announcements::{self, Shown};
use entrenous_domain::custom_emoji::{self, Emojis, Urls};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::AnnouncementId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("announcements", summary);
    let nothing = |summary| doc(summary).returns::<Map<String, Value>>();
    Routes::new()
        .get(
            "/api/v1/announcements",
            Access::Person(""),
            doc("What administrators tell everyone, oldest first; without what I have dismissed")
                .query::<Asked>()
                .returns::<Vec<Announcement>>(),
            list,
        )
        .post(
            "/api/v1/announcements/{id}/dismiss",
            Access::Person("write:accounts"),
            nothing("I have read it"),
            dismiss,
        )
        .put(
            "/api/v1/announcements/{id}/reactions/{name}",
            Access::Person("write:favourites"),
            nothing("Answer with an emoji: a Unicode one, or the shortcode of one of this node"),
            react,
        )
        .delete(
            "/api/v1/announcements/{id}/reactions/{name}",
            Access::Person("write:favourites"),
            nothing("Take an answer back"),
            take_back,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Asked {
    /// Also what I have dismissed.
    #[serde(deserialize_with = "lenient::flag")]
    with_dismissed: Option<bool>,
}

/// Something told to everyone on the node.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Announcement {
    /// Local id.
    id: String,
    /// HTML.
    content: String,
    /// When what it is about begins.
    starts_at: Option<String>,
    /// When what it is about ends.
    ends_at: Option<String>,
    /// Of the two only the days count.
    all_day: bool,
    /// It is shown; always true.
    published: bool,
    /// When it was told.
    published_at: String,
    /// When it was changed last.
    updated_at: String,
    /// I have dismissed it.
    read: bool,
    /// People named in it; none.
    mentions: [Value; 0],
    /// Posts named in it; none.
    statuses: [Value; 0],
    /// Hashtags in it.
    tags: Vec<StatusTag>,
    /// Custom emoji in it.
    emojis: Vec<CustomEmoji>,
    /// What people answered.
    reactions: Vec<Reaction>,
}

/// An emoji that people answered with.
#[derive(Debug, Serialize, JsonSchema)]
struct Reaction {
    /// The emoji, or the shortcode of a custom one.
    name: String,
    /// How many people.
    count: i64,
    /// I am among them.
    me: bool,
    /// Picture of a custom emoji; absent for others, and for one that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The same, not moving.
    #[serde(skip_serializing_if = "Option::is_none")]
    static_url: Option<String>,
}

/// How many people answer an announcement with an emoji now, as everyone is told.
#[derive(Debug, Serialize)]
pub(crate) struct Answered<'a> {
    name: &'a str,
    count: i64,
    announcement_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    static_url: Option<String>,
}

impl<'a> Answered<'a> {
    /// # Errors
    /// The vault's.
    pub(crate) fn of(
        ctx: &Ctx,
        emojis: &Emojis,
        shown: &Shown,
        name: &'a str,
    ) -> entrenous_domain::Result<Self> {
        let (url, static_url) = pictures(ctx, emojis, name)?;
        let answers = shown.reactions.iter().find(|one| one.name == name);
        Ok(Self {
            name,
            count: answers.map_or(0, |one| one.count),
            announcement_id: shown.announcement.id.to_string(),
            url,
            static_url,
        })
    }
}

/// The pictures of a custom emoji of this node; none of any other.
fn pictures(
    ctx: &Ctx,
    emojis: &Emojis,
    name: &str,
) -> entrenous_domain::Result<(Option<String>, Option<String>)> {
    let urls = emojis
        .get(None, name)
        .map(|emoji| custom_emoji::urls(ctx, emoji))
        .transpose()?;
    Ok(urls.map(|Urls { moving, still }| (moving, still)).unzip())
}

impl Announcement {
    /// # Errors
    /// The vault's.
    pub(crate) fn of(ctx: &Ctx, emojis: &Emojis, shown: Shown) -> entrenous_domain::Result<Self> {
        let one = shown.announcement;
        Ok(Self {
            emojis: CustomEmoji::used(ctx, emojis, None, [one.text.as_str()])?,
            id: one.id.to_string(),
            content: shown.content,
            starts_at: one.starts_at.map(stamp),
            ends_at: one.ends_at.map(stamp),
            all_day: one.all_day,
            published: true,
            published_at: stamp(one.published_at),
            updated_at: stamp(one.updated_at),
            read: shown.read,
            mentions: [],
            statuses: [],
            tags: shown
                .tags
                .into_iter()
                .map(|name| StatusTag {
                    url: tag_url(ctx.origin(), &name),
                    name,
                })
                .collect(),
            reactions: shown
                .reactions
                .into_iter()
                .map(|one| {
                    let (url, static_url) = pictures(ctx, emojis, &one.name)?;
                    Ok(Reaction {
                        name: one.name,
                        count: one.count,
                        me: one.me,
                        url,
                        static_url,
                    })
                })
                .collect::<entrenous_domain::Result<_>>()?,
        })
    }
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> ApiResult<Json<Vec<Announcement>>> {
    let ctx = state.ctx();
    let all = announcements::current(ctx, caller.id(), asked.with_dismissed.unwrap_or(false)).await?;
    let emojis = custom_emoji::known(ctx).await?;
    let all: entrenous_domain::Result<_> = all
        .into_iter()
        .map(|shown| Announcement::of(ctx, &emojis, shown))
        .collect();
    Ok(Json(all?))
}

async fn dismiss(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AnnouncementId>,
) -> ApiResult<Json<Map<String, Value>>> {
    announcements::dismiss(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}

/// The emoji of the path.
#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

async fn react(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AnnouncementId>,
    named: Result<Path<Named>, axum::extract::rejection::PathRejection>,
) -> ApiResult<Json<Map<String, Value>>> {
    let Path(Named { name }) = named.map_err(|_| ApiError::not_found())?;
    announcements::react(state.ctx(), caller.id(), id, &name).await?;
    Ok(Json(Map::new()))
}

async fn take_back(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AnnouncementId>,
    named: Result<Path<Named>, axum::extract::rejection::PathRejection>,
) -> ApiResult<Json<Map<String, Value>>> {
    let Path(Named { name }) = named.map_err(|_| ApiError::not_found())?;
    announcements::take_back(state.ctx(), caller.id(), id, &name).await?;
    Ok(Json(Map::new()))
}
