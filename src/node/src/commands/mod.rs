//! What the command line can ask of a node, as data: carried out by the serving node, or by the command itself while
//! none serves. Either way through the same verbs of the domain as every other door.

mod contract;
mod ending;
mod import;
mod introductions;
mod keys;
mod ledger;
mod peers;
mod people;
mod vault;

pub(crate) use import::ImportFile;

use crate::app::{App, cause};
use entrenous_domain::{Ctx, DomainError};
use entrenous_federation::Federation;
use entrenous_model::{Preset, Role};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tokio::sync::Mutex;

/// Who acts, for the audit trail.
const ACTOR: &str = entrenous_domain::audit::COMMAND_LINE;

/// One command.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub(crate) enum Command {
    PersonAdd {
        username: String,
        display_name: String,
        role: Role,
        locale: String,
        password: String,
    },
    PersonInvitations,
    PersonWithdraw {
        id: String,
    },
    PersonInvite {
        role: Role,
        hours: i64,
        uses: i32,
    },
    PersonList,
    PersonDisable {
        username: String,
    },
    PersonPassword {
        username: String,
        password: String,
    },
    TokenCreate {
        username: String,
        scopes: String,
    },
    TokenList {
        username: String,
    },
    TokenRevoke {
        username: String,
        id: String,
    },
    PeerInvite {
        for_authority: Option<String>,
        pre_confirm: bool,
        purpose: String,
        hours: i64,
        contract: Preset,
        introduce: bool,
    },
    PeerIntroduce {
        authority: String,
        to: Vec<String>,
        contract: Option<Preset>,
        note: String,
    },
    PeerIntroductions,
    PeerIntroductionAnswer {
        id: String,
        accept: bool,
    },
    PeerIntroductionsPolicy {
        authority: String,
        accept: bool,
    },
    PeerNetwork,
    PeerInvitations,
    PeerWithdraw {
        id: String,
    },
    PeerPreview {
        link: String,
    },
    PeerJoin {
        link: String,
        yes: bool,
    },
    PeerConfirm {
        authority: String,
    },
    PeerSuspend {
        authority: String,
    },
    PeerRevoke {
        authority: String,
    },
    PeerTrust {
        authority: String,
        contract: Preset,
    },
    PeerPropose {
        authority: String,
        contract: Option<Preset>,
        changes: Vec<String>,
        note: String,
    },
    PeerAnswer {
        authority: String,
        accept: bool,
    },
    PeerShow {
        authority: String,
    },
    PeerList,
    PeerDeliveries {
        authority: Option<String>,
    },
    PeerLedger {
        authority: String,
        limit: i64,
        refused: bool,
    },
    PeerLedgerVerify {
        authority: String,
        head: Option<String>,
    },
    PeerLedgerExport {
        authority: String,
        after: i64,
    },
    KeysShow,
    KeysRotate,
    VaultShow,
    VaultRotate,
    Audit {
        peer: Option<String>,
        limit: i64,
    },
    Import {
        posts: ImportFile,
    },
}

/// What a command answers: for people, and for scripts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) json: serde_json::Value,
    /// For the person at the terminal, on standard error: scripts read `text` alone.
    pub(crate) note: Option<String>,
}

impl Answer {
    /// An answer in both forms.
    pub(crate) fn new(text: &str, json: &impl Serialize) -> Result<Self, String> {
        let json = serde_json::to_value(json).map_err(|error| error.to_string())?;
        Ok(Self {
            text: text.to_owned(),
            json,
            note: None,
        })
    }
}

impl Answer {
    /// The same with a word for the person at the terminal.
    fn noting(mut self, note: String) -> Self {
        self.note = Some(note);
        self
    }
}

/// Where a command is carried out.
pub(crate) struct Host {
    pub(crate) ctx: Ctx,
    pub(crate) federation: Federation,
    /// Whether this process answers peers, which an invitation needs.
    pub(crate) serving: bool,
    /// The file with the vault's key. Locked while that is changed: there is one next key.
    pub(crate) vault_key: Mutex<PathBuf>,
}

impl Host {
    /// A command that found no serving node.
    pub(crate) fn offline(app: &App) -> Self {
        Self {
            ctx: app.ctx.clone(),
            federation: app.federation.clone(),
            serving: false,
            vault_key: Mutex::new(app.places.vault_key()),
        }
    }
}

/// Carries a command out.
///
/// # Errors
/// A text for the person at the command line that says what is wrong and what to do.
pub(crate) async fn execute(host: &Host, command: Command) -> Result<Answer, String> {
    use Command as C;
    match command {
        C::PersonAdd {
            username,
            display_name,
            role,
            locale,
            password,
        } => people::add(host, username, display_name, role, locale, password).await,
        C::PersonInvitations => people::invitations(host).await,
        C::PersonWithdraw { id } => people::withdraw(host, &id).await,
        C::PersonInvite { role, hours, uses } => people::invite(host, role, hours, uses).await,
        C::PersonList => people::list(host).await,
        C::PersonDisable { username } => people::disable(host, &username).await,
        C::PersonPassword { username, password } => people::password(host, &username, password).await,
        C::TokenCreate { username, scopes } => people::create_token(host, &username, &scopes).await,
        C::TokenList { username } => people::list_tokens(host, &username).await,
        C::TokenRevoke { username, id } => people::revoke_token(host, &username, &id).await,
        C::PeerInvite {
            for_authority,
            pre_confirm,
            purpose,
            hours,
            contract,
            introduce,
        } => {
            let offer = peers::Offer {
                for_authority,
                pre_confirm,
                purpose,
                hours,
                contract,
                introduce,
            };
            peers::invite(host, offer).await
        }
        C::PeerIntroduce {
            authority,
            to,
            contract,
            note,
        } => introductions::introduce(host, &authority, &to, contract, &note).await,
        C::PeerIntroductions => introductions::list(host).await,
        C::PeerIntroductionAnswer { id, accept } => introductions::answer(host, &id, accept).await,
        C::PeerIntroductionsPolicy { authority, accept } => {
            introductions::policy(host, &authority, accept).await
        }
        C::PeerNetwork => introductions::network(host).await,
        C::PeerInvitations => peers::invitations(host).await,
        C::PeerWithdraw { id } => peers::withdraw(host, &id).await,
        C::PeerPreview { link } => peers::preview(host, &link).await,
        C::PeerJoin { link, .. } => peers::join(host, &link).await,
        C::PeerConfirm { authority } => peers::confirm(host, &authority).await,
        C::PeerSuspend { authority } => peers::suspend(host, &authority).await,
        C::PeerRevoke { authority } => peers::revoke(host, &authority).await,
        C::PeerTrust { authority, contract } => peers::trust(host, &authority, contract).await,
        C::PeerPropose {
            authority,
            contract,
            changes,
            note,
        } => contract::propose(host, &authority, contract, &changes, note).await,
        C::PeerAnswer { authority, accept } => contract::answer(host, &authority, accept).await,
        C::PeerShow { authority } => peers::show(host, &authority).await,
        C::PeerList => peers::list(host).await,
        C::PeerDeliveries { authority } => peers::deliveries(host, authority).await,
        C::PeerLedger {
            authority,
            limit,
            refused,
        } => ledger::show(host, &authority, limit, refused).await,
        C::PeerLedgerVerify { authority, head } => ledger::verify(host, &authority, head.as_deref()).await,
        C::PeerLedgerExport { authority, after } => ledger::export(host, &authority, after).await,
        C::KeysShow => keys::show(host).await,
        C::KeysRotate => keys::rotate(host).await,
        C::VaultShow => vault::show(host).await,
        C::VaultRotate => vault::rotate(host).await,
        C::Audit { peer, limit } => peers::audit(host, peer, limit).await,
        C::Import { posts } => import::run(host, posts).await,
    }
}

/// An error as the command line says it.
fn said(error: &DomainError) -> String {
    cause(error)
}

/// As [`said`], where the thing that was not found has a name.
fn said_of(error: &DomainError, what: &str, hint: &str) -> String {
    match error {
        DomainError::NotFound => format!("there is no {what}. {hint}"),
        other => cause(other),
    }
}

/// Rows as aligned columns, with a heading.
fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = heading.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut out = vec![line(heading.to_vec())];
    out.extend(
        rows.iter()
            .map(|row| line(row.iter().map(String::as_str).collect())),
    );
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let text = table(&["NAME", "ROLE"], &[vec!["zoé".to_owned(), "owner".to_owned()]]);
        assert_eq!(text, "NAME  ROLE\nzoé   owner");
    }

    #[test]
    fn commands_travel_as_json() {
        let command = Command::PeerJoin {
            link: "http://a/#t".to_owned(),
            yes: true,
        };
        let text = serde_json::to_string(&command).unwrap();
        assert!(matches!(
            serde_json::from_str(&text).unwrap(),
            Command::PeerJoin { yes: true, .. }
        ));
    }
}
