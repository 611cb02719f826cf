//! Parameters as Mastodon clients send them.
//!
//! - [`Params<T>`]: every write. JSON, urlencoded form or multipart body, over the query; `T` is filled by field name.
//! - [`Upload<T>`]: the same, with the files of a multipart body beside it.
//! - [`Query<T>`]: reads; the query alone.
//!
//! Names are nested as in Rails (`poll[options][]=a`, `fields_attributes[0][name]=b`, `id[]=1`). Unknown fields are
//! ignored. Everything is bounded: 1 MiB without files, 1,000 values, five levels.

#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod multipart;
mod tree;

use crate::{ApiError, ApiState};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use multipart::Taken;
use serde::de::DeserializeOwned;
use serde_json::Value;
pub(crate) use tree::Tree;

/// Largest body without files, in bytes.
pub const MAX_BODY: usize = 1024 * 1024;

/// The parameters of a write: `Params<NewStatus>`.
#[derive(Debug)]
pub struct Params<T>(pub T);

/// The parameters of a read, from the query: `Query<SearchQuery>`.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// The parameters of a write that may carry files.
#[derive(Debug)]
pub struct Upload<T> {
    /// The text fields.
    pub params: T,
    /// The files.
    pub files: Vec<File>,
}

impl<T> Upload<T> {
    /// The file sent under `field`, taken out.
    pub fn take(&mut self, field: &str) -> Option<File> {
        let at = self.files.iter().position(|file| file.field == field)?;
        Some(self.files.swap_remove(at))
    }
}

/// A file part of a multipart body. Name and type are what the client says: never to be trusted.
#[derive(Debug, Clone)]
pub struct File {
    /// The form field.
    pub field: String,
    /// The bytes; at most the node's `max_upload_bytes`.
    pub bytes: Bytes,
}

impl<T: DeserializeOwned> FromRequest<ApiState> for Params<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        let Upload { params, .. } = Upload::from_request(request, state).await?;
        Ok(Self(params))
    }
}

impl<T: DeserializeOwned> FromRequest<ApiState> for Upload<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        let (params, Taken { files, .. }) = read(request, state, false).await?;
        Ok(Self { params, files })
    }
}

/// A form of one of our pages, of which nothing typed may be lost because a file is too large: such a file is left out.
pub(crate) struct PageForm<T> {
    /// The text fields.
    pub(crate) params: T,
    /// The files.
    pub(crate) files: Vec<File>,
    /// A file was too large.
    pub(crate) too_large: bool,
}

impl<T: DeserializeOwned> PageForm<T> {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// As [`Params`], except for files that are too large.
    pub(crate) async fn read(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        let (params, Taken { files, too_large }) = read(request, state, true).await?;
        Ok(Self {
            params,
            files,
            too_large,
        })
    }
}

async fn read<T: DeserializeOwned>(
    request: Request,
    state: &ApiState,
    leave_out: bool,
) -> Result<(T, Taken), ApiError> {
    let mut tree = query_tree(request.uri().query())?;
    let mut parts = Taken::default();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads {
        match kind(request.headers()) {
            Kind::Multipart => {
                let most = state.ctx().node().max_upload_bytes;
                parts = multipart::read(request, most, &mut tree, leave_out).await?;
            }
            kind => tree.merge(body_tree(kind, request.into_body()).await?),
        }
    }
    Ok((filled(tree)?, parts))
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        filled(query_tree(parts.uri.query())?).map(Self)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Form,
    Multipart,
    Unsaid,
    /// Something else, such as plain text or XML.
    Foreign,
}

fn kind(headers: &HeaderMap) -> Kind {
    let Some(said) = headers.get(header::CONTENT_TYPE) else {
        return Kind::Unsaid;
    };
    let essence = said
        .to_str()
        .unwrap_or("?")
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match essence.as_str() {
        "multipart/form-data" => Kind::Multipart,
        "application/x-www-form-urlencoded" => Kind::Form,
        text if text == "application/json" || text.ends_with("+json") => Kind::Json,
        "" => Kind::Unsaid,
        _ => Kind::Foreign,
    }
}

async fn body_tree(kind: Kind, body: Body) -> Result<Tree, ApiError> {
    let bytes = bounded(body, MAX_BODY).await?;
    // Clients that say nothing: a JSON object begins with a brace, a form never does.
    let json = kind == Kind::Json
        || (kind == Kind::Unsaid && bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{'));
    if bytes.is_empty() {
        Ok(Tree::default())
    } else if kind == Kind::Foreign {
        Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body must be application/json, application/x-www-form-urlencoded or multipart/form-data",
        ))
    } else if json {
        Tree::from_json(&bytes)
    } else {
        let mut tree = Tree::default();
        for (name, value) in url::form_urlencoded::parse(&bytes) {
            tree.put(&name, value.into_owned())?;
        }
        Ok(tree)
    }
}

/// The whole body, up to `most` bytes.
///
/// # Errors
/// 413 beyond it, 400 if the connection breaks.
pub(crate) async fn bounded(body: Body, most: usize) -> Result<Bytes, ApiError> {
    match Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large(most)),
        Err(error) => Err(ApiError::new(StatusCode::BAD_REQUEST, "The body cannot be read").caused_by(error)),
    }
}

pub(crate) fn too_large(most: usize) -> ApiError {
    let mib = most / (1024 * 1024);
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("The body is larger than {mib} MiB"),
    )
}

fn query_tree(query: Option<&str>) -> Result<Tree, ApiError> {
    let mut tree = Tree::default();
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        tree.put(&name, value.into_owned())?;
    }
    Ok(tree)
}

/// The parameters of a query that is not the request's own.
pub(crate) fn of_query<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    filled(query_tree(Some(query))?)
}

fn filled<T: DeserializeOwned>(tree: Tree) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(Value::Object(tree.into_map())).map_err(|error| {
        let text = error.inner().to_string();
        // What serde says of types names ours, which mean nothing to clients.
        if !text.starts_with("invalid ") && !text.contains("expected struct") {
            return ApiError::invalid(text);
        }
        let path = error.path().to_string();
        let name = path.split(['.', '[']).next().unwrap_or_default();
        if name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name.is_empty()
        {
            ApiError::invalid(format_args!("{name} has the wrong form"))
        } else {
            ApiError::invalid("a parameter has the wrong form")
        }
    })
}

#[cfg(test)]
mod tests;
