//! What peers send: signed `Create` activities, ready to go over the wire.

use crate::manifest::Peer;
use crate::{Outcome, clock, hex};
use entrenous_wire::keys::{Ed25519KeyPair, RsaKeyPair};
use entrenous_wire::proof;
use entrenous_wire::signature::{sign_cavage, sign_rfc9421};
use http::Method;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use url::Url;

/// What a note says: with everything around it a body of 1.5 to 2 KB.
const TEXT: &str = "<p>The pump of line 4 was measured again this morning: 3.2 bar at the valve, as before the update. \
    Nobody has seen the drop of last week since. I will leave the sensor in place until Friday, and write the report \
    after the meeting with the supplier.</p><p>Questions to me or to the workshop, please, not to the shift.</p>";

/// An activity, ready to be sent.
pub struct Signed {
    /// As JSON.
    pub body: Vec<u8>,
    /// The id of the note in it.
    pub note: String,
}

/// A peer with its keys in memory.
pub struct Sender {
    origin: String,
    native: bool,
    rsa: RsaKeyPair,
    ed25519: Ed25519KeyPair,
}

impl Sender {
    /// The peer's own.
    ///
    /// # Errors
    /// When the manifest holds no keys.
    pub fn of(peer: &Peer) -> Outcome<Self> {
        Ok(Self {
            origin: peer.origin.clone(),
            native: peer.native,
            rsa: RsaKeyPair::from_pkcs8(&hex::read(&peer.rsa)?)?,
            ed25519: Ed25519KeyPair::from_pkcs8(&hex::read(&peer.ed25519)?)?,
        })
    }

    /// A `Create` of a note by a person of this peer for their followers, as that kind of software writes it: between
    /// native nodes with a proof.
    ///
    /// # Errors
    /// When a key refuses.
    pub fn create(&self, person: &str) -> Outcome<Signed> {
        let (now, number) = (clock::now(), unique());
        let note_id = format!("{}/posts/{number}", self.origin);
        let (at, followers) = (now.to_rfc3339(), format!("{person}/followers"));
        let mut activity = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": format!("{note_id}/activity"),
            "type": "Create",
            "actor": person,
            "published": at,
            "to": [followers],
            "cc": [],
            "object": {
                "id": note_id, "type": "Note", "attributedTo": person, "content": TEXT,
                "contentMap": { "en": TEXT }, "sensitive": false, "inReplyTo": null, "published": at,
                "url": format!("{person}/{number}"), "to": [followers], "cc": [], "tag": [],
                "replies": format!("{note_id}/replies"),
            },
        });
        if self.native {
            self.prove(&mut activity, person)?;
        }
        Ok(Signed {
            body: serde_json::to_vec(&activity)?,
            note: note_id,
        })
    }

    fn prove(&self, activity: &mut Value, person: &str) -> Outcome {
        let key = format!("{person}#ed25519-key");
        proof::attach(activity, &self.ed25519, &key, clock::now())?;
        Ok(())
    }

    /// The whole request that posts a body to an inbox, signed by a person: RFC 9421 with Ed25519 of a native peer,
    /// draft-cavage with RSA of another.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn post(&self, person: &str, inbox: &str, body: &[u8]) -> Outcome<Vec<u8>> {
        let url = Url::parse(inbox)?;
        let content_type = "application/activity+json";
        let headers = if self.native {
            let key = format!("{person}#ed25519-key");
            sign_rfc9421(&self.ed25519, &key, &Method::POST, &url, body, clock::now())?
        } else {
            let key = format!("{person}#main-key");
            sign_cavage(&self.rsa, &key, &Method::POST, &url, None, body, clock::now())?
        };
        let mut request = format!("POST {} HTTP/1.1\r\n", url.path()).into_bytes();
        for (name, value) in &headers {
            request.extend_from_slice(name.as_str().as_bytes());
            request.extend_from_slice(b": ");
            request.extend_from_slice(value.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(
            format!(
                "content-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
                body.len()
            )
            .as_bytes(),
        );
        request.extend_from_slice(body);
        Ok(request)
    }
}

/// A number that no run has used.
fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    clock::now().timestamp_millis().unsigned_abs() << 20 | NEXT.fetch_add(1, Ordering::Relaxed) & 0xf_ffff
}
