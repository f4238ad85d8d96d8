//! What a job is heard by where it bears no key: a ping address, a slug, and the tokens of other products' clients; and
//! what those clients may set besides. How a message is read is not here: each dialect reads its own.

use serde::{Deserialize, Serialize};

use crate::id::{BadId, check_text};
use crate::time::shorten;

/// Most tokens of other products by which one scheduler is heard.
pub const ALIASES_MAX: usize = 5;
/// Shortest and longest such token. Shorter ones could be guessed.
pub const ALIAS_CHARS: std::ops::RangeInclusive<usize> = 6..=128;
/// Longest slug.
pub const SLUG_CHARS_MAX: usize = 100;

/// A scheduler's ping address: a UUID that is a secret, and unique among all projects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PingId(std::sync::Arc<str>);

impl PingId {
    /// A new one from 128 bits of chance: a UUID of version 4.
    pub fn mint(bits: u128) -> Self {
        let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
        Self(dashed(&format!("{bits:032x}")).into())
    }

    /// Reads a UUID, with dashes or without, in capitals or not.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = match text.len() {
            32 => text.to_owned(),
            36 if [8, 13, 18, 23].iter().all(|place| text.as_bytes()[*place] == b'-') => {
                text.replace('-', "")
            }
            _ => return None,
        };
        let is_hex = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_hex.then(|| Self(dashed(&digits.to_ascii_lowercase()).into()))
    }

    /// The UUID with dashes, in small letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PingId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn dashed(digits: &str) -> String {
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

/// What becomes of a report while its scheduler is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhilePaused {
    /// It counts, and the pause goes on: what holds where nothing is said.
    Record,
    /// It counts, and ends the pause.
    Resume,
    /// It goes into the history as ignored.
    Ignore,
}

impl WhilePaused {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Resume => "resume",
            Self::Ignore => "ignore",
        }
    }

    /// What that word means.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Record, Self::Resume, Self::Ignore].into_iter().find(|it| it.as_str() == word)
    }
}

/// Words in a ping's body, or in the subject of a mail, that say what it means, whatever its address says. Lists are
/// kept as given: parts between commas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Filters {
    /// Mails are judged by their subject.
    pub subject: bool,
    /// Mails are judged by their text.
    pub body: bool,
    /// Pings by HTTP are judged by their body.
    pub http_body: bool,
    /// What holds none of the words is a failure; ignored else.
    pub default_fail: bool,
    /// Words of a start.
    pub start: String,
    /// Words of a success.
    pub success: String,
    /// Words of a failure.
    pub failure: String,
}

/// A slug: 1 to [`SLUG_CHARS_MAX`] of `a-z`, `0-9`, `-` and `_`.
pub fn check_slug(text: &str) -> Result<(), BadId> {
    if is_slug(text) {
        return Ok(());
    }
    Err(BadId::new(format!(
        "must be 1 to {SLUG_CHARS_MAX} of a-z, 0-9, '-' and '_', was '{}'",
        shorten(text, 40)
    )))
}

/// Whether a text can be a slug.
pub fn is_slug(text: &str) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    !text.is_empty() && text.len() <= SLUG_CHARS_MAX && text.chars().all(good)
}

/// A text as a slug: small letters and digits, all else as single dashes; empty where nothing is left.
pub fn slugify(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let fits = c.is_ascii_alphanumeric() || c == '_';
        match (fits, slug.ends_with('-')) {
            (true, _) => slug.push(c),
            (false, false) if !slug.is_empty() => slug.push('-'),
            (false, _) => {}
        }
        if slug.len() >= SLUG_CHARS_MAX {
            break;
        }
    }
    slug.trim_matches('-').to_owned()
}

/// A token of another product: [`ALIAS_CHARS`] of letters, digits, `-`, `_` and `.`.
pub fn check_alias(text: &str) -> Result<(), BadId> {
    check_text(text, *ALIAS_CHARS.end())?;
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if ALIAS_CHARS.contains(&text.len()) && text.chars().all(good) {
        return Ok(());
    }
    let (least, most) = (ALIAS_CHARS.start(), ALIAS_CHARS.end());
    Err(BadId::new(format!(
        "must be {least} to {most} letters, digits, '-', '_' or '.', was {} long",
        text.len()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_address_is_a_uuid_of_chance_in_one_form() {
        let minted = PingId::mint(u128::MAX);
        assert_eq!(minted.as_str(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(PingId::mint(0).as_str(), "00000000-0000-4000-8000-000000000000");
        for text in ["ffffffff-ffff-4fff-bfff-ffffffffffff", "FFFFFFFFFFFF4FFFBFFFFFFFFFFFFFFF"] {
            assert_eq!(PingId::parse(text).as_ref(), Some(&minted), "{text}");
        }
        for text in
            ["", "nightly", "ffffffff-ffff-4fff-bfff-fffffffffff", "zfffffff-ffff-4fff-bfff-ffffffffffff"]
        {
            assert_eq!(PingId::parse(text), None, "{text}");
        }
        assert_eq!(PingId::parse("éffffffffffffffffffffffffffffffff"), None);
    }

    #[test]
    fn a_name_becomes_a_slug_of_small_letters_and_single_dashes() {
        for (name, slug) in [
            ("Nightly Backup", "nightly-backup"),
            ("  db #1 / eu ", "db-1-eu"),
            ("already_fine-1", "already_fine-1"),
            ("ночь", ""),
            ("--", ""),
        ] {
            assert_eq!(slugify(name), slug, "{name}");
        }
        assert!(is_slug(&slugify(&"é x".repeat(200))));
    }

    #[test]
    fn an_alias_is_long_enough_not_to_be_guessed() {
        for good in ["d8f2a1", "0123456789abcdef0123456789ABCDEF", "a-b_c.d"] {
            assert!(check_alias(good).is_ok(), "{good}");
        }
        for bad in ["", "short", "has space", "a/bcdef", &"x".repeat(129)] {
            assert!(check_alias(bad).is_err(), "{bad}");
        }
    }
}
