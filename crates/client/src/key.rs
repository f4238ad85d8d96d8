//! The API key: where it comes from, and how it is kept from being seen.
//!
//! It is never written to disk by us. What the spool keeps is a hint of four hexadecimal digits: enough to tell two
//! keys apart, far too little to guess one.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use reqwest::header::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

const DEFAULT_HEADER: &str = "x-api-key";
const KEY_BYTES_MAX: u64 = 4096;

/// A key as it was given; shows itself to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(OsString);

impl From<OsString> for SecretText {
    fn from(text: OsString) -> Self {
        Self(text)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// A key that can be sent, with the header it goes in.
#[derive(Clone)]
pub(crate) struct Key {
    text: String,
    header: HeaderName,
    value: HeaderValue,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, {})", self.header, self.hint())
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum BadKey {
    #[error("the key file {0} cannot be read: {1}")]
    File(String, String),
    #[error("the API key holds characters that cannot be sent; check that it was copied whole")]
    Characters,
    #[error("'{0}' is no name of a header; unset PUNCTUAL_API_KEY_HEADER for x-api-key")]
    Header(String),
}

impl Key {
    /// `None` when the text is empty: a variable set to nothing is no key.
    pub(crate) fn from_text(text: SecretText, header: Option<&str>) -> Result<Option<Self>, BadKey> {
        let text = text.0.into_string().map_err(|_| BadKey::Characters)?;
        let text = text.trim().to_owned();
        if text.is_empty() {
            return Ok(None);
        }
        let name = header.filter(|name| !name.is_empty()).unwrap_or(DEFAULT_HEADER);
        let header =
            HeaderName::try_from(name).map_err(|_| BadKey::Header(name.escape_debug().to_string()))?;
        let mut value = HeaderValue::from_str(&text).map_err(|_| BadKey::Characters)?;
        value.set_sensitive(true);
        Ok(Some(Self { text, header, value }))
    }

    pub(crate) fn from_file(path: &Path, header: Option<&str>) -> Result<Option<Self>, BadKey> {
        let text =
            read_bounded(path).map_err(|why| BadKey::File(path.display().to_string(), why.to_string()))?;
        Self::from_text(SecretText(text.into()), header)
    }

    /// Tells keys apart without saying them.
    pub(crate) fn hint(&self) -> String {
        short_hash("punctual key ", &self.text, 2)
    }

    pub(crate) fn header(&self) -> (HeaderName, HeaderValue) {
        (self.header.clone(), self.value.clone())
    }

    /// For the environment of a flusher we start: our own user can read it there, as it could read ours.
    pub(crate) fn reveal(&self) -> &str {
        &self.text
    }
}

/// The first bytes of a SHA-256, in hexadecimal digits.
pub(crate) fn short_hash(salt: &str, text: &str, bytes: usize) -> String {
    let digest = Sha256::new().chain_update(salt).chain_update(text).finalize();
    digest.iter().take(bytes).fold(String::new(), |shown, byte| format!("{shown}{byte:02x}"))
}

fn read_bounded(path: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path)?.take(KEY_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Option<Key> {
        Key::from_text(SecretText(text.into()), None).unwrap()
    }

    #[test]
    fn a_key_is_trimmed_and_an_empty_one_is_none() {
        assert_eq!(key(" abc\n").unwrap().reveal(), "abc");
        assert!(key(" \n").is_none());
    }

    #[test]
    fn a_key_is_not_shown_by_debug_and_its_hint_is_short() {
        let key = key("a-long-secret").unwrap();
        assert!(!format!("{key:?}").contains("secret"));
        assert_eq!(key.hint().len(), 4);
    }

    #[test]
    fn a_key_with_a_line_break_in_it_is_refused() {
        assert!(Key::from_text(SecretText("a\nb".into()), None).is_err());
    }
}
