//! The address of a receiver, which may itself hold a secret: a password before the host, a token in the query.

use std::fmt;

use reqwest::Url;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::secret::MASK;

/// An `http` or `https` address. Shown and serialised without password and query; in `Debug` only its host.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Url);

/// Why a text is no address of a receiver. Does not quote it: it may hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// It cannot be read.
    #[error("must be an address such as https://example.org/hook")]
    Malformed,
    /// It is none of the web.
    #[error("must begin with http:// or https://")]
    Scheme,
    /// It is the masked text that was shown, sent back.
    #[error("holds the mask '********' in place of a secret")]
    Masked,
}

impl Target {
    /// Reads an address; a fragment is dropped.
    pub fn parse(text: &str) -> Result<Self, BadTarget> {
        let mut url = Url::parse(text.trim()).map_err(|_| BadTarget::Malformed)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BadTarget::Scheme);
        }
        if url.as_str().contains(MASK) {
            return Err(BadTarget::Masked);
        }
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// The address as it was given.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The address of one call below it: `https://slack.com/api` and `chat.update` make one address.
    pub(crate) fn join(&self, call: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}/{call}", self.0.path().trim_end_matches('/')));
        url
    }

    /// The base of calls below it.
    pub(crate) fn below(&self, path: &str) -> Self {
        Self(self.join(path))
    }

    /// The address with its secrets masked.
    pub fn shown(&self) -> String {
        let mut url = self.0.clone();
        if !url.username().is_empty() || url.password().is_some() {
            // Both fail only for addresses without a host, which http never has.
            let _ = url.set_username(MASK);
            let _ = url.set_password(None);
        }
        if url.query().is_some() {
            url.set_query(Some(MASK));
        }
        url.into()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/…", self.0.scheme(), self.0.host_str().unwrap_or_default())
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// An address that is itself the secret: whoever knows it may post there. Shown and serialised as its host only.
#[derive(Clone, PartialEq, Eq)]
pub struct Hook(Target);

impl Hook {
    /// Reads an address, as [`Target::parse`] does.
    pub fn parse(text: &str) -> Result<Self, BadTarget> {
        Target::parse(text).map(Self)
    }

    /// The address as it was given.
    pub fn url(&self) -> &Url {
        self.0.url()
    }

    /// The host, and a mask for the rest.
    pub fn shown(&self) -> String {
        format!("{}/{MASK}", self.url().origin().ascii_serialization())
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Hook {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

impl<'de> Deserialize<'de> for Hook {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Target::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_and_query_are_masked_and_the_mask_is_refused_when_it_comes_back() {
        let target = Target::parse("https://me:pass@hooks.example.org/in?token=t0p#part").expect("reads");
        assert_eq!(target.shown(), "https://********@hooks.example.org/in?********");
        assert_eq!(format!("{target:?}"), "https://hooks.example.org/…");
        assert_eq!(Target::parse(&target.shown()), Err(BadTarget::Masked));
    }

    #[test]
    fn of_an_address_that_is_a_secret_only_the_host_is_shown() {
        let hook = Hook::parse("https://me:pass@hooks.example.org:8443/services/T1/t0p").expect("reads");
        assert_eq!(hook.shown(), "https://hooks.example.org:8443/********");
        assert_eq!(format!("{hook:?}"), "https://hooks.example.org/…");
        assert_eq!(Hook::parse(&hook.shown()), Err(BadTarget::Masked));
    }

    #[test]
    fn only_addresses_of_the_web_are_taken() {
        assert_eq!(Target::parse("ftp://example.org"), Err(BadTarget::Scheme));
        assert_eq!(Target::parse("file:///etc/passwd"), Err(BadTarget::Scheme));
        assert_eq!(Target::parse("example.org/hook"), Err(BadTarget::Malformed));
        assert_eq!(Target::parse("http://"), Err(BadTarget::Malformed));
    }

    #[test]
    fn a_call_joins_a_base_with_or_without_a_slash() {
        for base in ["https://slack.com/api", "https://slack.com/api/"] {
            let url = Target::parse(base).expect("reads").join("chat.postMessage");
            assert_eq!(url.as_str(), "https://slack.com/api/chat.postMessage");
        }
    }
}
