//! The signed address by which whoever is told of an incident can say that they look after it: no sign-in, one
//! incident, expiring. What is signed is the incident's id and the end of its validity; HMAC-SHA256.
//!
//! The key is not made here, and neither are addresses.

use domain::id::IncidentId;
use domain::{Duration, Instant};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How long an address serves, from the alert that carried it.
pub const VALID_FOR: Duration = Duration::DAY.times(7);
/// Longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 256;

/// What tokens are signed for.
const ACKNOWLEDGE: &str = "acknowledge";

/// What signs addresses. Never shown.
#[derive(Clone)]
pub struct AckKey([u8; 32]);

impl std::fmt::Debug for AckKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AckKey")
    }
}

/// Why a token does not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// It is not one of ours, or was changed on its way.
    #[error("this address was not made by this installation, or was changed on its way")]
    Forged,
    /// Its time is over.
    #[error("this address has expired: acknowledge in the portal or by the API")]
    Expired,
}

impl AckKey {
    /// A key of 256 bits of chance.
    pub const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// A token for an incident that serves until an instant: unreserved characters only.
    pub fn sign(&self, incident: &IncidentId, until: Instant) -> String {
        let claim = format!("{incident}.{}", until.as_millis());
        let signature = self.mac(&claim).finalize().into_bytes();
        format!("{claim}.{}", hex(&signature))
    }

    /// The incident that a token is for.
    pub fn verify(&self, token: &str, now: Instant) -> Result<IncidentId, BadToken> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(BadToken::Forged);
        }
        let (claim, signature) = token.rsplit_once('.').ok_or(BadToken::Forged)?;
        let signature = unhex(signature).ok_or(BadToken::Forged)?;
        self.mac(claim).verify_slice(&signature).map_err(|_| BadToken::Forged)?;
        let (incident, until) = claim.rsplit_once('.').ok_or(BadToken::Forged)?;
        let until = Instant::from_millis(until.parse().map_err(|_| BadToken::Forged)?);
        if now > until {
            return Err(BadToken::Expired);
        }
        Ok(IncidentId::trusted(incident))
    }

    /// What nobody else can make of a text, for another purpose than acknowledging: the address of a badge, say.
    pub fn mark(&self, purpose: &'static str, text: &[u8]) -> [u8; 32] {
        debug_assert_ne!(purpose, ACKNOWLEDGE, "that is what tokens are for");
        self.mac_of(purpose, text).finalize().into_bytes().into()
    }

    fn mac(&self, claim: &str) -> Hmac<Sha256> {
        self.mac_of(ACKNOWLEDGE, claim.as_bytes())
    }

    fn mac_of(&self, purpose: &str, text: &[u8]) -> Hmac<Sha256> {
        // A key of any length is one.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!());
        mac.update(purpose.as_bytes());
        mac.update(b":");
        mac.update(text);
        mac
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || text.len() != 64 {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_serves_for_its_incident_until_its_time_and_in_no_other_shape() {
        let (key, incident) = (AckKey::new([7; 32]), IncidentId::trusted("inc_1"));
        let until = Instant::from_seconds(1000);
        let token = key.sign(&incident, until);
        assert_eq!(key.verify(&token, until), Ok(incident.clone()));
        assert_eq!(key.verify(&token, until + Duration::SECOND), Err(BadToken::Expired));
        assert_eq!(AckKey::new([8; 32]).verify(&token, until), Err(BadToken::Forged));
        for forged in [
            token.replace("inc_1", "inc_2"),
            token.replace(".1000000.", ".9000000."),
            token.to_uppercase(),
            format!("{token}0"),
            String::new(),
            ".".repeat(300),
            "é".repeat(64),
        ] {
            assert_eq!(key.verify(&forged, until), Err(BadToken::Forged), "{forged}");
        }
        assert!(token.bytes().all(|c| c.is_ascii_alphanumeric() || b"._-".contains(&c)));
    }
}
