//! One process of a node: the product's store, use-cases and federation, wired as `entrenous serve` wires them.

use super::Alive;
use super::lookup::Lookup;
use super::pace::{AtOnce, Disk};
use super::ports::{Dice, NoFiles, Smith, Watch};
use crate::journal::NodeNo;
use crate::net::{self, Arrival, Names, Net};
use crate::rng::Rng;
use crate::{Failed, failed};
use axum::Router;
use axum::body::Body;
use entrenous_domain::context::Ports;
use entrenous_domain::secrets::Vault;
use entrenous_domain::{Ctx, NodeSettings, ledger, look, peers};
use entrenous_door::ClientAddr;
use entrenous_egress::{AllowRule, Egress, EgressConfig, OriginPattern};
use entrenous_federation::{Federation, Identity};
use entrenous_model::{Event, Origin};
use entrenous_store::{Pace, Store, StoreConfig};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep;
use tower::ServiceExt as _;

/// As in `node`: the head of a request must be here by then.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How often the ledger is sealed, and what is to be purged is looked at; twice as long each time that there was nothing.
/// (A node does it each second: here it would be most of the work.)
const CHORES: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(1_800));

/// A running node.
pub struct Life {
    /// Its use-cases.
    pub ctx: Ctx,
    /// Its federation.
    pub federation: Federation,
    alive: Alive,
    lookup: Arc<Lookup>,
    tasks: Vec<AbortHandle>,
}

/// What one needs to begin.
pub struct Birth<'a> {
    /// Which node.
    pub node: NodeNo,
    /// Its database.
    pub database: &'a Path,
    /// The clock of its machine.
    pub watch: &'a Watch,
    /// The network.
    pub net: &'a Net,
    /// Its randomness; `None` for a database that takes no time, to set the stage.
    pub rng: Option<Rng>,
}

impl Life {
    /// Opens the database and begins to serve.
    ///
    /// # Errors
    /// If the product says that it cannot start.
    pub async fn begin(birth: Birth<'_>) -> Result<Self, Failed> {
        let (alive, net, node) = (Alive::default(), birth.net, birth.node);
        let mut rng = birth.rng.clone().unwrap_or_else(|| Rng::of(7, "stage"));
        let pace: Arc<dyn Pace> = match birth.rng {
            Some(_) => Arc::new(Disk::new(Rng::new(rng.next()), alive.clone())),
            None => Arc::new(AtOnce),
        };
        let step = u16::try_from(rng.within(0, 1 << 16)).unwrap_or(0);
        let watch = birth.watch.clone();
        let clock: entrenous_store::Clock = {
            let watch = watch.clone();
            Arc::new(move || watch.shows())
        };
        let config = StoreConfig::new(format!("sqlite:{}", birth.database.display()));
        let store = Store::open_inline(&config, clock, pace, step).map_err(failed("opening the store"))?;
        let ports = Ports {
            clock: Arc::new(watch),
            entropy: Arc::new(Dice(Mutex::new(Rng::new(rng.next())))),
            files: Arc::new(NoFiles),
            keys: Arc::new(Smith),
        };
        let ctx = Ctx::new(store, settings(node)?, Vault::new(&[42; 32]), ports);
        let identity = Identity::load_or_create(&ctx).await.map_err(failed("its keys"))?;
        let mut way_out = EgressConfig::new("entrenous-simulation");
        way_out.native_roots = false;
        way_out.allow = rules()?;
        let dialler = Arc::new(net.dialler(node, alive.clone()));
        let egress =
            Egress::with_network(&way_out, Arc::new(Names), dialler).map_err(failed("its way out"))?;
        let federation =
            Federation::new(ctx.clone(), egress, identity, way_out.allow).map_err(failed("federation"))?;
        let lookup = Arc::new(Lookup::new(federation.clone()));
        ctx.set_lookup(Arc::<Lookup>::clone(&lookup));
        let tasks = vec![
            tokio::spawn(follow_events(ctx.clone(), federation.identity().clone())).abort_handle(),
            tokio::spawn(federation.clone().run_background(std::future::pending())).abort_handle(),
            tokio::spawn(chores(ctx.clone())).abort_handle(),
            tokio::spawn(serve(net.open(node), federation.router())).abort_handle(),
        ];
        Ok(Self {
            ctx,
            federation,
            alive,
            lookup,
            tasks,
        })
    }

    /// Kills it, in the middle of whatever it does: nothing more is written, sent or answered.
    pub fn kill(self) {
        self.alive.kill();
        self.lookup.forget();
        for task in self.tasks {
            task.abort();
        }
    }
}

fn settings(node: NodeNo) -> Result<NodeSettings, Failed> {
    Ok(NodeSettings {
        origin: origin(node)?,
        name: format!("Node {node}"),
        description: "A node in a simulation".to_owned(),
        accent: "#336699".to_owned(),
        languages: vec!["en".to_owned()],
        rules: Vec::new(),
        contact_email: None,
        source_url: None,
        max_post_chars: 5_000,
        max_upload_bytes: 8 << 20,
        open_webfinger: false,
        push_services: Vec::new(),
    })
}

/// The origin of a node.
///
/// # Errors
/// Never, with names as they are.
pub fn origin(node: NodeNo) -> Result<Origin, Failed> {
    Origin::parse(&format!("http://{}", net::name(node))).map_err(failed("an origin"))
}

fn rules() -> Result<Vec<AllowRule>, Failed> {
    (0..super::MOST_NODES)
        .map(|node| {
            Ok(AllowRule {
                origin: OriginPattern::parse(&format!("http://{}", net::name(node)))
                    .map_err(failed("a rule"))?,
                addresses: vec![
                    format!("{}/32", net::address(node))
                        .parse()
                        .map_err(failed("a rule"))?,
                ],
                ca: None,
            })
        })
        .collect()
}

/// As the accept loop of `node`, without its limits.
async fn serve(mut door: mpsc::UnboundedReceiver<Arrival>, router: Router) {
    let mut connections = JoinSet::new();
    while let Some(arrival) = door.recv().await {
        while connections.try_join_next().is_some() {}
        connections.spawn(one(arrival, router.clone()));
    }
}

async fn one(arrival: Arrival, router: Router) {
    let from = arrival.from;
    let service = service_fn(move |request: http::Request<Incoming>| {
        let router = router.clone();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ClientAddr(from));
        router.oneshot(request)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(arrival.stream), service);
    if let Err(error) = served.await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// As in `node`, without streams.
async fn follow_events(ctx: Ctx, identity: Identity) {
    let mut events = ctx.store().events();
    loop {
        match events.recv().await {
            Ok(batch) => {
                ctx.caches().apply(&batch);
                ctx.trust().apply(&batch);
                look::follow(&ctx, &batch).await;
                identity.follow(&ctx, &batch).await;
            }
            Err(RecvError::Lagged(_)) => {
                ctx.caches().forget_everything();
                ctx.trust().forget_everything();
                identity.follow(&ctx, &[Event::OwnKeysChanged]).await;
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// Seals the ledger, and removes or hides what revoked peers gave.
async fn chores(ctx: Ctx) {
    let (shortest, longest) = CHORES;
    let mut pause = shortest;
    loop {
        sleep(pause).await;
        pause = (pause * 2).min(longest);
        match ledger::seal(&ctx).await {
            Ok(0) => {}
            Ok(_) => pause = shortest,
            Err(error) => tracing::error!(%error, "the ledger was not sealed"),
        }
        loop {
            match peers::purge_piece(&ctx).await {
                Ok(true) => pause = shortest,
                Ok(false) => break,
                Err(error) => {
                    tracing::error!(%error, "a purge failed");
                    break;
                }
            }
        }
    }
}
