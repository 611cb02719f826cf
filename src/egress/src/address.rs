//! Which addresses are nobody's business but the operator's.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// The kind of an address that is refused unless a rule for the origin lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// `0.0.0.0/8`, `::`.
    Unspecified,
    /// `127.0.0.0/8`, `::1`.
    Loopback,
    /// RFC 1918 and unique local addresses (`fc00::/7`), and the old site-local ones (`fec0::/10`).
    Private,
    /// `169.254.0.0/16`, `fe80::/10`: also where clouds keep their metadata.
    LinkLocal,
    /// `100.64.0.0/10`, addresses behind a carrier's NAT.
    CarrierNat,
    /// `224.0.0.0/4`, `ff00::/8`, and broadcast.
    Multicast,
    /// An IPv6 address that carries an IPv4 address: mapped, compatible, NAT64, 6to4, Teredo.
    Embedded,
    /// Documentation and benchmarking ranges.
    Documentation,
    /// Everything else that is not globally reachable (RFC 6890 and its registries).
    Reserved,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::CarrierNat => "carrier NAT",
            Self::Multicast => "multicast",
            Self::Embedded => "IPv4 inside IPv6",
            Self::Documentation => "documentation",
            Self::Reserved => "reserved",
        })
    }
}

/// The class of an address that must be allowed by a rule; `None` for a globally reachable one.
#[must_use]
pub fn classify(address: IpAddr) -> Option<Class> {
    match address {
        IpAddr::V4(address) => classify_v4(address),
        IpAddr::V6(address) => classify_v6(address),
    }
}

fn classify_v4(address: Ipv4Addr) -> Option<Class> {
    let [a, b, c, _] = address.octets();
    Some(match (a, b, c) {
        (0, ..) => Class::Unspecified,
        (127, ..) => Class::Loopback,
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Class::Private,
        (169, 254, _) => Class::LinkLocal,
        (100, 64..=127, _) => Class::CarrierNat,
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) | (198, 18..=19, _) => Class::Documentation,
        (192, 0, 0) | (192, 88, 99) => Class::Reserved, // protocol assignments; 6to4 relays
        (224..=239, ..) => Class::Multicast,
        (240..=255, ..) => {
            if address.is_broadcast() {
                Class::Multicast
            } else {
                Class::Reserved
            }
        }
        _ => return None,
    })
}

fn classify_v6(address: Ipv6Addr) -> Option<Class> {
    let [a, b, c, d, e, f, ..] = address.segments();
    Some(match (a, b, c, d, e, f) {
        _ if address.is_unspecified() => Class::Unspecified,
        _ if address.is_loopback() => Class::Loopback,
        (0, 0, 0, 0, 0, 0 | 0xffff) => Class::Embedded, // compatible, mapped
        (0, 0, 0, 0, 0xffff, 0) => Class::Embedded,     // translated, RFC 2765
        (0x64, 0xff9b, 0, 0, 0, 0) | (0x64, 0xff9b, 1, ..) => Class::Embedded, // NAT64
        (0x2002, ..) | (0x2001, 0, ..) => Class::Embedded, // 6to4, Teredo
        (0xfc00..=0xfdff | 0xfec0..=0xfeff, ..) => Class::Private,
        (0xfe80..=0xfebf, ..) => Class::LinkLocal,
        (0xff00..=0xffff, ..) => Class::Multicast,
        (0x2001, 0xdb8, ..) | (0x3fff, 0..=0xfff, ..) | (0x2001, 2, 0, ..) => Class::Documentation,
        (0x2001, 0..=0x1ff, ..) => Class::Reserved, // IETF protocol assignments
        (0x2000..=0x3fff, ..) => return None,       // global unicast
        _ => Class::Reserved,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        use Class::{
            CarrierNat, Documentation, Embedded, LinkLocal, Loopback, Multicast, Private, Reserved,
            Unspecified,
        };
        for (text, expected) in [
            ("0.0.0.0", Some(Unspecified)),
            ("0.1.2.3", Some(Unspecified)),
            ("127.0.0.1", Some(Loopback)),
            ("127.255.255.254", Some(Loopback)),
            ("10.0.0.1", Some(Private)),
            ("172.15.0.1", None),
            ("172.16.0.1", Some(Private)),
            ("172.31.255.255", Some(Private)),
            ("172.32.0.1", None),
            ("192.168.1.1", Some(Private)),
            ("169.254.169.254", Some(LinkLocal)),
            ("100.63.255.255", None),
            ("100.64.0.1", Some(CarrierNat)),
            ("100.127.255.255", Some(CarrierNat)),
            ("100.128.0.1", None),
            ("192.0.0.1", Some(Reserved)),
            ("192.0.2.1", Some(Documentation)),
            ("198.51.100.1", Some(Documentation)),
            ("203.0.113.1", Some(Documentation)),
            ("198.18.0.1", Some(Documentation)),
            ("198.19.255.255", Some(Documentation)),
            ("198.20.0.1", None),
            ("192.88.99.1", Some(Reserved)),
            ("224.0.0.1", Some(Multicast)),
            ("239.255.255.255", Some(Multicast)),
            ("240.0.0.1", Some(Reserved)),
            ("255.255.255.255", Some(Multicast)),
            ("1.1.1.1", None),
            ("193.0.0.1", None),
            ("::", Some(Unspecified)),
            ("::1", Some(Loopback)),
            ("::2", Some(Embedded)),
            ("::127.0.0.1", Some(Embedded)),
            ("::ffff:127.0.0.1", Some(Embedded)),
            ("::ffff:1.1.1.1", Some(Embedded)),
            ("::ffff:0:127.0.0.1", Some(Embedded)),
            ("64:ff9b::7f00:1", Some(Embedded)),
            ("64:ff9b:1::7f00:1", Some(Embedded)),
            ("2002:7f00:1::1", Some(Embedded)),
            ("2001::1", Some(Embedded)),
            ("2001:0:7f00::1", Some(Embedded)),
            ("2001:2::1", Some(Documentation)),
            ("2001:10::1", Some(Reserved)),
            ("2001:db8::1", Some(Documentation)),
            ("2001:200::1", None),
            ("3fff::1", Some(Documentation)),
            ("3fff:1000::1", None),
            ("fc00::1", Some(Private)),
            ("fd12:3456::1", Some(Private)),
            ("fe80::1", Some(LinkLocal)),
            ("febf::1", Some(LinkLocal)),
            ("fec0::1", Some(Private)),
            ("ff02::1", Some(Multicast)),
            ("100::1", Some(Reserved)),
            ("4000::1", Some(Reserved)),
            ("5f00::1", Some(Reserved)),
            ("2606:4700::1111", None),
            ("2a00::1", None),
        ] {
            assert_eq!(classify(text.parse().unwrap()), expected, "{text}");
        }
    }
}
