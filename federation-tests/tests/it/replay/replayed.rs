//! A recorded post as it is sent here.

use super::corpus::{Exchange, text};
use super::scene::Scene;
use serde_json::Value;

/// A recorded post as it is sent here.
pub(super) struct Replayed {
    /// File it was recorded in.
    pub(super) name: String,
    /// Where it goes.
    pub(super) inbox: String,
    /// `keyId` of its signature.
    pub(super) key_id: String,
    /// The body.
    pub(super) text: String,
    /// The same.
    pub(super) body: Value,
    /// It came already, to another receiver.
    pub(super) again: bool,
}

impl Replayed {
    pub(super) async fn of(scene: &mut Scene, exchange: &Exchange) -> Self {
        let mut text = scene.rewrite(&exchange.text).await;
        let mut body: Value = serde_json::from_str(&text).expect("no JSON");
        if body["object"].get("publicKey").is_some() {
            scene.sender().put_keys(&mut body["object"]);
            text = body.to_string();
        }
        serve(scene, &body["object"]);
        let recorded = exchange
            .header("signature-input")
            .or(exchange.header("signature"))
            .expect("unsigned");
        let key_id = recorded
            .split_once("key")
            .expect("no key")
            .1
            .split('"')
            .nth(1)
            .expect("no keyId");
        let key_id = scene.translated(key_id).await;
        let text = scene.sender().proven(&text);
        let again = scene.sent.contains(body["id"].as_str().expect("no id"));
        Self {
            name: exchange.name.clone(),
            inbox: scene.inbox(exchange).await,
            key_id,
            text,
            body,
            again,
        }
    }

    /// Status and body of the answer.
    pub(super) async fn send(&self, scene: &Scene, exchange: &Exchange) -> (u16, String) {
        scene
            .sender()
            .replay(exchange, &self.key_id, &self.inbox, &self.text)
            .await
    }

    pub(super) fn id(&self) -> &str {
        text(&self.body)
    }

    pub(super) fn actor(&self) -> &str {
        text(&self.body["actor"])
    }

    /// What is done with; for an `Undo` what that was done with.
    pub(super) fn object(&self) -> &str {
        text(&self.body["object"])
    }
}

/// The server answers for what it says.
fn serve(scene: &Scene, object: &Value) {
    let sender = scene.sender();
    let id = text(object);
    let is_post = object.get("attributedTo").is_some();
    if is_post && id.starts_with(&sender.mock.origin) {
        sender.mock.serve_document(sender.path(id), object.clone());
    }
    if let Some(inner) = object.get("object") {
        serve(scene, inner);
    }
}
