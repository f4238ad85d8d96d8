//! Writes as the ports put them together, before any client is asked.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};

use super::item::{Item, Key, Value};
use crate::fault::{Fault, Faulty};
use crate::schema::{Names, Table};

/// One write.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(super) table: Table,
    pub(super) act: Act,
    pub(super) terms: Terms,
}

#[derive(Clone, Debug)]
pub(super) enum Act {
    Put(Item),
    Update(Key, String),
    Delete(Key),
}

/// A condition or an update expression, with what it names. Attributes may be named plainly unless the name is one of
/// the service's reserved words (`status`, `state`, `name` …): those are bound by [`Write::naming`].
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    pub(super) condition: Option<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Write {
    /// Writes an item in the place of whatever has its key.
    pub(crate) fn put(table: Table, item: Item) -> Self {
        Self { table, act: Act::Put(item), terms: Terms::default() }
    }

    /// Changes an item by an update expression: `set a = :a remove b add c :one`.
    pub(crate) fn update(table: Table, key: Key, expression: impl Into<String>) -> Self {
        Self { table, act: Act::Update(key, expression.into()), terms: Terms::default() }
    }

    /// Deletes an item, if it is there.
    pub(crate) fn delete(table: Table, key: Key) -> Self {
        Self { table, act: Act::Delete(key), terms: Terms::default() }
    }

    /// Only if this holds of the item as it is; [`Fault::Conflict`] else. Further calls are further conditions.
    #[must_use]
    pub(crate) fn when(mut self, condition: impl Into<String>) -> Self {
        let condition = condition.into();
        self.terms.condition = Some(match self.terms.condition {
            None => condition,
            Some(others) => format!("({others}) and ({condition})"),
        });
        self
    }

    /// Only if there is no such item yet.
    #[must_use]
    pub(crate) fn when_absent(self) -> Self {
        self.when("attribute_not_exists(pk)")
    }

    /// What `:name` in an expression stands for.
    #[must_use]
    pub(crate) fn binding(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.terms.values.insert(format!(":{name}"), value.into().into_attribute());
        self
    }

    /// Lets `#name` stand for an attribute whose name is a reserved word.
    #[must_use]
    pub(crate) fn naming(mut self, name: &str) -> Self {
        self.terms.names.insert(format!("#{name}"), name.to_owned());
        self
    }

    pub(super) fn is_conditional(&self) -> bool {
        self.terms.condition.is_some()
    }

    /// As part of a transaction.
    pub(super) fn in_transaction(self, tables: &Names) -> Faulty<TransactWriteItem> {
        let table = tables.of(self.table);
        let Terms { condition, names, values } = self.terms;
        let names = (!names.is_empty()).then_some(names);
        let values = (!values.is_empty()).then_some(values);
        let item = TransactWriteItem::builder();
        let built = match self.act {
            Act::Put(put) => Put::builder()
                .table_name(table)
                .set_item(Some(put.0))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .build()
                .map(|put| item.put(put)),
            Act::Update(key, expression) => Update::builder()
                .table_name(table)
                .set_key(Some(key.attributes()))
                .update_expression(expression)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .build()
                .map(|update| item.update(update)),
            Act::Delete(key) => Delete::builder()
                .table_name(table)
                .set_key(Some(key.attributes()))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .build()
                .map(|delete| item.delete(delete)),
        };
        built.map(aws_sdk_dynamodb::types::builders::TransactWriteItemBuilder::build).map_err(malformed)
    }
}

/// Says that a request could not be put together: our own mistake.
pub(super) fn malformed(error: impl std::fmt::Display) -> Fault {
    Fault::corrupt("a request", error)
}
