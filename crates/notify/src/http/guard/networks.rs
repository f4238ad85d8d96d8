//! The address space: what is not the public internet, by the registries of special-purpose addresses (RFC 6890 and
//! its successors).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not on the public internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Special {
    Benchmark,
    Documentation,
    LinkLocal,
    Loopback,
    Metadata,
    Multicast,
    Private,
    Reserved,
    Shared,
    Unspecified,
}

impl Special {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Benchmark => "benchmark",
            Self::Documentation => "documentation",
            Self::LinkLocal => "link-local",
            Self::Loopback => "loopback",
            Self::Metadata => "cloud metadata",
            Self::Multicast => "multicast",
            Self::Private => "private",
            Self::Reserved => "reserved",
            Self::Shared => "shared (carrier-grade nat)",
            Self::Unspecified => "unspecified",
        }
    }
}

/// Where clouds hand out credentials and instance data.
const METADATA_V4: [Ipv4Addr; 7] = [
    Ipv4Addr::new(169, 254, 169, 254), // AWS, Azure, Google, Oracle, DigitalOcean …
    Ipv4Addr::new(169, 254, 170, 2),   // AWS ECS task roles
    Ipv4Addr::new(169, 254, 170, 23),  // AWS EKS pod identity
    Ipv4Addr::new(169, 254, 0, 23),    // Tencent
    Ipv4Addr::new(100, 100, 100, 200), // Alibaba
    Ipv4Addr::new(192, 0, 0, 192),     // Oracle, older images
    Ipv4Addr::new(168, 63, 129, 16),   // Azure's host agent, a public address
];
const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), // AWS
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),  // AWS EKS pod identity
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),  // Google
];

/// What an address is, where it is not on the public internet. Mapped addresses must be unwrapped before.
pub(super) fn special(address: IpAddr) -> Option<Special> {
    match address {
        IpAddr::V4(ip) if METADATA_V4.contains(&ip) => Some(Special::Metadata),
        IpAddr::V6(ip) if METADATA_V6.contains(&ip) => Some(Special::Metadata),
        IpAddr::V4(ip) => special_v4(ip),
        IpAddr::V6(ip) => match wrapped(address) {
            Some(inner) => special(inner),
            None => special_v6(ip),
        },
    }
}

/// The IPv4 address that an IPv6 address is another way to: NAT64 (RFC 6052) and 6to4 (RFC 3056).
pub(super) fn wrapped(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(ip) = address else { return None };
    let ([0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..]) = ip.segments() else {
        return None;
    };
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Some(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
}

fn special_v4(ip: Ipv4Addr) -> Option<Special> {
    Some(match ip.octets() {
        [0, ..] => Special::Unspecified,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Special::Private,
        [100, 64..=127, ..] => Special::Shared,
        [127, ..] => Special::Loopback,
        [169, 254, ..] => Special::LinkLocal,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Special::Documentation,
        [198, 18..=19, ..] => Special::Benchmark,
        [224..=239, ..] => Special::Multicast,
        [192, 0, 0, _] | [192, 88, 99, _] | [240..=255, ..] => Special::Reserved,
        _ => return None,
    })
}

/// Only `2000::/3` is global unicast, and not all of that.
fn special_v6(ip: Ipv6Addr) -> Option<Special> {
    Some(match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Special::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Special::Loopback,
        [0xfc00..=0xfdff, ..] => Special::Private,
        [0xfe80..=0xfeff, ..] => Special::LinkLocal,
        [0xff00..=0xffff, ..] => Special::Multicast,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Special::Documentation,
        [0x2001, 2, 0, ..] => Special::Benchmark,
        [0x2001, 0..=0x1ff, ..] => Special::Reserved,
        [0x2000..=0x3fff, ..] => return None,
        _ => Special::Reserved,
    })
}
