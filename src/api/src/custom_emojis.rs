//! `/api/v1/custom_emojis`: this node's own emoji, for pickers.

use crate::entities::CustomEmoji;
use crate::{ApiResult, ApiState};
use axum::Json;
use axum::extract::State;
use entrenous_domain::custom_emoji;
use entrenous_door::{Access, Doc, Routes};

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new().get(
        "/api/v1/custom_emojis",
        Access::Person(""),
        Doc::new("custom_emojis", "Custom emoji of this node, by category").returns::<Vec<CustomEmoji>>(),
        list,
    )
}

async fn list(State(state): State<ApiState>) -> ApiResult<Json<Vec<CustomEmoji>>> {
    let ctx = state.ctx();
    let known = custom_emoji::known(ctx).await?;
    let all: entrenous_domain::Result<_> = known
        .own()
        .iter()
        .map(|emoji| CustomEmoji::of(ctx, emoji))
        .collect();
    Ok(Json(all?))
}
