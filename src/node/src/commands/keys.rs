//! Commands about this node's own keys.

use super::{ACTOR, Answer, Host, said, table};
use crate::commands::peers::shown;
use entrenous_domain::own_keys::{self, Standing};
use serde_json::{Value, json};

pub(super) async fn show(host: &Host) -> Result<Answer, String> {
    let all = standing(host).await?;
    let Some((current, former)) = all.split_first() else {
        return Err("this node has no keys yet: start it once".to_owned());
    };
    let mut text = format!(
        "Fingerprint  {}\nMade         {}\nGeneration   {}",
        current.keys.fingerprint,
        shown(current.keys.made_at),
        current.keys.generation
    );
    if !former.is_empty() {
        let rows: Vec<Vec<String>> = former
            .iter()
            .flat_map(|one| {
                one.peers.iter().map(|peer| {
                    vec![
                        peer.origin.authority().to_owned(),
                        peer.state.as_str().to_owned(),
                        one.keys.fingerprint.clone(),
                    ]
                })
            })
            .collect();
        text.push_str("\nPeers that still have former keys; what is signed for them is signed with these:\n");
        text.push_str(&table(&["AUTHORITY", "STATE", "FINGERPRINT"], &rows));
    }
    Answer::new(&text, &as_json(&all))
}

pub(super) async fn rotate(host: &Host) -> Result<Answer, String> {
    let rotated = host
        .federation
        .identity()
        .rotate(&host.ctx, ACTOR)
        .await
        .map_err(|error| said(&error))?;
    let fingerprint = host.federation.identity().fingerprint();
    let mut text = format!(
        "The node has new keys.\n  Fingerprint  {fingerprint}\n{} peers are told; `entrenous keys show` tells who has \
         them not yet.",
        rotated.told
    );
    if rotated.withdrawn > 0 {
        text.push_str(&format!(
            "\n{} open invitations were withdrawn, since their links name the former keys: make new ones.",
            rotated.withdrawn
        ));
    }
    if !host.serving {
        text.push_str("\nPeers are told when the node serves.");
    }
    let mut json = as_json(&standing(host).await?);
    if let Value::Object(map) = &mut json {
        map.insert("told".to_owned(), json!(rotated.told));
        map.insert("withdrawn_invitations".to_owned(), json!(rotated.withdrawn));
    }
    Answer::new(&text, &json)
}

async fn standing(host: &Host) -> Result<Vec<Standing>, String> {
    own_keys::standing(&host.ctx).await.map_err(|error| said(&error))
}

fn as_json(all: &[Standing]) -> Value {
    let former: Vec<Value> = all
        .iter()
        .skip(1)
        .map(|one| {
            let peers: Vec<Value> = one
                .peers
                .iter()
                .map(|peer| json!({ "authority": peer.origin.authority(), "origin": peer.origin, "state": peer.state }))
                .collect();
            json!({
                "fingerprint": one.keys.fingerprint, "generation": one.keys.generation, "made_at": one.keys.made_at,
                "peers": peers,
            })
        })
        .collect();
    let current = all.first().map(|one| &one.keys);
    json!({
        "fingerprint": current.map(|keys| &keys.fingerprint), "generation": current.map(|keys| keys.generation),
        "made_at": current.map(|keys| keys.made_at), "former": former,
    })
}
