//! How many connections one address has: nobody may take all the seats.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who sits. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seats(Arc<Mutex<HashMap<IpAddr, u32>>>);

/// A seat, until it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Seats,
    of: IpAddr,
}

impl Seats {
    /// A seat for that address; none where it has so many already.
    pub(crate) fn take(&self, address: IpAddr, most: u32) -> Option<Seat> {
        let of = network(address);
        let mut held = self.held();
        let count = held.entry(of).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        drop(held);
        Some(Seat { seats: self.clone(), of })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut held = self.seats.held();
        match held.get_mut(&self.of) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(held.remove(&self.of)),
        }
    }
}

/// Whoever has one address of IPv6 has 2⁶⁴ of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_seats_and_gets_them_back() {
        let seats = Seats::default();
        let [one, other] = ["2001:db8::1", "2001:db8::2"].map(|text| text.parse().expect("an address"));
        let (first, second) = (seats.take(one, 2), seats.take(other, 2));
        assert!(first.is_some() && second.is_some());
        assert!(seats.take(one, 2).is_none(), "both are of one network");
        assert!(seats.take("192.0.2.1".parse().expect("an address"), 2).is_some());
        drop(first);
        assert!(seats.take(one, 2).is_some());
        drop(second);
        assert!(seats.held().is_empty(), "who has gone is forgotten");
    }
}
