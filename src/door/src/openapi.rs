//! The OpenAPI 3.1 document, made from the list of routes.

use crate::doc::{Doc, Place};
use crate::{Access, RouteInfo};
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
    operation.insert("responses".to_owned(), responses(route.access, doc, generator));
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

fn responses(access: Access, doc: &Doc, generator: &mut SchemaGenerator) -> Value {
    let mut success = Map::new();
    success.insert("description".to_owned(), json!("Success"));
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
    let mut all = Map::new();
    all.insert(doc.status.to_string(), Value::Object(success));
    let mut refusal = |status: &str, about: &str| {
        all.insert(
            status.to_owned(),
            json!({
                "description": about,
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } }
            }),
        );
    };
    if !access.is_open() {
        refusal("401", "No token, or one that is not valid");
        refusal(
            "403",
            "The token does not grant this, or the person may not do it",
        );
    }
    if doc.body.is_some() {
        refusal("422", "The input is wrong; the text says what to change");
    }
    refusal("default", "Any other failure");
    Value::Object(all)
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
