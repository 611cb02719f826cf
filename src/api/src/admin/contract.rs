//! Contracts, as administrators read and write them.

use crate::{ApiError, ApiResult, lenient};
use entrenous_model::{self as model, AtEnd, DirectoryScope, GroupScope, PostScope, Preset};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What may cross, seen from this node.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Contract {
    /// Version of the agreement between the two.
    version: u32,
    /// What this node gives.
    we_give: Terms,
    /// What the peer gives.
    they_give: Terms,
}

/// What one side gives.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Terms {
    /// People made known: `none`, `shared` (those in groups that both have) or `all`.
    directory: &'static str,
    /// What of their profiles, beside name and handle.
    profile: Profile,
    /// Posts, with follows and reactions: `none`, `addressed` (to followers and whom they mention) or `network` (also those
    /// for everyone).
    posts: &'static str,
    /// Groups: `none`, `named` or `all`.
    groups: &'static str,
    /// The groups that are named, by their addresses.
    named_groups: Vec<String>,
    /// Whether documents can be opened.
    documents: bool,
    /// Whether people can be written to in chats.
    chat: bool,
    /// Whether people can be called.
    calls: bool,
    /// Whether it makes nodes known that the other does not trust.
    introduces: bool,
    /// Largest file, in bytes.
    largest_file: u64,
    /// Activities a minute.
    rate: u32,
    /// What the other side does with it when the connection ends: `hide` or `purge`.
    at_end: &'static str,
}

/// What of a profile crosses.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Profile {
    /// Picture and header.
    pictures: bool,
    /// The text about oneself.
    note: bool,
    /// Title, team, telephone and other named fields.
    fields: bool,
}

impl From<&model::Terms> for Terms {
    fn from(terms: &model::Terms) -> Self {
        let (groups, named_groups) = match &terms.groups {
            GroupScope::None => ("none", Vec::new()),
            GroupScope::Named(names) => ("named", names.iter().cloned().collect()),
            GroupScope::All => ("all", Vec::new()),
        };
        Self {
            directory: match terms.directory {
                DirectoryScope::None => "none",
                DirectoryScope::Shared => "shared",
                DirectoryScope::All => "all",
            },
            profile: Profile {
                pictures: terms.profile.pictures,
                note: terms.profile.note,
                fields: terms.profile.fields,
            },
            posts: match terms.posts {
                PostScope::None => "none",
                PostScope::Addressed => "addressed",
                PostScope::Network => "network",
            },
            groups,
            named_groups,
            documents: terms.documents,
            chat: terms.chat,
            calls: terms.calls,
            introduces: terms.introduces,
            largest_file: terms.largest_file,
            rate: terms.rate,
            at_end: match terms.at_end {
                AtEnd::Hide => "hide",
                AtEnd::Purge => "purge",
            },
        }
    }
}

impl From<&model::Contract> for Contract {
    fn from(contract: &model::Contract) -> Self {
        Self {
            version: contract.version,
            we_give: (&contract.we_give).into(),
            they_give: (&contract.they_give).into(),
        }
    }
}

/// A preset by name, with the contract it stands for.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct NamedPreset {
    /// `same_organisation`, `partner_firm` or `receive_only`.
    name: &'static str,
    /// Seen from the node that offers it.
    contract: Contract,
}

/// All presets.
pub(super) fn presets() -> Vec<NamedPreset> {
    Preset::ALL
        .into_iter()
        .map(|preset| NamedPreset {
            name: preset.as_str(),
            contract: (&preset.contract()).into(),
        })
        .collect()
}

/// A contract that is asked for: a preset, and what differs from it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct ContractAsked {
    /// What to begin with: `same_organisation` (if not said), `partner_firm` or `receive_only`.
    #[serde(deserialize_with = "lenient::text")]
    pub(super) preset: Option<String>,
    /// What this node gives; as the preset says if not said.
    pub(super) we_give: Option<TermsAsked>,
    /// What the other side gives; as the preset says if not said.
    pub(super) they_give: Option<TermsAsked>,
}

/// What one side is to give. What is not said stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct TermsAsked {
    /// People made known: `none`, `shared` or `all`.
    #[serde(deserialize_with = "lenient::text")]
    directory: Option<String>,
    /// What of their profiles.
    profile: Option<ProfileAsked>,
    /// `none`, `addressed` or `network`.
    #[serde(deserialize_with = "lenient::text")]
    posts: Option<String>,
    /// `none`, `named` or `all`.
    #[serde(deserialize_with = "lenient::text")]
    groups: Option<String>,
    /// The groups, if they are named, by their addresses; at most 200.
    named_groups: Option<Vec<String>>,
    /// Documents.
    #[serde(deserialize_with = "lenient::flag")]
    documents: Option<bool>,
    /// Chats.
    #[serde(deserialize_with = "lenient::flag")]
    chat: Option<bool>,
    /// Calls.
    #[serde(deserialize_with = "lenient::flag")]
    calls: Option<bool>,
    /// Introductions.
    #[serde(deserialize_with = "lenient::flag")]
    introduces: Option<bool>,
    /// Largest file, in bytes, at most 1 GiB.
    #[serde(deserialize_with = "lenient::number")]
    largest_file: Option<i64>,
    /// Activities a minute, 1 to 600,000.
    #[serde(deserialize_with = "lenient::number")]
    rate: Option<i64>,
    /// `hide` or `purge`.
    #[serde(deserialize_with = "lenient::text")]
    at_end: Option<String>,
}

/// What of a profile is to cross. What is not said stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct ProfileAsked {
    /// Picture and header.
    #[serde(deserialize_with = "lenient::flag")]
    pictures: Option<bool>,
    /// The text about oneself.
    #[serde(deserialize_with = "lenient::flag")]
    note: Option<bool>,
    /// Named fields.
    #[serde(deserialize_with = "lenient::flag")]
    fields: Option<bool>,
}

impl ContractAsked {
    /// The whole contract; the use-case checks its bounds.
    ///
    /// # Errors
    /// 422 for a word or number that is none of those allowed.
    pub(super) fn whole(self) -> ApiResult<model::Contract> {
        let preset = match self.preset.as_deref() {
            None | Some("") => Preset::SameOrganisation,
            Some(name) => Preset::parse(name).ok_or_else(|| {
                ApiError::invalid("preset is one of: same_organisation, partner_firm, receive_only")
            })?,
        };
        self.changing(preset.contract())
    }

    /// `from` with what is asked for.
    ///
    /// # Errors
    /// As [`ContractAsked::whole`].
    pub(super) fn changing(self, from: model::Contract) -> ApiResult<model::Contract> {
        Ok(model::Contract {
            version: from.version,
            we_give: changed(from.we_give, self.we_give)?,
            they_give: changed(from.they_give, self.they_give)?,
        })
    }
}

fn changed(mut terms: model::Terms, asked: Option<TermsAsked>) -> ApiResult<model::Terms> {
    let Some(asked) = asked else { return Ok(terms) };
    terms.directory = match asked.directory.as_deref() {
        None => terms.directory,
        Some("none") => DirectoryScope::None,
        Some("shared") => DirectoryScope::Shared,
        Some("all") => DirectoryScope::All,
        Some(_) => return Err(ApiError::invalid("directory is one of: none, shared, all")),
    };
    terms.posts = match asked.posts.as_deref() {
        None => terms.posts,
        Some("none" | "false") => PostScope::None,
        Some("addressed") => PostScope::Addressed,
        Some("network" | "true") => PostScope::Network,
        Some(_) => return Err(ApiError::invalid("posts is one of: none, addressed, network")),
    };
    terms.groups = match (asked.groups.as_deref(), asked.named_groups) {
        (None, None) => terms.groups,
        (Some("none"), _) => GroupScope::None,
        (Some("all"), _) => GroupScope::All,
        (Some("named") | None, names) => GroupScope::Named(names.unwrap_or_default().into_iter().collect()),
        (Some(_), _) => return Err(ApiError::invalid("groups is one of: none, named, all")),
    };
    terms.at_end = match asked.at_end.as_deref() {
        None => terms.at_end,
        Some("hide") => AtEnd::Hide,
        Some("purge") => AtEnd::Purge,
        Some(_) => return Err(ApiError::invalid("at_end is one of: hide, purge")),
    };
    if let Some(profile) = asked.profile {
        let scope = &mut terms.profile;
        scope.pictures = profile.pictures.unwrap_or(scope.pictures);
        scope.note = profile.note.unwrap_or(scope.note);
        scope.fields = profile.fields.unwrap_or(scope.fields);
    }
    terms.documents = asked.documents.unwrap_or(terms.documents);
    terms.chat = asked.chat.unwrap_or(terms.chat);
    terms.calls = asked.calls.unwrap_or(terms.calls);
    terms.introduces = asked.introduces.unwrap_or(terms.introduces);
    if let Some(bytes) = asked.largest_file {
        terms.largest_file =
            u64::try_from(bytes).map_err(|_| ApiError::invalid("largest_file is a number of bytes"))?;
    }
    if let Some(rate) = asked.rate {
        // Out of bounds is said by the use-case.
        terms.rate = u32::try_from(rate).unwrap_or(0);
    }
    Ok(terms)
}
