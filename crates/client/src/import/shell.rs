//! As much of the shell's language as wrapping a command needs: quoting words, and reading simple ones.
//!
//! Expands nothing and runs nothing. Reading is for recognising our own program in a command; a command that is more
//! than words (pipes, substitutions) reads as words all the same, and nobody acts on them.

/// Most words of a command that are read.
const WORDS_MAX: usize = 1000;

/// A word that stands for itself in a shell, quoted only where it has to be.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@,+%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Any bytes as what stands between two single quotes.
pub(crate) fn inside_quotes(bytes: &[u8]) -> Vec<u8> {
    let mut inside = Vec::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'\'' => inside.extend_from_slice(b"'\\''"),
            other => inside.push(*other),
        }
    }
    inside
}

/// What [`inside_quotes`] was given; `None` for what it cannot have made.
pub(crate) fn out_of_quotes(inside: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((first, after)) = rest.split_first() {
        bytes.push(*first);
        rest = if *first == b'\'' { after.strip_prefix(b"\\''")? } else { after };
    }
    Some(bytes)
}

/// The words of a command, their quotes taken off.
pub(crate) fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut characters = command.chars().peekable();
    while words.len() < WORDS_MAX {
        while characters.next_if(char::is_ascii_whitespace).is_some() {}
        if characters.peek().is_none() {
            break;
        }
        words.push(word(&mut characters));
    }
    words
}

fn word(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut word = String::new();
    let mut quote = None;
    while let Some(next) = characters.next_if(|c| quote.is_some() || !c.is_ascii_whitespace()) {
        match (quote, next) {
            (Some(open), close) if open == close => quote = None,
            (Some('\''), _) => word.push(next),
            (_, '\\') => word.extend(characters.next()),
            (None, '\'' | '"') => quote = Some(next),
            _ => word.push(next),
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_without_their_quotes() {
        assert_eq!(words("a  'b c' \"d \\\" e\" f\\ g ''"), ["a", "b c", "d \" e", "f g", ""]);
        assert_eq!(words(" it's open"), ["its open"]);
    }

    #[test]
    fn what_is_quoted_reads_as_itself() {
        for word in ["plain", "", "a b", "it's", "$HOME", "a\\b", "é"] {
            assert_eq!(words(&quoted(word)), [word]);
        }
        assert_eq!(quoted("/usr/bin/a-b_c.d"), "/usr/bin/a-b_c.d");
    }

    #[test]
    fn only_what_we_quoted_comes_out_again() {
        assert_eq!(out_of_quotes(&inside_quotes(b"it's '\xff'")).as_deref(), Some(&b"it's '\xff'"[..]));
        assert_eq!(out_of_quotes(b"a' b 'c"), None);
    }
}
