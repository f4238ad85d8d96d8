//! Which projects have schedulers: noted before the first of each is born, so that all schedulers can be walked past
//! without a scan. A project that is noted and has none is harmless.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use domain::ProjectId;

use crate::Store;
use crate::fault::Faulty;
use crate::gateway::{Item, Key, Query, Write};
use crate::schema::Table;

const PARTITION: &str = "PX";

/// The projects that this process has noted.
#[derive(Debug, Default)]
pub(crate) struct Noted(Mutex<BTreeSet<ProjectId>>);

/// Notes a project, once a process.
pub(crate) async fn note(store: &Store, project: &ProjectId) -> Faulty<()> {
    let known = || store.noted.0.lock().unwrap_or_else(PoisonError::into_inner);
    if known().contains(project) {
        return Ok(());
    }
    let item = Item::of(&Key::new(PARTITION, project.as_str()));
    store.gateway.write(Write::put(Table::Registry, item)).await?;
    known().insert(project.clone());
    Ok(())
}

/// All of them, by id.
pub(crate) async fn all(store: &Store) -> Faulty<Vec<ProjectId>> {
    let items = store.gateway.gather(Query::of(Table::Registry, PARTITION)).await?;
    items.iter().map(|item| item.text("sk").map(ProjectId::trusted)).collect()
}
