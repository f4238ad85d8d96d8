//! What a failed exchange means for the delivery.

use std::error::Error;

use app::ports::DeliveryError;

use super::guard::Refused;
use crate::text::one_line;

/// The client's errors name the URL: only their innermost cause is quoted, which never does.
pub(super) fn of(error: &reqwest::Error) -> DeliveryError {
    if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref::<Refused>()) {
        // A name can lead elsewhere tomorrow, and the network can be allowed: the alert waits for that.
        return DeliveryError::transient(format!("the name leads to {refused}"));
    }
    let said = causes(error).last().map(ToString::to_string).unwrap_or_default();
    let said = domain::time::shorten(&one_line(&said), 120);
    if error.is_builder() {
        DeliveryError::permanent("the request cannot be made from this configuration")
    } else if error.is_timeout() {
        DeliveryError::transient("the receiver did not answer in time")
    } else if error.is_connect() {
        DeliveryError::transient(format!("could not connect: {said}"))
    } else {
        DeliveryError::transient(format!("the exchange broke off: {said}"))
    }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}
