//! Telling people's devices by Web Push: a lane for each push service, so that one that hangs holds up no other.

mod breaker;
mod send;

pub(super) use send::Sender;

use crate::failure::Failure;
use breaker::Breaker;
use entrenous_domain::push::{self, Outcome, Parcel};
use entrenous_domain::{Ctx, DomainError, Result};
use entrenous_model::Event;
use entrenous_wire::push::VapidKey;
use futures_util::stream::{self, StreamExt as _};
use send::Health;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// Messages that are taken out of the queue at once.
const BATCH: u32 = 64;
/// Devices of one service that are told at the same time.
const AT_ONCE: usize = 8;
/// How long a store that fails is left alone.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest sleep: a clock may be put right meanwhile.
const LONGEST: Duration = Duration::from_secs(60);

/// The node's key for push services, made the first time that one may be asked; `None` if none may.
///
/// # Errors
/// A text for the operator.
pub(super) async fn key(ctx: &Ctx) -> std::result::Result<Option<VapidKey>, Failure> {
    if ctx.node().push_services.is_empty() {
        return Ok(None);
    }
    let failed = |error: &dyn std::fmt::Display| format!("push services cannot be asked: {error}");
    let stored = |error: DomainError| failed(&crate::app::cause(&error));
    if push::sealed_key(ctx).await.map_err(stored)?.is_none() {
        let made = VapidKey::generate().map_err(|error| failed(&error))?;
        let document = made.to_pkcs8().map_err(|error| failed(&error))?;
        push::keep_key(ctx, &document).await.map_err(stored)?;
    }
    let kept = push::sealed_key(ctx).await.map_err(stored)?;
    let kept = kept.ok_or_else(|| failed(&"the key that was made is not there"))?;
    let key = VapidKey::from_pkcs8(&kept).map_err(|error| failed(&error))?;
    Ok(Some(key))
}

/// The lane of one push service, until `stop`; begins with what an earlier process left.
pub(super) async fn run(sender: Sender, service: String, stop: CancellationToken) {
    let mut events = sender.ctx().store().events();
    let mut breaker = Breaker::default();
    loop {
        let round = tokio::select! {
            // What is on its way is sent once more after the next start, under the same topic.
            () = stop.cancelled() => return,
            round = emptied(&sender, &service, &mut breaker) => round,
        };
        let wait = round.unwrap_or_else(|error| {
            tracing::warn!(service, cause = %crate::app::cause(&error), "devices were not told; trying again");
            PAUSE
        });
        let sleep = tokio::time::sleep(wait);
        tokio::pin!(sleep);
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => return,
                () = &mut sleep => break,
                batch = events.recv() => batch,
            };
            match batch {
                Ok(batch) => {
                    let more = batch.iter().any(|event| matches!(event, Event::PushQueued));
                    if more && !breaker.is_open() {
                        break;
                    }
                }
                Err(RecvError::Lagged(_)) => {
                    if !breaker.is_open() {
                        break;
                    }
                }
                Err(RecvError::Closed) => return,
            }
        }
    }
}

/// Sends all that is due, while the service takes it; how long until there is more.
async fn emptied(sender: &Sender, service: &str, breaker: &mut Breaker) -> Result<Duration> {
    let ctx = sender.ctx();
    breaker.try_again();
    loop {
        let parcels = push::due(ctx, service, BATCH).await?;
        if parcels.is_empty() {
            break;
        }
        // In order for each device: what stands in the way of one message stands in the way of the next.
        let mut devices: BTreeMap<_, Vec<Parcel>> = BTreeMap::new();
        for parcel in parcels {
            devices.entry(parcel.subscription).or_default().push(parcel);
        }
        let mut told = stream::iter(devices.into_values())
            .map(|parcels| tell(sender, service, parcels))
            .buffer_unordered(AT_ONCE);
        while let Some(health) = told.next().await {
            breaker.learn(health?);
        }
        if breaker.is_open() {
            tracing::warn!(service, pause = ?breaker.pause(), "a push service does not answer; it is left alone");
            return Ok(breaker.pause());
        }
    }
    let next = push::next_at(ctx, service).await?;
    let wait = next.map(|at| at - ctx.now());
    Ok(wait.map_or(LONGEST, |wait| {
        // Rows that are due and not given belong to those who have left: maintenance takes them.
        wait.to_std().unwrap_or(LONGEST).clamp(PAUSE, LONGEST)
    }))
}

/// Sends the messages for one device, until one is not taken.
async fn tell(sender: &Sender, service: &str, parcels: Vec<Parcel>) -> Result<Health> {
    let mut health = Health::Unknown;
    for parcel in parcels {
        let (outcome, learned) = sender.attempt(service, &parcel).await?;
        push::settle(sender.ctx(), &parcel, outcome).await?;
        health = health.and(learned);
        if outcome != Outcome::Done {
            break;
        }
    }
    Ok(health)
}
