//! Signing what leaves the node.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
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

/// A request that is to be signed. `also` are headers that are added to it and covered beside what always is: lower-case
/// names, no more than once each.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Where it goes.
    pub url: &'a Url,
    /// Covered by draft-cavage if given; RFC 9421 leaves it out.
    pub content_type: Option<&'a str>,
    /// Headers beside the usual ones.
    pub also: &'a [(HeaderName, &'a str)],
    /// The whole body, empty if there is none.
    pub body: &'a [u8],
    /// When it is signed.
    pub now: DateTime<Utc>,
}

impl Signing<'_> {
    /// Signs by RFC 9421: label `sig1`, covering `@method`, `@target-uri` and `content-digest`, then `also`, with
    /// `created`, `keyid` and `alg`. A `GET` signs the digest of the empty body.
    ///
    /// Gives the headers to add to the request: `host`, `content-digest`, `also`, `signature-input`, `signature`.
    ///
    /// # Errors
    /// A URL, header or `keyId` that cannot be signed, or a key that refuses.
    pub fn rfc9421(&self, key: &impl Signer, key_id: &str) -> Result<HeaderMap, SignError> {
        let origin = Origin::of_url(self.url).map_err(|_| SignError::Input)?;
        let key_id = <&StringRef>::try_from(key_id).map_err(|_| SignError::Input)?;
        if key_id.as_str().contains(['"', '\\']) {
            return Err(SignError::Input);
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, value(&origin.authority())?);
        let digest = make_content_digest(self.body);
        let mut covered = vec![Component::Method, Component::TargetUri];
        let mut names = String::from("\"@method\" \"@target-uri\"");
        let digested = (CONTENT_DIGEST, digest.as_str());
        for (name, text) in std::iter::once(&digested).chain(self.also) {
            names.push_str(&format!(" \"{}\"", name.as_str()));
            add(&mut headers, &mut covered, name, text)?;
        }
        let params = format!(
            "({names});created={};keyid=\"{}\";alg=\"{}\"",
            self.now.timestamp(),
            key_id.as_str(),
            key.algorithm().name(),
        );
        let request = Request {
            method: self.method,
            target: target(self.url),
            origin: &origin,
        };
        let signature = key.sign(rfc9421_base(&request, &covered, &params).as_bytes())?;
        headers.insert(SIGNATURE_INPUT, value(&format!("sig1={params}"))?);
        headers.insert(
            SIGNATURE,
            value(&format!("sig1=:{}:", STANDARD.encode(signature)))?,
        );
        Ok(headers)
    }

    /// Signs by draft-cavage-12 with RSA-SHA256, covering `(request-target)`, `host`, `date` and `digest`, `content-type`
    /// if one is given, then `also`. A `GET` signs the digest of the empty body, as Lemmy asks.
    ///
    /// Gives the headers to add to the request: `host`, `date`, `digest`, `content-type` if given, `also`, `signature`.
    ///
    /// # Errors
    /// A URL, header or `keyId` that cannot be signed, or a key that refuses.
    pub fn cavage(&self, key: &RsaKeyPair, key_id: &str) -> Result<HeaderMap, SignError> {
        let origin = Origin::of_url(self.url).map_err(|_| SignError::Input)?;
        if !key_id
            .bytes()
            .all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\'))
        {
            return Err(SignError::Input);
        }
        let (authority, date, digest) = (origin.authority(), format_date(self.now), make_digest(self.body));
        let usual = [
            (header::HOST, authority.as_str()),
            (header::DATE, date.as_str()),
            (DIGEST, digest.as_str()),
        ];
        let content_type = self.content_type.map(|text| (header::CONTENT_TYPE, text));
        let mut covered = vec![Component::RequestTarget];
        let mut names = String::from("(request-target)");
        let mut headers = HeaderMap::new();
        for (name, text) in usual.iter().chain(&content_type).chain(self.also) {
            names.push(' ');
            names.push_str(name.as_str());
            add(&mut headers, &mut covered, name, text)?;
        }
        let signature = key.sign(cavage_base(self.method, target(self.url), &covered).as_bytes())?;
        let signature = STANDARD.encode(signature);
        let text = format!(
            "keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"{names}\",signature=\"{signature}\""
        );
        headers.insert(SIGNATURE, value(&text)?);
        Ok(headers)
    }
}

/// Adds a header to the request and to what is covered; one that is there already could be read in two ways.
fn add(
    headers: &mut HeaderMap,
    covered: &mut Vec<Component>,
    name: &HeaderName,
    text: &str,
) -> Result<(), SignError> {
    // White space around it would not be read back.
    if text.trim() != text || headers.insert(name, value(text)?).is_some() {
        return Err(SignError::Input);
    }
    covered.push(Component::Field(name.as_str().to_owned(), text.to_owned()));
    Ok(())
}

/// Signs a request by RFC 9421 without further headers; see [`Signing::rfc9421`].
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
    let signing = Signing {
        method,
        url,
        content_type: None,
        also: &[],
        body,
        now,
    };
    signing.rfc9421(key, key_id)
}

/// Signs a request by draft-cavage-12 without further headers; see [`Signing::cavage`].
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
    let signing = Signing {
        method,
        url,
        content_type,
        also: &[],
        body,
        now,
    };
    signing.cavage(key, key_id)
}

/// Path and query of a URL as they are sent; the fragment is not.
fn target(url: &Url) -> &str {
    let whole = &url[url::Position::BeforePath..url::Position::AfterQuery];
    if whole.is_empty() { "/" } else { whole }
}

fn value(text: &str) -> Result<HeaderValue, SignError> {
    HeaderValue::from_str(text).map_err(|_| SignError::Input)
}
