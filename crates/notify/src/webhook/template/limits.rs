//! What a template may be made of, looked at before it is run, and how much it may write.
//!
//! The template engine counts steps and the bytes of what was made, but some of it only once it is made: a list that is
//! doubled thirty times is a gigabyte as soon as it is written down. So nothing that a template makes can be kept, not in
//! a variable of its own and not in that of a `for`, nothing can be multiplied, and joining is bounded in number; what is
//! left grows no further than its source times the payload.

use std::io::{self, Write};

use super::{BadTemplate, full};

/// The tags that are known. Only `for` keeps a value, and is looked at for which.
const TAGS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];
/// Most times that texts are joined by `~` or `+`.
const JOINS_MAX: usize = 50;

/// Refuses what could grow without end.
pub(super) fn check(source: &str) -> Result<(), BadTemplate> {
    let mut joins = 0;
    let mut at = 0;
    while let Some(opening) = source[at..].find('{').map(|found| at + found) {
        let inside = opening + 2;
        at = match source.as_bytes().get(opening + 1) {
            Some(b'#') => source[inside..].find("#}").map_or(source.len(), |end| inside + end + 2),
            Some(b'{') => code(source, inside, "}}", &mut joins)?,
            Some(b'%') => tag(source, inside, &mut joins)?,
            _ => opening + 1,
        };
    }
    Ok(())
}

/// Looks at a tag; answers where what follows it begins.
fn tag(source: &str, from: usize, joins: &mut usize) -> Result<usize, BadTemplate> {
    let tag = source[from..].trim_start_matches(['-', '+']).trim_start();
    let word = tag.split(|c: char| !is_of_word(c)).next().unwrap_or_default();
    if !TAGS.contains(&word) {
        return Err(forbidden(source, from, "only the tags if and for are known"));
    }
    let after = code(source, from, "%}", joins)?;
    if word == "for" && !keeps_what_there_was(&unquoted(source, from, "%}").0) {
        return Err(forbidden(source, from, "for goes through what there is: it takes no list of its own"));
    }
    Ok(after)
}

/// Whether a `for` keeps only what was there: with two of a thing in a list, each `for` in another doubles it. One that
/// calls itself can be given any list.
fn keeps_what_there_was(code: &[(usize, char)]) -> bool {
    let code: String = code.iter().map(|(_, c)| c).collect();
    let Some(list) = words(&code).find(|(_, word)| *word == "in").map(|(at, _)| &code[at..]) else {
        return true;
    };
    !list.contains([',', '~', '+']) && words(list).all(|(_, word)| word != "recursive")
}

/// The words of a code, and where they begin.
fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    code.split_inclusive(|c: char| !is_of_word(c)).map(move |part| {
        at += part.len();
        (at - part.len(), part.trim_end_matches(|c: char| !is_of_word(c)))
    })
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Looks at the code from `from` on; answers where what follows its end begins.
fn code(source: &str, from: usize, end: &str, joins: &mut usize) -> Result<usize, BadTemplate> {
    let (code, after) = unquoted(source, from, end);
    for (at, c) in code {
        match c {
            '*' => return Err(forbidden(source, at, "nothing can be multiplied")),
            '{' => return Err(forbidden(source, at, "no dictionary can be made")),
            '~' | '+' if *joins == JOINS_MAX => {
                return Err(forbidden(source, at, "joins too many texts: at most 50"));
            }
            '~' | '+' => *joins += 1,
            _ => {}
        }
    }
    Ok(after)
}

/// The code from `from` on without what stands in its quotes, and where what follows its end begins.
fn unquoted(source: &str, from: usize, end: &str) -> (Vec<(usize, char)>, usize) {
    let (mut code, mut quote) = (Vec::new(), None);
    let mut chars = source[from..].char_indices();
    while let Some((offset, c)) = chars.next() {
        let at = from + offset;
        match (quote, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, _) if source[at..].starts_with(end) => return (code, at + end.len()),
            (None, _) => {
                quote = Some(c).filter(|c| matches!(c, '"' | '\''));
                code.push((at, c));
            }
        }
    }
    (code, source.len())
}

fn forbidden(source: &str, at: usize, problem: &'static str) -> BadTemplate {
    BadTemplate::Forbidden { line: source[..at].matches('\n').count() + 1, problem }
}

/// Takes so many bytes and refuses the rest.
#[derive(Debug)]
pub(super) struct Bounded {
    bytes: Vec<u8>,
    most: usize,
    is_full: bool,
}

impl Bounded {
    pub(super) fn new(most: usize) -> Self {
        Self { bytes: Vec::new(), most, is_full: false }
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(super) fn into_inner(self) -> Vec<u8> {
        self.bytes
    }

    /// What was written, where that was text.
    pub(super) fn into_text(self) -> String {
        String::from_utf8(self.bytes).unwrap_or_default()
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            self.is_full = true;
            return Err(full());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
