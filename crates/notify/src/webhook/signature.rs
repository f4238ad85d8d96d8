//! The signature of Standard Webhooks: `v1,` and the base64 of an HMAC-SHA256 over id, time and body.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Secrets are pasted by hand: padding may be lost.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What signs: the beginning of every signature with one secret.
pub(super) struct Key(Hmac<Sha256>);

/// Why a secret cannot sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadKey {
    #[error("must be base64 after 'whsec_'")]
    Encoding,
    #[error("must have 16 to 512 bytes")]
    Length,
}

impl Key {
    /// Reads `whsec_<base64>`, or takes the bytes of any other text as they are.
    pub(super) fn parse(text: &str) -> Result<Self, BadKey> {
        let bytes = match text.strip_prefix("whsec_") {
            Some(encoded) => LENIENT.decode(encoded).map_err(|_| BadKey::Encoding)?,
            None => text.as_bytes().to_vec(),
        };
        if !(16..=512).contains(&bytes.len()) {
            return Err(BadKey::Length);
        }
        Hmac::new_from_slice(&bytes).map(Self).map_err(|_| BadKey::Length)
    }

    /// One signature, `v1,…`.
    pub(super) fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let mut mac = self.0.clone();
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(crate::secret::MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_signed_as_it_is_there() {
        let key = Key::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a key");
        let signature = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn raw_bytes_and_lost_padding_are_taken_and_what_is_short_or_broken_is_not() {
        assert!(Key::parse("sixteen bytes ok").is_ok());
        assert!(Key::parse("whsec_MDEyMzQ1Njc4OWFiY2RlZg").is_ok());
        assert_eq!(Key::parse("short").err(), Some(BadKey::Length));
        assert_eq!(Key::parse("whsec_c2hvcnQ=").err(), Some(BadKey::Length));
        assert_eq!(Key::parse("whsec_not base64!").err(), Some(BadKey::Encoding));
    }
}
