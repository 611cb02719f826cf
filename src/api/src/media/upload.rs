//! `POST /api/v2/media`: a file on its way into a post.

use crate::accounts::picture;
use crate::entities::MediaAttachment;
use crate::params::{File, Upload};
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::attachments;
use entrenous_door::{Access, Doc, Routes};
use entrenous_files::Refused;
use entrenous_model::{Focus, PreparedPreview};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| {
        Doc::new("media", summary)
            .about(
                "As multipart/form-data. A picture is made anew without metadata, at most 3,840 pixels on a side; \
                 everything else stays as it is; a film or sound is refused if it is not built as one. The picture in \
                 it becomes its preview, unless a `thumbnail` comes with it. The file waits for a day to be named in \
                 `media_ids` of a post.",
            )
            .body::<NewFile>()
            .files()
            .returns::<MediaAttachment>()
    };
    let write = Access::Person("write:media");
    Routes::new()
        .post("/api/v2/media", write, doc("Upload a file"), upload)
        .post(
            "/api/v1/media",
            write,
            doc("Upload a file (first version)").deprecated(),
            upload,
        )
}

/// What comes with a file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct NewFile {
    /// The file; at most the node's limit, see `media_attachments` in the instance document.
    #[schemars(with = "Option<String>", extend("format" = "binary"))]
    file: Value,
    /// A picture to stand for it.
    #[schemars(with = "Option<String>", extend("format" = "binary"))]
    thumbnail: Value,
    /// What it shows, in words; at most 1,500 characters.
    #[serde(deserialize_with = "lenient::text")]
    pub(super) description: Option<String>,
    /// Its important part: `x,y`, each from -1 to 1.
    #[serde(deserialize_with = "lenient::text")]
    pub(super) focus: Option<String>,
}

async fn upload(
    State(state): State<ApiState>,
    caller: Caller,
    mut upload: Upload<NewFile>,
) -> ApiResult<Json<MediaAttachment>> {
    let file = upload
        .take("file")
        .ok_or_else(|| ApiError::invalid("file must be a file, sent as multipart/form-data"))?;
    let thumbnail = upload.take("thumbnail");
    let focus = focus(upload.params.focus.as_deref())?.unwrap_or_default();
    let mut prepared = decoded(move || entrenous_files::prepare(file.bytes.into())).await?;
    if let Some(thumbnail) = thumbnail {
        prepared.preview = Some(preview(thumbnail).await?);
    }
    let description = upload.params.description.unwrap_or_default();
    let file = attachments::upload(state.ctx(), caller.id(), prepared, &description, focus).await?;
    Ok(Json(MediaAttachment::of(state.ctx(), &file)?))
}

/// A thumbnail as it is kept.
pub(super) async fn preview(file: File) -> ApiResult<PreparedPreview> {
    decoded(move || entrenous_files::preview(&file.bytes)).await
}

/// Runs what takes CPU and memory beside the requests, few at a time.
async fn decoded<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> ApiResult<T> {
    let _permit = picture::DECODERS.acquire().await.map_err(ApiError::internal)?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(ApiError::internal)?
        .map_err(ApiError::invalid)
}

/// `x,y`; the empty text is absent.
pub(crate) fn focus(text: Option<&str>) -> ApiResult<Option<Focus>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    text.split_once(',')
        .and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)))
        .map(|(x, y)| Some(attachments::focus(x, y)))
        .ok_or_else(|| ApiError::invalid("focus must be two numbers from -1 to 1, such as 0.5,-0.2"))
}
