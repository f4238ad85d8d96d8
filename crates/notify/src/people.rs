//! What channels that show messages to people have in common: what they need not show. Receivers that are
//! programs (webhook, command) are told everything, in full.

use app::Notice;
use app::ports::Receipt;
use domain::AlertKind;

/// Whether people need not hear of it: nobody watches any more.
pub(crate) fn need_not_hear(notice: &Notice) -> bool {
    matches!(notice, Notice::Alert(alert) if alert.kind == AlertKind::Dropped)
}

/// The receipt for what people need not hear.
pub(crate) fn nothing_to_say() -> Receipt {
    Receipt { answer: "nothing to say".to_owned() }
}
