//! A part of an expression that remembers where it stood, so that every refusal can point at its place.
//!
//! Splitting only: what the parts mean is the business of each dialect.

use super::BadExpression;
use crate::time::shorten;

/// The longest expression that is read at all, in characters.
pub(super) const CHARACTERS_MAX: usize = 255;

/// How much of the input a refusal quotes, in characters.
const QUOTED_MAX: usize = 40;

/// A slice of the original input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    whole: &'a str,
    from: usize,
    to: usize,
}

impl<'a> Piece<'a> {
    /// The whole input, refused when it is longer than [`CHARACTERS_MAX`].
    pub(super) fn whole(input: &'a str) -> Result<Self, BadExpression> {
        let characters = input.chars().count();
        if characters > CHARACTERS_MAX {
            let reason = format!(
                "an expression has at most {CHARACTERS_MAX} characters, and this one has {characters}"
            );
            return Err(BadExpression { at: CHARACTERS_MAX + 1, reason });
        }
        Ok(Self { whole: input, from: 0, to: input.len() })
    }

    pub(super) fn text(self) -> &'a str {
        &self.whole[self.from..self.to]
    }

    pub(super) fn is_empty(self) -> bool {
        self.from == self.to
    }

    pub(super) fn is(self, word: &str) -> bool {
        self.text().eq_ignore_ascii_case(word)
    }

    /// The parts between spaces and tabs; line breaks and other blanks are ordinary, and so wrong, characters.
    pub(super) fn words(self) -> impl Iterator<Item = Self> {
        self.split(' ').flat_map(|part| part.split('\t')).filter(|word| !word.is_empty())
    }

    /// The parts between separators, empty ones included.
    pub(super) fn split(self, separator: char) -> impl Iterator<Item = Self> {
        let mut from = self.from;
        self.text().split(separator).map(move |part| {
            let piece = Self { from, to: from + part.len(), ..self };
            from = piece.to + separator.len_utf8();
            piece
        })
    }

    /// What stands before and after the first separator, when there is one.
    pub(super) fn cut(self, separator: &str) -> Option<(Self, Self)> {
        let at = self.from + self.text().find(separator)?;
        Some((Self { to: at, ..self }, Self { from: at + separator.len(), ..self }))
    }

    /// This piece without its last character, when it ends with that letter in either case.
    pub(super) fn without_last(self, letter: char) -> Option<Self> {
        let last = self.text().chars().next_back()?;
        last.eq_ignore_ascii_case(&letter).then(|| Self { to: self.to - last.len_utf8(), ..self })
    }

    /// The empty place right behind this piece.
    pub(super) fn end(self) -> Self {
        Self { from: self.to, ..self }
    }

    /// The piece as an unsigned number; digits too many to count are simply the largest number.
    pub(super) fn number(self) -> Option<u32> {
        let digits = !self.is_empty() && self.text().bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| self.text().parse().unwrap_or(u32::MAX))
    }

    /// The piece as refusals show it: `'at most forty characters'`.
    pub(super) fn quoted(self) -> String {
        format!("'{}'", self.shortened())
    }

    /// The piece cut to forty characters; what would break a log line or a mail header does not get through.
    pub(super) fn shortened(self) -> String {
        shorten(self.text(), QUOTED_MAX).replace(char::is_control, "\u{fffd}")
    }

    /// A refusal that points at the first character of this piece.
    pub(super) fn refuse(self, reason: impl Into<String>) -> BadExpression {
        BadExpression { at: self.whole[..self.from].chars().count() + 1, reason: reason.into() }
    }
}

/// A component's name as a sentence has it: `a minute`, `an hour`.
pub(super) fn with_article(name: &str) -> String {
    let article = if name.starts_with('h') { "an" } else { "a" };
    format!("{article} {name}")
}
