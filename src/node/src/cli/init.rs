//! `entrenous init`: everything a new node needs, or nothing.

use super::args::Init;
use super::{output, password};
use crate::commands::Answer;
use crate::config::{NewConfig, Places, render};
use crate::failure::Failure;
use crate::system::SystemEntropy;
use crate::{app, config, secret_file};
use entrenous_domain::DomainError;
use entrenous_domain::people::{self, NewPerson};
use entrenous_domain::ports::Entropy as _;
use entrenous_federation::Identity;
use entrenous_model::{Origin, Role};
use serde_json::json;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Sets a node up. Nothing that exists is overwritten; what a failed attempt made is removed again.
pub(crate) async fn run(init: Init) -> Result<Answer, Failure> {
    let places = Places::new(&init.data.data_dir);
    let origin =
        Origin::parse(&init.url).map_err(|error| Failure::Usage(format!("--url {}: {error}", init.url)))?;
    if !init.url.contains("://") {
        return Err(Failure::Usage(format!(
            "--url {}: write it with https:// or http:// before it",
            init.url
        )));
    }
    for path in [places.config(), places.vault_key()] {
        if path.exists() {
            return Err(format!(
                "{} exists: this directory holds a node. Nothing was changed",
                path.display()
            )
            .into());
        }
    }
    let password = password::read(
        init.owner_password_stdin,
        "--owner-password-stdin",
        "Password of the owner",
    )
    .map_err(Failure::Usage)?;
    let directory_existed = places.root.exists();
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&places.root)
        .map_err(|error| format!("{} cannot be made: {error}", places.root.display()))?;
    let _lock = app::lock(&places)?;
    let listen = init.listen.unwrap_or_else(|| default_listen(&origin)).to_string();
    let name = init.name.clone().unwrap_or_else(|| origin.authority().to_owned());
    let text = render(&NewConfig {
        url: origin.as_str(),
        listen: &listen,
        name: &name,
        accent: init.accent.as_deref(),
        database_url: init.database_url.as_deref(),
        allow_local: init.allow_local,
    });
    let database_existed = places.root.join("entrenous.db").exists();
    let result = make(&places, &text, &init, password).await;
    if let Err(error) = result {
        undo(&places, database_existed);
        if !directory_existed && let Err(error) = std::fs::remove_dir_all(&places.root) {
            tracing::warn!(cause = %error, "the new directory is left behind");
        }
        return Err(error);
    }
    if origin.scheme() == "http" && !listen_is_local(&origin) {
        output::note(
            "warning: the URL is plain http. Passwords and posts cross the network readable by others; use https with a \
             TLS proxy, unless the network is yours alone. The URL can never change.",
        );
    }
    if init.allow_local {
        output::note(
            "warning: --allow-local lets nodes on this machine federate over plain http. It is for demos and tests; \
             remove the [[egress.allow]] entries from the configuration before real use.",
        );
    }
    let dir = places.root.display();
    Ok(Answer::new(
        &format!(
            "{name} is set up in {dir}.\nStart it:  entrenous serve --data-dir {dir}\nThen open {origin} and sign in as {}.\n\
             Keep a copy of {} apart from your backups: without it they cannot be read.",
            init.owner,
            places.vault_key().display()
        ),
        &json!({ "data_dir": places.root, "url": origin, "listen": listen, "name": name, "owner": init.owner }),
    )?)
}

/// True for the names and addresses of this machine.
fn listen_is_local(origin: &Origin) -> bool {
    let authority = origin.authority();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The port of the URL, on the URL's own address if it is one of this machine's loopback addresses.
fn default_listen(origin: &Origin) -> SocketAddr {
    let authority = origin.authority();
    if let Ok(address) = authority.parse::<SocketAddr>()
        && address.ip().is_loopback()
    {
        return address;
    }
    let port = authority
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok())
        .unwrap_or(8300);
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

async fn make(places: &Places, text: &str, init: &Init, password: String) -> Result<(), Failure> {
    let mut key = zeroize::Zeroizing::new([0; 32]);
    SystemEntropy.fill(key.as_mut_slice());
    secret_file::create(&places.vault_key(), &key)?;
    // Written aside first: a configuration under its own name is always whole.
    let aside = places.root.join(".entrenous.toml.new");
    write_private(&aside, text)?;
    let config = config::load(&aside, &app::environment())?;
    let ctx = app::open_context(places, &config, app::Purpose::Init)?;
    let done = async {
        if entrenous_domain::accounts::own_uri(&ctx).await?.is_some() {
            return Err(DomainError::Conflict(
                "the database holds another node; give this one an empty database".to_owned(),
            ));
        }
        let owner = NewPerson {
            username: init.owner.clone(),
            display_name: String::new(),
            password,
            role: Role::Owner,
            locale: config
                .node
                .languages
                .first()
                .cloned()
                .unwrap_or_else(|| "en".to_owned()),
        };
        // What can be wrong with the owner comes before anything is written: keys left in a database that outlives this
        // attempt, sealed with a key that does not, would stop the next one.
        people::add(&ctx, owner).await?;
        Identity::load_or_create(&ctx).await
    }
    .await;
    ctx.store().close().await;
    done.map_err(|error| match error {
        DomainError::Conflict(text) => text,
        other => format!("the owner cannot be added: {}", app::cause(&other)),
    })?;
    std::fs::rename(&aside, places.config())
        .map_err(|error| format!("the configuration cannot be written: {error}").into())
}

fn write_private(path: &Path, text: &str) -> Result<(), String> {
    std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// Removes what a failed attempt made, so that the next one starts afresh.
fn undo(places: &Places, database_existed: bool) {
    let mut made = vec![places.vault_key(), places.root.join(".entrenous.toml.new")];
    if !database_existed {
        made.extend(
            ["entrenous.db", "entrenous.db-wal", "entrenous.db-shm"].map(|name| places.root.join(name)),
        );
    }
    for path in made {
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(path = %path.display(), cause = %error, "left behind");
        }
    }
}
