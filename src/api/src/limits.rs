//! Rate limits of the few routes that strangers may call and that cost something.

use crate::ApiError;
use entrenous_domain::ports::Clock;
use moka::sync::Cache;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

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

#[derive(Debug, Clone, Copy)]
struct Window {
    began: i64,
    count: u32,
}

/// Counters by address, in fixed windows. Bounded: the least used addresses are forgotten first.
pub(crate) struct Limits {
    clock: Arc<dyn Clock>,
    windows: Cache<(What, IpAddr), Arc<Mutex<Window>>>,
}

impl Limits {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            windows: Cache::new(20_000),
        }
    }

    /// Counts one try.
    ///
    /// # Errors
    /// 429 with the seconds until the window ends.
    pub(crate) fn count(&self, what: What, address: IpAddr) -> Result<(), ApiError> {
        let (most, seconds) = what.most();
        let now = self.clock.now().timestamp();
        let window = self.windows.get_with((what, block(address)), || {
            Arc::new(Mutex::new(Window { began: now, count: 0 }))
        });
        let mut window = window.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if now - window.began >= seconds {
            *window = Window { began: now, count: 0 };
        }
        window.count = window.count.saturating_add(1);
        if window.count > most {
            let wait = (window.began + seconds - now).max(1);
            return Err(ApiError::too_many(u64::try_from(wait).unwrap_or(1)));
        }
        Ok(())
    }
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
