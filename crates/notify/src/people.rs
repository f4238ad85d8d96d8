//! What channels that show messages to people have in common: what they need not show, and cutting to a receiver's
//! measure. Receivers that are programs (webhook, command) are told everything, in full.

use app::Notice;
use app::ports::{DeliveryError, Receipt};
use domain::AlertKind;

use crate::pace::Crowded;

/// Whether people need not hear of it: nobody watches any more.
pub(crate) fn need_not_hear(notice: &Notice) -> bool {
    matches!(notice, Notice::Alert(alert) if alert.kind == AlertKind::Dropped)
}

/// The receipt for what people need not hear.
pub(crate) fn nothing_to_say() -> Receipt {
    Receipt { answer: "nothing to say".to_owned() }
}

/// What it means that too many wait for one place.
pub(crate) fn crowded(place: &str, Crowded(wait): Crowded) -> DeliveryError {
    let millis = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    DeliveryError::Transient {
        reason: format!("too many messages wait for this {place}"),
        retry_after: Some(domain::Duration::from_millis(millis)),
    }
}
