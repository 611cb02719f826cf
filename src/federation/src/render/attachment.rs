//! Files of posts, as they are named to peers.

use super::Reader;
use crate::Federation;
use activitypub_federation::kinds::object::{DocumentType, ImageType};
use entrenous_domain::posts::PostView;
use entrenous_domain::{Result, attachments};
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
                Some(document(file, &url, self.poster(view, reader, file)))
            })
            .collect()
    }

    fn capability_url(&self, file: &Attachment) -> Option<String> {
        self.url(attachments::path_for_peers(self.ctx(), file).map(Some))
    }

    /// The picture that stands before a film or sound, if there is one and it is small enough for the reader.
    fn poster(&self, view: &PostView, reader: Reader, file: &Attachment) -> Option<Value> {
        let preview = file.preview.as_ref().filter(|_| file.has_poster())?;
        if !reader.takes_bytes(preview.size) {
            return None;
        }
        let url = match reader.software {
            // Another picture has another address, by which the peer sees that it is to be fetched.
            Software::Native => {
                let which = preview.hash.get(..16)?;
                format!("{}/files/{}/poster?of={which}", view.post.uri, file.id)
            }
            Software::Other => self.url(attachments::preview_path_for_peers(self.ctx(), file))?,
        };
        Some(json!({ "type": ImageType::default(), "mediaType": preview.content_type, "url": url }))
    }

    fn url(&self, path: Result<Option<String>>) -> Option<String> {
        match path {
            Ok(path) => path.map(|path| self.ctx().origin().join(&path)),
            Err(error) => {
                tracing::error!(%error, "a file cannot be named to a peer");
                None
            }
        }
    }
}

/// Milliseconds as XML Schema writes a length (3.3.6).
fn length(milliseconds: i64) -> String {
    format!("PT{}.{:03}S", milliseconds / 1_000, milliseconds % 1_000)
}

fn document(file: &Attachment, url: &str, poster: Option<Value>) -> Value {
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
    if let Some(duration) = file.duration {
        put("duration", json!(length(duration)));
    }
    if let Some(blurhash) = &file.blurhash {
        put("blurhash", json!(blurhash));
    }
    if let Some(poster) = poster {
        put("icon", poster);
    }
    if file.kind == AttachmentKind::Image {
        put("focalPoint", json!([file.focus.x, file.focus.y]));
    }
    Value::Object(members)
}
