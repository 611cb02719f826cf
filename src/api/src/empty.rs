//! What clients ask for at their start and does not exist here yet: answered truthfully with nothing, in one table.
//!
//! Each line goes when the thing it stands for is built.

use crate::{ApiError, ApiResult, ApiState};
use axum::Json;
use entrenous_door::{Access, Doc, Routes};
use serde_json::Value;

/// The noun of these routes in the documents, wherever they stand: `docs/api/mastodon.md` says so of them.
pub(crate) const NOT_YET: &str = "not built yet";

/// Lists that are empty: (path, scope, what it would be).
const LISTS: &[(&str, &str, &str)] = &[("/api/v1/custom_emojis", "", "Custom emoji")];

pub(crate) fn routes() -> Routes<ApiState> {
    let mut routes = Routes::new();
    for (path, scope, summary) in LISTS {
        let doc = Doc::new(NOT_YET, summary).returns::<Vec<Value>>();
        routes = routes.get(path, Access::Person(scope), doc, async || Json::<[Value; 0]>([]));
    }
    }
    routes
}
