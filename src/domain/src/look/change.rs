//! An administrator changes the look.

use super::{ACCENT, CONTACT, DESCRIPTION, HEADER, LOGO, Look, NAME, RULES, refresh};
use crate::context::NodeSettings;
use crate::{Ctx, DomainError, Result, audit, outbox};
use entrenous_model::{Event, OutboundActivity};
use entrenous_store::look::{self as rows, Part};
use std::sync::Arc;

const LONGEST_NAME: usize = 60;
const LONGEST_DESCRIPTION: usize = 500;
const MOST_RULES: usize = 30;
const LONGEST_RULE: usize = 500;
/// RFC 5321, section 4.5.3.1.3.
const LONGEST_ADDRESS: usize = 254;
/// What the door encodes is smaller.
const LARGEST_PICTURE: usize = 4 << 20;

/// A picture that the door has decoded and encoded anew, without metadata.
#[derive(Debug, Clone)]
pub struct NewPicture {
    /// The file.
    pub bytes: Vec<u8>,
    /// `image/png` or `image/jpeg`.
    pub content_type: &'static str,
}

/// A change of the look: `None` leaves a part as it is; what the configuration says is no change any more.
#[derive(Debug, Clone, Default)]
pub struct LookChange {
    /// At most 60 characters on one line; empty for the configuration's.
    pub name: Option<String>,
    /// At most 500 characters.
    pub description: Option<String>,
    /// `#rrggbb`; empty for the configuration's.
    pub accent: Option<String>,
    /// At most 30 of at most 500 characters; empty ones go.
    pub rules: Option<Vec<String>>,
    /// An address; empty for none.
    pub contact_email: Option<String>,
    /// `Some(None)` removes it.
    pub logo: Option<Option<NewPicture>>,
    /// `Some(None)` removes it.
    pub header: Option<Option<NewPicture>>,
}

/// Changes the look in the name of `actor`, for everyone at once. Answers the new one.
///
/// # Errors
/// `Invalid` with what to change.
pub async fn change(ctx: &Ctx, actor: &str, change: LookChange) -> Result<Arc<Look>> {
    let wished = checked(ctx.node(), change)?;
    let actor = actor.to_owned();
    ctx.store()
        .write(move |tx| {
            let before = rows::all(tx)?;
            let now = tx.now();
            let mut changed = Vec::new();
            for (name, part) in &wished {
                let known = before.iter().find(|known| known.name == *name);
                match part {
                    Some(part) if known != Some(part) => rows::put(tx, part, now)?,
                    None if known.is_some() => rows::remove(tx, name)?,
                    _ => continue,
                }
                changed.push(*name);
            }
            if !changed.is_empty() {
                audit::write(tx, &actor, "look.changed", None, None, &changed.join(", "))?;
                tx.emit(Event::LookChanged)?;
                if changed.contains(&NAME) || changed.contains(&DESCRIPTION) {
                    outbox::queue_of_node(tx, &OutboundActivity::UpdateNode)?;
                }
            }
            Ok::<_, DomainError>(())
        })
        .await?;
    refresh(ctx).await
}

/// What each part is to be: `None` for as the configuration says.
type Wished = Vec<(&'static str, Option<Part>)>;

fn checked(node: &NodeSettings, change: LookChange) -> Result<Wished> {
    let mut wished = Wished::new();
    let mut put = |name: &'static str, value: String, default: &str| {
        let part = (value != default).then(|| Part {
            name: name.to_owned(),
            value,
            picture: None,
        });
        wished.push((name, part));
    };
    if let Some(name) = change.name {
        put(NAME, named(node, &name)?, &node.name);
    }
    if let Some(text) = change.description {
        put(DESCRIPTION, described(&text)?, &node.description);
    }
    if let Some(accent) = change.accent {
        put(ACCENT, coloured(node, &accent)?, &node.accent);
    }
    if let Some(rules) = change.rules {
        let text = |rules: &Vec<String>| serde_json::to_string(rules).map_err(DomainError::internal);
        put(RULES, text(&ruled(&rules)?)?, &text(&node.rules)?);
    }
    if let Some(address) = change.contact_email {
        let default = node.contact_email.as_deref().unwrap_or_default();
        put(CONTACT, addressed(&address)?, default);
    }
    for (name, picture) in [(LOGO, change.logo), (HEADER, change.header)] {
        match picture {
            Some(Some(picture)) if picture.bytes.len() > LARGEST_PICTURE => {
                return Err(DomainError::invalid("the picture is too large"));
            }
            Some(picture) => wished.push((
                name,
                picture.map(|picture| Part {
                    name: name.to_owned(),
                    value: picture.content_type.to_owned(),
                    picture: Some(picture.bytes),
                }),
            )),
            None => {}
        }
    }
    Ok(wished)
}

fn named(node: &NodeSettings, name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() {
        return Ok(node.name.clone());
    }
    if name.chars().count() > LONGEST_NAME && name != node.name {
        return Err(DomainError::invalid("the node's name has at most 60 characters"));
    }
    if name.chars().any(char::is_control) {
        return Err(DomainError::invalid("the node's name is one line of text"));
    }
    Ok(name.to_owned())
}

fn described(text: &str) -> Result<String> {
    let text = text.trim().replace("\r\n", "\n");
    if text.chars().count() > LONGEST_DESCRIPTION {
        return Err(DomainError::invalid(
            "the node's description has at most 500 characters",
        ));
    }
    plain(&text, "the node's description is plain text")?;
    Ok(text)
}

fn coloured(node: &NodeSettings, accent: &str) -> Result<String> {
    let accent = accent.trim();
    if accent.is_empty() {
        return Ok(node.accent.clone());
    }
    if !is_colour(accent) {
        return Err(DomainError::invalid("a colour is written as #2f6f5e"));
    }
    Ok(accent.to_ascii_lowercase())
}

/// Whether a text is a colour as `#rrggbb`.
#[must_use]
pub fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn ruled(rules: &[String]) -> Result<Vec<String>> {
    let rules: Vec<String> = rules
        .iter()
        .map(|rule| rule.trim().replace("\r\n", "\n"))
        .filter(|rule| !rule.is_empty())
        .collect();
    if rules.len() > MOST_RULES || rules.iter().any(|rule| rule.chars().count() > LONGEST_RULE) {
        return Err(DomainError::invalid(
            "there are at most 30 house rules, each of at most 500 characters",
        ));
    }
    for rule in &rules {
        plain(rule, "a house rule is plain text")?;
    }
    Ok(rules)
}

fn addressed(address: &str) -> Result<String> {
    let address = address.trim();
    let strange = |c: char| c.is_whitespace() || c.is_control() || "<>\"'()[],;:\\?&#%/".contains(c);
    let whole = address
        .rsplit_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !name.contains('@') && !host.is_empty());
    if !address.is_empty() && (!whole || address.len() > LONGEST_ADDRESS || address.contains(strange)) {
        return Err(DomainError::invalid(
            "the contact is an e-mail address such as help@example.org, or empty",
        ));
    }
    Ok(address.to_owned())
}

fn plain(text: &str, told: &str) -> Result<()> {
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(DomainError::invalid(told));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["", "a@b", " help@example.org ", "x.y+z@mail.example.org"] {
            assert!(addressed(good).is_ok(), "{good}");
        }
        for bad in [
            "a",
            "@b",
            "a@",
            "a@b@c",
            "a b@c",
            "a@b?subject=x",
            "<a@b>",
            "a@b\nx",
            "javascript:a@b",
        ] {
            assert!(addressed(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn colours() {
        assert!(is_colour("#2F6f5e"));
        for bad in [
            "",
            "#",
            "2f6f5e",
            "#2f6f5",
            "#2f6f5eé",
            "#2f6f5g",
            "red",
            "#+2f6f5",
        ] {
            assert!(!is_colour(bad), "{bad}");
        }
    }
}
