//! The routes as the node itself lists them: a new one is walked without a change here.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// A route with what is documented of its input.
pub(super) struct Route {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) access: String,
    pub(super) scopes: Vec<String>,
    /// Whether the document describes a body.
    pub(super) body: bool,
    /// Every field of the body, also inside objects and lists: a body with `MARK` in that field's place.
    pub(super) fields: Vec<Value>,
    /// Parameters of the query.
    pub(super) query: Vec<String>,
}

/// Stands where a bad value comes.
pub(super) const MARK: &str = "@bad@";

impl Route {
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether a body belongs to it.
    pub(super) fn writes(&self) -> bool {
        self.method != "GET"
    }
}

fn printed(arguments: &[&str]) -> Value {
    let output = Command::new(federation_tests::node::binary())
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// All of them.
pub(super) fn all() -> Vec<Route> {
    let document = printed(&["openapi"]);
    let list = printed(&["routes", "--json"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let routes: Vec<Route> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|route| {
            let (method, path) = (text(&route["method"]), text(&route["path"]));
            let operation = &document["paths"][&path][method.to_lowercase()];
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let mut fields = Vec::new();
            describe(&document, schema, 0, &mut |body| fields.push(body));
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            Route {
                access: text(&route["access"]),
                scopes: route["scopes"].as_array().unwrap().iter().map(text).collect(),
                body: !schema.is_null(),
                fields,
                query: parameters
                    .iter()
                    .filter(|parameter| parameter["in"] == "query")
                    .map(|parameter| text(&parameter["name"]))
                    .collect(),
                method,
                path,
            }
        })
        .collect();
    assert!(routes.len() > 200, "only {} routes", routes.len());
    let fields: usize = routes.iter().map(|route| route.fields.len()).sum();
    assert!(fields > 60, "only {fields} fields");
    routes
}

/// The methods of each path.
pub(super) fn methods(routes: &[Route]) -> BTreeMap<String, BTreeSet<String>> {
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for route in routes {
        methods
            .entry(route.path.clone())
            .or_default()
            .insert(route.method.clone());
    }
    methods
}

/// Tells each field of a schema, wrapped in what is around it.
fn describe(document: &Value, schema: &Value, depth: usize, tell: &mut dyn FnMut(Value)) {
    if depth > 3 {
        return;
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return describe(document, &document["components"]["schemas"][name], depth, tell);
    }
    for one in ["anyOf", "oneOf", "allOf"] {
        for part in schema[one].as_array().into_iter().flatten() {
            describe(document, part, depth, tell);
        }
    }
    if !schema["items"].is_null() {
        tell(json!([MARK]));
        describe(document, &schema["items"], depth + 1, &mut |inner| {
            tell(json!([inner]));
        });
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        tell(json!({ name: MARK }));
        describe(document, field, depth + 1, &mut |inner| {
            tell(json!({ name: inner }));
        });
    }
}
