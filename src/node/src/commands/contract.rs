//! Contracts: in plain words, and how they change.

use super::peers::named;
use super::{ACTOR, Answer, Host, said};
use entrenous_domain::peers::contracts;
use entrenous_model::{
    AtEnd, Contract, DirectoryScope, GroupScope, PostScope, Preset, Proposal, Software, Terms,
};
use serde_json::{Value, json};

pub(super) async fn propose(
    host: &Host,
    authority: &str,
    preset: Option<Preset>,
    changes: &[String],
    note: String,
) -> Result<Answer, String> {
    let peer = named(host, authority).await?;
    let from = preset.map_or_else(|| peer.contract.clone(), Preset::contract);
    let mut contract = changed(from, changes)?;
    contract.version = peer.contract.version.saturating_add(1);
    host.federation
        .propose(ACTOR, peer.id, contract.clone(), note)
        .await
        .map_err(|error| said(&error))?;
    let text = match peer.software {
        Software::Native => format!(
            "{} is asked. The change takes effect on both sides when its administrator accepts:\n  entrenous peer accept \
             --data-dir … {}\n{}",
            peer.name,
            host.ctx.origin().authority(),
            in_words(&contract, &peer.name)
        ),
        Software::Other => format!("It holds now.\n{}", in_words(&contract, &peer.name)),
    };
    Answer::new(
        &text,
        &json!({ "authority": peer.origin.authority(), "contract": contract }),
    )
}

pub(super) async fn answer(host: &Host, authority: &str, accept: bool) -> Result<Answer, String> {
    let peer = named(host, authority).await?;
    let offer = theirs(host, &peer).await?;
    let offer = offer.ok_or_else(|| format!("{} offers no change of the contract", peer.origin))?;
    if accept {
        host.federation.accept_proposal(ACTOR, peer.id, &offer.uri).await
    } else {
        host.federation.reject_proposal(ACTOR, peer.id, &offer.uri).await
    }
    .map_err(|error| said(&error))?;
    let text = if accept {
        format!("It holds now.\n{}", in_words(&offer.contract, &peer.name))
    } else {
        format!("The offer of {} is turned down; the contract stays.", peer.name)
    };
    Answer::new(
        &text,
        &json!({ "authority": peer.origin.authority(), "accepted": accept, "contract": offer.contract }),
    )
}

async fn theirs(host: &Host, peer: &entrenous_model::Peer) -> Result<Option<Proposal>, String> {
    let open = contracts::open(&host.ctx, peer.id)
        .await
        .map_err(|error| said(&error))?;
    Ok(open.into_iter().find(|one| !one.by_us))
}

/// The changes of a contract that wait for an answer, for the page of a peer.
pub(super) fn open_in_words(open: &[Proposal], name: &str) -> String {
    let mut text = String::new();
    for one in open {
        let whose = if one.by_us {
            "We offer a change; it waits for them".to_owned()
        } else {
            format!("{name} offers a change; `entrenous peer accept` or `reject` answers it")
        };
        text.push_str(&format!("\n{whose}:\n{}", in_words(&one.contract, name)));
        if !one.note.is_empty() {
            text.push_str(&format!("\n    Why        {}", one.note));
        }
    }
    text
}

/// `contract` with each `field=value`; a value is JSON, or a plain word.
fn changed(contract: Contract, changes: &[String]) -> Result<Contract, String> {
    let mut whole = serde_json::to_value(contract).map_err(|error| error.to_string())?;
    for change in changes {
        let (field, value) = change
            .split_once('=')
            .ok_or_else(|| format!("{change:?}: write FIELD=VALUE, such as we_give.posts=addressed"))?;
        let pointer = format!("/{}", field.trim().replace('.', "/"));
        let place = whole.pointer_mut(&pointer).filter(|_| pointer != "/version");
        let place = place.ok_or_else(|| format!("{field:?} is no field of a contract"))?;
        let value = value.trim();
        *place = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    }
    serde_json::from_value(whole).map_err(|error| format!("that is no contract: {error}"))
}

/// Both directions, for the command line.
pub(super) fn in_words(contract: &Contract, name: &str) -> String {
    format!(
        "  Contract     version {}\n    we give    {}\n    {name} gives  {}",
        contract.version,
        terms(&contract.we_give),
        terms(&contract.they_give)
    )
}

fn terms(terms: &Terms) -> String {
    let mut words = vec![posts(terms.posts).to_owned(), directory(terms).to_owned()];
    match &terms.groups {
        GroupScope::None => {}
        GroupScope::Named(names) if names.is_empty() => words.push("groups that are named later".to_owned()),
        GroupScope::Named(names) => words.push(format!("{} named groups", names.len())),
        GroupScope::All => words.push("groups".to_owned()),
    }
    for (given, word) in [
        (terms.documents, "documents"),
        (terms.chat, "chat"),
        (terms.calls, "calls"),
        (terms.introduces, "introductions of other nodes"),
    ] {
        if given {
            words.push(word.to_owned());
        }
    }
    if terms.posts != PostScope::None {
        words.push(format!(
            "files up to {} MiB, {} activities a minute",
            terms.largest_file >> 20,
            terms.rate
        ));
    }
    words.push(
        match terms.at_end {
            AtEnd::Hide => "hidden when the connection ends",
            AtEnd::Purge => "removed for good when the connection ends",
        }
        .to_owned(),
    );
    words.join("; ")
}

const fn posts(scope: PostScope) -> &'static str {
    match scope {
        PostScope::None => "no posts",
        PostScope::Addressed => "posts to followers and to people mentioned",
        PostScope::Network => "all posts that are for the network",
    }
}

const fn directory(terms: &Terms) -> &'static str {
    match terms.directory {
        DirectoryScope::None => "nobody can be found",
        DirectoryScope::Shared => "people in shared groups can be found",
        DirectoryScope::All => "everyone discoverable can be found",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_set_by_name() {
        let set = |changes: &[&str]| {
            let changes: Vec<String> = changes.iter().map(|one| (*one).to_owned()).collect();
            changed(Contract::FULL, &changes)
        };
        let contract = set(&[
            "we_give.posts=addressed",
            "they_give.profile.fields=false",
            "we_give.rate = 60",
            r#"we_give.groups={"named":["https://a.test/groups/1"]}"#,
        ])
        .unwrap();
        assert_eq!(contract.we_give.posts, PostScope::Addressed);
        assert_eq!(contract.we_give.rate, 60);
        assert!(!contract.they_give.profile.fields && contract.we_give.profile.fields);
        assert!(matches!(&contract.we_give.groups, GroupScope::Named(names) if names.len() == 1));
        for wrong in [
            "we_give.posts",
            "we_give.telepathy=true",
            "we_give.posts=often",
            "version=9",
        ] {
            assert!(set(&[wrong]).is_err(), "{wrong}");
        }
    }
}
