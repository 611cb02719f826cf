//! Heads of requests that can be read in two ways (RFC 9112, sections 3.2 and 6.3): a proxy before the node may read them
//! in the other, and take for two requests what is one here.

use axum::body::Body;
use http::{HeaderValue, Request, Response, Version, header};

/// Whether the head leaves open for whom the request is, or where its body ends.
pub(super) fn is_ambiguous<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let hosts = headers.get_all(header::HOST).iter().count();
    let lengths = headers.get_all(header::CONTENT_LENGTH).iter().count();
    hosts > 1
        || (hosts == 0 && request.version() == Version::HTTP_11)
        || lengths > 1
        || (lengths > 0 && is_chunked(request))
        || headers.get_all(header::TRANSFER_ENCODING).iter().count() > 1
}

/// Whether the body says itself where it ends. Nothing that comes after such a body is read: another reader may have
/// found its end elsewhere.
pub(super) fn is_chunked<B>(request: &Request<B>) -> bool {
    request.headers().contains_key(header::TRANSFER_ENCODING)
}

/// Says that nothing more is read.
pub(super) fn end(response: &mut Response<Body>) {
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ambiguous(version: Version, fields: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().version(version);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        is_ambiguous(&request.body(()).unwrap())
    }

    #[test]
    fn two_readings_are_refused() {
        let host = ("host", "a.example");
        let chunked = ("transfer-encoding", "chunked");
        let length = ("content-length", "3");
        let new = Version::HTTP_11;
        assert!(!ambiguous(new, &[host]));
        assert!(!ambiguous(new, &[host, chunked]));
        assert!(!ambiguous(new, &[host, length]));
        assert!(!ambiguous(Version::HTTP_10, &[]));
        assert!(ambiguous(new, &[]));
        assert!(ambiguous(new, &[host, host]));
        assert!(ambiguous(new, &[host, length, chunked]));
        assert!(ambiguous(new, &[host, length, length]));
        assert!(ambiguous(new, &[host, chunked, chunked]));
    }
}
