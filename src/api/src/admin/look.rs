//! The node's look: name, words, colour, pictures, house rules.

use super::{READ, WRITE};
use crate::accounts::picture::{self, Prepared, Shape};
use crate::brand::{Colour, Contrasts, DARK, Ground, LIGHT, Shades};
use crate::params::{File, Params, Upload};
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::look::{self, Look, LookChange, NewPicture};
use entrenous_door::{Doc, Routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest side of a logo, in pixels.
const LOGO: u32 = 512;

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    let change = |summary| {
        doc(summary)
            .about(
                "What is absent stays. Pictures are files of a multipart body, PNG, JPEG, GIF or WebP, and are encoded \
                 anew; an empty text in their place removes them. What is the same as in the configuration follows the \
                 configuration from then on.",
            )
            .body::<Change>()
            .files()
            .returns::<AdminLook>()
    };
    Routes::new()
        .get(
            "/api/entrenous/v1/admin/look",
            READ,
            doc("How the node shows itself").returns::<AdminLook>(),
            show,
        )
        .patch(
            "/api/entrenous/v1/admin/look",
            WRITE,
            change("Change how the node shows itself"),
            update,
        )
        .post(
            "/api/entrenous/v1/admin/look/preview",
            READ,
            doc("The colours of an accent; nothing is changed")
                .body::<Asked>()
                .returns::<Preview>(),
            preview,
        )
}

/// The node's look.
#[derive(Debug, Serialize, JsonSchema)]
struct AdminLook {
    /// The name people and peers see.
    name: String,
    /// A few sentences, plain text.
    description: String,
    /// `#rrggbb`.
    accent: String,
    /// The logo that was given; null for the drawn mark.
    logo_url: Option<String>,
    /// The header picture that was given; null for the drawn one.
    header_url: Option<String>,
    /// House rules.
    rules: Vec<String>,
    /// Whom to write to; empty for nobody.
    contact_email: String,
    /// Languages of the interface, the first is the default; of the configuration.
    languages: Vec<String>,
    /// What the configuration says.
    defaults: Defaults,
}

/// The look of the configuration alone.
#[derive(Debug, Serialize, JsonSchema)]
struct Defaults {
    /// The name.
    name: String,
    /// A few sentences.
    description: String,
    /// `#rrggbb`.
    accent: String,
    /// House rules.
    rules: Vec<String>,
    /// Whom to write to; empty for nobody.
    contact_email: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Change {
    /// At most 60 characters; empty for the configuration's.
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
    /// At most 500 characters.
    #[serde(deserialize_with = "lenient::text")]
    description: Option<String>,
    /// `#rrggbb`; empty for the configuration's.
    #[serde(deserialize_with = "lenient::text")]
    accent: Option<String>,
    /// At most 30 texts of at most 500 characters; empty ones go.
    #[serde(deserialize_with = "lenient::some_list")]
    rules: Option<Vec<String>>,
    /// An address; empty for none.
    #[serde(deserialize_with = "lenient::text")]
    contact_email: Option<String>,
    /// A file of at most 512 pixels a side once it is encoded anew, or an empty text to remove it.
    #[serde(deserialize_with = "lenient::text")]
    logo: Option<String>,
    /// A file, cropped to 1,500 by 500 pixels, or an empty text to remove it.
    #[serde(deserialize_with = "lenient::text")]
    header: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Asked {
    /// `#rrggbb`; empty for the configuration's.
    accent: String,
}

/// What an accent becomes.
#[derive(Debug, Serialize, JsonSchema)]
struct Preview {
    /// The accent itself.
    accent: Colour,
    /// By day.
    light: Palette,
    /// By night.
    dark: Palette,
}

/// The colours on one ground.
#[derive(Debug, Serialize, JsonSchema)]
struct Palette {
    /// Behind the page.
    ground: Colour,
    /// Behind a card.
    card: Colour,
    /// Text.
    ink: Colour,
    /// What the style sheet has as `--brand`, `--brand-strong`…
    #[serde(flatten)]
    shades: Shades,
    /// How well the pairs can be read: at least 4.5 each.
    contrast: Contrasts,
}

impl Palette {
    fn of(accent: Colour, on: &Ground) -> Self {
        let shades = Shades::of(accent, on);
        Self {
            ground: on.ground,
            card: on.card,
            ink: on.ink,
            contrast: shades.contrasts(on),
            shades,
        }
    }
}

fn answer(state: &ApiState) -> Json<AdminLook> {
    let (node, look, statics) = (state.ctx().node(), state.ctx().look(), state.statics());
    let configured = Look::configured(node);
    Json(AdminLook {
        name: look.name.clone(),
        description: look.description.clone(),
        accent: look.accent.clone(),
        logo_url: statics.own_logo().map(|path| state.url(&path)),
        header_url: statics.own_header().map(|path| state.url(&path)),
        rules: look.rules.clone(),
        contact_email: look.contact_email.clone().unwrap_or_default(),
        languages: node.languages.clone(),
        defaults: Defaults {
            name: configured.name,
            description: configured.description,
            accent: configured.accent,
            rules: configured.rules,
            contact_email: configured.contact_email.unwrap_or_default(),
        },
    })
}

async fn show(State(state): State<ApiState>, _: Caller) -> Json<AdminLook> {
    answer(&state)
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    mut upload: Upload<Change>,
) -> ApiResult<Json<AdminLook>> {
    let (logo, header) = (upload.take("logo"), upload.take("header"));
    let change = upload.params;
    let logo = pictured("logo", logo, change.logo, |bytes| {
        picture::prepare_logo(bytes, LOGO)
    })
    .await?;
    let header = pictured("header", header, change.header, |bytes| {
        picture::prepare(bytes, Shape::Header)
    })
    .await?;
    let change = LookChange {
        name: change.name,
        description: change.description,
        accent: change.accent,
        rules: change.rules,
        contact_email: change.contact_email,
        logo,
        header,
    };
    look::change(state.ctx(), &caller.account.username, change).await?;
    Ok(answer(&state))
}

/// A picture as it was sent: a file, an empty text to remove it, or nothing.
async fn pictured(
    name: &str,
    file: Option<File>,
    text: Option<String>,
    prepare: fn(&[u8]) -> Result<Prepared, entrenous_domain::DomainError>,
) -> ApiResult<Option<Option<NewPicture>>> {
    match (file, text.as_deref()) {
        (Some(file), _) => {
            let Prepared { bytes, content_type } = picture::off_path(file.bytes, prepare).await?;
            Ok(Some(Some(NewPicture { bytes, content_type })))
        }
        (None, None) => Ok(None),
        (None, Some("")) => Ok(Some(None)),
        (None, Some(_)) => Err(ApiError::invalid(format_args!(
            "{name} must be a file, sent as multipart/form-data"
        ))),
    }
}

async fn preview(
    State(state): State<ApiState>,
    _: Caller,
    Params(asked): Params<Asked>,
) -> ApiResult<Json<Preview>> {
    let accent = match asked.accent.trim() {
        "" => state.ctx().node().accent.clone(),
        text if look::is_colour(text) => text.to_owned(),
        _ => return Err(ApiError::invalid("a colour is written as #2f6f5e")),
    };
    let accent = Colour::accent(&accent);
    Ok(Json(Preview {
        accent,
        light: Palette::of(accent, &LIGHT),
        dark: Palette::of(accent, &DARK),
    }))
}
