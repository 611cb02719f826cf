//! The client's files as answers.

use super::encoding::{self, Encoding};
use axum::body::Bytes;
use axum::response::{IntoResponse as _, Response};
use entrenous_domain::secrets::sha256_hex;
use entrenous_model::Origin;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use std::collections::HashMap;

/// One file of the built web client.
#[derive(Debug, Clone, Copy)]
pub struct ClientFile {
    /// Path below the client's folder: `index.html`, `sw.js`, `assets/…`.
    pub path: &'static str,
    /// As built.
    pub plain: &'static [u8],
    /// Compressed with Brotli, if that is worth it.
    pub brotli: Option<&'static [u8]>,
    /// Compressed with gzip, if that is worth it.
    pub gzip: Option<&'static [u8]>,
}

/// How long a browser keeps a file without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Its name changes with its content.
    ForEver,
    /// It asks every time, and mostly hears that nothing changed.
    Ask,
}

impl Keep {
    const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::ForEver => "public, max-age=31536000, immutable",
            Self::Ask => "no-cache",
        })
    }
}

struct Known {
    file: ClientFile,
    kind: &'static str,
    /// First half of the SHA-256 of the plain form.
    hash: String,
}

/// The web client of this node, perhaps without files.
pub(crate) struct Client {
    files: HashMap<&'static str, Known>,
    policy: HeaderValue,
}

impl Client {
    pub(crate) fn new(files: &[ClientFile], origin: &Origin) -> Self {
        let known = |file: &ClientFile| Known {
            file: *file,
            kind: kind(file.path),
            hash: sha256_hex(file.plain).chars().take(32).collect(),
        };
        Self {
            files: files.iter().map(|file| (file.path, known(file))).collect(),
            policy: policy(origin),
        }
    }

    /// The first page; `None` if no client is built in.
    pub(crate) fn shell(&self, asked: &HeaderMap) -> Option<Response> {
        self.file("index.html", Keep::Ask, asked)
    }

    /// Where the sign-in page leads: the web client, which then signs in as whoever the browser now is, in the place of the
    /// front page; else where it was asked to.
    pub(crate) fn entrance<'a>(&self, next: &'a str) -> &'a str {
        if next == "/" && self.files.contains_key("index.html") {
            "/?sign-in"
        } else {
            next
        }
    }

    /// The service worker, which may watch over all paths.
    pub(super) fn worker(&self, asked: &HeaderMap) -> Option<Response> {
        let mut response = self.file("sw.js", Keep::Ask, asked)?;
        response.headers_mut().insert(
            HeaderName::from_static("service-worker-allowed"),
            HeaderValue::from_static("/"),
        );
        Some(response)
    }

    /// A file in the best form that is accepted, or that nothing changed.
    pub(super) fn file(&self, path: &str, keep: Keep, asked: &HeaderMap) -> Option<Response> {
        let known = self.files.get(path)?;
        let (encoding, bytes) = known.best(asked);
        let (suffix, content_encoding) = match encoding {
            Encoding::Brotli => ("-br", Some("br")),
            Encoding::Gzip => ("-gz", Some("gzip")),
            Encoding::Plain => ("", None),
        };
        let tag = format!("\"{}{suffix}\"", known.hash);
        let mut response = if is_known(asked, &tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = Bytes::from_static(bytes).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(known.kind));
            if let Some(encoding) = content_encoding {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            response
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, keep.header());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        // On scripts too: a worker obeys the policy of its own answer, not of the page that starts it.
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        Some(response)
    }
}

impl Known {
    fn best(&self, asked: &HeaderMap) -> (Encoding, &'static [u8]) {
        let mut forms = encoding::accepted(asked).into_iter().filter_map(|form| {
            let bytes = match form {
                Encoding::Brotli => self.file.brotli,
                Encoding::Gzip => self.file.gzip,
                Encoding::Plain => Some(self.file.plain),
            };
            Some((form, bytes?))
        });
        forms.next().unwrap_or((Encoding::Plain, self.file.plain))
    }
}

/// Whether the browser holds what has this tag (RFC 9110, section 13.1.2).
fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
}

/// What the client may load: its own files and this node, nothing inline, nothing from elsewhere.
fn policy(origin: &Origin) -> HeaderValue {
    let scheme = if origin.scheme() == "https" { "wss" } else { "ws" };
    // `'self'` does not mean the WebSocket of the same node in every browser.
    let text = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
         media-src 'self' blob:; connect-src 'self' {scheme}://{}; font-src 'self'; manifest-src 'self'; \
         worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        origin.authority()
    );
    // An origin has none of the characters that a header refuses.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(
        "default-src 'none'; frame-ancestors 'none'",
    ))
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}
