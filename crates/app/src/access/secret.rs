//! The keys themselves: how they are made and read. Only their hashes are kept.

use sha2::{Digest, Sha256};

const KEY_MARK: &str = "pun_";
const KEY_LENGTH: usize = KEY_MARK.len() + 32 + 6;
pub(super) const PREFIX_SHOWN: usize = KEY_MARK.len() + 6;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// 160 bits of chance behind a readable prefix, and a checksum of 30 bits that tells a mistyped key from a wrong one
/// without asking the store.
pub(super) fn secret(high: u128, low: u128) -> String {
    let body: String = (0..32)
        .map(|place| digit(if place < 25 { high >> (place * 5) } else { low >> ((place - 25) * 5) }))
        .collect();
    let checksum = checksum(&body);
    format!("{KEY_MARK}{body}{checksum}")
}

fn digit(bits: u128) -> char {
    char::from(ALPHABET[(bits & 31) as usize])
}

fn checksum(body: &str) -> String {
    let sum = digest(body);
    sum[..6].iter().map(|byte| digit(u128::from(*byte))).collect()
}

pub(super) fn is_well_formed(key: &str) -> bool {
    key.len() == KEY_LENGTH
        && key.is_ascii()
        && key.strip_prefix(KEY_MARK).is_some_and(|rest| checksum(&rest[..32]) == rest[32..])
}

pub(super) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_160_bits_and_a_checksum_that_finds_a_slip() {
        let key = secret(u128::MAX, 0);
        assert!(is_well_formed(&key), "{key}");
        assert_eq!(key.len(), KEY_LENGTH);
        let slipped = key.replacen('z', "y", 1);
        assert!(!is_well_formed(&slipped));
        assert!(!is_well_formed("pun_"));
        assert_ne!(secret(1, 2), secret(1, 3));
        assert_ne!(secret(1, 2), secret(2, 2));
    }
}
