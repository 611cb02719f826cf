//! One request, signed.

use super::{Answer, Client, ClientError, sign_with};
use crate::keys::SigningKeys;
use bytes::Bytes;
use entrenous_egress::Response;
use entrenous_model::SignatureForm;
use entrenous_wire::signature::Signing;
use http::{HeaderValue, Method, Request, header};
use url::Url;

/// A request to be signed.
#[derive(Debug, Clone)]
pub struct Outgoing<'a> {
    method: Method,
    url: &'a str,
    accept: &'a str,
    content_type: Option<&'static str>,
    /// `Collection-Synchronization` (FEP-8fcf).
    synchronization: Option<&'a str>,
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
            synchronization: None,
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
            synchronization: None,
            body,
        }
    }

    /// With the digest of the followers that the receiver has, under the signature.
    #[must_use]
    pub const fn with_synchronization(mut self, header: Option<&'a str>) -> Self {
        self.synchronization = header;
        self
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
        let also = outgoing
            .synchronization
            .map(|text| (crate::synchronisation::HEADER, text));
        let signing = Signing {
            method,
            url: &url,
            content_type: *content_type,
            also: also.as_slice(),
            body,
            now,
        };
        let mut headers = sign_with(form, keys, &signing)?;
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
