//! Reading along one partition of a table or of an index.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Select};

use super::item::{Item, Value};
use crate::schema::{Index, Table};

/// Which items of a partition, and in which order.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(super) table: Table,
    pub(super) index: Option<Index>,
    partition: String,
    range: Option<Range>,
    pub(super) descending: bool,
    pub(super) limit: Option<usize>,
    pub(super) after: Option<HashMap<String, AttributeValue>>,
    pub(super) only_count: bool,
}

#[derive(Clone, Debug)]
enum Range {
    Beginning(String),
    Between(String, String),
    UpTo(String),
    From(String),
    Above(String),
    Below(String),
}

impl Query {
    /// A partition of a table, read as it is now.
    pub(crate) fn of(table: Table, partition: impl Into<String>) -> Self {
        Self {
            table,
            index: None,
            partition: partition.into(),
            range: None,
            descending: false,
            limit: None,
            after: None,
            only_count: false,
        }
    }

    /// A partition of an index, which may trail.
    pub(crate) fn along(table: Table, index: Index, partition: impl Into<String>) -> Self {
        Self { index: Some(index), ..Self::of(table, partition) }
    }

    /// Only those whose sort key begins so.
    #[must_use]
    pub(crate) fn beginning(self, prefix: impl Into<String>) -> Self {
        Self { range: Some(Range::Beginning(prefix.into())), ..self }
    }

    /// Only those whose sort key is in between, both ends included.
    #[must_use]
    pub(crate) fn between(self, from: impl Into<String>, to: impl Into<String>) -> Self {
        Self { range: Some(Range::Between(from.into(), to.into())), ..self }
    }

    /// Only those whose sort key is at or below.
    #[must_use]
    pub(crate) fn up_to(self, to: impl Into<String>) -> Self {
        Self { range: Some(Range::UpTo(to.into())), ..self }
    }

    /// Only those whose sort key is at or above.
    #[must_use]
    pub(crate) fn from(self, from: impl Into<String>) -> Self {
        Self { range: Some(Range::From(from.into())), ..self }
    }

    /// Only those whose sort key is above.
    #[must_use]
    pub(crate) fn above(self, from: impl Into<String>) -> Self {
        Self { range: Some(Range::Above(from.into())), ..self }
    }

    /// Only those whose sort key is below.
    #[must_use]
    pub(crate) fn below(self, to: impl Into<String>) -> Self {
        Self { range: Some(Range::Below(to.into())), ..self }
    }

    /// The last first.
    #[must_use]
    pub(crate) fn descending(self) -> Self {
        Self { descending: true, ..self }
    }

    /// At most so many.
    #[must_use]
    pub(crate) fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit.max(1)), ..self }
    }

    /// Where the page before ended.
    #[must_use]
    pub(crate) fn after(self, place: Place) -> Self {
        Self { after: Some(place.0), ..self }
    }

    /// How many there are, and not which.
    pub(super) fn only_counting(self) -> Self {
        Self { only_count: true, ..self }
    }

    pub(super) fn select(&self) -> Option<Select> {
        self.only_count.then_some(Select::Count)
    }

    /// The key condition, with what it binds.
    pub(super) fn condition(&self) -> (String, HashMap<String, AttributeValue>) {
        let (partition, sort) = self.index.map_or(("pk", "sk"), |index| (index.partition(), index.sort()));
        let text = |text: &String| Value::Text(text.clone()).into_attribute();
        let mut values = HashMap::from_iter([(":pk".to_owned(), text(&self.partition))]);
        let mut bind = |name: &str, value: &String| drop(values.insert(name.to_owned(), text(value)));
        let range = match &self.range {
            None => String::new(),
            Some(Range::Between(from, to)) => {
                bind(":from", from);
                bind(":to", to);
                format!(" and {sort} between :from and :to")
            }
            Some(Range::Beginning(prefix)) => {
                bind(":from", prefix);
                format!(" and begins_with({sort}, :from)")
            }
            Some(one) => {
                let (compared, with) = one.compared();
                bind(":from", with);
                format!(" and {sort} {compared} :from")
            }
        };
        (format!("{partition} = :pk{range}"), values)
    }
}

impl Range {
    fn compared(&self) -> (&'static str, &String) {
        match self {
            Self::UpTo(to) => ("<=", to),
            Self::Below(to) => ("<", to),
            Self::From(from) | Self::Beginning(from) | Self::Between(from, _) => (">=", from),
            Self::Above(from) => (">", from),
        }
    }
}

/// Where a page ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place(pub(super) HashMap<String, AttributeValue>);

/// A page of items.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) items: Vec<Item>,
    /// Where it ended, unless that was the end of all.
    pub(crate) next: Option<Place>,
}
