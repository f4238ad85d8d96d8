//! What a template may be made of, looked at before it is run, and how much it may write.
//!
//! The template engine bounds steps, not memory: a value that is doubled thirty times is a gigabyte. So nothing can be
//! kept in a variable of its own or multiplied, and joining is bounded in number; what is left grows no further than
//! its source times the payload.

use std::io::{self, Write};

use super::{BadTemplate, full};

/// The tags that are known: none of them keeps a value.
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
            Some(b'%') => {
                known(source, inside)?;
                code(source, inside, "%}", &mut joins)?
            }
            _ => opening + 1,
        };
    }
    Ok(())
}

fn known(source: &str, from: usize) -> Result<(), BadTemplate> {
    let code = source[from..].trim_start_matches(['-', '+']).trim_start();
    let word = code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
    if TAGS.contains(&word) {
        Ok(())
    } else {
        Err(forbidden(source, from, "only the tags if and for are known"))
    }
}

/// Looks at the code from `from` on; answers where what follows its end begins.
fn code(source: &str, from: usize, end: &str, joins: &mut usize) -> Result<usize, BadTemplate> {
    let mut quote = None;
    let mut chars = source[from..].char_indices();
    while let Some((offset, c)) = chars.next() {
        let at = from + offset;
        match (quote, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, _) if source[at..].starts_with(end) => return Ok(at + end.len()),
            (None, '*') => return Err(forbidden(source, at, "nothing can be multiplied")),
            (None, '{') => return Err(forbidden(source, at, "no dictionary can be made")),
            (None, '~' | '+') if *joins == JOINS_MAX => {
                return Err(forbidden(source, at, "joins too many texts: at most 50"));
            }
            (None, '~' | '+') => *joins += 1,
            (_, _) => {}
        }
    }
    Ok(source.len())
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
