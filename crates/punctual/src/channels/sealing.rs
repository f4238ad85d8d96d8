//! Secrets at rest: sealed with AES-256-GCM under a key of this installation, so that the store's file alone gives none
//! away. What is sealed names its version, so that another cipher can follow.

use anyhow::{Context, Result, bail};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// What every sealed text begins with.
const VERSION: &str = "v1.";

/// What seals and opens.
pub(crate) struct Seal(RandomizedNonceKey);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    pub(crate) fn new(key: [u8; 32]) -> Result<Self> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &key);
        Ok(Self(key.ok().context("the key for sealing cannot be used")?))
    }

    /// A text that only [`Seal::open`] with the same key reads.
    pub(crate) fn seal(&self, text: &str) -> Result<String> {
        let mut bytes = text.as_bytes().to_vec();
        let nonce = self.0.seal_in_place_append_tag(Aad::from(VERSION), &mut bytes);
        let nonce = nonce.ok().context("cannot seal")?;
        let whole = [nonce.as_ref().as_slice(), &bytes].concat();
        Ok(format!("{VERSION}{}", STANDARD_NO_PAD.encode(whole)))
    }

    /// The text that was sealed.
    pub(crate) fn open(&self, sealed: &str) -> Result<String> {
        let encoded = sealed.strip_prefix(VERSION).context("it was sealed by a later version")?;
        let mut whole = STANDARD_NO_PAD.decode(encoded).context("what is sealed is damaged")?;
        if whole.len() < NONCE_LEN {
            bail!("what is sealed is damaged");
        }
        let mut bytes = whole.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&whole).ok().context("what is sealed is damaged")?;
        let opened = self.0.open_in_place(nonce, Aad::from(VERSION), &mut bytes);
        let opened = opened.ok().context("it was sealed with another key: restore the secret key file")?;
        String::from_utf8(opened.to_vec()).context("what is sealed is damaged")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_read_with_the_same_key_only_and_never_twice_the_same() {
        let (seal, other) = (Seal::new([1; 32]).expect("a key"), Seal::new([2; 32]).expect("a key"));
        let (first, second) =
            (seal.seal("xoxb-t0ken").expect("sealed"), seal.seal("xoxb-t0ken").expect("sealed"));
        assert_ne!(first, second);
        assert!(!first.contains("t0ken"));
        assert_eq!(seal.open(&first).expect("opened"), "xoxb-t0ken");
        let refused = other.open(&first).expect_err("another key").to_string();
        assert_eq!(refused, "it was sealed with another key: restore the secret key file");
        for damaged in ["", "v1.", "v1.AAAA", "v2.AAAA", &first[..first.len() - 2]] {
            assert!(seal.open(damaged).is_err(), "{damaged}");
        }
    }
}
