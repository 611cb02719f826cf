//! Keyset paging and the `Link` header, as Mastodon clients use them.

use crate::{ApiError, ApiState};
use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use entrenous_model::Page;
use http::request::Parts;
use http::{HeaderValue, header};
use serde::Serialize;
use url::form_urlencoded;

/// The page a request asks for: `limit`, `max_id`, `since_id`, `min_id`. Ids that are no numbers are ignored.
#[derive(Debug, Clone)]
pub struct Paging {
    limit: Option<i64>,
    max_id: Option<i64>,
    since_id: Option<i64>,
    min_id: Option<i64>,
    offset: i64,
    path: String,
    /// The other parameters, which the links repeat.
    rest: Vec<(String, String)>,
    taken: i64,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self::of(parts.uri.path(), parts.uri.query().unwrap_or_default()))
    }
}

impl Paging {
    pub(crate) fn of(path: &str, query: &str) -> Self {
        let mut paging = Self {
            limit: None,
            max_id: None,
            since_id: None,
            min_id: None,
            offset: 0,
            path: path.to_owned(),
            rest: Vec::new(),
            taken: 0,
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let number = value.parse::<i64>().ok();
            match name.as_ref() {
                "limit" => paging.limit = number,
                "max_id" => paging.max_id = number,
                "since_id" => paging.since_id = number,
                "min_id" => paging.min_id = number,
                "offset" => paging.offset = number.unwrap_or(0).clamp(0, 10_000),
                "access_token" => {}
                _ => paging.rest.push((name.into_owned(), value.into_owned())),
            }
        }
        paging
    }

    /// The page, with `default` rows if none are asked for and never more than `most`.
    pub fn at_most(&mut self, default: i64, most: i64) -> Page {
        self.taken = self.limit.unwrap_or(default).clamp(1, most);
        Page {
            max_id: self.max_id,
            since_id: self.since_id,
            min_id: self.min_id,
            limit: self.taken,
        }
    }

    /// Whether all is asked for at once (`limit=0`), where Mastodon knows that.
    #[must_use]
    pub fn wants_all(&self) -> bool {
        self.limit == Some(0)
    }

    /// `offset` and `limit`, for lists without keysets.
    #[must_use]
    pub fn offset(&self, default: i64, most: i64) -> (i64, i64) {
        (self.offset, self.limit.unwrap_or(default).clamp(1, most))
    }

    /// The list as JSON, with its links. `newest` and `oldest` are the row ids at its ends, `rows` how many rows the
    /// domain gave: fewer than asked for means that this was the last page. Call [`Paging::at_most`] before.
    #[must_use]
    pub fn answer<T: Serialize>(
        &self,
        state: &ApiState,
        body: &T,
        newest: Option<i64>,
        oldest: Option<i64>,
        rows: usize,
    ) -> Response {
        self.linked(state, Json(body).into_response(), newest, oldest, rows)
    }

    /// As [`Paging::answer`], of a list that is JSON already.
    #[must_use]
    pub fn answer_json(
        &self,
        state: &ApiState,
        json: Vec<u8>,
        newest: Option<i64>,
        oldest: Option<i64>,
        rows: usize,
    ) -> Response {
        let kind = HeaderValue::from_static("application/json");
        let response = ([(header::CONTENT_TYPE, kind)], json).into_response();
        self.linked(state, response, newest, oldest, rows)
    }

    fn linked(
        &self,
        state: &ApiState,
        mut response: Response,
        newest: Option<i64>,
        oldest: Option<i64>,
        rows: usize,
    ) -> Response {
        let base = state.url(&self.path);
        if let Some(link) = self
            .link(&base, newest, oldest, rows)
            .and_then(|link| HeaderValue::from_str(&link).ok())
        {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }

    /// The value of `Link` (RFC 8288); `None` for an empty page.
    pub(crate) fn link(
        &self,
        base: &str,
        newest: Option<i64>,
        oldest: Option<i64>,
        rows: usize,
    ) -> Option<String> {
        let full = i64::try_from(rows).is_ok_and(|rows| rows >= self.taken.max(1));
        // Reading upwards, a page that is not full still has older rows below it: those it started from.
        let more = full || self.min_id.is_some();
        let next = oldest
            .filter(|_| more)
            .map(|id| self.url(base, "max_id", id, "next"));
        let prev = newest.map(|id| self.url(base, "min_id", id, "prev"));
        let links: Vec<_> = next.into_iter().chain(prev).collect();
        (!links.is_empty()).then(|| links.join(", "))
    }

    fn url(&self, base: &str, name: &str, id: i64, rel: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.rest);
        query.append_pair("limit", &self.taken.to_string());
        query.append_pair(name, &id.to_string());
        format!("<{base}?{}>; rel=\"{rel}\"", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://a.example/x";

    #[test]
    fn links_are_absolute_and_keep_the_rest() {
        let mut paging = Paging::of("/x", "local=true&types[]=a&limit=2&max_id=90&access_token=s");
        assert_eq!(
            paging.at_most(20, 40),
            Page {
                max_id: Some(90),
                since_id: None,
                min_id: None,
                limit: 2
            }
        );
        assert_eq!(
            paging.link(BASE, Some(89), Some(80), 2).unwrap(),
            "<https://a.example/x?local=true&types%5B%5D=a&limit=2&max_id=80>; rel=\"next\", \
             <https://a.example/x?local=true&types%5B%5D=a&limit=2&min_id=89>; rel=\"prev\""
        );
    }

    #[test]
    fn the_last_page_has_no_next() {
        let mut paging = Paging::of("/x", "limit=500&max_id=undefined");
        assert_eq!(paging.at_most(20, 40).limit, 40);
        assert_eq!(
            paging.link(BASE, Some(9), Some(8), 2).unwrap(),
            "<https://a.example/x?limit=40&min_id=9>; rel=\"prev\""
        );
        assert_eq!(paging.link(BASE, None, None, 0), None);
        assert_eq!(Paging::of("/x", "limit=0").at_most(20, 40).limit, 1);
    }
}
