//! The items of an envelope, one after the other: framing alone, no meaning.

use std::io::{self, BufRead, Read};

use serde_json::Value;

use super::{CHECK_IN_BYTES_MAX, HEADER_BYTES_MAX, ITEMS_MAX};
use crate::wire::{json, value};

/// What comes next in an envelope.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A check-in, as it was sent.
    CheckIn(Vec<u8>),
    /// Something that cannot be used.
    Problem(String),
}

/// A line of a bounded length.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its end.
    Whole(Vec<u8>),
    /// It goes on; what was read of it is gone.
    TooLong,
    /// There is none.
    End,
}

/// Reads a line of at most so many bytes.
pub(super) fn line(body: &mut impl BufRead, most: usize) -> io::Result<Line> {
    let mut bytes = Vec::new();
    let count = body.take(most as u64 + 1).read_until(b'\n', &mut bytes)?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if count > most {
        return Ok(Line::TooLong);
    } else if count == 0 {
        return Ok(Line::End);
    }
    Ok(Line::Whole(bytes))
}

/// The items that are still to come. After a problem with the framing nothing more comes.
#[derive(Debug)]
pub(super) struct Items<R> {
    body: R,
    /// How many more are looked at.
    left: usize,
    is_over: bool,
}

impl<R: BufRead> Items<R> {
    /// The items of an envelope whose first line was read.
    pub(super) fn of(body: R) -> Self {
        Self { body, left: ITEMS_MAX, is_over: false }
    }
}

impl<R: BufRead> Iterator for Items<R> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        while !self.is_over {
            match self.step() {
                Ok(Step::Found(found)) => return Some(found),
                Ok(Step::Skipped) => {}
                Ok(Step::End) => self.is_over = true,
                Err(broken) => {
                    self.is_over = true;
                    return Some(Found::Problem(broken.0));
                }
            }
        }
        None
    }
}

enum Step {
    Found(Found),
    Skipped,
    End,
}

/// Why nothing more can be read.
struct Broken(String);

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self(format!(
            "the envelope cannot be read to its end: {}",
            domain::time::shorten(&error.to_string(), 120)
        ))
    }
}

impl<R: BufRead> Items<R> {
    fn step(&mut self) -> Result<Step, Broken> {
        let header = match line(&mut self.body, HEADER_BYTES_MAX)? {
            Line::End => return Ok(Step::End),
            Line::TooLong => {
                return Err(Broken(format!("an item's first line has more than {HEADER_BYTES_MAX} bytes")));
            }
            Line::Whole(header) => header,
        };
        self.left = self.left.checked_sub(1).ok_or_else(|| {
            Broken(format!("it has more than {ITEMS_MAX} items: the rest is not looked at"))
        })?;
        if header.trim_ascii().is_empty() {
            return Ok(Step::Skipped);
        }
        let header = ItemHeader::parse(&header)?;
        if header.is_check_in() { self.check_in(&header).map(Step::Found) } else { self.skip(&header) }
    }

    fn check_in(&mut self, header: &ItemHeader) -> Result<Found, Broken> {
        match header.length {
            Some(length) if length > CHECK_IN_BYTES_MAX as u64 => {
                self.skip(header)?;
                Ok(too_large())
            }
            Some(length) => {
                let mut payload = Vec::with_capacity(length as usize);
                (&mut self.body).take(length).read_to_end(&mut payload)?;
                if (payload.len() as u64) < length {
                    return Err(header.broken_off());
                }
                self.end_of_item()?;
                Ok(Found::CheckIn(payload))
            }
            None => match line(&mut self.body, CHECK_IN_BYTES_MAX)? {
                Line::Whole(payload) => Ok(Found::CheckIn(payload)),
                Line::End => Err(header.broken_off()),
                Line::TooLong => {
                    self.body.skip_until(b'\n')?;
                    Ok(too_large())
                }
            },
        }
    }

    /// Lets an item go by without keeping it.
    fn skip(&mut self, header: &ItemHeader) -> Result<Step, Broken> {
        match header.length {
            Some(length) => {
                let gone = io::copy(&mut (&mut self.body).take(length), &mut io::sink())?;
                if gone < length {
                    return Err(header.broken_off());
                }
                self.end_of_item()?;
            }
            None => {
                self.body.skip_until(b'\n')?;
            }
        }
        Ok(Step::Skipped)
    }

    /// The line's end after a payload of known length. Where something else stands, the next item's first line will not
    /// make sense, and that is said then.
    fn end_of_item(&mut self) -> io::Result<()> {
        if self.body.fill_buf()?.first() == Some(&b'\n') {
            self.body.consume(1);
        }
        Ok(())
    }
}

fn too_large() -> Found {
    Found::Problem(format!("a check-in has more than {CHECK_IN_BYTES_MAX} bytes: it is refused"))
}

/// What an item's first line says.
struct ItemHeader {
    kind: Value,
    length: Option<u64>,
}

impl ItemHeader {
    /// Where this line makes no sense, nobody knows where the next item begins.
    fn parse(bytes: &[u8]) -> Result<Self, Broken> {
        let mut header = json::parse(bytes).map_err(|error| {
            Broken(format!("an item's first line makes no sense, nothing after it is read: {error}"))
        })?;
        let length = match header.get("length") {
            None | Some(Value::Null) => None,
            Some(length) => Some(length.as_u64().ok_or_else(|| {
                Broken(format!("an item's length must be a whole number, was {}", value::shown(length)))
            })?),
        };
        if !header.is_object() {
            return Err(Broken(format!(
                "an item's first line must be an object, was {}",
                value::shown(&header)
            )));
        }
        Ok(Self { kind: header["type"].take(), length })
    }

    fn is_check_in(&self) -> bool {
        self.kind == "check_in"
    }

    fn broken_off(&self) -> Broken {
        Broken(format!("the envelope ends within an item of type {}", value::shown(&self.kind)))
    }
}
