//! Durations and instants: an input is one text, read as either.

use std::fmt::Display;

use domain::{Duration, Instant};

/// Longest refusal of a text, its quotation included.
const REFUSAL_CHARS_MAX: usize = 140;

/// What can be read is shown in a form that is read back as the same; what cannot is refused in few words.
pub fn times(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match text.parse::<Duration>() {
        Ok(span) => {
            assert!(span >= Duration::ZERO, "{text} is {} ms", span.as_millis());
            assert_eq!(span.to_string().parse(), Ok(span), "{text} is shown as {span}");
        }
        Err(refusal) => short(&refusal),
    }
    match Instant::parse(text) {
        Ok(at) => {
            assert!((Instant::MIN..=Instant::MAX).contains(&at), "{text} is {} ms", at.as_millis());
            assert_eq!(Instant::parse(&at.to_string()), Ok(at), "{text} is shown as {at}");
        }
        Err(refusal) => short(&refusal),
    }
}

fn short(refusal: &impl Display) {
    let refusal = refusal.to_string();
    assert!(refusal.chars().count() < REFUSAL_CHARS_MAX, "{refusal}");
}
