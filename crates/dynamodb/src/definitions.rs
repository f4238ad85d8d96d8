//! What people set up. A name is an item of its own, so that it belongs to one of its kind; and a count of all changes
//! tells whether what was read before still holds.

use app::ports::{AuditEntry, Definition, DefinitionKind, Definitions, StoreResult};
use async_trait::async_trait;
use domain::ProjectId;

use crate::Store;
use crate::audit;
use crate::fault::{Fault, Faulty, Told};
use crate::gateway::{Item, Key, Query, Write, to_json};
use crate::schema::Table;

/// Most of a kind and project that are answered.
const LISTED_MAX: usize = 1000;

#[async_trait]
impl Definitions for Store {
    async fn definitions(&self, project: &ProjectId, kind: DefinitionKind) -> StoreResult<Vec<Definition>> {
        list(self, project, kind).await.told("listing definitions")
    }

    async fn definition(
        &self,
        project: &ProjectId,
        kind: DefinitionKind,
        id: &str,
    ) -> StoreResult<Option<Definition>> {
        get(self, project, kind, id).await.told("reading a definition")
    }

    async fn put_definition(
        &self,
        definition: Definition,
        expected: u64,
        audit: AuditEntry,
    ) -> StoreResult<()> {
        put(self, &definition, expected, &audit).await.told("writing a definition")
    }

    async fn delete_definition(
        &self,
        project: &ProjectId,
        kind: DefinitionKind,
        id: &str,
        expected: u64,
        audit: AuditEntry,
    ) -> StoreResult<()> {
        delete(self, project, kind, id, expected, &audit).await.told("deleting a definition")
    }

    async fn definitions_mark(&self) -> StoreResult<u64> {
        mark(self).await.told("looking for changes of definitions")
    }
}

fn partition(project: &ProjectId, kind: DefinitionKind) -> String {
    format!("D#{project}#{}", kind.as_str())
}

fn name_key(project: &ProjectId, kind: DefinitionKind, name: &str) -> Key {
    Key::new(format!("DN#{project}#{}", kind.as_str()), name)
}

fn mark_key() -> Key {
    Key::new("meta", "mark")
}

fn read(item: &Item) -> Faulty<Definition> {
    let pk = item.text("pk")?;
    let parts = pk.strip_prefix("D#").and_then(|rest| rest.rsplit_once('#'));
    let known = parts.and_then(|(project, kind)| Some((project, DefinitionKind::parse(kind)?)));
    let (project, kind) = known.ok_or_else(|| item.unreadable("pk", "it is of no kind of ours"))?;
    Ok(Definition {
        project: ProjectId::trusted(project),
        kind,
        id: item.text("sk")?.to_owned(),
        name: item.text("nm")?.to_owned(),
        version: item.number("ver")?,
        created_at: item.instant("made")?,
        updated_at: item.instant("changed")?,
        body: item.json("body")?,
    })
}

/// By name.
async fn list(store: &Store, project: &ProjectId, kind: DefinitionKind) -> Faulty<Vec<Definition>> {
    let items = store.gateway.gather(Query::of(Table::Registry, partition(project, kind))).await?;
    let mut found = items.iter().map(read).collect::<Faulty<Vec<_>>>()?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.truncate(LISTED_MAX);
    Ok(found)
}

async fn get(
    store: &Store,
    project: &ProjectId,
    kind: DefinitionKind,
    id: &str,
) -> Faulty<Option<Definition>> {
    let found = store.gateway.get(Table::Registry, &Key::new(partition(project, kind), id)).await?;
    found.as_ref().map(read).transpose()
}

/// The definition of that version; a conflict where it has another one.
async fn expected_one(
    store: &Store,
    project: &ProjectId,
    kind: DefinitionKind,
    id: &str,
    expected: u64,
) -> Faulty<Option<Definition>> {
    let known = get(store, project, kind, id).await?;
    let version = known.as_ref().map_or(0, |known| known.version);
    if version == expected { Ok(known) } else { Err(Fault::Conflict) }
}

async fn put(store: &Store, given: &Definition, expected: u64, why: &AuditEntry) -> Faulty<()> {
    let known = expected_one(store, &given.project, given.kind, &given.id, expected).await?;
    let place = Key::new(partition(&given.project, given.kind), given.id.as_str());
    let item = Item::of(&place)
        .with("nm", given.name.as_str())
        .with("ver", expected + 1)
        .with("made", given.created_at)
        .with("changed", given.updated_at)
        .with("body", to_json(&given.body)?);
    let own = Write::put(Table::Registry, item);
    let own = if expected == 0 { own.when_absent() } else { own.when("ver = :ver").binding("ver", expected) };
    let name = name_key(&given.project, given.kind, &given.name);
    let name = Write::put(Table::Registry, Item::of(&name).with("did", given.id.as_str()));
    let name = name.when("attribute_not_exists(pk) or did = :did").binding("did", given.id.as_str());
    let mut writes = vec![own, name, count(), audit::entry(store, why)?];
    if let Some(known) = known.filter(|known| known.name != given.name) {
        let old = name_key(&known.project, known.kind, &known.name);
        writes.push(Write::delete(Table::Registry, old));
    }
    store.gateway.transact(writes).await
}

async fn delete(
    store: &Store,
    project: &ProjectId,
    kind: DefinitionKind,
    id: &str,
    expected: u64,
    why: &AuditEntry,
) -> Faulty<()> {
    let known = expected_one(store, project, kind, id, expected).await?.ok_or(Fault::Conflict)?;
    let own = Write::delete(Table::Registry, Key::new(partition(project, kind), id));
    let own = own.when("ver = :ver").binding("ver", expected);
    let name = Write::delete(Table::Registry, name_key(project, kind, &known.name));
    store.gateway.transact(vec![own, name, count(), audit::entry(store, why)?]).await
}

/// One more change.
fn count() -> Write {
    Write::update(Table::Registry, mark_key(), "add changes :one").binding("one", 1_i64)
}

async fn mark(store: &Store) -> Faulty<u64> {
    let found = store.gateway.get(Table::Registry, &mark_key()).await?;
    Ok(found.map(|item| item.number("changes")).transpose()?.unwrap_or(0))
}
