//! Writes: one, several as one, or many that need not be one.

use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, ReturnConsumedCapacity, WriteRequest};

use super::Gateway;
use super::meter::Unit;
use super::patience::{Repeated, persist};
use super::refusal::{self, Refusal};
use super::write::{Act, Write, malformed};
use crate::fault::{Fault, Faulty};

/// Most writes of one transaction.
pub(crate) const TRANSACTION_MAX: usize = 100;
/// Most writes of one batch.
const BATCH_MAX: usize = 25;
/// Most times that what was left unwritten is given again.
const LEFT_MAX: usize = 50;

impl Gateway {
    /// One write. One without a condition may happen twice, which is harmless unless it adds.
    pub(crate) async fn write(&self, write: Write) -> Faulty<()> {
        let write = &write;
        let repeated = match (&write.act, write.is_conditional()) {
            (_, true) => Repeated::Once,
            (Act::Update(..), false) => Repeated::Never,
            _ => Repeated::Same,
        };
        persist(repeated, &self.dice, || self.attempt(write.clone())).await
    }

    async fn attempt(&self, write: Write) -> Result<(), Refusal> {
        let (table, terms) = (self.names.of(write.table), write.terms);
        let names = (!terms.names.is_empty()).then_some(terms.names);
        let values = (!terms.values.is_empty()).then_some(terms.values);
        let total = ReturnConsumedCapacity::Total;
        let used = match write.act {
            Act::Put(item) => {
                let call = self.client.put_item().table_name(table).set_item(Some(item.0));
                let call = call.set_condition_expression(terms.condition).return_consumed_capacity(total);
                let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
                call.send().await.map_err(|error| refusal::of(&error))?.consumed_capacity
            }
            Act::Update(key, expression) => {
                let call = self.client.update_item().table_name(table).set_key(Some(key.attributes()));
                let call = call.update_expression(expression).set_condition_expression(terms.condition);
                let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
                let call = call.return_consumed_capacity(total);
                call.send().await.map_err(|error| refusal::of(&error))?.consumed_capacity
            }
            Act::Delete(key) => {
                let call = self.client.delete_item().table_name(table).set_key(Some(key.attributes()));
                let call = call.set_condition_expression(terms.condition).return_consumed_capacity(total);
                let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
                call.send().await.map_err(|error| refusal::of(&error))?.consumed_capacity
            }
        };
        self.meter.note(Unit::Write, used.as_slice());
        Ok(())
    }

    /// Several writes, all or nothing; at most [`TRANSACTION_MAX`], no two of one item. A token makes repetitions of it
    /// one.
    pub(crate) async fn transact(&self, writes: Vec<Write>) -> Faulty<()> {
        if writes.len() > TRANSACTION_MAX {
            return Err(malformed(format_args!("{} writes are too many for one transaction", writes.len())));
        }
        let items: Faulty<Vec<_>> =
            writes.into_iter().map(|write| write.in_transaction(&self.names)).collect();
        let (items, token) = (&items?, &self.dice.token());
        persist(Repeated::Same, &self.dice, || async move {
            let call = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let call =
                call.client_request_token(token).return_consumed_capacity(ReturnConsumedCapacity::Total);
            let answer = call.send().await.map_err(|error| refusal::of_transaction(&error))?;
            self.meter.note(Unit::Write, answer.consumed_capacity());
            Ok(())
        })
        .await
    }

    /// Any number of writes without conditions (puts and deletes), in any order, some of which may be done where it
    /// fails. No two of one item.
    pub(crate) async fn batch(&self, writes: Vec<Write>) -> Faulty<()> {
        let mut requests = writes.into_iter().map(|write| self.request(write)).collect::<Faulty<Vec<_>>>()?;
        let mut rounds = LEFT_MAX + requests.len();
        while !requests.is_empty() {
            rounds = rounds
                .checked_sub(1)
                .ok_or_else(|| Fault::Away("DynamoDB leaves writes undone again and again".to_owned()))?;
            let rest = requests.split_off(requests.len().min(BATCH_MAX));
            let left = self.write_batch(requests).await?;
            requests = left.into_iter().chain(rest).collect();
        }
        Ok(())
    }

    fn request(&self, write: Write) -> Faulty<(String, WriteRequest)> {
        let table = self.names.of(write.table).to_owned();
        let request = WriteRequest::builder();
        let built = match write.act {
            Act::Put(item) => {
                PutRequest::builder().set_item(Some(item.0)).build().map(|put| request.put_request(put))
            }
            Act::Delete(key) => DeleteRequest::builder()
                .set_key(Some(key.attributes()))
                .build()
                .map(|delete| request.delete_request(delete)),
            Act::Update(..) => return Err(malformed("a batch only puts and deletes")),
        };
        Ok((table, built.map_err(malformed)?.build()))
    }

    async fn write_batch(
        &self,
        requests: Vec<(String, WriteRequest)>,
    ) -> Faulty<Vec<(String, WriteRequest)>> {
        let mut by_table = std::collections::HashMap::<String, Vec<WriteRequest>>::new();
        for (table, request) in requests {
            by_table.entry(table).or_default().push(request);
        }
        let (by_table, given) = (&by_table, by_table.values().map(Vec::len).sum::<usize>());
        let left = persist(Repeated::Same, &self.dice, || async move {
            let call = self.client.batch_write_item().set_request_items(Some(by_table.clone()));
            let answer = call.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
            let answer = answer.map_err(|error| refusal::of(&error))?;
            self.meter.note(Unit::Write, answer.consumed_capacity());
            let left = answer.unprocessed_items.unwrap_or_default();
            let undone = left.values().map(Vec::len).sum::<usize>();
            if undone == given {
                Err(Refusal::Later("DynamoDB writes nothing for now".to_owned()))
            } else {
                Ok(left)
            }
        })
        .await?;
        let flat =
            left.into_iter().flat_map(|(table, all)| all.into_iter().map(move |one| (table.clone(), one)));
        Ok(flat.collect())
    }
}
