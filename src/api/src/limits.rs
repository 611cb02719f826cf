//! Rate limits: of the few routes that strangers may call and that cost something, by address; of everything else, by person.

use crate::ApiError;
use crate::entities::stamp;
use crate::pages::sign_in::address;
use chrono::TimeDelta;
use entrenous_domain::cache::Cache;
use entrenous_domain::ports::Clock;
use entrenous_model::{AccountId, Time};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum What {
    /// Registering clients.
    Apps,
    /// Exchanging and revoking tokens.
    Tokens,
    /// Opening an invitation by its code.
    Invitations,
}

impl What {
    /// How many in how many seconds.
    const fn most(self) -> (u32, i64) {
        match self {
            Self::Apps => (60, 600),
            Self::Tokens => (300, 300),
            Self::Invitations => (60, 600),
        }
    }
}

/// Seconds of a person's window, as Mastodon has it.
const PERSONS: i64 = 300;

/// What is left to an address or a person, as clients read it in `X-RateLimit-*`.
#[derive(Debug, Clone, Copy)]
struct Quota {
    limit: u32,
    remaining: u32,
    reset: Time,
    /// Told with refusals too. What is left to a person is not: refusals of one kind are the same to the last byte.
    refused: bool,
}

/// Where a handler's count waits for the answer's headers: put into the request by the outermost layer.
#[derive(Clone, Default)]
pub(crate) struct Counted(Arc<Mutex<Option<Quota>>>);

impl Counted {
    fn note(&self, quota: Quota) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(quota);
    }

    /// Tells the client, if its request was counted.
    pub(crate) fn tell(&self, status: StatusCode, headers: &mut HeaderMap) {
        let Some(quota) = *self.0.lock().unwrap_or_else(PoisonError::into_inner) else {
            return;
        };
        let refused = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
        if refused && !quota.refused {
            return;
        }
        for (name, value) in [
            ("x-ratelimit-limit", quota.limit.to_string()),
            ("x-ratelimit-remaining", quota.remaining.to_string()),
            ("x-ratelimit-reset", stamp(quota.reset)),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Window {
    began: i64,
    count: u32,
}

impl Window {
    fn opened(now: Time) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self {
            began: now.timestamp(),
            count: 0,
        }))
    }
}

/// Counters in fixed windows. Bounded: the least used addresses and people are forgotten first.
pub(crate) struct Limits {
    clock: Arc<dyn Clock>,
    windows: Cache<(What, IpAddr), Arc<Mutex<Window>>>,
    people: Cache<AccountId, Arc<Mutex<Window>>>,
    /// Requests of one person in [`PERSONS`] seconds; 0 for as many as they like.
    per_person: u32,
}

impl Limits {
    pub(crate) fn new(clock: Arc<dyn Clock>, per_person: u32) -> Self {
        Self {
            clock,
            windows: Cache::of_entries(20_000),
            people: Cache::of_entries(20_000),
            per_person,
        }
    }

    /// Counts one request of a person, and has its answer say what is left.
    ///
    /// # Errors
    /// 429 with the seconds until the window ends.
    pub(crate) fn count_person(&self, who: AccountId, request: &Extensions) -> Result<(), ApiError> {
        if self.per_person == 0 {
            return Ok(());
        }
        let now = self.clock.now();
        let window = self.people.get_with(&who, || Window::opened(now));
        let (mut quota, allowed) = tried(&window, now, self.per_person, PERSONS);
        quota.refused = false;
        if let Some(counted) = request.get::<Counted>() {
            counted.note(quota);
        }
        allowed
    }

    /// Counts one try.
    ///
    /// # Errors
    /// 429 with the seconds until the window ends.
    pub(crate) fn count(&self, what: What, address: IpAddr) -> Result<(), ApiError> {
        self.tried(what, address).1
    }

    /// Counts one try of the address a request came from, and has its answer say what is left.
    ///
    /// # Errors
    /// As [`Self::count`].
    pub(crate) fn count_and_tell(&self, what: What, request: &Extensions) -> Result<(), ApiError> {
        let (quota, allowed) = self.tried(what, address(request));
        if let Some(counted) = request.get::<Counted>() {
            counted.note(quota);
        }
        allowed
    }

    fn tried(&self, what: What, address: IpAddr) -> (Quota, Result<(), ApiError>) {
        let (most, seconds) = what.most();
        let now = self.clock.now();
        let key = (what, block(address));
        let window = self.windows.get_with(&key, || Window::opened(now));
        tried(&window, now, most, seconds)
    }
}

/// Counts one try in a window; what is left, and whether it is allowed.
fn tried(window: &Mutex<Window>, now: Time, most: u32, seconds: i64) -> (Quota, Result<(), ApiError>) {
    let mut window = window.lock().unwrap_or_else(PoisonError::into_inner);
    if now.timestamp() - window.began >= seconds {
        *window = Window {
            began: now.timestamp(),
            count: 0,
        };
    }
    window.count = window.count.saturating_add(1);
    let wait = (window.began + seconds - now.timestamp()).max(1);
    let quota = Quota {
        limit: most,
        remaining: most.saturating_sub(window.count),
        reset: now + TimeDelta::seconds(wait),
        refused: true,
    };
    if window.count > most {
        return (quota, Err(ApiError::too_many(wait.unsigned_abs())));
    }
    (quota, Ok(()))
}

/// One customer has at least a /64 of IPv6 addresses: they count as one.
fn block(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        other => other,
    }
}
