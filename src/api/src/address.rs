//! Addresses that can name nothing: refused before any route, since no database holds such text (PostgreSQL refuses NUL,
//! and would make a failure of it).

use crate::{ApiError, ApiState, pages};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;

/// 404 for a path that is not UTF-8 or holds NUL, 422 for a query that holds NUL.
pub(crate) async fn layer(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let path = percent_decode_str(request.uri().path()).decode_utf8();
    if path.map_or(true, |path| path.contains('\0')) {
        return pages::missing::path(&state, &request);
    }
    if request.uri().query().is_some_and(|query| query.contains("%00")) {
        return ApiError::holds_nul().into_response();
    }
    next.run(request).await
}
