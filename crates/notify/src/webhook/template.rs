//! Bodies of one's own: a template in Jinja's language over the documented payload.
//!
//! A template is tried when a channel is saved, on a [specimen] of each kind of notice whose texts hold quotes and line
//! ends: what would fail in the night fails then, in words, with the line. Only `if` and `for` are known, texts are
//! joined but nothing is multiplied, and steps, output and source are bounded: no template can hold the server up.
//! Nothing is escaped by itself; `tojson` makes any value safe inside JSON.

mod limits;
mod specimen;

use std::fmt;
use std::io::{self, Write as _};

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior};
use serde_json::json;

use super::payload;
use crate::links::Links;
use crate::text::one_line;

use limits::Bounded;

/// Most bytes of a template.
pub(super) const SOURCE_BYTES_MAX: usize = 8 * 1024;
/// Most bytes of a body made by one.
pub(super) const BODY_BYTES_MAX: usize = 256 * 1024;
/// Most steps: some thousand expressions.
const FUEL: u64 = 50_000;

/// A template that has been tried.
#[derive(Clone)]
pub(super) struct Template {
    source: String,
    is_json: bool,
}

/// Why a template cannot serve. Reads on after the field's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadTemplate {
    #[error("must have 1 to {SOURCE_BYTES_MAX} bytes")]
    Length,
    #[error("line {line}: {problem}")]
    Forbidden { line: usize, problem: &'static str },
    #[error("{place}{problem}{of}")]
    Fails { place: String, problem: String, of: String },
    #[error("does not make json{of}: {problem} (write {{{{ data.text | tojson }}}} for any text)")]
    NotJson { problem: String, of: String },
}

impl Template {
    /// Reads a template and tries it on every specimen.
    pub(super) fn parse(source: &str, is_json: bool, links: Option<&Links>) -> Result<Self, BadTemplate> {
        if source.trim().is_empty() || source.len() > SOURCE_BYTES_MAX {
            return Err(BadTemplate::Length);
        }
        limits::check(source)?;
        let template = Self { source: source.to_owned(), is_json };
        for notice in specimen::all() {
            template.render(&json!(payload(&notice, links)))?;
        }
        Ok(template)
    }

    /// The body for a payload.
    pub(super) fn render(&self, payload: &serde_json::Value) -> Result<Vec<u8>, BadTemplate> {
        let of = payload["type"].as_str().map(|kind| format!(", for {kind}")).unwrap_or_default();
        let environment = environment();
        let template = environment.template_from_str(&self.source).map_err(|error| fails(&error, ""))?;
        let mut body = Bounded::new(BODY_BYTES_MAX);
        let done = template.render_captured_to(Serde(payload), &mut body).map(drop);
        let body = match done {
            Ok(()) => body.into_inner(),
            Err(_) if body.is_full() => return Err(too_long(&of)),
            Err(error) => return Err(fails(&error, &of)),
        };
        if self.is_json {
            serde_json::from_slice::<serde::de::IgnoredAny>(&body)
                .map_err(|problem| BadTemplate::NotJson { problem: problem.to_string(), of })?;
        }
        Ok(body)
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a template of {} bytes", self.source.len())
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(32);
    environment.add_filter("tojson", to_json);
    environment.add_filter("default", |value: Value, other: Option<Value>| {
        if value.is_undefined() || value.is_none() { other.unwrap_or_else(|| Value::from("")) } else { value }
    });
    environment.add_filter("upper", |text: &str| text.to_uppercase());
    environment.add_filter("lower", |text: &str| text.to_lowercase());
    environment.add_filter("one_line", |text: &str| one_line(text));
    environment.add_filter("truncate", |text: &str, chars: usize| domain::time::shorten(text, chars));
    environment.add_filter("join", join);
    environment.add_filter("length", |value: &Value| {
        value.len().ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "this has no length"))
    });
    environment.add_test("defined", |value: &Value| !value.is_undefined());
    environment.add_test("none", |value: &Value| value.is_none());
    environment
}

fn to_json(value: &Value) -> Result<String, Error> {
    if value.is_undefined() {
        return Err(Error::new(ErrorKind::UndefinedError, "there is no such value"));
    }
    let mut json = Bounded::new(BODY_BYTES_MAX);
    let done = serde_json::to_writer(&mut json, value);
    done.map_err(|_| unwritten(&json, "this cannot be json"))?;
    Ok(json.into_text())
}

/// Each part costs a step, also where it is empty.
fn join(state: &State, list: &Value, between: &str) -> Result<String, Error> {
    let mut joined = Bounded::new(BODY_BYTES_MAX);
    let mut separator = "";
    for part in list.try_iter()? {
        state.consume_fuel(1)?;
        write!(joined, "{separator}{part}").map_err(|_| unwritten(&joined, "this cannot be joined"))?;
        separator = between;
    }
    Ok(joined.into_text())
}

fn unwritten(text: &Bounded, else_for: &'static str) -> Error {
    if text.is_full() {
        return Error::new(ErrorKind::InvalidOperation, format!("makes more than {BODY_BYTES_MAX} bytes"));
    }
    Error::new(ErrorKind::BadSerialization, else_for)
}

/// What went wrong, in words and on one line; the template's text is not a secret, what it is filled with may be.
fn fails(error: &Error, of: &str) -> BadTemplate {
    let place = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    let problem = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    let problem = domain::time::shorten(&one_line(&problem), 160);
    BadTemplate::Fails { place, problem, of: of.to_owned() }
}

fn too_long(of: &str) -> BadTemplate {
    let problem = format!("makes more than {BODY_BYTES_MAX} bytes");
    BadTemplate::Fails { place: String::new(), problem, of: of.to_owned() }
}

/// The end of writing past a bound.
fn full() -> io::Error {
    io::Error::other("full")
}

#[cfg(test)]
mod tests;
