//! One request, signed.

use super::{Answer, Client, ClientError, sign};
use crate::keys::SigningKeys;
use bytes::Bytes;
use entrenous_egress::Response;
use entrenous_model::SignatureForm;
use http::{HeaderValue, Method, Request, header};
use url::Url;

/// A request to be signed.
#[derive(Debug, Clone)]
pub struct Outgoing<'a> {
    method: Method,
    url: &'a str,
    accept: &'a str,
    content_type: Option<&'static str>,
    body: Bytes,
}

impl<'a> Outgoing<'a> {
    /// A GET.
    #[must_use]
    pub const fn get(url: &'a str, accept: &'a str) -> Self {
        Self {
            method: Method::GET,
            url,
            accept,
            content_type: None,
            body: Bytes::new(),
        }
    }

    /// A POST of an ActivityPub document.
    #[must_use]
    pub const fn post(url: &'a str, accept: &'a str, body: Bytes) -> Self {
        Self {
            method: Method::POST,
            url,
            accept,
            content_type: Some(crate::render::CONTENT_TYPE),
            body,
        }
    }
}

impl Client {
    pub(super) fn prepare(
        &self,
        form: SignatureForm,
        keys: &SigningKeys,
        outgoing: &Outgoing<'_>,
    ) -> Result<Request<Bytes>, ClientError> {
        let mut url = Url::parse(outgoing.url).map_err(|_| ClientError::Mismatch)?;
        url.set_fragment(None);
        let now = self.0.ctx.now();
        let Outgoing {
            method,
            content_type,
            body,
            ..
        } = outgoing;
        let mut headers = sign(form, keys, method, &url, *content_type, body, now)?;
        let accept = HeaderValue::from_str(outgoing.accept).map_err(|_| ClientError::Mismatch)?;
        headers.insert(header::ACCEPT, accept);
        if let Some(content_type) = content_type {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        let mut request = Request::new(body.clone());
        *request.method_mut() = method.clone();
        *request.uri_mut() = url.as_str().parse().map_err(|_| ClientError::Mismatch)?;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

impl Answer {
    pub(super) fn of(response: Response, form: SignatureForm) -> Self {
        Self {
            status: response.status.as_u16(),
            headers: response.headers,
            body: response.body,
            form,
        }
    }
}
