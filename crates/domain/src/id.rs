//! Typed identifiers. Those a client chooses are checked; ours carry a visible prefix and are minted from chance
//! that is passed in.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::shorten;

/// Why a text cannot be an identifier. Reads on after the field's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadId(String);

impl BadId {
    pub(crate) const fn new(problem: String) -> Self {
        Self(problem)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes a text that is known to be good: read back from a store, or made by us.
            pub fn trusted(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(|text| Self(text.into()))
            }
        }
    };
}

macro_rules! minted_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        text_id!($(#[$doc])* $name);

        impl $name {
            /// A new identifier from 128 bits of chance (or time and chance).
            pub fn mint(bits: u128) -> Self {
                Self(minted($prefix, bits).into())
            }
        }
    };
}

text_id!(
    /// A tenant's name, `default` being there from the first start.
    ProjectId
);
text_id!(
    /// What a client calls a scheduler; unique in its project.
    SchedulerId
);
text_id!(
    /// What a job calls one of its executions.
    RunId
);
text_id!(
    /// What makes a repeated report recognisable as the same one.
    ReportId
);
text_id!(
    /// One alert: its incident and the version of the event that raised it, so that deciding again names it again.
    AlertId
);
text_id!(
    /// One alert on its way to one channel.
    DeliveryId
);
minted_id!(
    /// Where alerts go. Those of the configuration are called by their names.
    ChannelId,
    "chn_"
);
minted_id!(
    /// A stretch of bad health.
    IncidentId,
    "inc_"
);
minted_id!(
    /// An API key's public name; never the key.
    KeyId,
    "key_"
);
minted_id!(
    /// A routing rule.
    RuleId,
    "rule_"
);
minted_id!(
    /// A maintenance window.
    WindowId,
    "win_"
);
minted_id!(
    /// One life of one instance of the program: another after each start.
    MemberId,
    "mem_"
);
minted_id!(
    /// One attempt to write, so that a commit whose answer was lost is recognised.
    CommitId,
    "cmt_"
);

impl ProjectId {
    /// The project that exists from the first start.
    pub fn default_project() -> Self {
        Self::trusted("default")
    }

    /// A project's name: 1 to 64 of `a-z`, `0-9`, `-` and `_`.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if text.is_empty() || text.len() > 64 || !text.chars().all(good) {
            return Err(BadId(format!(
                "must be 1 to 64 of a-z, 0-9, '-' and '_', was '{}'",
                shorten(text, 40)
            )));
        }
        Ok(Self::trusted(text))
    }
}

impl SchedulerId {
    /// 1 to 255 characters, none of them a control character, no space at either end, and neither `.` nor `..`.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        check_text(text, 255)?;
        if text.trim() != text {
            return Err(BadId("must not begin or end with a space".to_owned()));
        }
        if text == "." || text == ".." {
            return Err(BadId(format!("must not be '{text}', which a path would swallow")));
        }
        Ok(Self::trusted(text))
    }
}

impl RunId {
    /// 1 to 128 characters, none of them a control character.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        check_text(text, 128).map(|()| Self::trusted(text))
    }
}

impl ReportId {
    /// 1 to 128 characters, none of them a control character.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        check_text(text, 128).map(|()| Self::trusted(text))
    }
}

/// Whether a text has 1 to `most` characters and no control character among them.
pub fn check_text(text: &str, most: usize) -> Result<(), BadId> {
    let length = text.chars().take(most + 1).count();
    if length == 0 {
        return Err(BadId("must not be empty".to_owned()));
    }
    if length > most {
        return Err(BadId(format!("must have at most {most} characters, begins '{}'", shorten(text, 40))));
    }
    if text.chars().any(char::is_control) {
        let shown: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        return Err(BadId(format!("must not contain control characters, was '{}'", shorten(&shown, 40))));
    }
    Ok(())
}

/// A scheduler's full name: its project and what its client calls it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SchedulerKey {
    /// The project that owns it.
    pub project: ProjectId,
    /// Its name there.
    pub id: SchedulerId,
}

/// The number of a run within its scheduler, counted from 1; given in the order in which runs became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunNo(pub u64);

/// Crockford's base 32: no letter that is mistaken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// An identifier from 128 bits of chance (or time and chance), after a prefix that says of what.
pub fn minted(prefix: &str, bits: u128) -> String {
    let digits = (0..26).rev().map(|place| char::from(ALPHABET[(bits >> (place * 5) & 31) as usize]));
    prefix.chars().chain(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheduler_id_refuses_what_a_path_or_a_person_would_misread() {
        for text in ["", " nightly", "nightly ", ".", "..", "a\nb", &"x".repeat(256)] {
            assert!(SchedulerId::parse(text).is_err(), "{text:?}");
        }
        for text in ["a", "team/nightly", "ночь", "a b", "...", &"é".repeat(255)] {
            assert!(SchedulerId::parse(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn minted_ids_keep_the_order_of_their_bits() {
        let (low, high) = (IncidentId::mint(7), IncidentId::mint(1 << 90));
        assert_eq!(low.as_str(), "inc_00000000000000000000000007");
        assert!(low < high);
    }
}
