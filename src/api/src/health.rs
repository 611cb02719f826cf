//! Whether the node works: for load balancers and start scripts.

use crate::{ApiResult, ApiState};
use axum::extract::State;
use entrenous_domain::accounts;
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::AccountId;

pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/health",
            Access::Open,
            Doc::new("health", "`OK`, or 503 if the store does not answer").answers("text/plain"),
            health,
        )
        .get(
            "/api/v1/streaming/health",
            Access::App,
            Doc::new("health", "`OK` if streams can be opened").answers("text/plain"),
            async || "OK",
        )
}

async fn health(State(state): State<ApiState>) -> ApiResult<&'static str> {
    // No account has the id 0: one look at an index, and nothing is kept.
    accounts::get(state.ctx(), AccountId(0)).await?;
    Ok("OK")
}
