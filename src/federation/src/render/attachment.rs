//! Files of posts, as they are named to peers.

use super::Reader;
use crate::Federation;
use activitypub_federation::kinds::object::{DocumentType, ImageType};
use entrenous_domain::attachments;
use entrenous_domain::posts::PostView;
use entrenous_model::{Attachment, AttachmentKind, AttachmentState, Software};
use serde_json::{Map, Value, json};

impl Federation {
    /// The files of a post of this node that are small enough for the reader, in its order.
    ///
    /// A native peer fetches them with a signature from an address that anyone may know. Other software fetches without
    /// one, so that its address is a capability: valid this week and the next, and not after the file has left the post.
    pub(super) fn attachments(&self, view: &PostView, reader: Reader) -> Vec<Value> {
        view.files
            .iter()
            .filter(|file| file.state == AttachmentState::Ready && reader.takes(file))
            .filter_map(|file| {
                let url = match reader.software {
                    Software::Native => format!("{}/files/{}", view.post.uri, file.id),
                    Software::Other => self.capability_url(file)?,
                };
                Some(document(file, &url))
            })
            .collect()
    }

    fn capability_url(&self, file: &Attachment) -> Option<String> {
        match attachments::path_for_peers(self.ctx(), file) {
            Ok(path) => Some(self.ctx().origin().join(&path)),
            Err(error) => {
                tracing::error!(%error, "a file cannot be named to a peer");
                None
            }
        }
    }
}

fn document(file: &Attachment, url: &str) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| {
        members.insert(name.to_owned(), value);
    };
    put(
        "type",
        match file.kind {
            AttachmentKind::Image => json!(ImageType::default()),
            _ => json!(DocumentType::default()),
        },
    );
    put("mediaType", json!(file.content_type));
    put("url", json!(url));
    put(
        "name",
        json!(Some(&file.description).filter(|text| !text.is_empty())),
    );
    if let Some((width, height)) = file.width.zip(file.height) {
        put("width", json!(width));
        put("height", json!(height));
    }
    if let Some(blurhash) = &file.blurhash {
        put("blurhash", json!(blurhash));
    }
    if file.kind == AttachmentKind::Image {
        put("focalPoint", json!([file.focus.x, file.focus.y]));
    }
    Value::Object(members)
}
