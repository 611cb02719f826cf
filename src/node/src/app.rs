//! Wiring: from a data directory to a context, federation and the lock that keeps others out.

use crate::config::{Config, Places};
use crate::failure::{Failure, one_line};
use crate::files::DiskFiles;
use crate::keysmith::{PromptSmith, StockedSmith};
use crate::system::{SystemClock, SystemEntropy};
use crate::{config, secret_file, system};
use entrenous_domain::context::Ports;
use entrenous_domain::ports::KeySmith;
use entrenous_domain::secrets::Vault;
use entrenous_domain::{Ctx, DomainError, NodeSettings, accounts, look, vault};
use entrenous_egress::{Egress, EgressConfig};
use entrenous_federation::{Federation, Identity};
use entrenous_store::{Store, StoreConfig, StoreError};
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

/// How many key pairs a serving node has ready.
const KEY_STOCK: usize = 4;

/// What a process opens a data directory for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To set a node up: an empty database is begun.
    Init,
    /// For one command: one connection to read and one to write, and no keys ahead of need.
    Command,
    /// To serve.
    Serve,
}

/// Everything that is open while this process owns a data directory.
pub(crate) struct App {
    pub(crate) places: Places,
    pub(crate) config: Config,
    pub(crate) ctx: Ctx,
    pub(crate) federation: Federation,
    /// The one way out.
    pub(crate) egress: Egress,
    /// Keeps the lock for as long as the process owns the directory.
    _lock: File,
}

/// The process's environment. A value that is not UTF-8 has the replacement character in it, which no key takes.
pub(crate) fn environment() -> Vec<(String, String)> {
    // `vars` would panic on any variable that is not UTF-8.
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .collect()
}

impl App {
    /// Opens a data directory.
    pub(crate) async fn open(places: Places, purpose: Purpose) -> Result<Self, Failure> {
        let config = config::load(&places.config(), &environment())?;
        let lock = lock(&places)?;
        let ctx = open_context(&places, &config, purpose)?;
        match own_federation(&places, &ctx, &config).await {
            Ok((federation, egress)) => Ok(Self {
                places,
                config,
                ctx,
                federation,
                egress,
                _lock: lock,
            }),
            Err(failure) => {
                ctx.store().close().await;
                Err(failure)
            }
        }
    }

    /// Ends the store's threads after their last work. A process that exits beside them is aborted by AWS-LC when one
    /// of them asks for its first randomness: every [`App`] is closed, after a failure too.
    pub(crate) async fn close(&self) {
        self.ctx.store().close().await;
    }
}

/// A message with its private cause, for the person at the command line (who owns the node).
pub(crate) fn cause(error: &DomainError) -> String {
    use DomainError as E;
    match error {
        E::Store(cause) => cause.to_string(),
        E::Internal(cause) => cause.clone(),
        other => other.to_string(),
    }
}

/// What to look at when something cannot be written in the data directory.
pub(crate) fn writable(root: &Path) -> String {
    format!(
        "Is {} this user's own, on a disk with room that may be written?",
        root.display()
    )
}

/// Takes the lock of a data directory; only one process at a time has it.
pub(crate) fn lock(places: &Places) -> Result<File, String> {
    let path = places.lock();
    let shown = path.display();
    let file = File::options()
        .create(true)
        .truncate(false)
        .mode(0o600)
        .write(true)
        .open(&path)
        .map_err(|error| format!("{shown} cannot be opened: {error}. {}", writable(&places.root)))?;
    file.try_lock().map_err(|_| {
        format!(
            "another process uses {}. Stop it first (`entrenous serve` and commands take turns)",
            places.root.display()
        )
    })?;
    Ok(file)
}

/// Opens store and ports. Only a node that is being set up begins an empty database: a running one whose database is
/// gone must not become another node without people, posts and keys.
pub(crate) fn open_context(places: &Places, config: &Config, purpose: Purpose) -> Result<Ctx, Failure> {
    let keys = secret_file::read(&places.vault_key())?;
    let vault = keys.next.as_ref().map_or_else(
        || Vault::new(&keys.current),
        |next| Vault::changing(&keys.current, next),
    );
    let mut database = StoreConfig::new(config.database_url(&places.root));
    database.create = purpose == Purpose::Init;
    let keys: Arc<dyn KeySmith> = if purpose == Purpose::Serve {
        let smith = StockedSmith::start(KEY_STOCK).map_err(|error| format!("no thread for keys: {error}"))?;
        Arc::new(smith)
    } else {
        (database.readers, database.writers) = (1, 1);
        Arc::new(PromptSmith)
    };
    let clock: entrenous_store::Clock = Arc::new(system::system_now);
    let store = Store::open(&database, clock).map_err(|error| {
        let text = one_line(&format!("the database cannot be opened: {error}"));
        match error {
            StoreError::Corrupt(_) => Failure::Failed(format!("{text}. Restore it from your backup")),
            StoreError::Insecure { .. } | StoreError::Config(_) | StoreError::Empty(_) => {
                Failure::Configuration(text)
            }
            StoreError::Unavailable(_) if config.database_url(&places.root).starts_with("postgres") => {
                Failure::Failed(format!("{text}. Does it run, and is database.url right?"))
            }
            StoreError::Unavailable(_) | StoreError::Full(_) => {
                Failure::Failed(format!("{text}. {}", writable(&places.root)))
            }
            _ => Failure::Failed(text),
        }
    })?;
    let ports = Ports {
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        files: Arc::new(DiskFiles::new(&places.media())),
        keys,
    };
    Ok(Ctx::new(store, settings(config), vault, ports))
}

/// Ends a change of the vault's key that was cut short. If that cannot be, the node goes on with both keys.
async fn end_change(places: &Places, ctx: &Ctx) -> Result<(), Failure> {
    let path = places.vault_key();
    secret_file::tidy(&path)?;
    let Some(next) = secret_file::read(&path)?.next else {
        return Ok(());
    };
    match vault::change(ctx, NODE, &next).await {
        Ok(_) => Ok(secret_file::replace(&path, &[&next])?),
        Err(DomainError::Conflict(text)) => {
            tracing::error!(cause = text, "the change of the vault's key cannot be ended");
            Ok(())
        }
        Err(error) => Err(cause(&error).into()),
    }
}

/// Who acts when nobody asked, for the audit trail.
const NODE: &str = "node";

/// Federation with this node's identity, once database and key file are known to be this node's.
async fn own_federation(
    places: &Places,
    ctx: &Ctx,
    config: &Config,
) -> Result<(Federation, Egress), Failure> {
    end_change(places, ctx).await?;
    same_address(ctx).await?;
    look::refresh(ctx).await.map_err(|error| cause(&error))?;
    federation(places, ctx, config).await
}

/// Refuses a database whose people were made under another address: every id begins with it.
async fn same_address(ctx: &Ctx) -> Result<(), Failure> {
    let own = accounts::own_uri(ctx).await.map_err(|error| cause(&error))?;
    match own {
        Some(uri) if !uri.starts_with(&format!("{}/", ctx.origin())) => Err(Failure::Configuration(format!(
            "node.url is {}, but the people in this database have addresses such as {uri}: the address of a node never \
             changes. Write the old one, or point database.url to this node's own database",
            ctx.origin()
        ))),
        _ => Ok(()),
    }
}

/// Federation with its one way out, connected as the domain's look-up.
async fn federation(places: &Places, ctx: &Ctx, config: &Config) -> Result<(Federation, Egress), Failure> {
    let mut way_out = EgressConfig::new(format!(
        "Entrenous/{} (+{})",
        env!("CARGO_PKG_VERSION"),
        ctx.origin()
    ));
    way_out.allow.clone_from(&config.egress.allow);
    let egress = Egress::new(&way_out).map_err(|error| Failure::Configuration(error.to_string()))?;
    let failed = |error| format!("federation cannot start: {}", cause(&error));
    let identity = Identity::load_or_create(ctx).await.map_err(|error| match error {
        DomainError::Conflict(text) => Failure::Configuration(format!(
            "the key file {} is not this node's: {text}. Restore it from your backup",
            places.vault_key().display()
        )),
        other => failed(other).into(),
    })?;
    let federation = Federation::new(ctx.clone(), egress.clone(), identity, config.egress.allow.clone())
        .map_err(failed)?;
    ctx.set_lookup(Arc::new(federation.clone()));
    Ok((federation, egress))
}

fn settings(config: &Config) -> NodeSettings {
    let node = &config.node;
    NodeSettings {
        origin: node.url.clone(),
        name: node.name.trim().to_owned(),
        description: node.description.clone(),
        accent: node.accent.clone(),
        languages: node.languages.clone(),
        rules: node.rules.clone(),
        contact_email: Some(node.contact_email.clone()).filter(|address| !address.is_empty()),
        source_url: Some(node.source_url.clone()).filter(|url| !url.is_empty()),
        max_post_chars: config.limits.post_characters,
        max_upload_bytes: config.limits.upload_bytes,
        open_webfinger: config.federation.open_webfinger,
        push_services: config
            .push
            .services
            .iter()
            .map(|service| service.as_str().to_owned())
            .collect(),
    }
}
