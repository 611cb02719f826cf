//! One's own files: looking at them, describing them, removing them.

use super::upload::{NewFile, focus, preview};
use crate::at::At;
use crate::entities::MediaAttachment;
use crate::params::Upload;
use crate::{ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use entrenous_domain::attachments::{self, Change};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::MediaId;
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    let write = Access::Person("write:media");
    let doc = |summary| Doc::new("media", summary);
    let mut routes = Routes::new()
        .get(
            "/api/v1/media/{id}",
            write,
            doc("A file of mine, posted or not").returns::<MediaAttachment>(),
            one,
        )
        .delete(
            "/api/v1/media/{id}",
            write,
            doc("Remove a file of mine that is in no post").returns::<Map<String, Value>>(),
            remove,
        );
    for path in ["/api/v1/media/{id}", "/api/v2/media/{id}"] {
        routes = routes.put(
            path,
            write,
            doc("Describe a file of mine; what is absent stays")
                .body::<NewFile>()
                .files()
                .returns::<MediaAttachment>(),
            describe,
        );
    }
    routes
}

async fn one(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<MediaId>,
) -> ApiResult<Json<MediaAttachment>> {
    let file = attachments::own(state.ctx(), caller.id(), id).await?;
    Ok(Json(MediaAttachment::of(state.ctx(), &file)?))
}

async fn describe(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<MediaId>,
    mut upload: Upload<NewFile>,
) -> ApiResult<Json<MediaAttachment>> {
    attachments::own(state.ctx(), caller.id(), id).await?;
    let thumbnail = upload.take("thumbnail");
    let change = Change {
        focus: focus(upload.params.focus.as_deref())?,
        description: upload.params.description,
        preview: match thumbnail {
            Some(file) => Some(preview(file).await?),
            None => None,
        },
    };
    let file = attachments::change(state.ctx(), caller.id(), id, change).await?;
    Ok(Json(MediaAttachment::of(state.ctx(), &file)?))
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<MediaId>,
) -> ApiResult<Json<Map<String, Value>>> {
    attachments::remove(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}
