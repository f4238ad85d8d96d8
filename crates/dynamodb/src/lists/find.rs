//! Who is heard where: by address, by slug; and the names of all schedulers.

use domain::{ProjectId, SchedulerId, SchedulerKey};

use super::walk::{Walk, key};
use crate::Store;
use crate::fault::Faulty;
use crate::gateway::Query;
use crate::schedulers::profile::{slug_partition, token_key};
use crate::schema::{Index, Table};
use crate::tenants;

/// The scheduler that has a token.
pub(crate) async fn addressed(store: &Store, token: &str) -> Faulty<Option<SchedulerKey>> {
    let Some(found) = store.gateway.get(Table::Registry, &token_key(token)).await? else { return Ok(None) };
    let project = ProjectId::trusted(found.text("prj")?);
    Ok(Some(SchedulerKey { project, id: SchedulerId::trusted(found.text("sid")?) }))
}

/// The first two schedulers of a slug, by id.
pub(crate) async fn slugged(store: &Store, project: &ProjectId, slug: &str) -> Faulty<Vec<SchedulerKey>> {
    let query = Query::of(Table::Registry, slug_partition(project, slug)).limit(2);
    let found = store.gateway.gather(query).await?;
    found.iter().map(|item| Ok(key(project, item.text("sk")?))).collect()
}

/// Names of schedulers after one.
pub(crate) async fn keys_after(
    store: &Store,
    after: Option<&SchedulerKey>,
    limit: usize,
) -> Faulty<Vec<SchedulerKey>> {
    let mut keys = Vec::new();
    for project in tenants::all(store).await? {
        if keys.len() >= limit || after.is_some_and(|after| project < after.project) {
            continue;
        }
        let from = after.filter(|after| after.project == project).map(|after| after.id.as_str());
        let mut walk = Walk::new(store, Index::Overview, &project, from, limit - keys.len());
        while keys.len() < limit
            && let Some(found) = walk.next().await?
        {
            keys.push(key(&project, &found.id));
        }
    }
    Ok(keys)
}
