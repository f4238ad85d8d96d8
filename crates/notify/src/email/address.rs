//! Addresses that can be put into a header and said to a server without being read as anything else.

use lettre::Address;
use lettre::message::Mailbox;

use crate::channel::ConfigError;

/// Most bytes of an address (RFC 5321).
const ADDRESS_BYTES_MAX: usize = 254;
/// Most characters of the name before one.
const NAME_CHARS_MAX: usize = 100;

/// One plain address, `ops@example.org`. Quoted local parts, comments and non-ASCII are not taken: hardly any mailbox has
/// them, and every one of them has been a way to break out of a header.
pub(super) fn plain(text: &str) -> Option<Address> {
    let text = text.trim();
    let is_plain = |c: char| c.is_ascii_graphic() && !"\"'()<>[],;:\\".contains(c);
    let whole = text.len() <= ADDRESS_BYTES_MAX && text.chars().all(is_plain);
    if whole { text.parse().ok() } else { None }
}

/// `ops@example.org` or `Operations <ops@example.org>`.
pub(super) fn mailbox(field: &'static str, text: &str) -> Result<Mailbox, ConfigError> {
    let problem = || ConfigError::field(field, &"must be an address such as Operations <ops@example.org>");
    let text = text.trim();
    let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, address)) => (Some(name.trim().trim_matches('"')), address),
        None => (None, text),
    };
    let fits = |name: &str| name.chars().count() <= NAME_CHARS_MAX && !name.contains(char::is_control);
    if name.is_some_and(|name| !fits(name)) {
        return Err(problem());
    }
    let name = name.filter(|name| !name.is_empty()).map(str::to_owned);
    Ok(Mailbox::new(name, plain(address).ok_or_else(problem)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_plain_address_is_taken_with_or_without_a_name() {
        let shown = |text| mailbox("from", text).expect(text).to_string();
        assert_eq!(shown(" ops@example.org "), "ops@example.org");
        assert_eq!(
            shown("Ops, by night <ops+night@mail.example.org>"),
            "\"Ops, by night\" <ops+night@mail.example.org>"
        );
        assert_eq!(shown("Jürgen <j@example.org>"), "Jürgen <j@example.org>");
        assert_eq!(shown("<ops@example.org>"), "ops@example.org");
    }

    #[test]
    fn whatever_could_be_read_as_two_addresses_or_as_a_header_is_refused() {
        for text in [
            "",
            "ops",
            "a@b@c.example",
            "a@x.example,b@y.example",
            "a@x.example, b@y.example",
            "a@x.example\r\nBcc: b@y.example",
            "Ops\r\nBcc: b@y.example <a@x.example>",
            "\"a b\"@x.example",
            "a@[127.0.0.1]",
            "ü@x.example",
            "<a@x.example> SIZE=1",
            "a@x.example> <b@y.example",
        ] {
            assert!(mailbox("to", text).is_err(), "{text}");
        }
        let problem = mailbox("to", "ops").expect_err("refused").to_string();
        assert_eq!(problem, "to must be an address such as Operations <ops@example.org>");
    }
}
