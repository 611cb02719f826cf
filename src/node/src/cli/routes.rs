//! `entrenous routes`: every way into the node over HTTP, as the router itself knows them.

use crate::commands::Answer;
use crate::failure::Failure;
use entrenous_door::RouteInfo;
use entrenous_federation::Federation;
use serde_json::{Value, json};

/// All routes of the client API, the pages and federation, by path.
pub(super) fn answer() -> Result<Answer, Failure> {
    let (clients, peers) = (entrenous_api::routes(), Federation::routes());
    let mut all: Vec<&RouteInfo> = clients.list().iter().chain(peers.list()).collect();
    all.sort_by_key(|route| (route.path, route.method.as_str()));
    let mut text = String::new();
    let mut rows: Vec<Value> = Vec::new();
    for route in all {
        let scopes: Vec<&str> = route.access.scopes().collect();
        let access = route.access.name();
        let line = format!(
            "{:6} {}  {access} {}",
            route.method,
            route.path,
            scopes.join(" or ")
        );
        text.push_str(line.trim_end());
        text.push('\n');
        rows.push(json!({
            "method": route.method.as_str(), "path": route.path, "access": access, "scopes": scopes,
            "summary": route.doc.summary(),
        }));
    }
    Ok(Answer::new(text.trim_end(), &rows)?)
}
