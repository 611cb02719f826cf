//! The poll of a post as clients ask for it.

use crate::lenient;
use entrenous_domain::polls::{End, NewPoll};
use entrenous_domain::{DomainError, Result};
use entrenous_model::Poll;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A poll to make.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct PollParams {
    /// What can be chosen: 2 to 8 texts of at most 100 characters.
    #[serde(deserialize_with = "lenient::list")]
    options: Vec<String>,
    /// Seconds until it ends, 300 to 2,629,746.
    #[serde(deserialize_with = "lenient::number")]
    expires_in: Option<i64>,
    /// More than one may be chosen.
    #[serde(deserialize_with = "lenient::flag")]
    multiple: Option<bool>,
    /// How often each was chosen is told at the end only.
    #[serde(deserialize_with = "lenient::flag")]
    hide_totals: Option<bool>,
}

/// What is said of a poll.
#[derive(Debug, Default)]
pub(super) enum Asked {
    /// Nothing.
    #[default]
    Absent,
    /// That there is to be none: `null`.
    Nothing,
    /// That there is to be this one.
    Given(PollParams),
}

/// Reads `poll`. Some clients always send the form: one without a word in it is absent.
pub(super) fn asked<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Asked, D::Error> {
    let params: PollParams = match Value::deserialize(from)? {
        Value::Null => return Ok(Asked::Nothing),
        Value::String(text) if text.is_empty() => return Ok(Asked::Absent),
        value @ Value::Object(_) => PollParams::deserialize(value).map_err(D::Error::custom)?,
        _ => return Err(D::Error::custom("poll needs options and expires_in")),
    };
    let empty = params.options.iter().all(|option| option.trim().is_empty());
    Ok(if empty {
        Asked::Absent
    } else {
        Asked::Given(params)
    })
}

impl Asked {
    /// The poll a post is to have that has `now` one.
    ///
    /// # Errors
    /// `Invalid` without a time.
    pub(super) fn over(self, now: Option<&Poll>) -> Result<Option<NewPoll>> {
        match self {
            Self::Absent => Ok(now.map(|poll| NewPoll {
                options: poll.titles(),
                multiple: poll.multiple,
                hide_totals: poll.hide_totals,
                end: End::At(poll.expires_at),
                told: None,
            })),
            Self::Nothing => Ok(None),
            Self::Given(params) => Ok(Some(NewPoll {
                options: params.options,
                multiple: params.multiple.unwrap_or_default(),
                hide_totals: params.hide_totals.unwrap_or_default(),
                end: End::In(
                    params
                        .expires_in
                        .ok_or_else(|| DomainError::invalid("Expires at can't be blank"))?,
                ),
                told: None,
            })),
        }
    }
}
