//! An envelope: a line of JSON, then items, each with a line of JSON before it that says what it is and perhaps how long.
//!
//! It is read as a stream. At any time one line or one check-in is held, and what is no check-in is not held at all.
//! What was whole before an envelope broke off is used.

mod items;

use std::io::BufRead;

use domain::Instant;
use domain::time::shorten;
use serde_json::Value;

use super::check_in::{self, CheckIn};
use crate::wire::{json, value};
use items::{Found, Items, Line, line};

/// Most bytes of the line that begins an envelope, and of the one that begins an item.
pub const HEADER_BYTES_MAX: usize = 64 * 1024;
/// Most bytes of a check-in; a larger one is refused, and the rest goes on.
pub const CHECK_IN_BYTES_MAX: usize = 100 * 1024;
/// Most items of an envelope that are looked at, blank lines among them.
pub const ITEMS_MAX: usize = 1000;
/// Most check-ins of an envelope that are taken; SDKs send one.
pub const CHECK_INS_MAX: usize = 100;
/// Most problems that are kept.
pub const PROBLEMS_MAX: usize = 20;

/// What the first line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvelopeHeader {
    /// What the answer names, 32 hexadecimal digits.
    pub event_id: Option<String>,
    /// Where the client was told to send to: its key may stand here instead of in the request.
    pub dsn: Option<String>,
    /// When it was sent, by the client's clock.
    pub sent_at: Option<Instant>,
}

/// What an envelope holds for us.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope {
    /// Its first line.
    pub header: EnvelopeHeader,
    /// Its check-ins, in their order, at most [`CHECK_INS_MAX`].
    pub check_ins: Vec<CheckIn>,
    /// What is wrong with what could not be used: sentences, at most [`PROBLEMS_MAX`].
    pub problems: Vec<String>,
}

/// A body that is no envelope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is no envelope: {0}")]
pub struct BadEnvelope(String);

/// Reads a whole envelope.
pub fn read(mut body: impl BufRead) -> Result<Envelope, BadEnvelope> {
    let header = header(&mut body)?;
    let mut envelope = Envelope { header, ..Envelope::default() };
    for found in Items::of(body) {
        match found {
            Found::CheckIn(payload) if envelope.check_ins.len() < CHECK_INS_MAX => envelope.take(&payload),
            Found::CheckIn(_) => {
                envelope
                    .complain(format!("it has more than {CHECK_INS_MAX} check-ins: the rest is not taken"));
                break;
            }
            Found::Problem(problem) => envelope.complain(problem),
        }
    }
    Ok(envelope)
}

/// Reads the first line alone.
pub fn header(body: &mut impl BufRead) -> Result<EnvelopeHeader, BadEnvelope> {
    let bytes = match line(body, HEADER_BYTES_MAX).map_err(|error| BadEnvelope(error.to_string()))? {
        Line::Whole(bytes) => bytes,
        Line::TooLong => {
            return Err(BadEnvelope(format!("its first line has more than {HEADER_BYTES_MAX} bytes")));
        }
        Line::End => return Err(BadEnvelope("it is empty".to_owned())),
    };
    let value = json::parse(&bytes).map_err(|error| BadEnvelope(format!("in its first line, {error}")))?;
    if !value.is_object() {
        return Err(BadEnvelope(format!("its first line must be an object, was {}", value::shown(&value))));
    }
    Ok(EnvelopeHeader::of(&value))
}

impl EnvelopeHeader {
    /// What is odd in it does not matter enough to refuse the check-ins for.
    fn of(value: &Value) -> Self {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        Self {
            event_id: text("event_id").and_then(check_in::hex_id),
            dsn: text("dsn").map(str::to_owned),
            sent_at: value.get("sent_at").and_then(|value| value::moment(value).ok()),
        }
    }
}

impl Envelope {
    fn take(&mut self, payload: &[u8]) {
        match CheckIn::parse(payload) {
            Ok(check_in) => self.check_ins.push(check_in),
            Err(problems) => {
                let sentence = domain::Rejection::Invalid(problems).to_string();
                self.complain(format!("a check-in is refused: {}", shorten(&sentence, 500)));
            }
        }
    }

    fn complain(&mut self, problem: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }
}

#[cfg(test)]
mod tests;
