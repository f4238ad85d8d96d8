//! The grammar that all five cron fields share: lists of numbers, names, ranges and steps.
//!
//! What only one field knows (`L`, `LW`, `nL`, `n#k`) is read in [`parse`](super::parse).

use crate::schedule::BadExpression;
use crate::schedule::civil::{Bits, bits};
use crate::schedule::text::{Piece, with_article};

/// What a field calls itself and which numbers it takes.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    min: u32,
    max: u32,
    /// Names for the numbers from `min` on.
    names: &'static [&'static str],
}

pub(super) const MINUTE: Field = Field { name: "minute", min: 0, max: 59, names: &[] };
pub(super) const HOUR: Field = Field { name: "hour", min: 0, max: 23, names: &[] };
pub(super) const DAY_OF_MONTH: Field = Field { name: "day of month", min: 1, max: 31, names: &[] };
pub(super) const MONTH: Field = Field {
    name: "month",
    min: 1,
    max: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
/// Both 0 and 7 are Sunday; the name means 0, so that `FRI-SUN` runs backwards as it does in Debian's cron.
pub(super) const DAY_OF_WEEK: Field =
    Field { name: "day of week", min: 0, max: 7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };

/// What an item says before its step.
enum Base {
    Number(u32),
    Range(u32, u32),
}

impl Field {
    /// Reads a whole field without specials.
    pub(super) fn list(&self, field: Piece<'_>) -> Result<Bits, BadExpression> {
        field.split(',').try_fold(0, |set, item| Ok(set | self.item(item)?))
    }

    /// Reads one item of a list: `*`, `n` or `n-m`, each with or without `/step`; `n/step` goes on to the largest
    /// number.
    pub(super) fn item(&self, item: Piece<'_>) -> Result<Bits, BadExpression> {
        let Some((base, step)) = item.cut("/") else {
            return Ok(match self.base(item)? {
                Base::Number(number) => 1 << number,
                Base::Range(first, last) => bits(first, last, 1),
            });
        };
        let (first, last) = match self.base(base)? {
            Base::Number(number) => (number, self.max),
            Base::Range(first, last) => (first, last),
        };
        Ok(bits(first, last, self.step(step)?))
    }

    fn base(&self, base: Piece<'_>) -> Result<Base, BadExpression> {
        if base.is("*") {
            return Ok(Base::Range(self.min, self.max));
        }
        let Some((first, last)) = base.cut("-") else {
            return Ok(Base::Number(self.number(base)?));
        };
        let (first, last) = (self.number(first)?, self.number(last)?);
        if last < first {
            return Err(base.refuse(format!("{} range {} runs backwards", self.name, base.shortened())));
        }
        Ok(Base::Range(first, last))
    }

    /// Reads a number or a name.
    pub(super) fn number(&self, piece: Piece<'_>) -> Result<u32, BadExpression> {
        if let Some(number) = (self.min..).zip(self.names).find(|(_, name)| piece.is(name)) {
            return Ok(number.0);
        }
        let number = piece.number().ok_or_else(|| self.no_number(piece))?;
        let limit = match number {
            _ if number < self.min => format!("below {}", self.min),
            _ if number > self.max => format!("above {}", self.max),
            _ => return Ok(number),
        };
        Err(piece.refuse(format!("{} {} is {limit}", self.name, piece.shortened())))
    }

    fn no_number(&self, piece: Piece<'_>) -> BadExpression {
        if piece.is_empty() {
            return piece.refuse(format!("{} is missing", with_article(self.name)));
        }
        let names = match self.names.first() {
            Some(first) => format!(" or a name such as {first}"),
            None => String::new(),
        };
        let hint = if piece.is("?") { "; write * for any" } else { "" };
        let (name, min, max) = (with_article(self.name), self.min, self.max);
        piece.refuse(format!("{} is not {name}: a number from {min} to {max}{names}{hint}", piece.quoted()))
    }

    /// Reads a step; one beyond the range is fine and leaves the first number only.
    fn step(&self, step: Piece<'_>) -> Result<u32, BadExpression> {
        match step.number() {
            Some(0) => Err(step.refuse(format!("{} step 0 is below 1", self.name))),
            Some(number) => Ok(number),
            None if step.is_empty() => {
                Err(step.refuse(format!("{} step is missing", with_article(self.name))))
            }
            None => Err(step.refuse(format!("{} step {} is not a number", self.name, step.quoted()))),
        }
    }
}
