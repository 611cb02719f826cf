//! The list of routes, and the router made of it.

use crate::{Access, Doc, Guard};
use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use http::{Method, StatusCode, header};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One route, as tests and documents see it.
#[derive(Debug, Clone)]
pub struct RouteInfo {
    /// Method.
    pub method: Method,
    /// Path with `{name}` for parameters.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    /// What it is for.
    pub doc: Doc,
}

struct Entry<S> {
    filter: MethodFilter,
    handler: MethodRouter<S>,
}

/// Routes with everything that must be known of them before they can be mounted.
pub struct Routes<S> {
    infos: Vec<RouteInfo>,
    entries: Vec<Entry<S>>,
}

impl<S> Default for Routes<S> {
    fn default() -> Self {
        Self {
            infos: Vec::new(),
            entries: Vec::new(),
        }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route. Methods that HTTP does not define in RFC 9110 and 5789 are never answered.
    #[must_use]
    pub fn route<H, T>(
        mut self,
        method: Method,
        path: &'static str,
        access: Access,
        doc: Doc,
        handler: H,
    ) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        if let Ok(filter) = MethodFilter::try_from(method.clone()) {
            self.infos.push(RouteInfo {
                method,
                path,
                access,
                doc,
            });
            self.entries.push(Entry {
                filter,
                handler: on(filter, handler),
            });
        }
        self
    }

    /// Adds a GET route (HEAD is answered by it too).
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, access: Access, doc: Doc, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.route(Method::GET, path, access, doc, handler)
    }

    /// Adds a POST route.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, access: Access, doc: Doc, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.route(Method::POST, path, access, doc, handler)
    }

    /// Adds a PUT route.
    #[must_use]
    pub fn put<H, T>(self, path: &'static str, access: Access, doc: Doc, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.route(Method::PUT, path, access, doc, handler)
    }

    /// Adds a PATCH route, and the same as PUT, since some clients send that instead.
    #[must_use]
    pub fn patch<H, T>(self, path: &'static str, access: Access, doc: Doc, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.route(Method::PATCH, path, access, doc.clone(), handler.clone())
            .route(Method::PUT, path, access, doc, handler)
    }

    /// Adds a DELETE route.
    #[must_use]
    pub fn delete<H, T>(self, path: &'static str, access: Access, doc: Doc, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.route(Method::DELETE, path, access, doc, handler)
    }

    /// These routes and those.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.infos.extend(other.infos);
        self.entries.extend(other.entries);
        self
    }

    /// The list.
    #[must_use]
    pub fn list(&self) -> &[RouteInfo] {
        &self.infos
    }

    /// The router, with the guard in front of every handler. A known path asked with another method answers 405, without
    /// a body: who puts routers together sets one with `method_not_allowed_fallback` (two crates may share a path, and
    /// only one of their routers could have it).
    /// Two routes with the same method and path are a defect: axum panics at start.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers make a guard for this call and give it away"
    )]
    pub fn mount(self, state: S, guard: Arc<dyn Guard>) -> Router {
        let mut paths: BTreeMap<&'static str, MethodRouter<S>> = BTreeMap::new();
        for (info, entry) in self.infos.into_iter().zip(self.entries) {
            debug_assert!(
                MethodFilter::try_from(info.method.clone()).is_ok_and(|filter| filter == entry.filter)
            );
            let path = info.path;
            let guarded = guarded(entry.handler, info, Arc::clone(&guard));
            let methods = paths.remove(path).unwrap_or_default().merge(guarded);
            paths.insert(path, methods);
        }
        paths
            .into_iter()
            .fold(Router::new(), |router, (path, methods)| {
                router.route(path, methods)
            })
            .with_state(state)
    }
}

fn guarded<S>(handler: MethodRouter<S>, info: RouteInfo, guard: Arc<dyn Guard>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let info = Arc::new(info);
    handler.route_layer(from_fn(move |request: Request, next: Next| {
        let (info, guard) = (Arc::clone(&info), Arc::clone(&guard));
        async move {
            match guard.check(&info, request).await {
                Ok(request) => next.run(request).await,
                Err(refusal) => refusal,
            }
        }
    }))
}

/// The answer for a path that is not in the list: the same bytes as for a record that does not exist.
#[must_use]
pub fn not_found() -> Response {
    json(StatusCode::NOT_FOUND, r#"{"error":"Record not found"}"#)
}

/// The answer to a request that can be read in two ways.
#[must_use]
pub fn bad_request() -> Response {
    json(StatusCode::BAD_REQUEST, r#"{"error":"Bad request"}"#)
}

/// The answer for a path that is asked with a method it does not know.
#[must_use]
pub fn method_not_allowed() -> Response {
    json(
        StatusCode::METHOD_NOT_ALLOWED,
        r#"{"error":"Method not allowed"}"#,
    )
}

fn json(status: StatusCode, body: &'static str) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json; charset=utf-8")],
        body,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GuardFuture;
    use axum::body::Body;
    use tower::ServiceExt as _;

    /// Lets open routes through and refuses the rest.
    struct Closed;

    impl Guard for Closed {
        fn check(&self, route: &RouteInfo, request: Request) -> GuardFuture {
            let open = route.access.is_open();
            Box::pin(async move {
                if open {
                    Ok(request)
                } else {
                    Err(StatusCode::UNAUTHORIZED.into_response())
                }
            })
        }
    }

    fn routes() -> Routes<()> {
        let doc = || Doc::new("a", "b");
        Routes::new()
            .get("/open", Access::Open, doc(), async || "open")
            .post("/open", Access::Person("write"), doc(), async || "never")
            .patch("/things/{id}", Access::Person("write"), doc(), async || "never")
    }

    async fn status(method: Method, path: &str) -> (StatusCode, Option<String>) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        let response = routes()
            .mount((), Arc::new(Closed))
            .oneshot(request)
            .await
            .unwrap();
        let allow = response
            .headers()
            .get(header::ALLOW)
            .map(|value| value.to_str().unwrap().to_owned());
        (response.status(), allow)
    }

    #[tokio::test]
    async fn each_method_of_a_path_has_its_own_guard() {
        assert_eq!(status(Method::GET, "/open").await.0, StatusCode::OK);
        assert_eq!(status(Method::HEAD, "/open").await.0, StatusCode::OK);
        assert_eq!(status(Method::POST, "/open").await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(status(Method::PUT, "/things/1").await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(
            status(Method::PATCH, "/things/1").await.0,
            StatusCode::UNAUTHORIZED
        );
        let (refused, allow) = status(Method::DELETE, "/open").await;
        assert_eq!(refused, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(allow.as_deref(), Some("GET,HEAD,POST"));
    }

    #[test]
    fn scopes_are_alternatives() {
        assert_eq!(Access::Person("a:b c").scopes().collect::<Vec<_>>(), ["a:b", "c"]);
        assert_eq!(Access::Person("").scopes().count(), 0);
        let document = crate::openapi(
            routes().list(),
            &crate::Info {
                title: String::new(),
                version: String::new(),
                description: String::new(),
                server: None,
                scopes: Vec::new(),
            },
        );
        let operation = &document["paths"]["/things/{id}"]["put"];
        assert_eq!(operation["security"], serde_json::json!([{ "oauth": ["write"] }]));
        assert_eq!(operation["parameters"][0]["name"], "id");
    }
}
