//! Deleting: the scheduler and everything by which it is found go at once; its history expires.

use app::Notice;
use app::ports::Deletion;

use super::hot::hot_key;
use super::profile;
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Item, Write};
use crate::schema::Table;

pub(super) async fn delete(store: &Store, deletion: &Deletion) -> Faulty<()> {
    let (key, seen) = (&deletion.key, deletion.seen);
    let (standing, config) = store.whole(key).await?;
    let is_seen = |hot: &super::hot::Hot| hot.version == seen.version && hot.incarnation == seen.incarnation;
    let hot = standing.alive().filter(is_seen).ok_or(Fault::Conflict)?;
    let grave = Item::of(&hot_key(key)).with("inc", hot.incarnation).with("gone", 1_i64);
    let grave = Write::put(Table::Schedulers, grave).when("ver = :ver and inc = :inc");
    let mut writes = vec![grave.binding("ver", seen.version).binding("inc", seen.incarnation)];
    if let Some(config) = config {
        writes.extend(profile::gone(key, &config));
    }
    if let Some(alert) = &deletion.alert {
        writes.push(crate::outbox::posting::put_in(store, &Notice::Alert(Box::new(alert.clone())))?);
    }
    if let Some(incident) = &deletion.incident {
        writes.push(crate::incidents::put(store, incident)?);
    }
    writes.push(crate::audit::entry(store, &deletion.audit)?);
    store.gateway.transact(writes).await
}
