//! Where a receiver that does not speak HTTP may be connected to: the same guard, the same bounds. What is answered is
//! what must be connected to, by number: the name is not asked again.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use app::ports::DeliveryError;
use tokio::net::lookup_host;
use tokio::time::timeout;

use super::guard;
use super::{Limits, Outgoing, TOTAL_MAX};

/// Whether an address is on the public internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    guard::is_public(address)
}

impl Outgoing {
    /// How long things may take, within what may be at all.
    pub(crate) fn limits(&self) -> Limits {
        let Limits { connect, total } = self.limits;
        Limits { connect: connect.min(TOTAL_MAX), total: total.min(TOTAL_MAX) }
    }

    /// The addresses of a host that may be connected to, at least one.
    pub(crate) async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, DeliveryError> {
        let connect: Duration = self.limits().connect;
        let found = timeout(connect, lookup_host((host, port)))
            .await
            .map_err(|_| DeliveryError::transient("the server's name was not looked up in time"))?
            .map_err(|_| DeliveryError::transient("the server's name has no address"))?;
        let is_number = host.parse::<IpAddr>().is_ok();
        match self.guard.sift(found) {
            Ok(allowed) if allowed.is_empty() => {
                Err(DeliveryError::transient("the server's name has no address"))
            }
            Ok(allowed) => Ok(allowed),
            Err(refused) if is_number => Err(DeliveryError::broken(format!("the server is {refused}"))),
            Err(refused) => Err(DeliveryError::transient(format!("the server's name leads to {refused}"))),
        }
    }
}
