//! Which addresses requests may go to, decided when connecting.
//!
//! The guard is the client's resolver: what it has checked is what is connected to, so a name that changes its
//! address between check and use gains nothing. An address written as numbers in the URL never asks the resolver,
//! so [`Guard::check_literal`] is asked before each request. Connections that are kept open were checked when they
//! were made.

mod networks;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use app::ports::DeliveryError;
use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use networks::Special;

/// Most addresses of one name that are looked at.
const ADDRESSES_MAX: usize = 32;

/// Whether requests may go to addresses that are not on the public internet.
///
/// Refused otherwise: private, loopback, link-local, shared (CGNAT), multicast, unspecified, documentation, benchmark
/// and reserved networks, the same wrapped in IPv6 (mapped, NAT64, 6to4), and where clouds hand out credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PrivateTargets {
    /// Nowhere but to the public internet.
    #[default]
    Refused,
    /// Anywhere, except where clouds hand out credentials: no webhook is there. Who means it names the address.
    All,
    /// To the public internet and these networks.
    Networks(Vec<IpNet>),
}

/// A text that does not say which private addresses are allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is neither true, false nor a network such as 10.0.0.0/8 or an address")]
pub struct BadTargets(String);

/// Reads `true`, `false` (or nothing), or networks and addresses with commas between them.
impl FromStr for PrivateTargets {
    type Err = BadTargets;

    fn from_str(text: &str) -> Result<Self, BadTargets> {
        match text.trim().to_ascii_lowercase().as_str() {
            "" | "false" => Ok(Self::Refused),
            "true" => Ok(Self::All),
            list => {
                list.split(',').map(|part| network(part.trim())).collect::<Result<_, _>>().map(Self::Networks)
            }
        }
    }
}

fn network(text: &str) -> Result<IpNet, BadTargets> {
    let address = text.parse::<IpAddr>().map(|ip| IpNet::from(ip.to_canonical()));
    address.or_else(|_| text.parse()).map_err(|_| BadTargets(domain::time::shorten(text, 60)))
}

/// As it is read.
impl fmt::Display for PrivateTargets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("false"),
            Self::All => f.write_str("true"),
            Self::Networks(networks) => {
                let networks: Vec<String> = networks.iter().map(ToString::to_string).collect();
                f.write_str(&networks.join(","))
            }
        }
    }
}

impl PrivateTargets {
    /// Why an address is refused; `None` where requests may go to it.
    fn refusal(&self, address: IpAddr) -> Option<Refused> {
        let address = address.to_canonical();
        let special = networks::special(address)?;
        let allowed = match self {
            Self::Refused => false,
            Self::All => special != Special::Metadata,
            Self::Networks(networks) => {
                let named = |ip: IpAddr| networks.iter().any(|network| network.contains(&ip));
                named(address) || networks::wrapped(address).is_some_and(named)
            }
        };
        (!allowed).then_some(Refused(special))
    }
}

/// Whether an address is on the public internet.
pub(super) fn is_public(address: IpAddr) -> bool {
    networks::special(address.to_canonical()).is_none()
}

/// An address that requests may not go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {} address, which is not allowed", .0.as_str())]
pub(super) struct Refused(Special);

/// The name has no address at all.
#[derive(Debug, thiserror::Error)]
#[error("the name has no address")]
struct Nowhere;

/// The resolver that looks addresses up and lets only allowed ones through.
#[derive(Clone, Debug)]
pub(super) struct Guard(Arc<PrivateTargets>);

impl Guard {
    pub(super) fn new(targets: PrivateTargets) -> Self {
        Self(Arc::new(targets))
    }

    /// Refuses for good a URL whose host is an address that is not allowed: numbers do not change.
    pub(super) fn check_literal(&self, url: &Url) -> Result<(), DeliveryError> {
        // `Url` has turned every spelling (0x7f.1, 2130706433, 0177.0.0.1) into the usual one.
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        match host.parse().ok().and_then(|address| self.0.refusal(address)) {
            None => Ok(()),
            Some(refused) => Err(DeliveryError::permanent(format!("the receiver is {refused}"))),
        }
    }

    /// The allowed ones among the addresses of a name; an error where there were some and all are refused.
    pub(super) fn sift(&self, found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let mut refused = None;
        let mut allowed = Vec::new();
        for address in found.take(ADDRESSES_MAX) {
            match self.0.refusal(address.ip()) {
                None => allowed.push(address),
                Some(refusal) => refused = Some(refusal),
            }
        }
        match refused {
            Some(refusal) if allowed.is_empty() => Err(refusal),
            _ => Ok(allowed),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            // Port 0: the client puts in the URL's own.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed = guard.sift(found)?;
            if allowed.is_empty() {
                return Err(Nowhere.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
