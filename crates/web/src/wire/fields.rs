//! The fields of an object, taken one by one; every problem is kept, and what nobody took is unknown.

use domain::{Patch, Problem};
use serde_json::{Map, Value};

use super::value::shown;

/// What `null` means in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// Absent: some clients send every field they know.
    Absent,
    /// Back to the default.
    Clear,
}

/// Problems of one field, or of fields within it (their names being relative, and empty for the field itself).
pub(crate) type Flaws = Vec<Problem>;

/// The fields of an object that were not taken yet, and what is wrong with those that were.
#[derive(Debug)]
pub(crate) struct Fields {
    kind: &'static str,
    nulls: Nulls,
    given: Map<String, Value>,
    problems: Vec<Problem>,
}

impl Fields {
    /// The fields of a body; `kind` is what an unknown field is told not to be a field of.
    pub(crate) fn of(kind: &'static str, nulls: Nulls, value: Value) -> Result<Self, Flaws> {
        match value {
            Value::Object(given) => Ok(Self { kind, nulls, given, problems: Vec::new() }),
            other => Err(vec![Problem::new("", format!("must be a JSON object, was {}", shown(&other)))]),
        }
    }

    /// A field, by something that makes sense of its value.
    pub(crate) fn patch<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Patch<T> {
        self.nested(name, |value| read(&value).map_err(|problem| vec![Problem::new("", problem)]))
    }

    /// A field that holds fields.
    pub(crate) fn nested<T>(&mut self, name: &str, read: impl FnOnce(Value) -> Result<T, Flaws>) -> Patch<T> {
        match self.given.remove(name) {
            None => Patch::Keep,
            Some(Value::Null) if self.nulls == Nulls::Absent => Patch::Keep,
            Some(Value::Null) => Patch::Clear,
            Some(value) => match read(value) {
                Ok(value) => Patch::Set(value),
                Err(flaws) => {
                    self.problems.extend(flaws.into_iter().map(|flaw| within(name, flaw)));
                    Patch::Keep
                }
            },
        }
    }

    /// A field that may be absent.
    pub(crate) fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        match self.patch(name, read) {
            Patch::Set(value) => Some(value),
            Patch::Keep | Patch::Clear => None,
        }
    }

    /// A field that must be there.
    pub(crate) fn required<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        if self.given.get(name).is_none_or(Value::is_null) {
            self.given.remove(name);
            self.refuse(name, "is required, was absent");
            return None;
        }
        self.optional(name, read)
    }

    /// Whether a field is there still, and not null.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.given.get(name).is_some_and(|value| !value.is_null())
    }

    /// A field that nobody looks at.
    pub(crate) fn ignore(&mut self, name: &str) {
        self.given.remove(name);
    }

    /// A field as it is.
    pub(crate) fn raw(&mut self, name: &str) -> Option<Value> {
        self.given.remove(name).filter(|value| !value.is_null())
    }

    pub(crate) fn refuse(&mut self, name: &str, problem: impl Into<String>) {
        self.problems.push(Problem::new(name, problem));
    }

    /// The problems of what was taken; what is unknown is nobody's mistake. For dialects that others enlarge.
    pub(crate) fn finish_leniently(self) -> Result<(), Flaws> {
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }

    /// Every problem there is, those of unknown fields last.
    pub(crate) fn finish(mut self) -> Result<(), Flaws> {
        for name in std::mem::take(&mut self.given).into_iter().map(|(name, _)| name) {
            let problem = format!("is not a field of {}", self.kind);
            self.refuse(&domain::time::shorten(&name, 60), problem);
        }
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }
}

fn within(field: &str, flaw: Problem) -> Problem {
    if flaw.field.is_empty() {
        Problem::new(field, flaw.problem)
    } else {
        Problem::new(format!("{field}.{}", flaw.field), flaw.problem)
    }
}
