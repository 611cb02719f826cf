//! Consent: a person lets a client act for them.

use crate::auth::{self, SignedIn};
use crate::pages::{self, FormTarget, Frame, Words, forms, sign_in};
use crate::params::{self, Params, Query};
use crate::{ApiError, ApiState, lenient};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::DomainError;
use entrenous_domain::oauth::{self, Authorization, OUT_OF_BAND};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::AccountId;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

pub(super) fn routes() -> Routes<ApiState> {
    let page = |summary| Doc::new("oauth", summary).answers("text/html");
    Routes::new()
        .get(
            "/oauth/authorize",
            Access::Open,
            page("Asks a person, in their browser, whether a client may act for them")
                .about(
                    "RFC 6749, section 4.1: `client_id`, `redirect_uri`, `response_type=code`, `scope`, `state`, \
                     `code_challenge`, `code_challenge_method=S256`; also `force_login` and `lang`. The node's own web client \
                     (`entrenous-web`) needs no consent and must send a challenge.",
                )
                .query::<Asked>()
                .also(303, "The node's own client, of somebody who is signed in: on with a code")
                .also(400, "The client is not known, or asks for what it may not have; a page says what"),
            show,
        )
        .post("/oauth/authorize", Access::Session, page("The answer of the person").hidden(), decide)
        .get("/oauth/authorize/native", Access::Session, page("Shows a code to copy").hidden(), native)
}

/// An authorisation request.
#[derive(Debug, Deserialize, schemars::JsonSchema, Default, Clone)]
#[serde(default)]
pub(crate) struct Asked {
    client_id: String,
    redirect_uri: String,
    response_type: String,
    scope: Option<String>,
    state: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    #[serde(deserialize_with = "lenient::flag")]
    force_login: Option<bool>,
    lang: Option<String>,
}

impl Asked {
    /// The request again, as form fields or as a query; without `force_login`, which is done once.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let optional = |name, value: &Option<String>| value.clone().map(|value| (name, value));
        let mut fields = vec![
            ("client_id", self.client_id.clone()),
            ("redirect_uri", self.redirect_uri.clone()),
            ("response_type", self.response_type.clone()),
        ];
        fields.extend(
            [
                optional("scope", &self.scope),
                optional("state", &self.state),
                optional("code_challenge", &self.code_challenge),
                optional("code_challenge_method", &self.code_challenge_method),
                optional("lang", &self.lang),
            ]
            .into_iter()
            .flatten(),
        );
        fields
    }

    pub(crate) fn path(&self) -> String {
        let query = Serializer::new(String::new())
            .extend_pairs(self.fields())
            .finish();
        format!("/oauth/authorize?{query}")
    }

    async fn check(&self, state: &ApiState) -> Result<Authorization, ApiError> {
        let checked = oauth::check_authorization(
            state.ctx(),
            &self.client_id,
            &self.redirect_uri,
            &self.response_type,
            self.scope.as_deref().filter(|scope| !scope.trim().is_empty()),
            self.code_challenge
                .as_deref()
                .filter(|challenge| !challenge.is_empty()),
            self.code_challenge_method
                .as_deref()
                .filter(|method| !method.is_empty()),
        );
        checked.await.map_err(|error| match error {
            DomainError::Invalid(text) => ApiError::new(StatusCode::BAD_REQUEST, text),
            DomainError::NotFound => {
                ApiError::new(StatusCode::BAD_REQUEST, "this app is not registered here")
            }
            other => other.into(),
        })
    }
}

#[derive(Template)]
#[template(path = "authorize.html")]
struct Consent {
    frame: Frame,
    app: String,
    website: Option<String>,
    handle: String,
    grants: Vec<&'static str>,
    /// Where the client is; `None` if a code will be shown.
    target: Option<String>,
    token: String,
    fields: Vec<(&'static str, String)>,
    again: String,
}

async fn show(
    State(state): State<ApiState>,
    headers: HeaderMap,
    asked: Result<Query<Asked>, ApiError>,
) -> Response {
    // What cannot be read asks for nothing, and is refused below on our own page.
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let frame = |locale: Option<&str>| Frame::for_person(&state, asked.lang.as_deref(), locale, &headers);
    let shown = async {
        let authorization = asked.check(&state).await?;
        Ok::<_, ApiError>((authorization, auth::signed_in(&state, &headers).await?))
    };
    let (authorization, who) = match shown.await {
        Ok(found) => found,
        Err(error) if error.status() == StatusCode::BAD_REQUEST => {
            let frame = frame(None);
            let text = pages::told(frame.w, error.text());
            return pages::error_page(StatusCode::BAD_REQUEST, frame, text);
        }
        Err(error) => return pages::failure_page(frame(None), &error),
    };
    let who = who.filter(|_| asked.force_login != Some(true));
    let ours = oauth::is_web_client(&authorization.app);
    let Some(who) = who else {
        let lang = asked.lang.as_deref();
        return sign_in::page(&state, &headers, lang, StatusCode::OK, &asked.path(), "", None).await;
    };
    let frame = frame(Some(&who.member.locale));
    if ours {
        // The person signed in at this node: there is nobody else to let in, and nothing to ask. The code goes to this
        // node's own origin, and is worth nothing without the verifier.
        return match allowed(&state, &authorization, &asked, who.account.id).await {
            Ok(location) => pages::see_other(&location),
            Err(error) => pages::failure_page(frame, &error),
        };
    }
    match forms::FormToken::signed_in(&state, &who) {
        Ok(token) => {
            let words = frame.w;
            let consent = Consent {
                app: shown_name(&authorization, words),
                website: authorization.app.website.clone(),
                handle: format!("@{}@{}", who.account.username, state.ctx().origin().authority()),
                grants: authorization
                    .scopes
                    .iter()
                    .filter_map(|scope| words.scope(scope.as_str()))
                    .collect(),
                target: target(&authorization.redirect_uri),
                token: token.value,
                fields: asked.fields(),
                again: asked.path(),
                frame,
            };
            pages::html(StatusCode::OK, &consent, FormTarget::Client)
        }
        Err(error) => pages::failure_page(frame, &error),
    }
}

fn shown_name(authorization: &Authorization, words: &Words) -> String {
    match authorization.app.name.as_str() {
        "" => words.app_unknown.to_owned(),
        name => name.to_owned(),
    }
}

/// The name of the client that waits behind the sign-in page, if `next` is a request that will be shown. Not of the
/// node's own: people sign in to the node.
pub(crate) async fn asking(state: &ApiState, next: &str, words: &Words) -> Option<String> {
    let query = next.strip_prefix("/oauth/authorize?")?;
    let asked: Asked = params::of_query(query).ok()?;
    let authorization = asked.check(state).await.ok()?;
    (!oauth::is_web_client(&authorization.app)).then(|| shown_name(&authorization, words))
}

/// What a person can make out of a redirect URI: the host, or the scheme of an application.
fn target(redirect_uri: &str) -> Option<String> {
    if redirect_uri == OUT_OF_BAND {
        return None;
    }
    let Ok(url) = url::Url::parse(redirect_uri) else {
        return Some(redirect_uri.to_owned());
    };
    match (url.scheme(), url.host_str()) {
        ("http" | "https", Some(host)) => Some(
            url.port()
                .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        ),
        (scheme, _) => Some(format!("{scheme}:")),
    }
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Decision {
    token: String,
    decision: String,
    #[serde(flatten)]
    asked: Asked,
}

async fn decide(
    State(state): State<ApiState>,
    who: SignedIn,
    headers: HeaderMap,
    Params(form): Params<Decision>,
) -> Response {
    let asked = &form.asked;
    let decided = async {
        forms::check_signed_in(&state, &headers, &who, &form.token)?;
        let authorization = asked.check(&state).await?;
        if form.decision != "allow" {
            return Ok(refused(&authorization, asked));
        }
        allowed(&state, &authorization, asked, who.account.id).await
    };
    match decided.await {
        Ok(location) => pages::see_other(&location),
        Err(error) => {
            let locale = Some(who.member.locale.as_str());
            let frame = Frame::for_person(&state, asked.lang.as_deref(), locale, &headers);
            pages::failure_page(frame, &error)
        }
    }
}

/// Where consent leads, with a code (RFC 6749, section 4.1.2).
async fn allowed(
    state: &ApiState,
    authorization: &Authorization,
    asked: &Asked,
    person: AccountId,
) -> Result<String, ApiError> {
    let code = oauth::issue_code(state.ctx(), authorization, person).await?;
    if authorization.redirect_uri == OUT_OF_BAND {
        let query = Serializer::new(String::new()).append_pair("code", &code).finish();
        return Ok(format!("/oauth/authorize/native?{query}"));
    }
    let mut answer = vec![("code", code.as_str())];
    answer.extend(asked.state.as_deref().map(|state| ("state", state)));
    Ok(with_query(&authorization.redirect_uri, &answer))
}

/// Where a refusal leads (RFC 6749, section 4.1.2.1).
fn refused(authorization: &Authorization, asked: &Asked) -> String {
    if authorization.redirect_uri == OUT_OF_BAND {
        return "/".to_owned();
    }
    let mut answer = vec![
        ("error", "access_denied"),
        ("error_description", "The person denied the request"),
    ];
    answer.extend(asked.state.as_deref().map(|state| ("state", state)));
    with_query(&authorization.redirect_uri, &answer)
}

/// The URI exactly as it was registered, with parameters after those it has.
fn with_query(uri: &str, answer: &[(&str, &str)]) -> String {
    let query = Serializer::new(String::new()).extend_pairs(answer).finish();
    let join = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{join}{query}")
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    frame: Frame,
    code: String,
}

#[derive(Debug, Deserialize)]
struct Shown {
    code: String,
}

async fn native(
    State(state): State<ApiState>,
    who: SignedIn,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Response {
    let frame = Frame::for_person(&state, None, Some(&who.member.locale), &headers);
    pages::html(
        StatusCode::OK,
        &CodePage {
            frame,
            code: shown.code,
        },
        FormTarget::Ourselves,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_keep_the_registered_uri() {
        assert_eq!(with_query("app:/back", &[("code", "a b")]), "app:/back?code=a+b");
        assert_eq!(
            with_query("http://localhost:1/?x=1", &[("code", "c"), ("state", "&")]),
            "http://localhost:1/?x=1&code=c&state=%26"
        );
    }

    #[test]
    fn targets_can_be_read() {
        assert_eq!(
            target("https://client.example/x"),
            Some("client.example".to_owned())
        );
        assert_eq!(
            target("http://localhost:8080/"),
            Some("localhost:8080".to_owned())
        );
        assert_eq!(target("myapp://auth"), Some("myapp:".to_owned()));
        assert_eq!(target(OUT_OF_BAND), None);
    }
}
