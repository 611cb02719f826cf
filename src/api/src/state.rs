//! What every handler is given.

use crate::client::{Client, ClientFile};
use crate::streaming::{Dispatch, Hub};
use crate::trust::TrustDesk;
use entrenous_domain::Ctx;
use entrenous_model::Event;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What the API is told beside the node's own settings.
#[derive(Clone, Default)]
pub struct ApiSettings {
    /// Version of the software, such as `0.1.0`.
    pub version: String,
    /// The steps of trust that need the network; `None` in a process that does not federate.
    pub trust: Option<Arc<dyn TrustDesk>>,
    /// Requests of one person in five minutes; 0 for as many as they like.
    pub requests_per_person: u32,
    /// The built web client; empty if there is none.
    pub client: Vec<ClientFile>,
    /// The public key for push services, base64url; empty if the node asks none.
    pub vapid: String,
}

/// Handle to everything a handler needs. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    inner: Arc<Inner>,
}

struct Inner {
    ctx: Ctx,
    hub: Hub,
    /// Waits here until a router is made, in a runtime.
    dispatch: Mutex<Option<Dispatch>>,
    settings: ApiSettings,
    limits: crate::limits::Limits,
    /// Those of the look that was asked for last.
    statics: Mutex<Option<Arc<crate::pages::Statics>>>,
    client: Client,
    fragments: crate::entities::Fragments,
    refreshes: crate::refreshes::Refreshes,
    description: std::sync::OnceLock<axum::body::Bytes>,
}

impl ApiState {
    /// Puts the state together, with a hub nobody listens to yet.
    #[must_use]
    pub fn new(ctx: Ctx, settings: ApiSettings) -> Self {
        let limits = crate::limits::Limits::new(ctx.clock(), settings.requests_per_person);
        let client = Client::new(&settings.client, ctx.origin());
        let (hub, dispatch) = Hub::new(u64::from_ne_bytes(ctx.random()), ctx.now());
        Self {
            inner: Arc::new(Inner {
                ctx,
                hub,
                dispatch: Mutex::new(Some(dispatch)),
                settings,
                limits,
                statics: Mutex::new(None),
                client,
                fragments: crate::entities::Fragments::default(),
                refreshes: crate::refreshes::Refreshes::default(),
                description: std::sync::OnceLock::new(),
            }),
        }
    }

    /// What use-cases are called with.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.inner.ctx
    }

    /// The open streams. `node` publishes committed events to it.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &ApiSettings {
        &self.inner.settings
    }

    /// Tells the open streams what was committed.
    pub fn publish(&self, events: &[Event]) {
        self.hub().publish(events, self.ctx().now());
    }

    /// The steps of trust that need the network.
    ///
    /// # Errors
    /// 503 if this process does not federate.
    pub fn peering(&self) -> crate::ApiResult<&dyn TrustDesk> {
        self.inner
            .settings
            .trust
            .as_deref()
            .ok_or_else(crate::ApiError::unavailable)
    }

    /// Starts the task that turns events into messages, once.
    pub(crate) fn start_dispatch(&self) {
        let waiting = self
            .inner
            .dispatch
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(dispatch) = waiting {
            // Weak, so that the task ends with the state it serves.
            tokio::spawn(dispatch.run(WeakState {
                inner: Arc::downgrade(&self.inner),
            }));
        }
    }

    pub(crate) fn limits(&self) -> &crate::limits::Limits {
        &self.inner.limits
    }

    /// The API's description as bytes, made by `make` the first time.
    pub(crate) fn description(&self, make: impl FnOnce() -> axum::body::Bytes) -> axum::body::Bytes {
        self.inner.description.get_or_init(make).clone()
    }

    /// What is looked up in the background.
    pub(crate) fn refreshes(&self) -> &crate::refreshes::Refreshes {
        &self.inner.refreshes
    }

    /// Posts and accounts as JSON, as far as they are kept.
    pub(crate) fn fragments(&self) -> &crate::entities::Fragments {
        &self.inner.fragments
    }

    /// Style sheets and pictures in this node's colours, as they are now.
    pub(crate) fn statics(&self) -> Arc<crate::pages::Statics> {
        let look = self.inner.ctx.look();
        let mut statics = self.inner.statics.lock().unwrap_or_else(PoisonError::into_inner);
        match &*statics {
            Some(known) if known.are_of(&look) => Arc::clone(known),
            _ => Arc::clone(statics.insert(Arc::new(crate::pages::Statics::new(look)))),
        }
    }

    /// The web client.
    pub(crate) fn client(&self) -> &Client {
        &self.inner.client
    }

    /// The absolute URL of a path of this node; `path` begins with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        self.inner.ctx.origin().join(path)
    }
}

/// The state as those hold it who must not keep it alive.
pub(crate) struct WeakState {
    inner: Weak<Inner>,
}

impl WeakState {
    /// The state, while someone else holds it.
    pub(crate) fn upgrade(&self) -> Option<ApiState> {
        self.inner.upgrade().map(|inner| ApiState { inner })
    }
}
