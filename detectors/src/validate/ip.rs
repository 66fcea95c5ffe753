//! IPv4 and IPv6 addresses, and what kind of address they are (IANA special-purpose registries).
//!
//! Only a public address can point at a person's connection: loopback, private, link-local,
//! carrier-grade NAT, documentation and multicast addresses never do, nor does the metadata
//! address of a cloud machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Validity;

/// The longest text of an address: `ffff:…:255.255.255.255`.
const LONGEST: usize = 45;

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Routed on the public internet.
    Public,
    /// RFC 1918, or IPv6 unique local.
    Private,
    /// This host.
    Loopback,
    /// One link only; holds the metadata address 169.254.169.254 too.
    LinkLocal,
    /// Carrier-grade NAT, 100.64.0.0/10.
    SharedNat,
    /// TEST-NET-1 to -3, 2001:db8::/32, 3fff::/20: examples in documents.
    Documentation,
    /// Multicast groups.
    Multicast,
    /// `0.0.0.0/8`, `::`, class E, broadcast, benchmarking and protocol assignments.
    Special,
}

/// Reads an address; `None` for anything else (leading zeros, zones and ports are not read).
pub fn parse(raw: &[u8]) -> Option<IpAddr> {
    if raw.len() > LONGEST {
        return None;
    }
    std::str::from_utf8(raw).ok()?.parse().ok()
}

/// The kind of an address; an IPv4 address mapped into IPv6 counts as itself.
pub fn kind(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(v4) => kind_v4(v4),
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| kind_v6(v6), kind_v4),
    }
}

fn kind_v4(address: Ipv4Addr) -> Kind {
    match address.octets() {
        [127, ..] => Kind::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Kind::Private,
        [169, 254, ..] => Kind::LinkLocal,
        [100, 64..=127, ..] => Kind::SharedNat,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Kind::Documentation,
        [224..=239, ..] => Kind::Multicast,
        [0 | 240..=255, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] => Kind::Special,
        _ => Kind::Public,
    }
}

fn kind_v6(address: Ipv6Addr) -> Kind {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Loopback,
        [0xfc00..=0xfdff, ..] => Kind::Private,
        [0xfe80..=0xfebf, ..] => Kind::LinkLocal,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Kind::Documentation,
        [0xff00..=0xffff, ..] => Kind::Multicast,
        // Global unicast is 2000::/3; 2001::/23 is set aside for protocols.
        [0x2001, 0..=0x1ff, ..] => Kind::Special,
        [0x2000..=0x3fff, ..] => Kind::Public,
        _ => Kind::Special,
    }
}

/// Validator `ip`: any address, of either family.
pub fn validate(raw: &[u8]) -> Validity {
    Validity::of(parse(raw).is_some())
}

/// Validator `ip-public`: an address that can be a client's.
pub fn public(raw: &[u8]) -> Validity {
    Validity::of(parse(raw).is_some_and(|address| kind(address) == Kind::Public))
}

/// Whether the address is set aside for documentation, or is a resolver that everybody knows.
pub fn reserved(raw: &[u8]) -> bool {
    parse(raw).is_some_and(|address| {
        kind(address) == Kind::Documentation
            || matches!(address, IpAddr::V4(v4) if matches!(v4.octets(), [8, 8, 8, 8] | [8, 8, 4, 4] | [1, 1, 1, 1] | [1, 0, 0, 1] | [9, 9, 9, 9] | [1, 2, 3, 4]))
    })
}
