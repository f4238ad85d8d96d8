//! Who asks, as far as addresses can tell: the peer, or what a trusted proxy says it forwards for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::Request;
use ipnet::IpNet;

/// The other end of the connection, put into each request by `serve`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

pub(super) fn of(request: &Request, trusted: &[IpNet]) -> IpAddr {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip().to_canonical());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let forwarded =
        request.headers().get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    behind(peer, &hops, trusted)
}

/// The right-most address that is not one of our proxies. Whatever stands left of it was written by anyone; what is no
/// address ends the search at the proxy that passed it on.
fn behind(peer: IpAddr, hops: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut address = peer;
    for hop in hops.iter().rev() {
        if !is_trusted(&address) {
            break;
        }
        match parse(hop) {
            Some(next) => address = next,
            None => break,
        }
    }
    address
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn parse(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(peer: &str, hops: &[&str], expected: &str) {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().expect("net"), "fd00::/8".parse().expect("net")];
        let found = behind(peer.parse().expect("peer"), hops, &trusted);
        assert_eq!(found.to_string(), expected, "{peer} {hops:?}");
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_as_far_as_it_saw() {
        check("192.0.2.1", &["203.0.113.9"], "192.0.2.1");
        check("10.0.0.1", &["203.0.113.9"], "203.0.113.9");
        check("10.0.0.1", &["1.1.1.1", "203.0.113.9"], "203.0.113.9");
        check("10.0.0.1", &["203.0.113.9", "10.0.0.2"], "203.0.113.9");
        check("10.0.0.1", &["10.0.0.3", "10.0.0.2"], "10.0.0.3");
        check("10.0.0.1", &["203.0.113.9", "rubbish"], "10.0.0.1");
        check("10.0.0.1", &[], "10.0.0.1");
    }

    #[test]
    fn addresses_come_with_ports_and_in_brackets() {
        check("fd00::1", &["[2001:db8::1]:4711"], "2001:db8::1");
        check("fd00::1", &["[2001:db8::1]"], "2001:db8::1");
        check("fd00::1", &["192.0.2.7:99"], "192.0.2.7");
        check("fd00::1", &["::ffff:192.0.2.7"], "192.0.2.7");
    }
}
