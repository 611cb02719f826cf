//! The web app manifest: what the node is called and looks like once it is installed.

use super::{Made, SHORT};
use crate::ApiState;
use crate::brand::{LIGHT, Shades};
use crate::pages::Lang;
use axum::extract::State;
use axum::response::Response;
use entrenous_door::{Access, Doc, Routes};
use http::HeaderMap;
use serde_json::json;

/// Longest name under an icon, in characters: what telephones show.
const SHORT_NAME: usize = 14;

pub(super) fn routes() -> Routes<ApiState> {
    let doc = || Doc::new("pages", "Web app manifest").hidden();
    Routes::new()
        .get("/manifest.json", Access::Open, doc(), manifest)
        .get("/manifest.webmanifest", Access::Open, doc(), manifest)
}

async fn manifest(State(state): State<ApiState>, headers: HeaderMap) -> Response {
    let (look, files) = (state.ctx().look(), state.statics());
    let lang = Lang::choose(&state.ctx().node().languages, &[], &HeaderMap::new());
    let icon = |name: &str, size: u32, purpose: &str| {
        json!({
            "src": format!("/static/{name}-{size}.png"),
            "sizes": format!("{size}x{size}"),
            "type": "image/png",
            "purpose": purpose,
        })
    };
    let body = json!({
        "id": "/",
        "name": look.name,
        "short_name": short_name(&look.name),
        "description": look.description,
        "lang": lang.code(),
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": Shades::of(files.accent(), &LIGHT).brand,
        "background_color": LIGHT.ground,
        "icons": [
            icon("icon", 192, "any"),
            icon("icon", 512, "any"),
            icon("icon-maskable", 192, "maskable"),
            icon("icon-maskable", 512, "maskable"),
        ]
    });
    Made::new(body.to_string(), "application/manifest+json").served(&headers, SHORT)
}

/// As many whole words as fit under an icon.
fn short_name(name: &str) -> String {
    let mut short = String::new();
    for word in name.split_whitespace() {
        let longer = short.chars().count() + 1 + word.chars().count();
        if short.is_empty() {
            short = word.chars().take(SHORT_NAME).collect();
        } else if longer <= SHORT_NAME {
            short.push(' ');
            short.push_str(word);
        } else {
            break;
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn names_under_icons() {
        assert_eq!(short_name("Lyon"), "Lyon");
        assert_eq!(short_name("Atelier du Rhône et fils"), "Atelier du");
        assert_eq!(short_name("Donaudampfschifffahrt"), "Donaudampfschi");
    }
}
