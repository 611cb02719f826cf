//! This node's custom emoji.

use super::{READ, WRITE};
use crate::accounts::picture::DECODERS;
use crate::at::At;
use crate::params::{File, Upload};
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::custom_emoji::{self, Change};
use entrenous_domain::{Ctx, Result};
use entrenous_door::{Doc, Routes};
use entrenous_model::{Emoji, EmojiId, PreparedEmoji};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    Routes::new()
        .get(
            "/api/entrenous/v1/admin/emojis",
            READ,
            doc("All custom emoji of this node, by category; disabled ones too").returns::<Vec<AdminEmoji>>(),
            list,
        )
        .post(
            "/api/entrenous/v1/admin/emojis",
            WRITE,
            doc("Add a custom emoji")
                .about(
                    "As multipart/form-data, with `image`: a PNG, JPEG, GIF or WebP of at most 256 KiB, made anew without \
                     metadata, at most 128 pixels on a side. An animated GIF stays one.",
                )
                .body::<NewEmoji>()
                .files()
                .returns::<AdminEmoji>(),
            create,
        )
        .patch(
            "/api/entrenous/v1/admin/emojis/{id}",
            WRITE,
            doc("Change a custom emoji; what is absent stays, the shortcode always")
                .body::<Written>()
                .files()
                .returns::<AdminEmoji>(),
            update,
        )
        .delete(
            "/api/entrenous/v1/admin/emojis/{id}",
            WRITE,
            doc("Remove a custom emoji; where it stands its shortcode is shown").returns::<Map<String, Value>>(),
            remove,
        )
}

/// A custom emoji of this node.
#[derive(Debug, Serialize, JsonSchema)]
struct AdminEmoji {
    /// Local id.
    id: String,
    /// Name between the colons.
    shortcode: String,
    /// Heading in pickers; empty for none.
    category: String,
    /// Offered in pickers.
    visible_in_picker: bool,
    /// Not shown, and not to be used.
    disabled: bool,
    /// Picture; a disabled emoji is not served.
    url: String,
    /// Picture that does not move.
    static_url: String,
    /// Length of the picture, in bytes.
    size: i64,
    /// When it was added.
    created_at: String,
}

impl AdminEmoji {
    fn of(ctx: &Ctx, one: Emoji) -> Result<Self> {
        let urls = custom_emoji::urls(ctx, &one)?;
        Ok(Self {
            id: one.id.to_string(),
            shortcode: one.shortcode,
            category: one.category,
            visible_in_picker: one.visible_in_picker,
            disabled: one.disabled,
            url: urls.moving,
            static_url: urls.still,
            size: one.picture.size,
            created_at: crate::entities::stamp(one.created_at),
        })
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct NewEmoji {
    /// Two to 64 letters without accents, digits and underscores.
    #[serde(deserialize_with = "lenient::text")]
    shortcode: Option<String>,
    #[serde(flatten)]
    rest: Written,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Written {
    /// Heading in pickers, at most 100 characters; empty for none.
    #[serde(deserialize_with = "lenient::text")]
    category: Option<String>,
    /// Offered in pickers.
    #[serde(deserialize_with = "lenient::flag")]
    visible_in_picker: Option<bool>,
    /// Not shown, and not to be used.
    #[serde(deserialize_with = "lenient::flag")]
    disabled: Option<bool>,
}

impl Written {
    async fn change(self, file: Option<File>) -> ApiResult<Change> {
        Ok(Change {
            category: self.category,
            visible_in_picker: self.visible_in_picker,
            disabled: self.disabled,
            picture: match file {
                Some(file) => Some(prepared(file).await?),
                None => None,
            },
        })
    }
}

async fn prepared(file: File) -> ApiResult<PreparedEmoji> {
    let _permit = DECODERS.acquire().await.map_err(ApiError::internal)?;
    tokio::task::spawn_blocking(move || entrenous_files::emoji(&file.bytes))
        .await
        .map_err(ApiError::internal)?
        .map_err(ApiError::invalid)
}

async fn list(State(state): State<ApiState>) -> ApiResult<Json<Vec<AdminEmoji>>> {
    let ctx = state.ctx();
    let all = custom_emoji::all(ctx).await?;
    let all: Result<_> = all.into_iter().map(|one| AdminEmoji::of(ctx, one)).collect();
    Ok(Json(all?))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    mut upload: Upload<NewEmoji>,
) -> ApiResult<Json<AdminEmoji>> {
    let (ctx, file) = (state.ctx(), upload.take("image"));
    let NewEmoji { shortcode, rest } = upload.params;
    let change = rest.change(file).await?;
    let shortcode = shortcode.unwrap_or_default();
    let one = custom_emoji::create(ctx, &caller.account.username, &shortcode, change).await?;
    Ok(Json(AdminEmoji::of(ctx, one)?))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<EmojiId>,
    mut upload: Upload<Written>,
) -> ApiResult<Json<AdminEmoji>> {
    let (ctx, file) = (state.ctx(), upload.take("image"));
    let change = upload.params.change(file).await?;
    let one = custom_emoji::update(ctx, &caller.account.username, id, change).await?;
    Ok(Json(AdminEmoji::of(ctx, one)?))
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<EmojiId>,
) -> ApiResult<Json<Map<String, Value>>> {
    custom_emoji::remove(state.ctx(), &caller.account.username, id).await?;
    Ok(Json(Map::new()))
}
