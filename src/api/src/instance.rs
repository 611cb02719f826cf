//! What this node says of itself to clients, before anyone is signed in: name, look and limits; no counts, no people.

use crate::ApiState;
use axum::Json;
use axum::extract::State;
use entrenous_domain::custom_emoji::FEATURES;
use entrenous_domain::posts::MOST_PINNED;
use entrenous_domain::{Ctx, attachments, hashtags, polls, posts, text};
use entrenous_door::{Access, Doc, Routes};
use serde_json::{Value, json};

/// The version of the Mastodon API that is followed.
const MASTODON_VERSION: &str = "4.5.0";
/// `api_versions.mastodon` of that version.
const MASTODON_API: u32 = 7;

pub(crate) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("instance", summary).returns::<Value>();
    Routes::new()
        .get(
            "/api/v1/instance",
            Access::Open,
            doc("This node (first version)").deprecated(),
            v1,
        )
        .get(
            "/api/v2/instance",
            Access::Open,
            doc("This node: name, look, limits"),
            v2,
        )
        .get(
            "/api/v1/instance/rules",
            Access::Person(""),
            doc("House rules"),
            rules,
        )
        .get(
            "/api/v1/instance/extended_description",
            Access::Person(""),
            doc("More about this node"),
            description,
        )
        .get(
            "/api/v1/instance/privacy_policy",
            Access::Person(""),
            doc("Who sees what"),
            privacy,
        )
}

/// What the words of the Mastodon API mean here, since nothing is visible to the world.
const CLOSED: &str = "This network is closed: accounts are by personal invitation only, and nothing is visible to the \
    world. A “public” post is visible to the people of this node, to its author’s followers, and to the nodes this one \
    has agreed to trust; “unlisted” is the same without appearing in shared timelines.";

fn version(state: &ApiState) -> String {
    format!(
        "{MASTODON_VERSION} (compatible; Entrenous {})",
        state.settings().version
    )
}

fn streaming(ctx: &Ctx) -> String {
    let scheme = if ctx.origin().scheme() == "https" {
        "wss"
    } else {
        "ws"
    };
    format!("{scheme}://{}", ctx.origin().authority())
}

fn about(ctx: &Ctx) -> String {
    let look = ctx.look();
    let own = look.description.trim();
    if own.is_empty() {
        CLOSED.to_owned()
    } else {
        format!("{own} {CLOSED}")
    }
}

fn rules_of(ctx: &Ctx) -> Value {
    let look = ctx.look();
    look.rules
        .iter()
        .enumerate()
        .map(|(at, text)| json!({ "id": (at + 1).to_string(), "text": text, "hint": "", "translations": {} }))
        .collect()
}

fn statuses(ctx: &Ctx) -> Value {
    json!({
        "max_characters": ctx.node().max_post_chars,
        "max_media_attachments": attachments::PER_POST,
        "characters_reserved_per_url": text::CHARS_PER_URL,
        "supported_mime_types": ["text/plain"]
    })
}

fn media(ctx: &Ctx) -> Value {
    // Clients compare the name that the person's system gives a file.
    let types = [entrenous_files::TYPES, entrenous_files::OTHER_NAMES].concat();
    json!({
        "supported_mime_types": types,
        "description_limit": attachments::DESCRIPTION,
        "image_size_limit": ctx.node().max_upload_bytes,
        "image_matrix_limit": entrenous_files::MOST_PIXELS,
        "video_size_limit": ctx.node().max_upload_bytes,
        // Films are kept as they come: what is beyond is refused.
        "video_frame_rate_limit": entrenous_files::MOST_FRAMES,
        "video_matrix_limit": entrenous_files::MOST_FILM_PIXELS
    })
}

fn polls() -> Value {
    json!({
        "max_options": polls::MAX_OPTIONS,
        "max_characters_per_option": polls::MAX_OPTION_CHARS,
        "min_expiration": polls::MIN_EXPIRATION,
        "max_expiration": polls::MAX_EXPIRATION
    })
}

/// The URL of the node's header picture: an administrator's, else the drawn one.
fn header(state: &ApiState) -> String {
    let own = state.statics().own_header();
    state.url(own.as_deref().unwrap_or("/static/header.png"))
}

async fn v2(State(state): State<ApiState>) -> Json<Value> {
    let ctx = state.ctx();
    let (node, look, statics) = (ctx.node(), ctx.look(), state.statics());
    let header = header(&state);
    let icon = |size: u32| json!({ "src": state.url(&format!("/static/icon-{size}.png")), "size": format!("{size}x{size}") });
    Json(json!({
        "domain": node.origin.authority(),
        "title": look.name,
        "version": version(&state),
        "source_url": node.source_url.clone().unwrap_or_else(|| state.url("/about")),
        "description": about(ctx),
        "usage": { "users": { "active_month": 0 } },
        "thumbnail": {
            "url": header,
            "blurhash": null,
            "versions": { "@1x": header },
            "description": ""
        },
        "icon": [icon(192), icon(512)],
        "languages": node.languages,
        "configuration": {
            "urls": {
                "streaming": streaming(ctx),
                "status": null,
                "about": state.url("/about"),
                "privacy_policy": null,
                "terms_of_service": null
            },
            // Empty: there is no push service that may be asked, and a client need not try.
            "vapid": { "public_key": state.settings().vapid },
            "accounts": {
                "max_featured_tags": hashtags::FEATURED,
                "max_pinned_statuses": MOST_PINNED,
                "max_profile_fields": 8,
                "profile_field_name_limit": 255,
                "profile_field_value_limit": 255,
                "max_display_name_length": 60,
                "max_note_length": 1000,
                "max_avatar_description_length": 0,
                "max_header_description_length": 0,
                "avatar_size_limit": node.max_upload_bytes,
                "header_size_limit": node.max_upload_bytes
            },
            "statuses": statuses(ctx),
            "media_attachments": media(ctx),
            "polls": polls(),
            "reactions": { "max_reactions": posts::OF_ONE },
            "translation": { "enabled": false },
            "timelines_access": {
                "live_feeds": { "local": "authenticated", "remote": "authenticated" },
                "hashtag_feeds": { "local": "authenticated", "remote": "authenticated" },
                "trending_link_feeds": { "local": "disabled", "remote": "disabled" }
            },
            "limited_federation": true
        },
        "registrations": {
            "enabled": false,
            "approval_required": true,
            "reason_required": false,
            "message": "<p>Accounts are by personal invitation only.</p>",
            "min_age": null,
            "url": null
        },
        "api_versions": { "mastodon": MASTODON_API, "entrenous": 1, "groups.pleroma.pl-api": 1 },
        "pleroma": pleroma(),
        "contact": { "email": look.contact_email.clone().unwrap_or_default(), "account": null },
        "rules": rules_of(ctx),
        "entrenous": {
            "accent": statics.accent(),
            "logo": state.url(&statics.logo_path()),
            "brand_css": statics.brand_path(),
            "languages": node.languages
        }
    }))
}

async fn v1(State(state): State<ApiState>) -> Json<Value> {
    let ctx = state.ctx();
    let (node, look) = (ctx.node(), ctx.look());
    Json(json!({
        "uri": node.origin.authority(),
        "title": look.name,
        "short_description": look.description,
        "description": about(ctx),
        "email": look.contact_email.clone().unwrap_or_default(),
        "version": version(&state),
        "urls": { "streaming_api": streaming(ctx) },
        "stats": { "user_count": 0, "status_count": 0, "domain_count": 0 },
        "thumbnail": header(&state),
        "languages": node.languages,
        "registrations": false,
        "approval_required": true,
        "invites_enabled": true,
        "max_toot_chars": node.max_post_chars,
        "configuration": {
            "accounts": { "max_featured_tags": hashtags::FEATURED, "max_pinned_statuses": MOST_PINNED },
            "statuses": statuses(ctx),
            "media_attachments": media(ctx),
            "polls": polls()
        },
        "contact_account": null,
        "rules": rules_of(ctx),
        "pleroma": pleroma()
    }))
}

/// What clients of Pleroma look for before they show it.
fn pleroma() -> Value {
    let features: Vec<&str> = FEATURES.into_iter().chain(["pleroma:groups"]).collect();
    json!({ "metadata": { "features": features, "fields_limits": { "max_fields": 8 } } })
}

async fn rules(State(state): State<ApiState>) -> Json<Value> {
    Json(rules_of(state.ctx()))
}

async fn description(State(state): State<ApiState>) -> Json<Value> {
    Json(json!({ "updated_at": null, "content": paragraph(&about(state.ctx())) }))
}

async fn privacy() -> Json<Value> {
    Json(json!({ "updated_at": null, "content": paragraph(CLOSED) }))
}

/// Plain text as HTML.
fn paragraph(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        "<p>{}</p>",
        escaped.replace("\n\n", "</p><p>").replace('\n', "<br>")
    )
}
