//! The query of a request. A parameter that is misspelt would silently mean "everything"; so it is refused.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::Problem;
use percent_encoding::percent_decode_str;

use crate::error::ApiError;
use crate::state::WebState;
use crate::wire::instant;

/// What a query is turned into.
pub(crate) trait Query: Sized {
    /// Takes every parameter it knows out of the questions.
    fn read(questions: &mut Questions) -> Self;
}

/// A query, read and checked.
#[derive(Debug)]
pub(crate) struct Asked<Q>(pub(crate) Q);

impl<Q: Query> FromRequestParts<WebState> for Asked<Q> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &WebState) -> Result<Self, ApiError> {
        let mut questions = Questions::parse(parts.uri.query().unwrap_or_default());
        let query = Q::read(&mut questions);
        questions.finish().map(|()| Self(query))
    }
}

/// Whether nothing shall be changed, and only said what would be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DryRun(pub(crate) bool);

impl Query for DryRun {
    fn read(questions: &mut Questions) -> Self {
        Self(questions.word("dry_run", &["true", "false"], |word| word.parse().ok()).unwrap_or(false))
    }
}

/// The parameters of a query that were not taken yet, and what is wrong with those that were.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    given: BTreeMap<String, String>,
    problems: Vec<Problem>,
}

impl Questions {
    pub(crate) fn parse(query: &str) -> Self {
        let mut questions = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decoded(name), decoded(value)) {
                (Some(name), Some(value)) => questions.put(name, value),
                _ => questions.refuse(&domain::time::shorten(name, 40), "is not UTF-8 when decoded"),
            }
        }
        questions
    }

    fn put(&mut self, name: String, value: String) {
        match self.given.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
            Entry::Occupied(entry) => {
                let name = domain::time::shorten(entry.key(), 40);
                self.refuse(&name, "is given twice");
            }
        }
    }

    pub(crate) fn refuse(&mut self, name: &str, problem: impl Into<String>) {
        self.problems.push(Problem::new(name, problem));
    }

    /// A parameter; one without a value is absent.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.given.remove(name).filter(|value| !value.is_empty())
    }

    /// A parameter that something else makes sense of.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name)?;
        read(&text).map_err(|problem| self.refuse(name, problem)).ok()
    }

    /// One of some words.
    pub(crate) fn word<T>(
        &mut self,
        name: &str,
        words: &[&str],
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.parsed(name, |text| {
            read(text).ok_or_else(|| {
                format!("must be one of {}, was '{}'", words.join(", "), domain::time::shorten(text, 40))
            })
        })
    }

    pub(crate) fn instant(&mut self, name: &str) -> Option<domain::Instant> {
        // A '+' that nobody encoded arrives as a space; an instant has no other use for one but before its time.
        self.parsed(name, |text| instant(&text.replacen(' ', "+", usize::from(text.contains('T')))))
    }

    /// A number within bounds, or the default.
    pub(crate) fn number(&mut self, name: &str, least: u64, most: u64, default: u64) -> u64 {
        let read = |text: &str| {
            let number = text.trim().parse::<u64>().ok().filter(|number| (least..=most).contains(number));
            number.ok_or_else(|| {
                format!(
                    "must be a whole number from {least} to {most}, was '{}'",
                    domain::time::shorten(text, 40)
                )
            })
        };
        self.parsed(name, read).unwrap_or(default)
    }

    pub(crate) fn finish(mut self) -> Result<(), ApiError> {
        for name in std::mem::take(&mut self.given).into_keys() {
            self.refuse(&domain::time::shorten(&name, 40), "is not a parameter of this query");
        }
        if self.problems.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.problems)) }
    }
}

/// A name or value of a query, decoded; `None` where that is no UTF-8.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}
