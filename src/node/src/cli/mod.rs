//! The command line. Every command that answers takes `--json`; none prompts unless standard input is a terminal.

mod args;
mod init;
pub(crate) mod output;
mod password;
mod routes;

pub(crate) use args::Arguments;

use crate::commands::{self, Answer, Command};
use crate::config::{self, Places};
use crate::failure::Failure;
use crate::{app, control, log, serve};
use args::{ConfigCommand, KeysCommand, PeerCommand, PersonCommand, TokenCommand, VaultCommand, Verb};
use std::path::Path;
use std::process::ExitCode;

/// Runs one command line.
pub(crate) async fn run(arguments: Arguments) -> ExitCode {
    // An export is lines of JSON, and no answer that has two forms.
    let export = matches!(
        &arguments.verb,
        Verb::Peer(PeerCommand::Ledger { export: true, .. })
    );
    let json = arguments.json && !export;
    let result = match arguments.verb {
        Verb::Serve { data } => return serve_node(&data.data_dir).await,
        Verb::Openapi => return output::print(&entrenous_api::openapi_document().to_string()),
        Verb::Routes => routes::answer(),
        Verb::Init(init) => quietly(|| init::run(*init)).await,
        Verb::Config(ConfigCommand::Check { data }) => check(&Places::new(&data.data_dir)),
        other => match command(other) {
            Ok((places, command)) => carry_out(&places, command).await,
            Err(error) => Err(error),
        },
    };
    match result {
        Ok(answer) if json => output::print(&answer.json.to_string()),
        Ok(answer) => {
            // Scripts may read both streams as one.
            if let Some(note) = answer.note.as_ref().filter(|_| output::is_read_by_a_person()) {
                output::note(note);
            }
            output::print(&answer.text)
        }
        Err(error) => output::fail(&error),
    }
}

/// Runs what is no node with only warnings logged.
async fn quietly<T, F: Future<Output = T>>(run: impl FnOnce() -> F) -> T {
    log::start("warn", "auto");
    run().await
}

async fn serve_node(data_dir: &Path) -> ExitCode {
    match serve::run(Places::new(data_dir)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output::fail(&error),
    }
}

fn check(places: &Places) -> Result<Answer, Failure> {
    log::start("warn", "auto");
    let environment = app::environment();
    config::load(&places.config(), &environment)?;
    let text = std::fs::read_to_string(places.config()).map_err(|error| error.to_string())?;
    let rows = config::explain(&text, &environment);
    let mut out = format!("{} is valid.\n", places.config().display());
    for row in &rows {
        out.push_str(&format!(
            "\n{} = {}   ({})\n    {}\n    override: {}\n",
            row.key, row.value, row.source, row.help, row.variable
        ));
    }
    Ok(Answer::new(out.trim_end(), &rows)?)
}

/// What a command line asks for, as data that can travel over the socket. Passwords are read here.
fn command(verb: Verb) -> Result<(Places, Command), Failure> {
    let (data, command) = match verb {
        Verb::Person(PersonCommand::Add {
            data,
            username,
            display_name,
            role,
            locale,
            password_stdin,
        }) => {
            let password =
                password::read(password_stdin, "--password-stdin", "Password").map_err(Failure::Usage)?;
            let display_name = display_name.unwrap_or_default();
            (
                data,
                Command::PersonAdd {
                    username,
                    display_name,
                    role,
                    locale,
                    password,
                },
            )
        }
        Verb::Person(PersonCommand::Invite {
            data,
            role,
            hours,
            uses,
        }) => (data, Command::PersonInvite { role, hours, uses }),
        Verb::Person(PersonCommand::Invitations { data }) => (data, Command::PersonInvitations),
        Verb::Person(PersonCommand::Withdraw { data, id }) => (data, Command::PersonWithdraw { id }),
        Verb::Person(PersonCommand::List { data }) => (data, Command::PersonList),
        Verb::Person(PersonCommand::Disable { data, username }) => {
            (data, Command::PersonDisable { username })
        }
        Verb::Person(PersonCommand::Password {
            data,
            username,
            password_stdin,
        }) => {
            let password =
                password::read(password_stdin, "--password-stdin", "New password").map_err(Failure::Usage)?;
            (data, Command::PersonPassword { username, password })
        }
        Verb::Token(TokenCommand::Create {
            data,
            username,
            scopes,
        }) => (data, Command::TokenCreate { username, scopes }),
        Verb::Token(TokenCommand::List { data, username }) => (data, Command::TokenList { username }),
        Verb::Token(TokenCommand::Revoke { data, username, id }) => {
            (data, Command::TokenRevoke { username, id })
        }
        Verb::Peer(peer) => peer_command(peer)?,
        Verb::Keys(KeysCommand::Show { data }) => (data, Command::KeysShow),
        Verb::Keys(KeysCommand::Rotate { data }) => (data, Command::KeysRotate),
        Verb::Vault(VaultCommand::Show { data }) => (data, Command::VaultShow),
        Verb::Vault(VaultCommand::Rotate { data }) => (data, Command::VaultRotate),
        Verb::Audit { data, peer, limit } => (data, Command::Audit { peer, limit }),
        Verb::Import { data, file } => {
            let text =
                std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            let posts =
                serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
            (data, Command::Import { posts })
        }
        Verb::Serve { .. } | Verb::Openapi | Verb::Routes | Verb::Init(_) | Verb::Config(_) => {
            return Err("this command is run elsewhere".to_owned().into());
        }
    };
    Ok((Places::new(&data.data_dir), command))
}

fn peer_command(peer: PeerCommand) -> Result<(args::DataDir, Command), Failure> {
    Ok(match peer {
        PeerCommand::Invite {
            data,
            for_authority,
            pre_confirm,
            purpose,
            hours,
            contract,
            introduce,
        } => {
            if pre_confirm && for_authority.is_none() {
                return Err(Failure::Usage(
                    "--pre-confirm needs --for AUTHORITY: name the one node the invitation is for".to_owned(),
                ));
            }
            (
                data,
                Command::PeerInvite {
                    for_authority,
                    pre_confirm,
                    purpose,
                    hours,
                    contract,
                    introduce,
                },
            )
        }
        PeerCommand::Introduce {
            data,
            authority,
            to,
            contract,
            note,
        } => (
            data,
            Command::PeerIntroduce {
                authority,
                to,
                contract,
                note,
            },
        ),
        PeerCommand::Introductions { data } => (data, Command::PeerIntroductions),
        PeerCommand::AcceptIntroduction { data, id } => {
            (data, Command::PeerIntroductionAnswer { id, accept: true })
        }
        PeerCommand::DeclineIntroduction { data, id } => {
            (data, Command::PeerIntroductionAnswer { id, accept: false })
        }
        PeerCommand::IntroductionsPolicy {
            data,
            authority,
            what,
        } => {
            let accept = what == "accept";
            (data, Command::PeerIntroductionsPolicy { authority, accept })
        }
        PeerCommand::Network { data } => (data, Command::PeerNetwork),
        PeerCommand::Invitations { data } => (data, Command::PeerInvitations),
        PeerCommand::Withdraw { data, id } => (data, Command::PeerWithdraw { id }),
        PeerCommand::Join { data, link, yes } => (data, Command::PeerJoin { link, yes }),
        PeerCommand::Confirm { data, authority } => (data, Command::PeerConfirm { authority }),
        PeerCommand::Suspend { data, authority } => (data, Command::PeerSuspend { authority }),
        PeerCommand::Revoke { data, authority } => (data, Command::PeerRevoke { authority }),
        PeerCommand::Trust {
            data,
            authority,
            contract,
        } => (data, Command::PeerTrust { authority, contract }),
        PeerCommand::Propose {
            data,
            authority,
            contract,
            changes,
            note,
        } => (
            data,
            Command::PeerPropose {
                authority,
                contract,
                changes,
                note,
            },
        ),
        PeerCommand::Accept { data, authority } => (
            data,
            Command::PeerAnswer {
                authority,
                accept: true,
            },
        ),
        PeerCommand::Reject { data, authority } => (
            data,
            Command::PeerAnswer {
                authority,
                accept: false,
            },
        ),
        PeerCommand::Show { data, authority } => (data, Command::PeerShow { authority }),
        PeerCommand::List { data } => (data, Command::PeerList),
        PeerCommand::Ledger {
            data,
            authority,
            limit,
            refused,
            verify,
            head,
            export,
        } => {
            let command = if verify {
                Command::PeerLedgerVerify { authority, head }
            } else if export {
                Command::PeerLedgerExport { authority, after: 0 }
            } else {
                Command::PeerLedger {
                    authority,
                    limit,
                    refused,
                }
            };
            (data, command)
        }
        PeerCommand::Deliveries { data, authority } => (data, Command::PeerDeliveries { authority }),
    })
}

/// Asks the serving node, or does it in this process while none serves.
async fn carry_out(places: &Places, command: Command) -> Result<Answer, Failure> {
    log::start("warn", "auto");
    let (command, first) = match command {
        // The person at a terminal is shown what joining means, and asked.
        Command::PeerJoin { link, yes: false } => {
            let seen = once(places, Command::PeerPreview { link: link.clone() }).await?;
            if !password::is_interactive() {
                return Err(format!("{}\n\nNothing was done. Add --yes to join.", seen.text).into());
            }
            output::note(&seen.text);
            if !password::ask(
                "Do the name and the fingerprint match what the other administrator told you? Join?",
            )? {
                return Err("nothing was done".to_owned().into());
            }
            (Command::PeerJoin { link, yes: true }, Some(seen))
        }
        other => (other, None),
    };
    drop(first);
    match command {
        Command::PeerLedgerExport { authority, after } => export(places, authority, after).await,
        other => once(places, other).await,
    }
}

/// Prints a ledger piece by piece, since one answer has its bounds; answers the last piece.
async fn export(places: &Places, authority: String, mut after: i64) -> Result<Answer, Failure> {
    loop {
        let authority = authority.clone();
        let piece = once(places, Command::PeerLedgerExport { authority, after }).await?;
        match piece.json.get("next").and_then(serde_json::Value::as_i64) {
            Some(next) => {
                output::print(&piece.text);
                after = next;
            }
            None => return Ok(piece),
        }
    }
}

async fn once(places: &Places, command: Command) -> Result<Answer, Failure> {
    // A wrong directory or a broken configuration is said as such, not as a node that does not answer.
    let configuration = config::load(&places.config(), &app::environment())?;
    drop(configuration);
    if let Some(answer) = control::ask(&places.socket(), &command).await? {
        return Ok(answer?);
    }
    let app = app::App::open(places.clone(), app::Purpose::Command).await?;
    let answer = commands::execute(&commands::Host::offline(&app), command).await;
    app.close().await;
    Ok(answer?)
}
