//! Guesses at invitations, counted.

use chrono::TimeDelta;
use entrenous_model::{PeerInviteId, Time};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

/// Wrong tries in a minute.
const PER_MINUTE: u32 = 10;
/// Wrong tries in an hour.
const PER_HOUR: u32 = 100;
/// Addresses and invitations that are counted one by one; all beyond that share one count.
const COUNTED: usize = 10_000;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Guessed {
    /// By whom (the /64 of an IPv6 address, since one host has all of it).
    By(IpAddr),
    /// At which invitation.
    At(PeerInviteId),
    /// By everyone who found no place in memory.
    Crowd,
}

impl Guessed {
    /// An address as it is counted.
    pub(super) fn by(address: IpAddr) -> Self {
        Self::By(match address {
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(address) => IpAddr::V4(address),
                None => {
                    let [a, b, c, d, ..] = address.segments();
                    IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
                }
            },
            four @ IpAddr::V4(_) => four,
        })
    }
}

#[derive(Debug, Clone, Copy)]
struct Count {
    minute: Time,
    in_minute: u32,
    hour: Time,
    in_hour: u32,
}

/// What the handshake keeps in memory.
#[derive(Debug, Default)]
pub(crate) struct Desk(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    each: HashMap<Guessed, Count>,
    /// When old counts were last thrown away.
    swept: Option<Time>,
}

impl Counts {
    fn place(&self, what: Guessed) -> Guessed {
        if self.each.contains_key(&what) || self.each.len() < COUNTED {
            what
        } else {
            Guessed::Crowd
        }
    }

    /// Makes room, at most once a minute: a flood must not cost a walk through everything each time.
    fn sweep(&mut self, now: Time) {
        let lately = self
            .swept
            .is_some_and(|at| at <= now && now - at < TimeDelta::minutes(1));
        if self.each.len() >= COUNTED && !lately {
            self.swept = Some(now);
            self.each
                .retain(|_, count| now >= count.hour && now - count.hour < TimeDelta::hours(1));
        }
    }
}

impl Desk {
    /// Seconds until another try is looked at; `None` if one may be made now.
    pub(super) fn closed(&self, what: Guessed, now: Time) -> Option<u64> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.each.get(&counts.place(what))?;
        let left = |since: Time, span: TimeDelta, used: u32, most: u32| {
            let end = since + span;
            (used >= most && since <= now && now < end)
                .then(|| u64::try_from((end - now).num_seconds()).unwrap_or(0) + 1)
        };
        left(count.hour, TimeDelta::hours(1), count.in_hour, PER_HOUR)
            .or_else(|| left(count.minute, TimeDelta::minutes(1), count.in_minute, PER_MINUTE))
    }

    /// Counts a wrong try.
    pub(super) fn wrong(&self, what: Guessed, now: Time) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.sweep(now);
        let place = counts.place(what);
        let count = counts.each.entry(place).or_insert(Count {
            minute: now,
            in_minute: 0,
            hour: now,
            in_hour: 0,
        });
        if now < count.minute || now - count.minute >= TimeDelta::minutes(1) {
            (count.minute, count.in_minute) = (now, 0);
        }
        if now < count.hour || now - count.hour >= TimeDelta::hours(1) {
            (count.hour, count.in_hour) = (now, 0);
        }
        count.in_minute = count.in_minute.saturating_add(1);
        count.in_hour = count.in_hour.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_are_limited() {
        let desk = Desk::default();
        let start = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let who = Guessed::by("192.0.2.1".parse().unwrap());
        for _ in 0..PER_MINUTE {
            assert_eq!(desk.closed(who, start), None);
            desk.wrong(who, start);
        }
        assert_eq!(desk.closed(who, start), Some(61));
        assert_eq!(
            desk.closed(Guessed::by("192.0.2.2".parse().unwrap()), start),
            None
        );
        let minute = |n: i64| start + TimeDelta::minutes(n);
        assert_eq!(desk.closed(who, minute(1)), None);
        for n in 1..=9 {
            (0..10).for_each(|_| desk.wrong(who, minute(n)));
        }
        // 100 in an hour: closed until the hour is over.
        assert!(desk.closed(who, minute(30)).is_some());
        assert_eq!(desk.closed(who, minute(60)), None);
    }

    #[test]
    fn memory_is_bounded() {
        let desk = Desk::default();
        let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        for n in 0..20_000_u32 {
            desk.wrong(Guessed::by(IpAddr::V4(n.into())), now);
        }
        assert!(desk.0.lock().unwrap().each.len() <= COUNTED + 1);
        assert!(
            desk.closed(Guessed::by("203.0.113.1".parse().unwrap()), now)
                .is_some(),
            "the crowd is limited together"
        );
        let later = now + TimeDelta::hours(1);
        desk.wrong(Guessed::by("203.0.113.1".parse().unwrap()), later);
        assert_eq!(desk.0.lock().unwrap().each.len(), 1, "old counts go");
        let one = Guessed::by("2001:db8::1".parse().unwrap());
        assert_eq!(one, Guessed::by("2001:db8::ffff".parse().unwrap()));
        assert_eq!(
            Guessed::by("::ffff:192.0.2.1".parse().unwrap()),
            Guessed::by("192.0.2.1".parse().unwrap())
        );
    }
}
