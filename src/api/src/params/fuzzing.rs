//! What the fuzz targets reach of parameters: see [`crate::fuzzing`].

use super::multipart::{self, Taken};
use super::{Kind, Tree, body_tree, filled, query_tree};
use axum::body::Body;
use axum::extract::Request;
use futures_util::FutureExt as _;
use http::{HeaderValue, header};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Parameters in the forms that a body or query can have.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// The query, or an urlencoded body.
    Pairs,
    /// A JSON body.
    Json,
    /// A body of which nothing is said.
    Unsaid,
}

fn tree(form: Form, bytes: &[u8]) -> Option<Tree> {
    let body = |kind| {
        let read = body_tree(kind, Body::from(bytes.to_vec()));
        read.now_or_never()?.ok()
    };
    match form {
        Form::Pairs => query_tree(Some(std::str::from_utf8(bytes).ok()?)).ok(),
        Form::Json => body(Kind::Json),
        Form::Unsaid => body(Kind::Unsaid),
    }
}

/// The parameters as one object.
#[must_use]
pub fn map(form: Form, bytes: &[u8]) -> Option<Map<String, Value>> {
    Some(tree(form, bytes)?.into_map())
}

/// The parameters as the struct of a handler.
#[must_use]
pub fn read<T: DeserializeOwned>(form: Form, bytes: &[u8]) -> Option<T> {
    filled(tree(form, bytes)?).ok()
}

/// Texts by name, and files by field with their size.
pub type Parts = (Map<String, Value>, Vec<(String, usize)>);

/// A multipart body: its texts, and its files by field and size. At most `most` bytes of files; with `leave_out`, larger
/// ones are left out.
#[must_use]
pub fn multipart(content_type: &str, body: Vec<u8>, most: usize, leave_out: bool) -> Option<Parts> {
    let mut request = Request::new(Body::from(body));
    let kind = HeaderValue::from_str(content_type).ok()?;
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    let mut tree = Tree::default();
    let read = multipart::read(request, most, &mut tree, leave_out);
    // All of the body is here: nothing has to be waited for.
    let Taken { files, .. } = read.now_or_never()?.ok()?;
    let files = files.into_iter().map(|file| (file.field, file.bytes.len()));
    Some((tree.into_map(), files.collect()))
}
