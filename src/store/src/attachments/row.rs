//! A row of `attachments`, and the file it is.

use crate::{StoreError, from_db};
use chrono::NaiveDateTime;
use diesel::Queryable;
use entrenous_model::{AccountId, Attachment, AttachmentKind, Focus, MediaId, PostId, Preview};

/// The columns of a [`Row`], of the alias `f`.
pub(super) const COLUMNS: &str = "f.id, f.account_id, f.post_id, f.place, f.kind, f.state, f.content_type, f.hash, \
     f.size, f.width, f.height, f.duration, f.preview_hash, f.preview_type, f.preview_size, f.preview_width, \
     f.preview_height, f.blurhash, f.focus_x, f.focus_y, f.description, f.remote_url, f.epoch, f.created_at, \
     f.changed_at, f.frame_rate, f.poster_url, f.poster_due";

#[derive(Queryable)]
pub(super) struct Row {
    id: i64,
    account_id: i64,
    post_id: Option<i64>,
    place: i64,
    kind: String,
    state: String,
    content_type: String,
    hash: Option<String>,
    size: i64,
    width: Option<i64>,
    height: Option<i64>,
    duration: Option<i64>,
    preview_hash: Option<String>,
    preview_type: Option<String>,
    preview_size: Option<i64>,
    preview_width: Option<i64>,
    preview_height: Option<i64>,
    blurhash: Option<String>,
    focus_x: f64,
    focus_y: f64,
    description: String,
    remote_url: Option<String>,
    epoch: i64,
    created_at: NaiveDateTime,
    changed_at: NaiveDateTime,
    frame_rate: Option<String>,
    poster_url: Option<String>,
    poster_due: bool,
}

impl Row {
    pub(super) fn into_attachment(self) -> Result<Attachment, StoreError> {
        let preview = match (self.preview_hash, self.preview_type) {
            (Some(hash), Some(content_type)) => Some(Preview {
                hash,
                content_type,
                size: self.preview_size.unwrap_or_default(),
                width: self.preview_width.unwrap_or_default(),
                height: self.preview_height.unwrap_or_default(),
            }),
            _ => None,
        };
        Ok(Attachment {
            id: MediaId(self.id),
            account: AccountId(self.account_id),
            post: self.post_id.map(PostId),
            place: self.place,
            kind: AttachmentKind::parse(&self.kind),
            state: self.state.parse().map_err(StoreError::Corrupt)?,
            content_type: self.content_type,
            hash: self.hash,
            size: self.size,
            width: self.width,
            height: self.height,
            duration: self.duration,
            frame_rate: self
                .frame_rate
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(StoreError::Corrupt)?,
            preview,
            poster_url: self.poster_url,
            poster_due: self.poster_due,
            blurhash: self.blurhash,
            focus: Focus {
                x: self.focus_x,
                y: self.focus_y,
            },
            description: self.description,
            remote_url: self.remote_url,
            epoch: self.epoch,
            created_at: from_db(self.created_at),
            changed_at: from_db(self.changed_at),
        })
    }
}
