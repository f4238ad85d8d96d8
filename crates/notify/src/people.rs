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

/// The beginning of a text that costs at most `budget`, with an ellipsis where it was cut.
pub(crate) fn fit(text: &str, budget: usize, cost: impl Fn(char) -> usize) -> String {
    let mut used = 0;
    let mut cut = 0;
    for (at, c) in text.char_indices() {
        if used + cost('…') <= budget {
            cut = at;
        }
        used += cost(c);
        if used > budget {
            return format!("{}…", &text[..cut]);
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_what_it_costs_between_characters() {
        assert_eq!(fit("abcdef", 6, |_| 1), "abcdef");
        assert_eq!(fit("abcdefg", 6, |_| 1), "abcde…");
        assert_eq!(fit("👩👩👩👩", 6, char::len_utf16), "👩👩…");
        for budget in 3..40 {
            let text = fit(&"é👩x".repeat(20), budget, char::len_utf8);
            assert!(text.len() <= budget && text.ends_with('…'), "{budget}: {text}");
        }
    }
}
