//! A serving node: sockets, workers, and a graceful end.

mod accept;
mod body;
mod crowd;
mod desk;
mod emptied;
mod head;
mod ledger;
mod linger;
mod maintenance;
mod pace;
mod push;
mod stall;
mod timed;

use crate::app::{self, App, Purpose};
use crate::commands::Host;
use crate::config::{self, Places};
use crate::control::Server;
use crate::failure::Failure;
use crate::log;
use entrenous_api::{ApiSettings, ApiState, ClientFile};
use entrenous_domain::{look, peers, polls, scheduled, search, timelines};
use entrenous_model::Event;
use entrenous_wire::push::VapidKey;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How many connections may wait to be accepted, as far as the kernel allows (`net.core.somaxconn`).
const QUEUE: u32 = 65_535;
/// What of answers may wait in the kernel for one connection, in bytes (the kernel takes twice that for its own). More
/// would only let readers that do not read hold more, and would hide from the node how slowly others do.
const WAITING: u32 = 128 * 1024;
/// How long open requests may take to end once the node is told to stop. The whole stop stays under 10 s.
const PATIENCE: Duration = Duration::from_secs(7);

/// Serves until SIGTERM or Ctrl-C.
///
/// # Errors
/// A text for the operator, when the node cannot start.
pub(crate) async fn run(places: Places) -> Result<(), Failure> {
    // The log's form is in the configuration; a broken one is told on standard error like any other failure.
    let logging = config::load(&places.config(), &app::environment())?.log;
    log::start(&logging.level, &logging.format);
    let app = App::open(places, Purpose::Serve).await?;
    let served = serve(&app).await;
    app.close().await;
    if served.is_ok() {
        tracing::info!("stopped");
    }
    served
}

/// The web client that was compiled in.
fn web_client() -> Vec<ClientFile> {
    let files = entrenous_client::files().iter();
    let files: Vec<_> = files
        .map(|file| ClientFile {
            path: file.path,
            plain: file.plain,
            brotli: file.brotli,
            gzip: file.gzip,
        })
        .collect();
    if files.is_empty() {
        tracing::info!("compiled without the web client: the node serves its own few pages");
    }
    files
}

async fn serve(app: &App) -> Result<(), Failure> {
    let listen = app.config.node.listen;
    let listener = listener(listen).map_err(|error| {
        format!("{listen} cannot be listened on: {error}. Is another node running? See node.listen in the configuration")
    })?;
    let stop = CancellationToken::new();
    let workers = TaskTracker::new();

    let desk = desk::Desk::new(app.federation.clone());
    let key = push::key(&app.ctx).await?;
    let settings = ApiSettings {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        trust: Some(Arc::new(desk)),
        requests_per_person: app.config.limits.requests_per_person,
        client: web_client(),
        vapid: key.as_ref().map(VapidKey::public).unwrap_or_default(),
    };
    let state = ApiState::new(app.ctx.clone(), settings);
    let router = entrenous_api::assemble(state.clone(), app.federation.router());

    let host = Host {
        ctx: app.ctx.clone(),
        federation: app.federation.clone(),
        serving: true,
        vault_key: tokio::sync::Mutex::new(app.places.vault_key()),
    };
    let control = Server::listen(&app.places.socket())
        .map_err(|error| format!("{error}. {}", app::writable(&app.places.root)))?;
    workers.spawn(control.run(Arc::new(host), stop.clone()));
    workers.spawn(follow_events(
        app.ctx.clone(),
        app.federation.identity().clone(),
        state.clone(),
        stop.clone(),
    ));
    workers.spawn(
        app.federation
            .clone()
            .run_background(stop.clone().cancelled_owned()),
    );
    workers.spawn(maintenance::run(app.ctx.clone(), stop.clone()));
    workers.spawn(emptied::run(
        app.ctx.clone(),
        stop.clone(),
        emptied::Work {
            piece: timelines::spread_waiting,
            wakes: |event| matches!(event, Event::SpreadQueued { .. }),
            unfinished: "a post did not reach all home timelines; trying again",
        },
    ));
    workers.spawn(timed::run(
        app.ctx.clone(),
        stop.clone(),
        timed::Work {
            piece: polls::settle,
            next: polls::next_at,
            wakes: |event| matches!(event, Event::PollQueued { .. }),
            unfinished: "polls were not looked after; trying again",
        },
    ));
    workers.spawn(timed::run(
        app.ctx.clone(),
        stop.clone(),
        timed::Work {
            piece: scheduled::settle,
            next: scheduled::next_at,
            wakes: |event| matches!(event, Event::PostScheduled { .. }),
            unfinished: "a scheduled post is not published yet; trying again",
        },
    ));
    if let Some(key) = key {
        let sender = push::Sender {
            state: state.clone(),
            egress: app.egress.clone(),
            key,
        };
        for service in &app.ctx.node().push_services {
            workers.spawn(push::run(sender.clone(), service.clone(), stop.clone()));
        }
    }
    workers.spawn(ledger::run(app.ctx.clone(), stop.clone()));
    workers.spawn(emptied::run(
        app.ctx.clone(),
        stop.clone(),
        emptied::Work {
            piece: peers::purge_piece,
            wakes: |event| matches!(event, Event::PeerChanged { .. }),
            unfinished: "what a revoked peer gave is not all removed yet; trying again",
        },
    ));
    workers.spawn(emptied::once(
        app.ctx.clone(),
        stop.clone(),
        search::index_piece,
        "older posts are not all found by their words yet; trying again",
    ));

    let limits = accept::Limits {
        connections: app.config.limits.connections,
        per_address: app.config.limits.connections_per_address,
        trusted_proxies: app.config.http.trusted_proxies.clone(),
    };
    tracing::info!(url = %app.ctx.origin(), %listen, name = %app.ctx.look().name, "serving");
    let accepting = accept::run(listener, router, limits, stop.clone());
    let told = told_to_stop()?;
    tokio::pin!(accepting);
    tokio::select! {
        () = &mut accepting => {}
        () = told => {
            tracing::info!("stopping");
            // Streams first: they would hold their connections open for ever.
            state.hub().close();
            stop.cancel();
            if tokio::time::timeout(PATIENCE, &mut accepting).await.is_err() {
                tracing::warn!("some requests did not end in time and were cut");
            }
        }
    }
    workers.close();
    if tokio::time::timeout(Duration::from_secs(1), workers.wait())
        .await
        .is_err()
    {
        tracing::warn!("some workers did not end in time");
    }
    Ok(())
}

/// Listens with a queue long enough for a crowd that comes at once.
///
/// A connection for which the queue has no room counts as open on the other side and does not exist on ours: no timer
/// runs for it until the kernel offers it again, up to a minute later.
fn listener(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A node that was killed may start again at once, although its old connections linger.
    socket.set_reuseaddr(true)?;
    // Accepted sockets inherit it.
    socket.set_send_buffer_size(WAITING)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// Completes at the first SIGTERM or SIGINT.
fn told_to_stop() -> Result<impl Future<Output = ()>, String> {
    let failed = |error: std::io::Error| format!("signals cannot be waited for: {error}");
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Tells caches and streams what was committed, in order.
async fn follow_events(
    ctx: entrenous_domain::Ctx,
    identity: entrenous_federation::Identity,
    state: ApiState,
    stop: CancellationToken,
) {
    let mut events = ctx.store().events();
    loop {
        let batch = tokio::select! {
            () = stop.cancelled() => return,
            batch = events.recv() => batch,
        };
        match batch {
            Ok(batch) => {
                ctx.caches().apply(&batch);
                ctx.trust().apply(&batch);
                look::follow(&ctx, &batch).await;
                identity.follow(&ctx, &batch).await;
                state.publish(&batch);
            }
            Err(RecvError::Lagged(missed)) => {
                // What is in memory may be stale in ways nobody can tell: all of it goes.
                tracing::warn!(missed, "events were missed; caches and streams start afresh");
                ctx.caches().forget_everything();
                ctx.trust().forget_everything();
                look::follow(&ctx, &[Event::LookChanged]).await;
                identity.follow(&ctx, &[Event::OwnKeysChanged]).await;
                state.hub().missed();
            }
            Err(RecvError::Closed) => return,
        }
    }
}
