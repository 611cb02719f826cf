//! The files that a post is to have, as clients say it.

use crate::lenient;
use crate::media::focus;
use crate::{ApiError, ApiResult};
use entrenous_domain::posts::{Chosen, Files};
use entrenous_model::{Attachment, MediaId};
use schemars::JsonSchema;
use serde::Deserialize;

/// The files of a post, new or edited.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Asked {
    /// Files that were uploaded, in order; at most 4. When editing: absent leaves the files as they are, an empty list removes
    /// them.
    #[serde(deserialize_with = "lenient::some_list")]
    media_ids: Option<Vec<String>>,
    /// Changes of the files, when editing.
    #[serde(deserialize_with = "lenient::table")]
    media_attributes: Vec<Attributes>,
}

/// What changes of one file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Attributes {
    /// Which.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    id: Option<MediaId>,
    /// What it shows, in words; at most 1,500 characters.
    #[serde(deserialize_with = "lenient::text")]
    description: Option<String>,
    /// Its important part: `x,y`, each from -1 to 1.
    #[serde(deserialize_with = "lenient::text")]
    focus: Option<String>,
}

impl Asked {
    /// Of a new post.
    ///
    /// # Errors
    /// 422 for what is no id.
    pub(super) fn of_new_post(&self) -> ApiResult<Files> {
        let ids = self.ids()?.unwrap_or_default();
        self.chosen(ids)
    }

    /// Of a post that has `present`.
    ///
    /// # Errors
    /// 422 for what is no id.
    pub(super) fn of_edit(&self, present: &[Attachment]) -> ApiResult<Files> {
        match self.ids()? {
            Some(ids) => self.chosen(ids),
            None if self.media_attributes.is_empty() => Ok(Files::Keep),
            None => self.chosen(present.iter().map(|file| file.id).collect()),
        }
    }

    fn ids(&self) -> ApiResult<Option<Vec<MediaId>>> {
        let Some(texts) = &self.media_ids else {
            return Ok(None);
        };
        texts
            .iter()
            // Forms send an empty text for an empty list.
            .filter(|text| !text.is_empty())
            .map(|text| {
                text.parse()
                    .map_err(|_| ApiError::invalid("media_ids must be ids of uploaded files"))
            })
            .collect::<ApiResult<_>>()
            .map(Some)
    }

    fn chosen(&self, ids: Vec<MediaId>) -> ApiResult<Files> {
        let chosen = ids.into_iter().map(|id| {
            let change = self.media_attributes.iter().find(|change| change.id == Some(id));
            Ok(match change {
                None => Chosen::of(id),
                Some(change) => Chosen {
                    id,
                    description: change.description.clone(),
                    focus: focus(change.focus.as_deref())?,
                },
            })
        });
        chosen.collect::<ApiResult<_>>().map(Files::These)
    }
}
