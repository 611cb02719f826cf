//! The switch between the languages of the pages: a cookie, and back to the page one came from.

use super::{Lang, cookies, forms, see_other};
use crate::ApiState;
use crate::params::Query;
use axum::extract::State;
use axum::response::Response;
use cookie::time::Duration;
use entrenous_door::{Access, Doc, Routes};
use http::{HeaderMap, header};
use serde::Deserialize;
use url::Url;

const PATH: &str = "/auth/language";

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new().get(
        PATH,
        Access::Open,
        Doc::new("pages", "Chooses the language of the pages").hidden(),
        choose,
    )
}

#[derive(Debug, Deserialize)]
struct Asked {
    lang: Option<String>,
}

/// The language that this browser chose.
pub(super) fn chosen(state: &ApiState, headers: &HeaderMap) -> Option<String> {
    cookies::read(headers, &cookies::language_name(state))
}

async fn choose(State(state): State<ApiState>, headers: HeaderMap, Query(asked): Query<Asked>) -> Response {
    let back = came_from(state.ctx().origin().as_str(), &headers).unwrap_or_else(|| "/".to_owned());
    let mut response = see_other(&back);
    if let Some(lang) = asked.lang.as_deref().and_then(Lang::parse) {
        let keep = Some(Duration::days(365));
        let name = cookies::language_name(&state);
        cookies::set(&state, &mut response, name, Some(lang.code()), keep);
    }
    response
}

/// The page of ours that was left, without its own wish for a language.
pub(crate) fn came_from(origin: &str, headers: &HeaderMap) -> Option<String> {
    let from = Url::parse(headers.get(header::REFERER)?.to_str().ok()?).ok()?;
    if from.origin().ascii_serialization() != origin || from.path() == PATH {
        return None;
    }
    let mut path = from.path().to_owned();
    let query: Vec<_> = from.query_pairs().filter(|(name, _)| name != "lang").collect();
    if !query.is_empty() {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(query)
            .finish();
        path = format!("{path}?{query}");
    }
    Some(forms::local_path(&path).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_back_to_our_pages_only() {
        let back = |from: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::REFERER, from.parse().unwrap());
            came_from("http://127.0.0.1:8301", &headers)
        };
        assert_eq!(
            back("http://127.0.0.1:8301/oauth/authorize?client_id=a%26b&lang=fr&scope=read+write").as_deref(),
            Some("/oauth/authorize?client_id=a%26b&scope=read+write")
        );
        assert_eq!(
            back("http://127.0.0.1:8301/about?lang=fr").as_deref(),
            Some("/about")
        );
        assert_eq!(back("http://127.0.0.1:8301//evil.example/").as_deref(), Some("/"));
        for elsewhere in [
            "http://127.0.0.1:8302/about",
            "https://evil.example/",
            "nonsense",
            "http://127.0.0.1:8301/auth/language?lang=en",
        ] {
            assert_eq!(back(elsewhere), None, "{elsewhere}");
        }
        assert_eq!(came_from("http://127.0.0.1:8301", &HeaderMap::new()), None);
    }
}
