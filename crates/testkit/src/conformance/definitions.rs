//! What people set up: versions, names, and a mark that moves.

use app::ports::{AuditQuery, Definition, DefinitionKind, StoreError, StoreResult};
use domain::ProjectId;
use serde_json::json;
use tokio::task::JoinSet;

use super::begin;
use crate::fixtures::{after, audit};
use crate::{Backend, Scribe, Stores};

use DefinitionKind::{Board, Channel, Rule, Window};

fn defined(kind: DefinitionKind, id: &str, name: &str) -> Definition {
    Definition {
        project: ProjectId::default_project(),
        kind,
        id: id.to_owned(),
        name: name.to_owned(),
        version: 1,
        created_at: after(10),
        updated_at: after(10),
        body: json!({ "говорит": ["да", null, 1.5, -3], "nested": { "'\"\u{0}": true } }),
    }
}

fn changed(definition: &Definition, name: &str) -> Definition {
    let version = definition.version + 1;
    Definition { name: name.to_owned(), version, updated_at: after(20), ..definition.clone() }
}

async fn put(stores: &Stores, definition: &Definition, expected: u64) -> StoreResult<()> {
    let why = audit(after(10), "definition.put", &definition.id);
    stores.definitions.put_definition(definition.clone(), expected, why).await
}

async fn delete(stores: &Stores, definition: &Definition, expected: u64) -> StoreResult<()> {
    let why = audit(after(10), "definition.delete", &definition.id);
    let Definition { project, kind, id, .. } = definition;
    stores.definitions.delete_definition(project, *kind, id, expected, why).await
}

async fn made(scribe: &Scribe, definition: Definition) -> Definition {
    put(&scribe.stores, &definition, 0).await.expect("the definition is written");
    definition
}

async fn found(stores: &Stores, like: &Definition) -> Option<Definition> {
    let Definition { project, kind, id, .. } = like;
    stores.definitions.definition(project, *kind, id).await.expect("the definition is read")
}

async fn listed(scribe: &Scribe, project: &str, kind: DefinitionKind) -> Vec<Definition> {
    let project = ProjectId::trusted(project);
    scribe.stores.definitions.definitions(&project, kind).await.expect("definitions are read")
}

async fn reasons(scribe: &Scribe) -> usize {
    let query = AuditQuery { subject: None, limit: 1000, cursor: None };
    let page = scribe.stores.access.audit(&ProjectId::default_project(), &query).await;
    page.expect("the audit log is read").items.len()
}

async fn mark(stores: &Stores) -> u64 {
    stores.definitions.definitions_mark().await.expect("the mark is read")
}

/// Whatever is in it, and on every opening of the data.
pub async fn what_was_defined_is_read_as_it_was_written(data: &dyn Backend) {
    let scribe = begin(data).await;
    let there = data.open().await;
    for (number, kind) in DefinitionKind::ALL.into_iter().enumerate() {
        let definition = defined(kind, &format!("id-{number}"), "Ночь, «все» ' \" % _");
        assert_eq!(found(&there, &definition).await, None);
        let definition = made(&scribe, definition).await;
        assert_eq!(found(&there, &definition).await, Some(definition));
    }
}

/// Whatever the order in which they were made.
pub async fn definitions_are_listed_by_name(data: &dyn Backend) {
    let scribe = begin(data).await;
    assert_eq!(listed(&scribe, "default", Rule).await, []);
    for (id, name) in [("1", "zoo"), ("2", "Alpha"), ("3", "ночь"), ("4", "beta")] {
        made(&scribe, defined(Rule, id, name)).await;
    }
    let names: Vec<_> = listed(&scribe, "default", Rule).await.into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["Alpha", "beta", "zoo", "ночь"]);
}

/// The same id and the same name in each of them.
pub async fn kinds_and_projects_are_kept_apart(data: &dyn Backend) {
    let scribe = begin(data).await;
    let ours = made(&scribe, defined(Channel, "ops", "ops")).await;
    let board = made(&scribe, defined(Board, "ops", "ops")).await;
    let theirs = Definition { project: ProjectId::trusted("theirs"), ..defined(Channel, "ops", "ops") };
    let theirs = made(&scribe, theirs).await;
    assert_eq!(listed(&scribe, "default", Channel).await, [ours]);
    assert_eq!(listed(&scribe, "default", Board).await, std::slice::from_ref(&board));
    assert_eq!(listed(&scribe, "default", Window).await, []);
    delete(&scribe.stores, &theirs, 1).await.expect("the definition is deleted");
    assert_eq!(listed(&scribe, "theirs", Channel).await, []);
    assert_eq!(found(&scribe.stores, &board).await, Some(board));
}

/// Whoever makes it again did not know of it.
pub async fn a_definition_is_made_once(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = made(&scribe, defined(Window, "w", "night")).await;
    let again = defined(Window, "w", "another night");
    assert_eq!(put(&scribe.stores, &again, 0).await, Err(StoreError::Conflict));
    assert_eq!(found(&scribe.stores, &first).await, Some(first));
}

/// Neither from an older one nor from one that is not there; and then nothing is written.
pub async fn a_definition_is_changed_only_from_the_version_that_was_read(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = made(&scribe, defined(Rule, "r", "all")).await;
    let second = changed(&first, "all");
    assert_eq!(put(&scribe.stores, &second, 1).await, Ok(()));
    let third = changed(&second, "some");
    for wrong in [0, 1, 3] {
        assert_eq!(put(&scribe.stores, &third, wrong).await, Err(StoreError::Conflict), "{wrong}");
    }
    assert_eq!(put(&scribe.stores, &defined(Rule, "other", "other"), 1).await, Err(StoreError::Conflict));
    assert_eq!(listed(&scribe, "default", Rule).await, [second]);
    assert_eq!(reasons(&scribe).await, 2);
}

/// Neither a new one nor one that is renamed may take it.
pub async fn a_name_belongs_to_one_of_its_kind(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = made(&scribe, defined(Channel, "1", "ops")).await;
    let second = made(&scribe, defined(Channel, "2", "night")).await;
    assert_eq!(put(&scribe.stores, &defined(Channel, "3", "ops"), 0).await, Err(StoreError::Conflict));
    assert_eq!(put(&scribe.stores, &changed(&second, "ops"), 1).await, Err(StoreError::Conflict));
    assert_eq!(listed(&scribe, "default", Channel).await, [second, first]);
}

/// Its old name is free then.
pub async fn a_definition_can_be_renamed(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = made(&scribe, defined(Board, "1", "night")).await;
    let renamed = changed(&first, "day");
    assert_eq!(put(&scribe.stores, &renamed, 1).await, Ok(()));
    let heir = made(&scribe, defined(Board, "2", "night")).await;
    assert_eq!(listed(&scribe, "default", Board).await, [renamed, heir]);
}

/// Deleting needs the version that was read too; what is not there cannot be deleted.
pub async fn a_deleted_definition_is_gone_and_its_name_is_free(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = made(&scribe, defined(Rule, "1", "all")).await;
    for wrong in [0, 2] {
        assert_eq!(delete(&scribe.stores, &first, wrong).await, Err(StoreError::Conflict), "{wrong}");
    }
    assert_eq!(delete(&scribe.stores, &first, 1).await, Ok(()));
    assert_eq!(found(&scribe.stores, &first).await, None);
    for again in [0, 1] {
        assert_eq!(delete(&scribe.stores, &first, again).await, Err(StoreError::Conflict), "{again}");
    }
    let heir = made(&scribe, defined(Rule, "2", "all")).await;
    made(&scribe, defined(Rule, "1", "again")).await;
    assert_eq!(found(&scribe.stores, &heir).await, Some(heir));
    assert_eq!(reasons(&scribe).await, 4);
}

/// And neither without the other.
pub async fn a_definition_and_the_reason_are_written_together(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = made(&scribe, defined(Rule, "1", "all")).await;
    assert_eq!(reasons(&scribe).await, 1);
    assert_eq!(put(&scribe.stores, &first, 0).await, Err(StoreError::Conflict));
    assert_eq!(delete(&scribe.stores, &first, 7).await, Err(StoreError::Conflict));
    assert_eq!(reasons(&scribe).await, 1);
    assert_eq!(delete(&scribe.stores, &first, 1).await, Ok(()));
    assert_eq!(reasons(&scribe).await, 2);
}

/// The others are told to read again.
pub async fn of_concurrent_changes_of_one_definition_exactly_one_is_written(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = made(&scribe, defined(Board, "1", "night")).await;
    let mut tasks = JoinSet::new();
    for number in 0..8 {
        let (stores, change) = (data.open().await, changed(&first, &format!("night {number}")));
        tasks.spawn(async move { (put(&stores, &change, 1).await, change) });
    }
    let (written, refused): (Vec<_>, Vec<_>) =
        tasks.join_all().await.into_iter().partition(|(answer, _)| answer.is_ok());
    assert!(refused.iter().all(|(answer, _)| *answer == Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(written.len(), 1);
    assert_eq!(found(&scribe.stores, &first).await, Some(written[0].1.clone()));
}

/// Seen from every opening; what was refused changed nothing.
pub async fn the_mark_moves_with_every_change_of_anybody(data: &dyn Backend) {
    let (here, there) = (data.open().await, data.open().await);
    let first = defined(Board, "1", "night");
    let mut seen = vec![mark(&there).await];
    put(&here, &first, 0).await.expect("the definition is written");
    seen.push(mark(&there).await);
    put(&there, &changed(&first, "day"), 1).await.expect("the definition is written");
    seen.push(mark(&here).await);
    assert_eq!(put(&here, &first, 0).await, Err(StoreError::Conflict));
    assert_eq!(mark(&there).await, seen[2]);
    delete(&here, &first, 2).await.expect("the definition is deleted");
    seen.push(mark(&there).await);
    let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len(), "{seen:?}");
}
