//! Commands about the key that seals the secrets in the database.

use super::{ACTOR, Answer, Host, said};
use crate::commands::peers::shown;
use crate::secret_file;
use crate::system::SystemEntropy;
use entrenous_domain::ports::Entropy as _;
use entrenous_domain::secrets::Vault;
use entrenous_domain::vault::{self, Count, Standing};
use entrenous_store::sealed::Kind;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

pub(super) async fn show(host: &Host) -> Result<Answer, String> {
    let standing = standing(host).await?;
    let since = standing.since.map_or_else(|| "unknown".to_owned(), shown);
    let mut text = format!("Fingerprint  {}\nSince        {since}", standing.fingerprint);
    for (kind, count) in &standing.sealed {
        let sum = count.current + count.other + count.unreadable;
        text.push_str(&format!("\n{:<30} {sum}", words(*kind)));
    }
    let Count {
        current,
        other,
        unreadable,
    } = standing.ledgers;
    text.push_str(&format!(
        "\n{:<30} {}",
        "Ends of ledgers bound to it",
        current + other
    ));
    let waiting: usize = standing.sealed.values().map(|count| count.other).sum();
    if waiting > 0 {
        text.push_str(&format!(
            "\n{waiting} of them are sealed with the other key of a change that is not done: run `entrenous vault rotate`."
        ));
    }
    if standing.unreadable() > 0 {
        text.push_str(&format!("\n{} of them cannot be opened.", standing.unreadable()));
    }
    if unreadable > 0 {
        text.push_str(&format!(
            "\n{unreadable} ledgers have an end that was not made here: see `entrenous peer ledger AUTHORITY --verify`."
        ));
    }
    Answer::new(&text, &as_json(&standing))
}

pub(super) async fn rotate(host: &Host) -> Result<Answer, String> {
    let path = host.vault_key.lock().await;
    let keys = secret_file::read(&path).map_err(|failure| failure.text().to_owned())?;
    let former = host.ctx.vault().fingerprint().map_err(|error| said(&error))?;
    let is_ours = |key: &[u8; 32]| Vault::fingerprint_of(key).is_ok_and(|of| of == former);
    // After a change whose last step failed it is the second one that is in use.
    if !is_ours(&keys.current) && !keys.next.as_deref().is_some_and(is_ours) {
        return Err(format!(
            "the key in {} is not the one that this node was started with; restore it, or restart the node",
            path.display()
        ));
    }
    let unreadable = standing(host).await?.unreadable();
    if unreadable > 0 {
        return Err(format!(
            "{unreadable} secrets in the database cannot be opened with the vault's key: nothing was changed. See `entrenous \
             vault show`"
        ));
    }
    let next = keys.next.unwrap_or_else(|| {
        let mut key = Zeroizing::new([0; 32]);
        SystemEntropy.fill(key.as_mut_slice());
        key
    });
    secret_file::replace(&path, &[&keys.current, &next])?;
    let changed = vault::change(&host.ctx, ACTOR, &next).await.map_err(|error| {
        format!(
            "{}. Nothing is lost: both keys are in {}. Run it again",
            said(&error),
            path.display()
        )
    })?;
    secret_file::replace(&path, &[&next])
        .map_err(|error| format!("{error}. The new key holds, and both are in the file: run it again"))?;
    if let Err(error) = host.ctx.store().fold().await {
        tracing::warn!(cause = %error, "the database's log may still have what the former key opens");
    }
    let fingerprint = host.ctx.vault().fingerprint().map_err(|error| said(&error))?;
    let text = format!(
        "The vault has a new key.\n  Fingerprint  {fingerprint}\n{} secrets were sealed anew, {} ledgers bound anew.\n\
         Copy {} to where you keep it, apart from your backups. Backups made before open only with the former key: keep \
         that with them, or make a new backup.",
        changed.values,
        changed.ends,
        path.display()
    );
    Answer::new(
        &text,
        &json!({
            "fingerprint": fingerprint, "former": former, "sealed_anew": changed.values, "ledgers_bound_anew": changed.ends,
        }),
    )
}

async fn standing(host: &Host) -> Result<Standing, String> {
    vault::standing(&host.ctx).await.map_err(|error| said(&error))
}

const fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Node => "Private keys of the node",
        Kind::Person => "Private keys of people",
        Kind::Invitation => "Keys of invitations",
        Kind::Ledger => "Keys of people in ledgers",
        Kind::Push => "Addresses for notifications",
    }
}

fn as_json(standing: &Standing) -> Value {
    let count = |count: &Count| json!({ "current": count.current, "other": count.other, "unreadable": count.unreadable });
    let mut sealed = Map::new();
    for (kind, of_kind) in &standing.sealed {
        let name = match kind {
            Kind::Node => "node",
            Kind::Person => "people",
            Kind::Invitation => "invitations",
            Kind::Ledger => "ledger",
            Kind::Push => "push",
        };
        sealed.insert(name.to_owned(), count(of_kind));
    }
    json!({
        "fingerprint": standing.fingerprint, "since": standing.since, "sealed": sealed, "ledgers": count(&standing.ledgers),
    })
}
