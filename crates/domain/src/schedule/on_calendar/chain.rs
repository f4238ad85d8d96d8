//! The grammar that years, months, days, hours, minutes and seconds share: lists of numbers, ranges and repetitions.
//!
//! Stricter than cron's, as systemd is: `*` stands alone, and a repetition must come at least once.

use crate::schedule::BadExpression;
use crate::schedule::civil::{Bits, bits};
use crate::schedule::text::{Piece, with_article};

/// What a component calls itself, which numbers it takes and what is peculiar to it.
#[derive(Debug)]
pub(super) struct Component {
    name: &'static str,
    min: u32,
    max: u32,
    kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    /// Two digits mean 1970 to 2069.
    Year,
    /// 1 is the last day; `n/step` goes on towards it.
    FromEnd,
    /// A fraction of nought may follow, as systemd itself writes it.
    Second,
}

/// The years are those of [`YEARS`](super::dates::YEARS).
pub(super) const YEAR: Component = Component { name: "year", min: 1970, max: 2199, kind: Kind::Year };
pub(super) const MONTH: Component = Component { name: "month", min: 1, max: 12, kind: Kind::Plain };
pub(super) const DAY: Component = Component { name: "day", min: 1, max: 31, kind: Kind::Plain };
/// Any month has 28 days; what only some have cannot be counted from the end.
pub(super) const DAY_FROM_END: Component =
    Component { name: "day from the end", min: 1, max: 28, kind: Kind::FromEnd };
pub(super) const HOUR: Component = Component { name: "hour", min: 0, max: 23, kind: Kind::Plain };
pub(super) const MINUTE: Component = Component { name: "minute", min: 0, max: 59, kind: Kind::Plain };
pub(super) const SECOND: Component = Component { name: "second", min: 0, max: 59, kind: Kind::Second };

/// The numbers from `first` to `last`, `step` apart.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: u32,
    last: u32,
    step: u32,
}

impl Component {
    /// Reads a chain into a bit set. Not for years, which are too many.
    pub(super) fn bits(&self, chain: Piece<'_>) -> Result<Bits, BadExpression> {
        let runs = self.runs(chain)?;
        Ok(runs.into_iter().fold(0, |set, run| set | bits(run.first, run.last, run.step)))
    }

    /// Reads a chain into its numbers, of which some may come more than once.
    pub(super) fn numbers(&self, chain: Piece<'_>) -> Result<impl Iterator<Item = u32>, BadExpression> {
        let runs = self.runs(chain)?;
        Ok(runs.into_iter().flat_map(|run| (run.first..=run.last).step_by(run.step as usize)))
    }

    fn runs(&self, chain: Piece<'_>) -> Result<Vec<Run>, BadExpression> {
        if chain.is("*") {
            return Ok(vec![Run { first: self.min, last: self.max, step: 1 }]);
        }
        chain.split(',').map(|item| self.run(item)).collect()
    }

    /// Reads `n`, `n..m`, `n/step` or `n..m/step`.
    fn run(&self, item: Piece<'_>) -> Result<Run, BadExpression> {
        let (range, step) = match item.cut("/") {
            Some((range, step)) => (range, Some((self.step(step)?, step))),
            None => (item, None),
        };
        if let Some((first, last)) = range.cut("..") {
            let (first, last) = (self.number(first)?, self.number(last)?);
            if last < first {
                return Err(range.refuse(format!(
                    "{} range {} runs backwards",
                    self.name,
                    range.shortened()
                )));
            }
            return Ok(Run { first, last, step: step.map_or(1, |(step, _)| step) });
        }
        let number = self.number(range)?;
        match step {
            None => Ok(Run { first: number, last: number, step: 1 }),
            Some((step, sent)) => self.repeated(number, step, sent),
        }
    }

    /// All that `number/step` stands for. systemd refuses what never comes to its first repetition.
    fn repeated(&self, number: u32, step: u32, sent: Piece<'_>) -> Result<Run, BadExpression> {
        let (room, limit) = match self.kind {
            Kind::FromEnd => (number - self.min, self.min),
            _ => (self.max - number, self.max),
        };
        if step > room {
            let (name, shown) = (self.name, sent.shortened());
            return Err(sent.refuse(format!("{name} step {shown} leads from {number} straight past {limit}")));
        }
        Ok(match self.kind {
            Kind::FromEnd => Run { first: limit + room % step, last: number, step },
            _ => Run { first: number, last: limit, step },
        })
    }

    fn step(&self, step: Piece<'_>) -> Result<u32, BadExpression> {
        match self.whole(step)? {
            Some(0) => Err(step.refuse(format!("{} step 0 is below 1", self.name))),
            Some(number) => Ok(number),
            None if step.is_empty() => {
                Err(step.refuse(format!("{} step is missing", with_article(self.name))))
            }
            None => Err(step.refuse(format!("{} step {} is not a number", self.name, step.quoted()))),
        }
    }

    fn number(&self, piece: Piece<'_>) -> Result<u32, BadExpression> {
        let number = match self.whole(piece)?.ok_or_else(|| self.no_number(piece))? {
            number @ 0..70 if self.kind == Kind::Year => number + 2000,
            number @ 70..100 if self.kind == Kind::Year => number + 1900,
            number => number,
        };
        let limit = match number {
            _ if number < self.min => format!("below {}", self.min),
            _ if number > self.max => format!("above {}", self.max),
            _ => return Ok(number),
        };
        Err(piece.refuse(format!("{} {} is {limit}", self.name, piece.shortened())))
    }

    /// The number, if the piece is one.
    fn whole(&self, piece: Piece<'_>) -> Result<Option<u32>, BadExpression> {
        let Some((whole, fraction)) = piece.cut(".").filter(|_| self.kind == Kind::Second) else {
            return Ok(piece.number());
        };
        match fraction.number() {
            Some(0) => Ok(whole.number()),
            Some(_) if whole.number().is_some() => Err(piece.refuse(format!(
                "second {} has a fraction: occurrences are on whole seconds",
                piece.shortened()
            ))),
            _ => Ok(None),
        }
    }

    fn no_number(&self, piece: Piece<'_>) -> BadExpression {
        let (name, min, max) = (with_article(self.name), self.min, self.max);
        if piece.is_empty() {
            return piece.refuse(format!("{name} is missing"));
        }
        let hint = if piece.text().starts_with('*') {
            format!("; * stands alone, and repetition is written {min}/step")
        } else {
            String::new()
        };
        piece.refuse(format!("{} is not {name}: a number from {min} to {max}{hint}", piece.quoted()))
    }
}
