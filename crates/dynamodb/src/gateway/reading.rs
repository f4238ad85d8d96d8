//! Reads. Whatever is read by its key or along a table is read as it is now; only indexes trail.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity, TableDescription};

use super::Gateway;
use super::item::{Item, Key};
use super::meter::Unit;
use super::patience::{Repeated, persist};
use super::query::{Found, Place, Query};
use super::refusal::{self, Refusal};
use super::write::malformed;
use crate::fault::{Fault, Faulty};
use crate::schema::Table;

/// Most keys that one call may name.
const KEYS_MAX: usize = 100;
/// Most pages that one gathering may take: 1 MiB each.
const PAGES_MAX: usize = 1000;
/// Most times that what was left unread is asked for again.
const LEFT_MAX: usize = 50;

impl Gateway {
    /// The item of a key.
    pub(crate) async fn get(&self, table: Table, key: &Key) -> Faulty<Option<Item>> {
        persist(Repeated::Reads, &self.dice, || async move {
            let call = self.client.get_item().table_name(self.names.of(table)).consistent_read(true);
            let call = call.set_key(Some(key.attributes()));
            let answer = call.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
            let answer = answer.map_err(|error| refusal::of(&error))?;
            self.meter.note(Unit::Read, answer.consumed_capacity.as_slice());
            Ok(answer.item.map(Item))
        })
        .await
    }

    /// The items of many keys, in any order; those that are not there are left out. Keys may repeat.
    pub(crate) async fn get_many(&self, table: Table, keys: &[Key]) -> Faulty<Vec<Item>> {
        let distinct: std::collections::BTreeSet<&Key> = keys.iter().collect();
        let distinct: Vec<&Key> = distinct.into_iter().collect();
        let mut found = Vec::with_capacity(distinct.len());
        for keys in distinct.chunks(KEYS_MAX) {
            let attributes = keys.iter().map(|key| key.attributes()).collect();
            let asked = KeysAndAttributes::builder().set_keys(Some(attributes)).consistent_read(true).build();
            let mut asked = Some(asked.map_err(malformed)?);
            for _ in 0..LEFT_MAX {
                let Some(now) = asked.take() else { break };
                let (items, left) = self.get_batch(table, &now).await?;
                found.extend(items);
                asked = left;
            }
            if asked.is_some() {
                return Err(Fault::Away("DynamoDB leaves keys unread again and again".to_owned()));
            }
        }
        Ok(found)
    }

    /// The table itself; `None` where there is none of its name.
    pub(crate) async fn described(&self, table: Table) -> Faulty<Option<TableDescription>> {
        persist(Repeated::Reads, &self.dice, || async move {
            let call = self.client.describe_table().table_name(self.names.of(table));
            match call.send().await {
                Ok(answer) => Ok(answer.table),
                Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
                Err(error) => Err(refusal::of(&error)),
            }
        })
        .await
    }

    async fn get_batch(
        &self,
        table: Table,
        asked: &KeysAndAttributes,
    ) -> Faulty<(Vec<Item>, Option<KeysAndAttributes>)> {
        let name = self.names.of(table);
        let answer = persist(Repeated::Reads, &self.dice, || async move {
            let call = self.client.batch_get_item().request_items(name, asked.clone());
            let answer = call.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
            let answer = answer.map_err(|error| refusal::of(&error))?;
            self.meter.note(Unit::Read, answer.consumed_capacity());
            let is_nothing = answer.responses.as_ref().is_none_or(|all| all.values().all(Vec::is_empty));
            let is_left = answer.unprocessed_keys.as_ref().is_some_and(|left| !left.is_empty());
            if is_nothing && is_left {
                return Err(Refusal::Later("DynamoDB reads nothing for now".to_owned()));
            }
            Ok(answer)
        })
        .await?;
        let items = answer.responses.unwrap_or_default().remove(name).unwrap_or_default();
        let left = answer.unprocessed_keys.unwrap_or_default().remove(name);
        Ok((items.into_iter().map(Item).collect(), left))
    }

    /// One page.
    pub(crate) async fn query(&self, query: &Query) -> Faulty<Found> {
        let answer = self.ask(query).await?;
        let next = answer.last_evaluated_key.filter(|key| !key.is_empty()).map(Place);
        Ok(Found { items: answer.items.unwrap_or_default().into_iter().map(Item).collect(), next })
    }

    async fn ask(&self, query: &Query) -> Faulty<aws_sdk_dynamodb::operation::query::QueryOutput> {
        let (condition, values) = query.condition();
        let (condition, values) = (&condition, &values);
        persist(Repeated::Reads, &self.dice, || async move {
            let limit = query.limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX));
            let answer = self
                .client
                .query()
                .table_name(self.names.of(query.table))
                .set_index_name(query.index.map(|index| index.as_str().to_owned()))
                .consistent_read(query.index.is_none())
                .key_condition_expression(condition)
                .set_expression_attribute_values(Some(values.clone()))
                .scan_index_forward(!query.descending)
                .set_limit(limit)
                .set_select(query.select())
                .set_exclusive_start_key(query.after.clone())
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(|error| refusal::of(&error))?;
            self.meter.note(Unit::Read, answer.consumed_capacity.as_slice());
            Ok(answer)
        })
        .await
    }

    /// All pages, up to as many items as the query's limit says.
    pub(crate) async fn gather(&self, query: Query) -> Faulty<Vec<Item>> {
        let most = query.limit.unwrap_or(usize::MAX);
        let mut items = Vec::new();
        let mut query = query;
        for _ in 0..PAGES_MAX {
            let page = self.query(&query).await?;
            items.extend(page.items);
            match page.next.filter(|_| items.len() < most) {
                Some(next) => query = query.after(next),
                None => break,
            }
        }
        items.truncate(most);
        Ok(items)
    }

    /// How many there are.
    pub(crate) async fn count(&self, query: Query) -> Faulty<u64> {
        let mut query = query.only_counting();
        let mut count = 0;
        for _ in 0..PAGES_MAX {
            let page = self.ask(&query).await?;
            count += u64::try_from(page.count).unwrap_or_default();
            match page.last_evaluated_key.filter(|key| !key.is_empty()) {
                Some(next) => query = query.after(Place(next)),
                None => break,
            }
        }
        Ok(count)
    }
}
