//! `docs/api/mastodon.md`: every method that Mastodon documents, and what it answers here, from the node's own document.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::Outcome;

/// What Mastodon documents, up to 4.6: method, path, since which version, `deprecated` or `removed`, whose token, and of
/// which scopes one is needed. A row each, in the order of its documentation.
const METHODS: &str = include_str!("methods.tsv");
/// The noun of routes that answer with nothing because a closed node has no such thing, as `api` calls it.
const CLOSED: &str = "closed node";
/// Paths whose scope is another than the documented one, each for a reason.
const STRICTER: &[(&str, &str)] = &[(
    "/api/v1/streaming/list",
    "who may not read a list has no stream of it",
)];

/// One documented method.
struct Method<'a> {
    method: &'a str,
    path: &'a str,
    since: &'a str,
    note: &'a str,
    scopes: Vec<&'a str>,
}

/// What a documented method does here.
enum Here<'a> {
    Built,
    Closed(&'a str),
    NotYet,
    Removed,
}

/// The table, from the node's OpenAPI document.
///
/// # Errors
/// A route whose scopes are not those that Mastodon documents, so that a client's token would not open it.
pub(super) fn table(document: &Value) -> Outcome<String> {
    let known = operations(document);
    let mut wrong = Vec::new();
    let mut nouns: Vec<(&str, Vec<String>)> = Vec::new();
    let (mut built, mut closed, mut not_yet) = (0_usize, 0_usize, 0_usize);
    for method in methods() {
        let found = known.get(&(method.method.to_owned(), shape(method.path)));
        let here = here(found.copied(), &method);
        match here {
            Here::Built => built += 1,
            Here::Closed(_) => closed += 1,
            Here::NotYet => not_yet += 1,
            Here::Removed => {}
        }
        if let Some(operation) = found {
            wrong.extend(other_scopes(operation, &method));
        }
        let noun = noun(method.path);
        let row = row(&method, &here);
        match nouns.iter_mut().find(|(name, _)| *name == noun) {
            Some((_, rows)) => rows.push(row),
            None => nouns.push((noun, vec![row])),
        }
    }
    if !wrong.is_empty() {
        return Err(format!(
            "scopes are not those that Mastodon documents:\n{}",
            wrong.join("\n")
        )
        .into());
    }
    let mut text = format!(
        "# The Mastodon API here\n\n\
         Made by `cargo xtask openapi` from the node's own list of routes and the list of methods that Mastodon documents (up to \
         4.6): {built} do what they say, {closed} answer with nothing because a closed node has no such thing, {not_yet} are not \
         built yet. What Mastodon has removed is 404.\n\n\
         A `read:statuses` token opens what needs `read:statuses`, and so does `read`. What Mastodon calls public needs a person's \
         token here, apart from `instance`, `apps` and signing in.\n",
    );
    for (noun, rows) in nouns {
        write!(
            text,
            "\n## {noun}\n\n| method | since | scopes | here |\n|---|---|---|---|\n"
        )?;
        for row in rows {
            writeln!(text, "{row}")?;
        }
    }
    Ok(text)
}

fn methods() -> impl Iterator<Item = Method<'static>> {
    METHODS.lines().skip(1).filter_map(|line| {
        let mut cells = line.split('\t');
        let mut next = || cells.next();
        let (method, path, since, note) = (next()?, next()?, next()?, next()?);
        let _token = next()?;
        let scopes = next()
            .unwrap_or_default()
            .split(' ')
            .filter(|scope| !scope.is_empty());
        Some(Method {
            method,
            path,
            since,
            note,
            scopes: scopes.collect(),
        })
    })
}

/// A path without the names of its parameters: `/a/:id` and `/a/{name}` are the same.
fn shape(path: &str) -> String {
    let pieces = path.split('/').map(|piece| {
        if piece.starts_with(':') || piece.starts_with('{') {
            "{}"
        } else {
            piece
        }
    });
    pieces.collect::<Vec<_>>().join("/")
}

fn operations(document: &Value) -> BTreeMap<(String, String), &Value> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut known = BTreeMap::new();
    for (path, methods) in paths.into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            known.insert((method.to_ascii_uppercase(), shape(path)), operation);
        }
    }
    known
}

fn here<'a>(operation: Option<&'a Value>, method: &Method<'_>) -> Here<'a> {
    let Some(operation) = operation else {
        return if method.note == "removed" {
            Here::Removed
        } else {
            Here::NotYet
        };
    };
    let text = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
    match operation.pointer("/tags/0").and_then(Value::as_str) {
        Some(CLOSED) => Here::Closed(text("description")),
        _ => Here::Built,
    }
}

/// The line of a route that none of the documented scopes opens.
fn other_scopes(operation: &Value, method: &Method<'_>) -> Option<String> {
    let alternatives = operation.get("security").and_then(Value::as_array)?;
    let ours: Vec<&str> = alternatives
        .iter()
        .filter_map(|one| one.pointer("/oauth/0").and_then(Value::as_str))
        .collect();
    let any = ours.is_empty() || method.scopes.is_empty();
    let opened = method.scopes.iter().any(|scope| ours.contains(scope));
    let meant = STRICTER.iter().any(|(path, _)| *path == method.path);
    (!any && !opened && !meant).then(|| {
        format!(
            "{} {}: `{}`, documented `{}`",
            method.method,
            method.path,
            ours.join(" "),
            method.scopes.join(" ")
        )
    })
}

/// `/api/v1/accounts/:id` is about `accounts`; what an administrator does stands together.
fn noun(path: &str) -> &str {
    let noun = path.trim_start_matches('/').split('/').find(|piece| {
        !matches!(
            *piece,
            "api" | "v1" | "v2" | "v1_alpha" | "v2_alpha" | ".well-known"
        )
    });
    match noun {
        Some(":account_id") => "collections",
        Some("oauth-authorization-server") => "oauth",
        Some(noun) => noun,
        None => "other",
    }
}

fn row(method: &Method<'_>, here: &Here<'_>) -> String {
    let said = match here {
        Here::Built => "yes".to_owned(),
        Here::Closed(why) => format!("nothing: {why}"),
        Here::NotYet => "not yet".to_owned(),
        Here::Removed => "removed".to_owned(),
    };
    let stricter = STRICTER.iter().find(|(path, _)| *path == method.path);
    let said = stricter.map_or(said.clone(), |(_, why)| {
        format!("{said}, with `read:lists`: {why}")
    });
    let since = match method.note {
        "" => method.since.to_owned(),
        note => format!("{} {note}", method.since).trim().to_owned(),
    };
    let scopes: Vec<String> = method.scopes.iter().map(|scope| format!("`{scope}`")).collect();
    format!(
        "| `{} {}` | {since} | {} | {said} |",
        method.method,
        method.path,
        scopes.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::{methods, noun, shape, table};
    use serde_json::json;

    #[test]
    fn every_documented_method_is_read() {
        assert_eq!(methods().count(), 265);
        assert!(methods().all(|method| method.path.starts_with('/') && !method.method.is_empty()));
    }

    #[test]
    fn paths_are_told_apart_by_their_shape() {
        assert_eq!(shape("/api/v1/lists/:id/accounts"), "/api/v1/lists/{}/accounts");
        assert_eq!(shape("/api/v1/lists/{id}"), shape("/api/v1/lists/:list"));
        assert_eq!(noun("/api/v2/search"), "search");
        assert_eq!(noun("/api/v1/:account_id/collections"), "collections");
        assert_eq!(noun("/.well-known/oauth-authorization-server"), "oauth");
    }

    #[test]
    fn a_scope_that_no_client_has_is_found() {
        let route = |scope: &str| json!({ "paths": { "/api/v1/lists": { "get": { "tags": ["lists"], "security": [{ "oauth": [scope] }] } } } });
        let text = table(&route("read:lists")).unwrap();
        assert!(
            text.contains("| `GET /api/v1/lists` | 2.1.0 | `read:lists` | yes |"),
            "{text}"
        );
        assert!(text.contains("| `POST /api/v1/lists` | 2.1.0 | `write:lists` | not yet |"));
        let refused = table(&route("read:accounts")).unwrap_err().to_string();
        assert!(refused.contains("GET /api/v1/lists: `read:accounts`, documented `read:lists`"));
    }
}
