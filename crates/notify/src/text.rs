//! Text for people: what jobs sent made harmless to read, lengths of time and instants as one says them.
//!
//! Escaping for a receiver's markup is not here: each channel does its own.

use std::fmt::Write as _;

use domain::{Duration, Instant};

/// One line: terminal colours, control characters, and marks that hide or turn text taken out, runs of space made one.
pub(crate) fn one_line(text: &str) -> String {
    let clean = visible(text);
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Several lines: as [`one_line`], but line ends and indents stay.
pub(crate) fn lines(text: &str) -> String {
    let clean = visible(text);
    clean.trim_matches('\n').trim_end().to_owned()
}

fn visible(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' if chars.peek() == Some(&'[') => {
                // A colour or cursor command ends with a letter or the like; one that never ends takes the rest.
                chars.next();
                chars.by_ref().find(|c| ('@'..='~').contains(c));
            }
            '\n' | '\u{2028}' | '\u{2029}' | '\u{85}' => clean.push('\n'),
            '\t' => clean.push_str("    "),
            c if c.is_control() || is_hidden(c) => {}
            c => clean.push(c),
        }
    }
    clean
}

/// Marks without a shape of their own that turn the direction of text, hide in it or carry other text.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// The beginning of a text, in at most so many UTF-16 units, with an ellipsis where it was longer. Receivers count units
/// or characters; no text has more of those than of these.
pub(crate) fn cut(text: &str, units: usize) -> String {
    fit(text, units, char::len_utf16)
}

/// The beginning of a text that costs at most `budget`, with an ellipsis where it was cut; nothing where not even that
/// fits.
pub(crate) fn fit(text: &str, budget: usize, cost: impl Fn(char) -> usize) -> String {
    let mut used = 0;
    let mut cut = None;
    for (at, c) in text.char_indices() {
        if used + cost('…') <= budget {
            cut = Some(at);
        }
        used += cost(c);
        if used > budget {
            return cut.map(|at| format!("{}…", &text[..at])).unwrap_or_default();
        }
    }
    text.to_owned()
}

/// What a receiver said, on one line, short, without long words and without any part of a secret: it may quote what
/// it was sent.
pub(crate) fn quoted(said: &str, secrets: &[&str]) -> String {
    const WORD_CHARS: usize = 24;
    const CHARS: usize = 200;
    let word = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let tells =
            bare.len() >= 4 && secrets.iter().any(|secret| secret.contains(bare) || word.contains(secret));
        if tells || word.chars().count() > WORD_CHARS { "…".to_owned() } else { word.to_owned() }
    };
    let line: Vec<_> = one_line(said).split(' ').map(word).collect();
    domain::time::shorten(&line.join(" "), CHARS)
}

/// A length of time in its two largest units: `850ms`, `12s`, `1h5m`, `2d3h`.
pub(crate) fn span(length: Duration) -> String {
    let millis = length.as_millis();
    let grain = match millis {
        ..1000 => 1,
        1000..3_600_000 => Duration::SECOND.as_millis(),
        3_600_000..86_400_000 => Duration::MINUTE.as_millis(),
        _ => Duration::HOUR.as_millis(),
    };
    Duration::from_millis(millis - millis % grain).to_string()
}

/// An instant for people who are anywhere: `2024-01-15 01:30 UTC`, with seconds where there are any.
pub(crate) fn utc(at: Instant) -> String {
    let stamp = at.to_timestamp();
    let seconds = at.as_millis().rem_euclid(60_000) / 1000;
    let mut text = stamp.strftime("%Y-%m-%d %H:%M").to_string();
    if seconds > 0 {
        // Writing to a String cannot fail.
        let _ = write!(text, ":{seconds:02}");
    }
    text.push_str(" UTC");
    text
}

/// A number of things: `1 slot`, `3 slots`.
pub(crate) fn counted(count: u64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_text_is_taken_out() {
        for (sent, shown) in [
            ("disk\u{202e} lluf", "disk lluf"),
            ("\u{1b}[31;1mred\u{1b}[0m alert", "red alert"),
            ("\u{1b}[never ends", "ever ends"),
            ("a\r\n\tb\u{2028}c", "a b c"),
            ("bell\u{7}\u{0}\u{9b}", "bell"),
            ("zero\u{200b}width\u{feff}", "zerowidth"),
            ("  two   spaces ", "two spaces"),
            ("семья 👨‍👩‍👧 ok", "семья 👨‍👩‍👧 ok"),
        ] {
            assert_eq!(one_line(sent), shown, "{sent:?}");
        }
        assert_eq!(lines("\n at a\r\n\tat b\n\n"), " at a\n    at b");
    }

    #[test]
    fn a_text_is_cut_by_utf16_units_and_never_within_a_character() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("👩👩👩", 4), "👩…");
        assert_eq!(cut("👩👩👩", 5), "👩👩…");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn a_text_is_cut_by_what_it_costs() {
        assert_eq!(fit("abcdefg", 6, |_| 1), "abcde…");
        for budget in 0..40 {
            let text = fit(&"é👩x".repeat(20), budget, char::len_utf8);
            assert!(text.len() <= budget, "{budget}: {text}");
            assert_eq!(text.ends_with('…'), budget >= '…'.len_utf8(), "{budget}: {text}");
        }
    }

    #[test]
    fn what_a_receiver_says_is_quoted_without_secrets_and_without_end() {
        let secrets = ["s3cr3t-key", ""];
        assert_eq!(quoted("Key 's3cr3t-key' is\nnot valid", &secrets[..1]), "Key … is not valid");
        assert_eq!(quoted("the start s3cr of it", &secrets[..1]), "the start … of it");
        assert_eq!(quoted("at https://h.example/with/a/long/path?key=1", &[]), "at …");
        assert!(quoted(&"word ".repeat(30_000), &[]).chars().count() <= 201);
    }

    #[test]
    fn lengths_of_time_are_said_in_two_units_at_most() {
        for (millis, said) in [
            (0, "0s"),
            (850, "850ms"),
            (12_345, "12s"),
            (125_999, "2m5s"),
            (3_900_500, "1h5m"),
            (183_600_000, "2d3h"),
        ] {
            assert_eq!(span(Duration::from_millis(millis)), said);
        }
    }

    #[test]
    fn instants_are_said_in_utc_with_seconds_only_where_there_are_any() {
        for (text, said) in [
            ("2024-01-15T01:30:00Z", "2024-01-15 01:30 UTC"),
            ("2024-01-15T01:30:07.900Z", "2024-01-15 01:30:07 UTC"),
            ("1969-12-31T23:59:59Z", "1969-12-31 23:59:59 UTC"),
        ] {
            assert_eq!(utc(Instant::parse(text).expect(text)), said);
        }
    }
}
