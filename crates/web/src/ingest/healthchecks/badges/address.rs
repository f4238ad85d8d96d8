//! The addresses of badges. What they name (a check's ping address, a project's number) is turned into another block of
//! 128 bits under our key, and back: nothing has to be stored or searched, and nobody learns or makes one. Pure.

use app::AckKey;
use domain::PingId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What keys of badges are made for.
const PURPOSE: &str = "badge";
/// How often the halves are mixed: four times is enough for nobody to tell the block from chance.
const ROUNDS: u8 = 4;
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// A badge that is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Badge {
    pub(super) of: Of,
    /// Whether what is late is shown as such.
    pub(super) is_three: bool,
    pub(super) format: Format,
}

/// Of what.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Of one check.
    Check(PingId),
    /// Of those of a project that have a tag; of all, where it is `*`.
    Tag { project: u32, tag: String },
}

/// As what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Svg,
    Json,
    Shields,
}

impl Format {
    const ALL: [Self; 3] = [Self::Svg, Self::Json, Self::Shields];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Json => "json",
            Self::Shields => "shields",
        }
    }
}

/// The address of a check's badge, as its object has it.
pub(super) fn of_check(key: &AckKey, id: &PingId) -> String {
    format!("/b/2/{}.svg", text(mixed(key, bits(id))))
}

/// The address of a tag's badge.
pub(super) fn of_tag(key: &AckKey, project: u32, tag: &str, is_three: bool, format: Format) -> String {
    let name = text(mixed(key, u128::from(project)));
    let signature = signature(key, &name, tag);
    let two = if is_three { "" } else { "-2" };
    let tag = if tag == "*" { String::new() } else { format!("/{}", utf8_percent_encode(tag, PLAIN)) };
    format!("/badge/{name}/{signature}{two}{tag}.{}", format.as_str())
}

/// Reads `/b/<2|3>/<check>.<format>`.
pub(super) fn read_check(key: &AckKey, path: &str) -> Option<Badge> {
    let (path, format) = format_of(path.strip_prefix("/b/")?)?;
    let (states, name) = path.split_once('/')?;
    let is_three = match states {
        "2" => false,
        "3" => true,
        _ => return None,
    };
    let id = PingId::parse(&text(unmixed(key, block(name)?)))?;
    Some(Badge { of: Of::Check(id), is_three, format })
}

/// Reads `/badge/<project>/<signature>[-2][/<tag>].<format>`, already decoded.
pub(super) fn read_tag(key: &AckKey, path: &str) -> Option<Badge> {
    let (path, format) = format_of(path.strip_prefix("/badge/")?)?;
    let (name, rest) = path.split_once('/')?;
    let (signed, tag) = rest.split_once('/').unwrap_or((rest, "*"));
    // A signature may end like the mark of two states: it always has eight characters.
    let (signed, two) = signed.split_at_checked(8)?;
    let is_three = match two {
        "" => true,
        "-2" => false,
        _ => return None,
    };
    if signed != signature(key, name, tag) {
        return None;
    }
    let project = u32::try_from(unmixed(key, block(name)?)).ok()?;
    Some(Badge { of: Of::Tag { project, tag: tag.to_owned() }, is_three, format })
}

fn format_of(path: &str) -> Option<(&str, Format)> {
    let (path, word) = path.rsplit_once('.')?;
    Some((path, Format::ALL.into_iter().find(|format| format.as_str() == word)?))
}

/// Eight letters that nobody else can find for that tag.
fn signature(key: &AckKey, name: &str, tag: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mark = key.mark(PURPOSE, format!("{name}/{tag}").as_bytes());
    mark[..8].iter().map(|byte| char::from(LETTERS[usize::from(byte % 64)])).collect()
}

/// Mixes a block in the manner of Feistel.
fn mixed(key: &AckKey, block: u128) -> u128 {
    let (left, right) =
        (0..ROUNDS).fold(halves(block), |(left, right), round| (right, left ^ stirred(key, round, right)));
    joined(left, right)
}

/// Takes the mixing back.
fn unmixed(key: &AckKey, block: u128) -> u128 {
    let (left, right) = (0..ROUNDS)
        .rev()
        .fold(halves(block), |(left, right), round| (right ^ stirred(key, round, left), left));
    joined(left, right)
}

fn stirred(key: &AckKey, round: u8, half: u64) -> u64 {
    let mut text = vec![round];
    text.extend(half.to_be_bytes());
    let mark = key.mark("badge address", &text);
    mark[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

const fn halves(block: u128) -> (u64, u64) {
    ((block >> 64) as u64, block as u64)
}

fn joined(left: u64, right: u64) -> u128 {
    u128::from(left) << 64 | u128::from(right)
}

fn bits(id: &PingId) -> u128 {
    u128::from_str_radix(&id.as_str().replace('-', ""), 16).unwrap_or_default()
}

/// A block in the form of a UUID.
fn text(block: u128) -> String {
    let digits = format!("{block:032x}");
    PingId::parse(&digits).map_or(digits, |id| id.to_string())
}

fn block(text: &str) -> Option<u128> {
    PingId::parse(text).filter(|id| id.as_str() == text).map(|id| bits(&id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> AckKey {
        AckKey::new([7; 32])
    }

    #[test]
    fn the_address_of_a_check_leads_back_to_it_and_does_not_tell_its_ping_address() {
        let id = PingId::mint(0x1234_5678_9abc_def0);
        let address = of_check(&key(), &id);
        assert!(!address.contains(&id.as_str()[..8]), "{address}");
        let read = read_check(&key(), &address.replace("/b/2/", "/b/3/")).expect("a badge");
        assert_eq!(read, Badge { of: Of::Check(id.clone()), is_three: true, format: Format::Svg });
        let other = read_check(&AckKey::new([8; 32]), &address).map(|badge| badge.of);
        assert_ne!(other, Some(Of::Check(id)));
        for bad in ["/b/4/x.svg", "/b/2/x.svg", "/b/2.svg", &address.replace(".svg", ".png")] {
            assert_eq!(read_check(&key(), bad), None, "{bad}");
        }
    }

    #[test]
    fn the_address_of_a_tag_serves_for_that_tag_only() {
        for tag in ["*", "db", "nächtlich"] {
            let address = of_tag(&key(), 3, tag, false, Format::Shields);
            let decoded = percent_encoding::percent_decode_str(&address).decode_utf8().expect("text");
            let wanted = Of::Tag { project: 3, tag: tag.to_owned() };
            let badge = Badge { of: wanted, is_three: false, format: Format::Shields };
            assert_eq!(read_tag(&key(), &decoded), Some(badge), "{address}");
            assert_eq!(read_tag(&AckKey::new([8; 32]), &decoded), None);
        }
        let address = of_tag(&key(), 3, "db", true, Format::Svg);
        assert_eq!(read_tag(&key(), &address.replace("/db.", "/web.")), None);
        assert_eq!(read_tag(&key(), &address.replace("/db.", ".")), None);
    }
}
