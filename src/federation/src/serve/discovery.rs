//! The instance actor, NodeInfo, host-meta.

use super::answer::{activity_json, json, not_found, open_json, settle};
use crate::gate::Verified;
use crate::{Federation, render};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use entrenous_model::Matter;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

pub(super) async fn actor(State(federation): State<Federation>) -> Response {
    settle(federation.instance_actor().map(|document| {
        let mut response = open_json(&document);
        // The same for everyone, but never an old one: a peer that has our new keys would take the former ones for an attack.
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }))
}

pub(super) async fn outbox(State(federation): State<Federation>, verified: Verified) -> Response {
    empty(&federation, &verified, "/actor/outbox")
}

pub(super) async fn network(State(federation): State<Federation>, verified: Verified) -> Response {
    empty(&federation, &verified, "/network")
}

fn empty(federation: &Federation, verified: &Verified, path: &str) -> Response {
    let Ok(cleared) = verified.peer.clear(Matter::Node) else {
        return not_found();
    };
    let id = federation.ctx().origin().join(path);
    activity_json(cleared, &render::collection(&id, None))
}

pub(super) async fn nodeinfo_index(State(federation): State<Federation>) -> Response {
    let origin = federation.ctx().origin();
    let links: Vec<Value> = ["2.0", "2.1"]
        .iter()
        .map(|version| {
            json!({
                "rel": format!("http://nodeinfo.diaspora.software/ns/schema/{version}"),
                "href": origin.join(&format!("/nodeinfo/{version}")),
            })
        })
        .chain([json!({"rel": "https://www.w3.org/ns/activitystreams#Application", "href": federation.identity().actor()})])
        .collect();
    json(
        StatusCode::OK,
        "application/json; charset=utf-8",
        &json!({"links": links}),
    )
}

pub(super) async fn nodeinfo_2_0(State(federation): State<Federation>) -> Response {
    json(
        StatusCode::OK,
        "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.0#\"; charset=utf-8",
        &nodeinfo(&federation, "2.0"),
    )
}

pub(super) async fn nodeinfo_2_1(State(federation): State<Federation>) -> Response {
    json(
        StatusCode::OK,
        "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"; charset=utf-8",
        &nodeinfo(&federation, "2.1"),
    )
}

/// NodeInfo: software and protocols, and nothing of who or how many are here.
fn nodeinfo(federation: &Federation, version: &str) -> Value {
    json!({
        "version": version,
        "software": {"name": "entrenous", "version": env!("CARGO_PKG_VERSION")},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": false,
        "usage": {"users": {}},
        "metadata": {
            "nodeName": federation.ctx().look().name,
            "features": entrenous_domain::custom_emoji::FEATURES,
        },
    })
}

pub(super) async fn host_meta(State(federation): State<Federation>) -> Response {
    let template = federation
        .ctx()
        .origin()
        .join("/.well-known/webfinger?resource={uri}");
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"lrdd\" template=\"{}\"/>\n</XRD>\n",
        crate::vocabulary::escape(&template)
    );
    let mut response = body.into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/xrd+xml; charset=utf-8"),
    );
    response
}
