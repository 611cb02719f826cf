//! The messages of the handshake of an invitation.

use crate::input::documents;
use crate::{Corpus, Target};
use entrenous_federation::fuzzing::invitation_messages;
use entrenous_model::Preset;
use serde_json::json;

pub(crate) const TARGET: Target = Target {
    name: "invitation",
    about: "Messages of the handshake: the question, the terms, the acceptance, the state",
    longest: 16 * 1024,
    run,
    seeds,
    words: &[
        "\"origin\":\"https://peer.test\"",
        "\"nonce\":",
        "\"code\":",
        "\"purpose\":",
        "\"contract\":{",
        "\"expires\":",
        "\"type\":\"Accept\"",
        "\"type\":\"Invite\"",
        "\"fingerprint\":",
        "\"state\":\"active\"",
        "\"@context\":",
    ],
};

fn seeds(_: &Corpus) -> Vec<Vec<u8>> {
    let token = "n".repeat(43);
    let all = [
        json!({"origin": "https://peer.test", "nonce": token, "code": token}),
        json!({"purpose": "Work", "contract": Preset::PartnerFirm.contract(), "expires": 1_795_000_000, "code": token}),
        json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": "https://peer.test/actor#accept-1", "type": "Accept",
            "actor": "https://peer.test/actor", "object": {"id": "https://here.test/invitations/7", "type": "Invite"},
            "fingerprint": "a".repeat(52), "nonce": token, "code": token,
        }),
        json!({"state": "pending_local"}),
    ];
    all.iter()
        .map(|message| message.to_string().into_bytes())
        .collect()
}

fn run(data: &[u8]) {
    for document in documents(data) {
        for message in invitation_messages(&document) {
            // As it is written, it is read, and written as it was.
            assert!(invitation_messages(&message).contains(&message), "{message}");
        }
    }
}
