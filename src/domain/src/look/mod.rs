//! The node's look: name, words about itself, colour, pictures, house rules. As the configuration says, except for what
//! an administrator changed since; held in memory, read again when an event says so.

mod change;

pub use change::{LookChange, NewPicture, change, is_colour};

use crate::context::NodeSettings;
use crate::secrets::sha256_hex;
use crate::{Ctx, Result};
use entrenous_model::Event;
use entrenous_store::look::{self as rows, Part};
use std::sync::{Arc, PoisonError, RwLock};

const NAME: &str = "name";
const DESCRIPTION: &str = "description";
const ACCENT: &str = "accent";
const RULES: &str = "rules";
const CONTACT: &str = "contact_email";
const LOGO: &str = "logo";
const HEADER: &str = "header";

/// How the node shows itself at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Its name.
    pub name: String,
    /// A few sentences about it, plain text; may be empty.
    pub description: String,
    /// Accent colour, `#rrggbb`.
    pub accent: String,
    /// House rules, plain text.
    pub rules: Vec<String>,
    /// Whom to write to.
    pub contact_email: Option<String>,
    /// Its logo, if an administrator gave one.
    pub logo: Option<Arc<Picture>>,
    /// Its header picture, if an administrator gave one.
    pub header: Option<Arc<Picture>>,
}

/// A picture of the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file, encoded by us.
    pub bytes: Vec<u8>,
    /// `image/png` or `image/jpeg`.
    pub content_type: String,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub hash: String,
}

impl Look {
    /// The look of the configuration alone.
    #[must_use]
    pub fn configured(node: &NodeSettings) -> Self {
        Self {
            name: node.name.clone(),
            description: node.description.clone(),
            accent: node.accent.clone(),
            rules: node.rules.clone(),
            contact_email: node.contact_email.clone(),
            logo: None,
            header: None,
        }
    }

    fn with(mut self, parts: Vec<Part>) -> Self {
        for part in parts {
            match part.name.as_str() {
                NAME => self.name = part.value,
                DESCRIPTION => self.description = part.value,
                ACCENT => self.accent = part.value,
                RULES => match serde_json::from_str(&part.value) {
                    Ok(rules) => self.rules = rules,
                    Err(cause) => tracing::error!(error.cause = %cause, "the house rules cannot be read"),
                },
                CONTACT => self.contact_email = Some(part.value).filter(|address| !address.is_empty()),
                LOGO => self.logo = picture(part),
                HEADER => self.header = picture(part),
                // Of a newer version that was here before.
                other => tracing::debug!(part = other, "a part of the look is not known"),
            }
        }
        self
    }
}

fn picture(part: Part) -> Option<Arc<Picture>> {
    let bytes = part.picture?;
    Some(Arc::new(Picture {
        hash: sha256_hex(&bytes),
        bytes,
        content_type: part.value,
    }))
}

/// The look in memory.
pub(crate) struct Looks {
    current: RwLock<Arc<Look>>,
    /// One reads at a time, so that nobody puts an older look over a newer one.
    turn: tokio::sync::Mutex<()>,
}

impl Looks {
    pub(crate) fn new(node: &NodeSettings) -> Self {
        Self {
            current: RwLock::new(Arc::new(Look::configured(node))),
            turn: tokio::sync::Mutex::new(()),
        }
    }

    pub(crate) fn current(&self) -> Arc<Look> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads the look again. Called at the start, and whenever it may have changed.
///
/// # Errors
/// Only the store's.
pub async fn refresh(ctx: &Ctx) -> Result<Arc<Look>> {
    let looks = ctx.looks();
    let _turn = looks.turn.lock().await;
    let parts = ctx.store().read(rows::all).await?;
    let look = Arc::new(Look::configured(ctx.node()).with(parts));
    let mut current = looks.current.write().unwrap_or_else(PoisonError::into_inner);
    // What is drawn from a look is kept with it: the same look stays the same thing.
    if **current != *look {
        *current = look;
    }
    Ok(Arc::clone(&current))
}

/// Keeps up with a batch of events, also those of another process.
pub async fn follow(ctx: &Ctx, events: &[Event]) {
    if !events.iter().any(|event| matches!(event, Event::LookChanged)) {
        return;
    }
    if let Err(cause) = refresh(ctx).await {
        tracing::warn!(error.cause = %cause, "the node's look could not be read again");
    }
}
