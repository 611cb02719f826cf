//! What clients ask for at their start and does not exist here yet: answered truthfully with nothing, in one table.
//!
//! Each line goes when the thing it stands for is built.

use crate::{ApiError, ApiResult, ApiState};
use axum::Json;
use entrenous_door::{Access, Doc, Routes};
use http::Method;
use serde_json::Value;

/// The noun of these routes in the documents, wherever they stand: `docs/api/mastodon.md` says so of them.
pub(crate) const NOT_YET: &str = "not built yet";

/// Lists that are empty: (path, scope, what it would be).
const LISTS: &[(&str, &str, &str)] = &[("/api/v1/domain_blocks", "read:blocks follow", "Peers I block")];

/// Things that are absent: (path, scope, what it would be).
const ABSENT: &[(&str, &str, &str)] = &[("/api/v1/push/subscription", "push", "My push subscription")];

/// Things that cannot be done: (method, path, scope, what it would be, what to say).
const REFUSED: &[(Method, &str, &str, &str, &str)] = &[(
    Method::POST,
    "/api/v1/reports",
    "write:reports",
    "Report posts or a person",
    "reports are not supported yet: tell an administrator of this node",
)];

pub(crate) fn routes() -> Routes<ApiState> {
    let mut routes = Routes::new();
    for (path, scope, summary) in LISTS {
        let doc = Doc::new(NOT_YET, summary).returns::<Vec<Value>>();
        routes = routes.get(path, Access::Person(scope), doc, async || Json::<[Value; 0]>([]));
    }
    for (path, scope, summary) in ABSENT {
        let doc = Doc::new(NOT_YET, summary);
        routes = routes.get(path, Access::Person(scope), doc, absent);
    }
    for (method, path, scope, summary, text) in REFUSED {
        let doc = Doc::new(NOT_YET, summary);
        let refuse = async move || ApiResult::<()>::Err(ApiError::invalid(*text));
        routes = routes.route(method.clone(), path, Access::Person(scope), doc, refuse);
    }
    routes
}

async fn absent() -> ApiResult<()> {
    Err(ApiError::not_found())
}
