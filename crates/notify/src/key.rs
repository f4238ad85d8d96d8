//! The key by which a receiver knows an incident again: ours, made to fit where the receiver's keys are shorter.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// A thread as a key of at most `chars` characters: itself, or its beginning and a digest of the whole, so that two
/// long ones with one beginning stay two.
pub(crate) fn fitted(thread: &str, chars: usize) -> String {
    if thread.chars().count() <= chars {
        return thread.to_owned();
    }
    let digest = Sha256::digest(thread.as_bytes());
    let mut key: String = thread.chars().take(chars.saturating_sub(17)).collect();
    key.push('-');
    for byte in &digest[..8] {
        // Writing to a String cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_fits_and_long_ones_that_begin_alike_stay_apart() {
        assert_eq!(fitted("inc_1", 255), "inc_1");
        let (one, other) = ("é".repeat(300) + "1", "é".repeat(300) + "2");
        let (short, unlike) = (fitted(&one, 255), fitted(&other, 255));
        assert_eq!(short.chars().count(), 255);
        assert_ne!(short, unlike);
        assert_eq!(short, fitted(&one, 255));
    }
}
