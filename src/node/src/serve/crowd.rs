//! How many connections each address holds, so that one of them cannot take every place.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The bits of an IPv6 address that name a network: whoever has one address of it has them all.
const NETWORK: u128 = !0 << 64;

/// The open connections by address. Its size is bounded by their number.
pub(super) struct Crowd {
    most: usize,
    open: Mutex<BTreeMap<IpAddr, usize>>,
}

impl Crowd {
    /// A crowd where each address may hold `most` places.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            open: Mutex::default(),
        })
    }

    /// A seat for one more connection of this address, if it may have it. The seat is free again when it is dropped.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        let address = who(address);
        let mut open = self.open();
        let held = open.get(&address).copied().unwrap_or_default();
        if held >= self.most {
            return None;
        }
        open.insert(address, held + 1);
        drop(open);
        Some(Seat {
            crowd: Arc::clone(self),
            address,
        })
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection's place.
pub(super) struct Seat {
    crowd: Arc<Crowd>,
    address: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.crowd.open();
        match open.get_mut(&self.address) {
            Some(held) if *held > 1 => *held -= 1,
            _ => drop(open.remove(&self.address)),
        }
    }
}

/// What is counted as one: an IPv4 address, also one written as IPv6, or a /64 network.
fn who(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & NETWORK)),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_address_has_its_share() {
        let crowd = Crowd::new(2);
        let (one, two) = (crowd.enter(ip("192.0.2.1")), crowd.enter(ip("::ffff:192.0.2.1")));
        assert!(one.is_some() && two.is_some());
        assert!(crowd.enter(ip("192.0.2.1")).is_none());
        assert!(crowd.enter(ip("192.0.2.2")).is_some());
        drop(one);
        assert!(crowd.enter(ip("192.0.2.1")).is_some());
        drop(two);
        assert!(crowd.open().is_empty(), "what has gone is not remembered");
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        let crowd = Crowd::new(1);
        let held = crowd.enter(ip("2001:db8:1:2::1"));
        assert!(held.is_some());
        assert!(crowd.enter(ip("2001:db8:1:2:ffff::9")).is_none());
        assert!(crowd.enter(ip("2001:db8:1:3::1")).is_some());
    }
}
