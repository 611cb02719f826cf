//! Wiring: from a data directory to a context, federation and the lock that keeps others out.

use crate::config::{Config, Places};
use crate::files::DiskFiles;
use crate::keysmith::StockedSmith;
use crate::system::{SystemClock, SystemEntropy};
use crate::{config, secret_file, system};
use entrenous_domain::context::Ports;
use entrenous_domain::secrets::Vault;
use entrenous_domain::{Ctx, NodeSettings};
use entrenous_egress::{Egress, EgressConfig};
use entrenous_federation::{Federation, Identity};
use entrenous_store::{Store, StoreConfig};
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;

/// Everything that is open while this process owns a data directory.
pub(crate) struct App {
    pub(crate) places: Places,
    pub(crate) config: Config,
    pub(crate) ctx: Ctx,
    pub(crate) federation: Federation,
    /// Keeps the lock for as long as the process owns the directory.
    _lock: File,
}

/// The process's environment.
pub(crate) fn environment() -> Vec<(String, String)> {
    std::env::vars().collect()
}

impl App {
    /// Opens a data directory. `stock` is how many key pairs are kept ready.
    pub(crate) async fn open(places: Places, stock: usize) -> Result<Self, String> {
        let config = config::load(&places.config(), &environment())?;
        let lock = lock(&places)?;
        let ctx = open_context(&places, &config, stock)?;
        let federation = federation(&ctx, &config).await?;
        Ok(Self {
            places,
            config,
            ctx,
            federation,
            _lock: lock,
        })
    }

    /// Ends the store's threads after their last work.
    pub(crate) async fn close(self) {
        self.ctx.store().close().await;
    }
}

/// A message with its private cause, for the person at the command line (who owns the node).
pub(crate) fn cause(error: &entrenous_domain::DomainError) -> String {
    use entrenous_domain::DomainError as E;
    match error {
        E::Store(cause) => cause.to_string(),
        E::Internal(cause) => cause.clone(),
        other => other.to_string(),
    }
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
        .map_err(|error| format!("{shown} cannot be opened: {error}"))?;
    file.try_lock().map_err(|_| {
        format!(
            "another process uses {}. Stop it first (`entrenous serve` and commands take turns)",
            places.root.display()
        )
    })?;
    Ok(file)
}

/// Opens store and ports.
pub(crate) fn open_context(places: &Places, config: &Config, stock: usize) -> Result<Ctx, String> {
    let key = secret_file::read(&places.vault_key())?;
    let database = StoreConfig::new(config.database_url(&places.root));
    let clock: entrenous_store::Clock = Arc::new(system::system_now);
    let store =
        Store::open(&database, clock).map_err(|error| format!("the database cannot be opened: {error}"))?;
    let smith = StockedSmith::start(stock).map_err(|error| format!("no thread for keys: {error}"))?;
    let ports = Ports {
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        files: Arc::new(DiskFiles::new(&places.media())),
        keys: Arc::new(smith),
    };
    Ok(Ctx::new(store, settings(config), Vault::new(&key), ports))
}

/// Federation with its one way out, connected as the domain's look-up.
async fn federation(ctx: &Ctx, config: &Config) -> Result<Federation, String> {
    let mut way_out = EgressConfig::new(format!(
        "Entrenous/{} (+{})",
        env!("CARGO_PKG_VERSION"),
        ctx.origin()
    ));
    way_out.allow.clone_from(&config.egress.allow);
    let egress =
        Egress::new(&way_out).map_err(|error| format!("[[egress.allow]] in the configuration: {error}"))?;
    let failed = |error| format!("federation cannot start: {}", cause(&error));
    let identity = Identity::load_or_create(ctx).await.map_err(failed)?;
    let federation =
        Federation::new(ctx.clone(), egress, identity, config.egress.allow.clone()).map_err(failed)?;
    ctx.set_lookup(Arc::new(federation.clone()));
    Ok(federation)
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
    }
}
