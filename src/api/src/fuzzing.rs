//! What the fuzz targets (`src/fuzz`) reach of readers that are private here. It is no interface, and nothing of the node
//! uses it.

pub use crate::params::fuzzing::{Form, Parts, map, multipart, read};

use crate::client::encoding;
use crate::oauth::authorize::Asked;
use crate::oauth::token::Credentials;
use crate::pages::{cookies, forms, language};
use crate::paging::Paging;
use crate::streaming::websocket;
use axum::extract::Request;
use http::HeaderMap;

/// An authorisation request as our own pages repeat it: its path.
#[must_use]
pub fn authorization(query: &[u8]) -> Option<String> {
    read::<Asked>(Form::Pairs, query).map(|asked| asked.path())
}

/// Who a client says it is at the token endpoint: its id and secret.
#[must_use]
pub fn credentials(
    headers: &HeaderMap,
    id: Option<String>,
    secret: Option<String>,
) -> Option<(String, Option<String>)> {
    let client = Credentials::of(headers, id, secret).ok()?;
    Some((client.id, client.secret))
}

/// The value of a cookie.
#[must_use]
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    cookies::read(headers, name)
}

/// How many forms of a file a browser takes.
#[must_use]
pub fn encodings(headers: &HeaderMap) -> usize {
    encoding::accepted(headers).len()
}

/// The page of ours that a browser came from.
#[must_use]
pub fn came_from(origin: &str, headers: &HeaderMap) -> Option<String> {
    language::came_from(origin, headers)
}

/// Where to go after signing in.
#[must_use]
pub fn local_path(text: &str) -> &str {
    forms::local_path(text)
}

/// The token of a request to a stream.
#[must_use]
pub fn stream_token(request: &Request) -> Option<String> {
    crate::auth::stream_token(request)
}

/// What a message on a WebSocket asks for: the kind, the names of the channel, the scope it needs.
#[must_use]
pub fn stream_message(text: &str) -> Option<(String, Vec<String>, &'static str)> {
    let request: websocket::Request = serde_json::from_str(text).ok()?;
    let channel = request.channel()?;
    let names = channel.names().into_iter().map(str::to_owned).collect();
    let scope = channel.scope();
    Some((request.kind, names, scope))
}

/// The links of a full page (RFC 8288) for what was asked, and how many rows it may have.
#[must_use]
pub fn page_links(query: &str) -> (i64, Option<String>) {
    let mut paging = Paging::of("/api/v1/x", query);
    let page = paging.at_most(20, 40);
    let links = paging.link("https://n.test/api/v1/x", Some(9), Some(8), 40);
    (page.limit, links)
}
