//! Signing what leaves the node.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, Method, header};
use sfv::StringRef;
use url::Url;

use super::{
    base::{Component, Request, cavage_base, rfc9421_base},
    fresh::format_date,
    parse::{SIGNATURE, SIGNATURE_INPUT},
};
use crate::{
    digest::{CONTENT_DIGEST, DIGEST, make_content_digest, make_digest},
    keys::{KeyError, RsaKeyPair, Signer},
    origin::Origin,
};

/// Why a request could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The URL has no exact origin, or the `keyId` cannot be written in a header.
    #[error("the address or keyId cannot be signed")]
    Input,
    /// The key refused.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Signs a request by RFC 9421: label `sig1`, covering `@method`, `@target-uri` and `content-digest`, with
/// `created`, `keyid` and `alg`. A `GET` signs the digest of the empty body.
///
/// Gives the headers to add to the request: `host`, `content-digest`, `signature-input`, `signature`.
///
/// # Errors
/// A URL or `keyId` that cannot be signed, or a key that refuses.
pub fn sign_rfc9421(
    key: &impl Signer,
    key_id: &str,
    method: &Method,
    url: &Url,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<HeaderMap, SignError> {
    let origin = Origin::of_url(url).map_err(|_| SignError::Input)?;
    let key_id = <&StringRef>::try_from(key_id).map_err(|_| SignError::Input)?;
    if key_id.as_str().contains(['"', '\\']) {
        return Err(SignError::Input);
    }
    let digest = make_content_digest(body);
    let covered = [
        Component::Method,
        Component::TargetUri,
        Component::Field(CONTENT_DIGEST.as_str().to_owned(), digest.clone()),
    ];
    let params = format!(
        "(\"@method\" \"@target-uri\" \"content-digest\");created={};keyid=\"{}\";alg=\"{}\"",
        now.timestamp(),
        key_id.as_str(),
        key.algorithm().name(),
    );
    let request = Request {
        method,
        target: target(url),
        origin: &origin,
    };
    let signature = key.sign(rfc9421_base(&request, &covered, &params).as_bytes())?;

    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, value(&origin.authority())?);
    headers.insert(CONTENT_DIGEST, value(&digest)?);
    headers.insert(SIGNATURE_INPUT, value(&format!("sig1={params}"))?);
    headers.insert(
        SIGNATURE,
        value(&format!("sig1=:{}:", STANDARD.encode(signature)))?,
    );
    Ok(headers)
}

/// Signs a request by draft-cavage-12 with RSA-SHA256, covering `(request-target)`, `host`, `date` and `digest`,
/// and `content-type` if one is given. A `GET` signs the digest of the empty body, as Lemmy asks.
///
/// Gives the headers to add to the request: `host`, `date`, `digest`, `signature`, and `content-type` if given.
///
/// # Errors
/// A URL or `keyId` that cannot be signed, or a key that refuses.
pub fn sign_cavage(
    key: &RsaKeyPair,
    key_id: &str,
    method: &Method,
    url: &Url,
    content_type: Option<&str>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<HeaderMap, SignError> {
    let origin = Origin::of_url(url).map_err(|_| SignError::Input)?;
    if !key_id
        .bytes()
        .all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\'))
    {
        return Err(SignError::Input);
    }
    let mut fields = vec![
        (header::HOST, origin.authority()),
        (header::DATE, format_date(now)),
        (DIGEST, make_digest(body)),
    ];
    if let Some(content_type) = content_type {
        fields.push((header::CONTENT_TYPE, content_type.to_owned()));
    }
    let mut covered = vec![Component::RequestTarget];
    let mut names = String::from("(request-target)");
    let mut headers = HeaderMap::new();
    for (name, text) in fields {
        names.push(' ');
        names.push_str(name.as_str());
        headers.insert(&name, value(&text)?);
        covered.push(Component::Field(name.as_str().to_owned(), text));
    }
    let signature = key.sign(cavage_base(method, target(url), &covered).as_bytes())?;
    let signature = STANDARD.encode(signature);
    let text =
        format!("keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"{names}\",signature=\"{signature}\"");
    headers.insert(SIGNATURE, value(&text)?);
    Ok(headers)
}

/// Path and query of a URL as they are sent; the fragment is not.
fn target(url: &Url) -> &str {
    let whole = &url[url::Position::BeforePath..url::Position::AfterQuery];
    if whole.is_empty() { "/" } else { whole }
}

fn value(text: &str) -> Result<HeaderValue, SignError> {
    HeaderValue::from_str(text).map_err(|_| SignError::Input)
}
