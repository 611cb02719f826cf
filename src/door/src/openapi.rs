//! The OpenAPI 3.1 document, made from the list of routes.

use crate::doc::{Doc, Param, Place};
use crate::{Access, RouteInfo};
use http::Method;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// What the document says of itself.
#[derive(Debug, Clone)]
pub struct Info {
    /// Title.
    pub title: String,
    /// Version of the software.
    pub version: String,
    /// A few lines.
    pub description: String,
    /// Where the API is reached; none if the document is not about one node.
    pub server: Option<String>,
    /// Every scope with what it allows.
    pub scopes: Vec<(String, String)>,
}

/// The OpenAPI 3.1 document of these routes; hidden ones are left out. Schemas are collected in `components`.
#[must_use]
pub fn openapi(routes: &[RouteInfo], info: &Info) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = SchemaGenerator::new(settings);
    let mut paths = Map::new();
    for route in routes.iter().filter(|route| !route.doc.hidden) {
        let operation = operation(route, &mut generator);
        let path = paths.entry(open_path(route.path)).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.as_str().to_ascii_lowercase(), operation);
        }
    }
    let mut schemas = generator.take_definitions(true);
    schemas.insert(
        "Error".to_owned(),
        json!({
            "type": "object",
            "required": ["error"],
            "properties": {
                "error": { "type": "string" },
                "error_description": { "type": "string" }
            }
        }),
    );
    let scopes: Map<String, Value> = info
        .scopes
        .iter()
        .map(|(name, about)| (name.clone(), json!(about)))
        .collect();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": info.title,
            "version": info.version,
            "description": info.description,
            "license": { "name": "AGPL-3.0-only", "identifier": "AGPL-3.0-only" }
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": refusals(),
            "securitySchemes": {
                "oauth": {
                    "type": "oauth2",
                    "flows": {
                        "authorizationCode": {
                            "authorizationUrl": "/oauth/authorize",
                            "tokenUrl": "/oauth/token",
                            "scopes": scopes
                        },
                        "clientCredentials": { "tokenUrl": "/oauth/token", "scopes": scopes }
                    }
                }
            }
        }
    });
    if let (Some(server), Some(document)) = (&info.server, document.as_object_mut()) {
        document.insert("servers".to_owned(), json!([{ "url": server }]));
    }
    document
}

/// axum's `{*rest}` is no OpenAPI path parameter.
fn open_path(path: &str) -> String {
    path.replace("{*", "{")
}

fn operation(route: &RouteInfo, generator: &mut SchemaGenerator) -> Value {
    let doc = &route.doc;
    let mut operation = Map::new();
    operation.insert("tags".to_owned(), json!([doc.tag]));
    operation.insert("summary".to_owned(), json!(doc.summary));
    if let Some(text) = doc.description {
        operation.insert("description".to_owned(), json!(text));
    }
    operation.insert("operationId".to_owned(), json!(operation_id(route)));
    if doc.deprecated {
        operation.insert("deprecated".to_owned(), json!(true));
    }
    let parameters = parameters(route, generator);
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), Value::Array(parameters));
    }
    if let Some(body) = doc.body {
        let schema = body(generator).to_value();
        let mut content = Map::new();
        if doc.files {
            content.insert("multipart/form-data".to_owned(), json!({ "schema": schema }));
        }
        for kind in [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ] {
            content.entry(kind).or_insert_with(|| json!({ "schema": schema }));
        }
        operation.insert("requestBody".to_owned(), json!({ "content": content }));
    }
    operation.insert("responses".to_owned(), responses(route, generator));
    operation.insert("security".to_owned(), security(route.access));
    operation.insert("x-access".to_owned(), json!(route.access.name()));
    Value::Object(operation)
}

fn parameters(route: &RouteInfo, generator: &mut SchemaGenerator) -> Vec<Value> {
    let doc = &route.doc;
    let mut out = Vec::new();
    for name in path_names(route.path) {
        let about = doc
            .params
            .iter()
            .find(|param| param.place == Place::Path && param.name == name)
            .map_or("", |param| param.about);
        out.push(json!({
            "name": name, "in": "path", "required": true, "description": about, "schema": { "type": "string" }
        }));
    }
    for param in doc.params.iter().filter(|param| param.place == Place::Query) {
        out.push(json!({
            "name": param.name, "in": "query", "description": param.about, "schema": { "type": "string" }
        }));
    }
    if let Some(query) = doc.query {
        let mut schema = query(generator).to_value();
        // The fields of the query stand in `components` when the type is a named one.
        let name = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|path| path.rsplit('/').next())
            .map(str::to_owned);
        if let Some(known) = name.and_then(|name| generator.definitions().get(&name).cloned()) {
            schema = known;
        }
        let fields = schema
            .get("properties")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        for (name, field) in fields {
            let about = field.get("description").cloned().unwrap_or_else(|| json!(""));
            out.push(json!({ "name": name, "in": "query", "description": about, "schema": field }));
        }
    }
    out
}

/// The names between braces.
fn path_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .map(|name| name.trim_start_matches('*'))
}

/// A refusal that routes have in common: its status in the document, its name in `components`, and what it means.
struct Refusal {
    status: &'static str,
    name: &'static str,
    about: &'static str,
}

const REFUSALS: [Refusal; 9] = [
    Refusal {
        status: "400",
        name: "Unreadable",
        about: "The body cannot be read as what it says it is",
    },
    Refusal {
        status: "401",
        name: "Unauthenticated",
        about: "No token, or one that is not valid",
    },
    Refusal {
        status: "403",
        name: "Forbidden",
        about: "The token does not grant this, or the person may not do it",
    },
    Refusal {
        status: "404",
        name: "NotFound",
        about: "There is no such thing, or the caller may not see it",
    },
    Refusal {
        status: "413",
        name: "TooLarge",
        about: "The body is too large",
    },
    Refusal {
        status: "415",
        name: "ForeignBody",
        about: "The body is neither JSON nor a form",
    },
    Refusal {
        status: "422",
        name: "Invalid",
        about: "The input is wrong; the text says what to change",
    },
    Refusal {
        status: "429",
        name: "TooMany",
        about: "Too many requests",
    },
    Refusal {
        status: "5XX",
        name: "Failure",
        about: "The node cannot do it now (503, or 507 when its disk is full), or has a defect (500)",
    },
];

/// The refusals as `components` holds them.
fn refusals() -> Map<String, Value> {
    REFUSALS
        .iter()
        .map(|refusal| {
            let mut response = Map::new();
            response.insert("description".to_owned(), json!(refusal.about));
            response.insert("content".to_owned(), error_content());
            if let Some(headers) = refusal_headers(refusal.status) {
                response.insert("headers".to_owned(), headers);
            }
            (refusal.name.to_owned(), Value::Object(response))
        })
        .collect()
}

fn refusal_headers(status: &str) -> Option<Value> {
    let retry = |required: bool| {
        json!({
            "Retry-After": {
                "description": "Seconds after which to try again.",
                "required": required,
                "schema": { "type": "integer", "minimum": 0 }
            }
        })
    };
    match status {
        "401" => Some(json!({
            "WWW-Authenticate": {
                "description": "How to sign in (RFC 9110, section 11.6.1).",
                "required": true,
                "schema": { "type": "string" }
            }
        })),
        "429" => Some(retry(true)),
        "5XX" => Some(retry(false)),
        _ => None,
    }
}

fn error_content() -> Value {
    json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } })
}

/// Whether a route can answer this refusal.
fn refuses(route: &RouteInfo, status: &str) -> bool {
    let doc = &route.doc;
    let person = matches!(route.access, Access::Person(_) | Access::Admin(_));
    match status {
        "400" | "413" | "415" => doc.body.is_some(),
        "401" => !matches!(route.access, Access::Open | Access::Capability),
        "403" => person || doc.status == 403,
        "404" => route.path.contains('{') || doc.status == 404,
        "422" => {
            let queried = doc.query.is_some() || doc.params.iter().any(|param| param.place == Place::Query);
            // A route that only ever refuses does not look at what it is given.
            let writes = route.method != Method::GET && doc.status < 400;
            queried || writes || doc.body.is_some()
        }
        "429" => person,
        _ => true,
    }
}

/// Every answer that a route gives: there is no `default`, so that one which is missing here is found by who compares.
fn responses(route: &RouteInfo, generator: &mut SchemaGenerator) -> Value {
    let doc = &route.doc;
    let mut all = Map::new();
    if doc.status < 400 {
        all.insert(doc.status.to_string(), success(doc, "Success", generator));
    }
    for refusal in REFUSALS.iter().filter(|refusal| refuses(route, refusal.status)) {
        let reference = format!("#/components/responses/{}", refusal.name);
        all.insert(refusal.status.to_owned(), json!({ "$ref": reference }));
    }
    for (status, about) in &doc.also {
        let answer = match *status {
            200..=299 => success(doc, about, generator),
            300..=399 | 416 => json!({ "description": about }),
            _ if doc.content_type == "text/html" => {
                json!({ "description": about, "content": { "text/html": {} } })
            }
            _ => json!({ "description": about, "content": error_content() }),
        };
        all.insert(status.to_string(), answer);
    }
    Value::Object(all)
}

fn success(doc: &Doc, about: &str, generator: &mut SchemaGenerator) -> Value {
    let mut success = Map::new();
    success.insert("description".to_owned(), json!(about));
    if let Some(schema) = doc.response {
        let schema = schema(generator).to_value();
        let mut content = Map::new();
        content.insert(doc.content_type.to_owned(), json!({ "schema": schema }));
        success.insert("content".to_owned(), Value::Object(content));
    } else if doc.content_type != "application/json" {
        let mut content = Map::new();
        content.insert(doc.content_type.to_owned(), json!({}));
        success.insert("content".to_owned(), Value::Object(content));
    }
    let paged = |param: &Param| param.place == Place::Query && param.name == "min_id";
    if doc.params.iter().any(paged) {
        let link = json!({
            "Link": {
                "description": "The pages beside this one, `next` and `prev` (RFC 8288).",
                "schema": { "type": "string" }
            }
        });
        success.insert("headers".to_owned(), link);
    }
    Value::Object(success)
}

fn security(access: Access) -> Value {
    match access {
        Access::Person(_) | Access::Admin(_) => {
            let scopes: Vec<_> = access.scopes().collect();
            if scopes.is_empty() {
                return json!([{ "oauth": [] }]);
            }
            // One of them is enough: alternatives, in OpenAPI, are entries of the list.
            Value::Array(
                scopes
                    .into_iter()
                    .map(|scope| json!({ "oauth": [scope] }))
                    .collect(),
            )
        }
        Access::App => json!([{ "oauth": [] }]),
        Access::Open | Access::Peer | Access::Handshake | Access::Session | Access::Capability => json!([]),
    }
}

fn operation_id(route: &RouteInfo) -> String {
    let path: String = route
        .path
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let words: Vec<_> = path.split('_').filter(|word| !word.is_empty()).collect();
    format!(
        "{}_{}",
        route.method.as_str().to_ascii_lowercase(),
        words.join("_")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Routes;

    fn document(routes: &Routes<()>) -> Value {
        openapi(
            routes.list(),
            &Info {
                title: String::new(),
                version: String::new(),
                description: String::new(),
                server: None,
                scopes: Vec::new(),
            },
        )
    }

    fn statuses(document: &Value, path: &str, method: &str) -> Vec<String> {
        let answers = document["paths"][path][method]["responses"].as_object().unwrap();
        let mut statuses: Vec<_> = answers.keys().cloned().collect();
        statuses.sort();
        statuses
    }

    #[test]
    fn every_answer_is_named_and_no_other_is_left_open() {
        let doc = || Doc::new("a", "b").returns::<String>();
        let person = Access::Person("read");
        let routes: Routes<()> = Routes::new()
            .get("/open", Access::Open, doc(), async || "")
            .get("/app", Access::App, doc(), async || "")
            .get("/list", person, doc().paged(), async || "")
            .get("/things/{id}", person, doc(), async || "")
            .delete("/things/{id}", person, doc(), async || "")
            .post(
                "/things",
                person,
                doc().body::<String>().also(409, "Taken"),
                async || "",
            )
            .post("/never", person, Doc::new("a", "b").status(403), async || "")
            .get("/none", person, Doc::new("a", "b").status(404), async || "");
        let document = document(&routes);
        let of = |path, method| statuses(&document, path, method);
        assert_eq!(of("/open", "get"), ["200", "5XX"]);
        assert_eq!(of("/app", "get"), ["200", "401", "5XX"]);
        assert_eq!(of("/list", "get"), ["200", "401", "403", "422", "429", "5XX"]);
        assert_eq!(
            of("/things/{id}", "get"),
            ["200", "401", "403", "404", "429", "5XX"]
        );
        assert_eq!(
            of("/things/{id}", "delete"),
            ["200", "401", "403", "404", "422", "429", "5XX"]
        );
        assert_eq!(
            of("/things", "post"),
            [
                "200", "400", "401", "403", "409", "413", "415", "422", "429", "5XX"
            ]
        );
        assert_eq!(of("/never", "post"), ["401", "403", "429", "5XX"]);
        assert_eq!(of("/none", "get"), ["401", "403", "404", "429", "5XX"]);
        let link = &document["paths"]["/list"]["get"]["responses"]["200"]["headers"]["Link"];
        assert_eq!(link["schema"]["type"], "string");
    }

    #[test]
    fn other_answers_have_the_body_that_they_have() {
        let page = Doc::new("a", "b")
            .answers("text/html")
            .also(303, "On")
            .also(400, "No");
        let file = Doc::new("a", "b")
            .answers("*/*")
            .also(206, "Some")
            .also(416, "None of it");
        let routes: Routes<()> = Routes::new().get("/page", Access::Open, page, async || "").get(
            "/file",
            Access::Capability,
            file,
            async || "",
        );
        let document = document(&routes);
        let content = |path: &str, status: &str| {
            document["paths"][path]["get"]["responses"][status]["content"]
                .as_object()
                .map(|content| content.keys().cloned().collect::<Vec<_>>())
        };
        assert_eq!(content("/page", "303"), None);
        assert_eq!(content("/page", "400").unwrap(), ["text/html"]);
        assert_eq!(content("/file", "206").unwrap(), ["*/*"]);
        assert_eq!(content("/file", "416"), None);
        let failure = &document["components"]["responses"]["Failure"];
        assert_eq!(
            failure["content"]["application/json"]["schema"]["$ref"],
            "#/components/schemas/Error"
        );
    }
}
