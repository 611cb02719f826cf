//! What clients ask for at their start and does not exist here yet: answered truthfully with nothing, in one table.
//!
//! Each line goes when the thing it stands for is built.

use crate::{ApiError, ApiResult, ApiState};
use axum::Json;
use entrenous_door::{Access, Doc, Routes};
use http::Method;
use serde_json::Value;

/// Lists that are empty: (path, scope, what it would be).
const LISTS: &[(&str, &str, &str)] = &[
    ("/api/v1/announcements", "", "Announcements"),
    ("/api/v1/filters", "read:filters", "My filters (first version)"),
    ("/api/v2/filters", "read:filters", "My filters"),
    ("/api/v1/trends", "", "Hashtags that trend (first version)"),
    ("/api/v1/trends/tags", "", "Hashtags that trend"),
    ("/api/v1/trends/statuses", "", "Posts that trend"),
    ("/api/v1/trends/links", "", "Links that trend"),
    ("/api/v1/timelines/link", "read:statuses", "Posts with a link"),
    ("/api/v1/domain_blocks", "read:blocks follow", "Peers I block"),
    ("/api/v1/instance/peers", "", "Peers: told to nobody in this form"),
    ("/api/v1/instance/activity", "", "Activity: not counted"),
    (
        "/api/v1/instance/domain_blocks",
        "",
        "Blocked servers: everything that is no peer is refused",
    ),
    ("/api/v1/custom_emojis", "", "Custom emoji"),
];

/// Things that are absent: (path, scope, what it would be).
const ABSENT: &[(&str, &str, &str)] = &[
    ("/api/v1/push/subscription", "push", "My push subscription"),
    ("/api/v1/instance/terms_of_service", "", "Terms of service"),
    ("/api/v2/filters/{id}", "read:filters", "One of my filters"),
];

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
        let doc = Doc::new("not built yet", summary).returns::<Vec<Value>>();
        routes = routes.get(path, Access::Person(scope), doc, async || Json::<[Value; 0]>([]));
    }
    for (path, scope, summary) in ABSENT {
        let doc = Doc::new("not built yet", summary);
        routes = routes.get(path, Access::Person(scope), doc, absent);
    }
    for (method, path, scope, summary, text) in REFUSED {
        let doc = Doc::new("not built yet", summary);
        let refuse = async move || ApiResult::<()>::Err(ApiError::invalid(*text));
        routes = routes.route(method.clone(), path, Access::Person(scope), doc, refuse);
    }
    routes
}

async fn absent() -> ApiResult<()> {
    Err(ApiError::not_found())
}
