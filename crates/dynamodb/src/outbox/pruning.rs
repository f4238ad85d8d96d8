//! Forgetting what was finished long ago. All of it expires by itself, later.

use app::ports::DeliveryState;
use domain::Instant;

use super::SPREAD;
use super::deliveries::{listed_partition, read};
use crate::Store;
use crate::access::known_projects;
use crate::fault::Faulty;
use crate::gateway::{Item, Query, Write};
use crate::schema::{Index, Table};

/// How many of the oldest are looked at, at least: what was finished late among them is passed over.
const LOOKED_AT_MIN: usize = 200;

/// Forgets deliveries that were finished before an instant.
pub(super) async fn prune(store: &Store, before: Instant, limit: usize) -> Faulty<usize> {
    let mut gone = 0;
    for project in known_projects(store).await? {
        for state in [DeliveryState::Delivered, DeliveryState::Dead] {
            for part in 0..SPREAD {
                if gone >= limit {
                    return Ok(gone);
                }
                let partition = listed_partition(&project, state, part);
                gone += prune_some(store, partition, before, limit - gone).await?;
            }
        }
    }
    Ok(gone)
}

async fn prune_some(store: &Store, partition: String, before: Instant, limit: usize) -> Faulty<usize> {
    let oldest = Query::along(Table::Outbox, Index::Listed, partition).limit(limit.max(LOOKED_AT_MIN));
    let keys = store.gateway.gather(oldest).await?.iter().map(Item::key).collect::<Faulty<Vec<_>>>()?;
    let mut writes = Vec::new();
    for item in store.gateway.get_many(Table::Outbox, &keys).await? {
        let delivery = read(&item)?.delivery;
        if delivery.finished_at.is_some_and(|at| at < before) && writes.len() < limit {
            writes.push(Write::delete(Table::Outbox, item.key()?));
        }
    }
    let gone = writes.len();
    store.gateway.batch(writes).await?;
    Ok(gone)
}
