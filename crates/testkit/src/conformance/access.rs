//! Keys, projects, and the record of who changed what.

use app::ports::{AuditEntry, AuditQuery, KeyRecord, Project, Role};
use domain::ProjectId;
use tokio::task::JoinSet;

use super::begin;
use super::paging::walk;
use crate::fixtures::{after, api_key, audit, start};
use crate::{Backend, Scribe};

/// How often, and after how long, a reader looks for what somebody else writes: ten seconds in all.
const LOOKS_MAX: usize = 50_000;
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_micros(200);

const ALL: AuditQuery = AuditQuery { subject: None, limit: 1000, cursor: None };

async fn put(scribe: &Scribe, keys: Vec<KeyRecord>) {
    let why = audit(start(), "key.create", "keys");
    scribe.stores.access.put_keys(keys, why).await.expect("the keys are written");
}

async fn usable(scribe: &Scribe, second: i64) -> bool {
    scribe.stores.access.has_usable_key(after(second)).await.expect("the answer is read")
}

async fn trail(scribe: &Scribe, project: &str, query: &AuditQuery) -> Vec<AuditEntry> {
    let project = ProjectId::trusted(project);
    walk(query.limit, async |cursor| {
        scribe.stores.access.audit(&project, &AuditQuery { cursor, ..query.clone() }).await
    })
    .await
}

fn of_project(project: &str, key: KeyRecord) -> KeyRecord {
    KeyRecord { project: ProjectId::trusted(project), ..key }
}

/// Whatever its state and its project: what that means is not the store's to say.
pub async fn a_key_is_found_by_its_hash(data: &dyn Backend) {
    let scribe = begin(data).await;
    let access = &scribe.stores.access;
    let keys = [
        api_key(1, start()),
        KeyRecord { revoked_at: Some(after(5)), ..api_key(2, start()) },
        KeyRecord { expires_at: Some(after(5)), role: Role::Admin, ..api_key(3, start()) },
        KeyRecord { services: Vec::new(), ..of_project("theirs", api_key(4, start())) },
    ];
    assert_eq!(access.key_by_hash(&keys[0].hash).await, Ok(None));
    put(&scribe, keys.to_vec()).await;
    for key in keys {
        assert_eq!(access.key_by_hash(&key.hash).await, Ok(Some(key)));
    }
    assert_eq!(access.key_by_hash("").await, Ok(None));
}

/// Those of one project.
pub async fn keys_are_listed_newest_first(data: &dyn Backend) {
    let scribe = begin(data).await;
    let keys = [(1, 10), (2, 30), (3, 20)].map(|(number, second)| api_key(number, after(second)));
    put(&scribe, keys.to_vec()).await;
    put(&scribe, vec![of_project("theirs", api_key(4, after(40)))]).await;
    let [first, second, third] = keys;
    let listed = scribe.stores.access.keys(&ProjectId::default_project()).await;
    assert_eq!(listed, Ok(vec![second, third, first]));
    assert_eq!(scribe.stores.access.keys(&ProjectId::trusted("nobody")).await, Ok(Vec::new()));
}

/// A key that is written again is the same key, changed.
pub async fn a_key_is_changed_by_writing_it_again(data: &dyn Backend) {
    let scribe = begin(data).await;
    put(&scribe, vec![api_key(1, start()), api_key(2, start())]).await;
    let revoked = KeyRecord { revoked_at: Some(after(10)), name: "old".to_owned(), ..api_key(1, start()) };
    put(&scribe, vec![revoked.clone()]).await;
    assert_eq!(scribe.stores.access.key_by_hash(&revoked.hash).await, Ok(Some(revoked)));
    let listed = scribe.stores.access.keys(&ProjectId::default_project()).await.expect("keys are read");
    assert_eq!(listed.len(), 2);
}

/// Neither revoked nor, at that instant, expired; of whichever project.
pub async fn it_is_known_whether_any_key_works(data: &dyn Backend) {
    let scribe = begin(data).await;
    assert!(!usable(&scribe, 0).await);
    put(&scribe, vec![KeyRecord { revoked_at: Some(start()), ..api_key(1, start()) }]).await;
    assert!(!usable(&scribe, 0).await);
    put(&scribe, vec![KeyRecord { expires_at: Some(after(10)), ..api_key(2, start()) }]).await;
    assert_eq!((usable(&scribe, 9).await, usable(&scribe, 10).await), (true, false));
    put(&scribe, vec![of_project("theirs", api_key(3, start()))]).await;
    assert!(usable(&scribe, 10).await);
}

/// Nobody sees one without the others: all keys of one writing, and the entry that says why.
pub async fn keys_and_the_reason_are_written_together(data: &dyn Backend) {
    let scribe = begin(data).await;
    let mut tasks = JoinSet::new();
    let writer = scribe.clone();
    tasks.spawn(async move {
        for pair in 0..50 {
            let keys = vec![api_key(2 * pair, start()), api_key(2 * pair + 1, start())];
            let why = audit(after(pair.into()), "key.create", &pair.to_string());
            writer.stores.access.put_keys(keys, why).await.expect("the keys are written");
        }
    });
    let access = &scribe.stores.access;
    let hash = |number| api_key(number, start()).hash;
    let mut pair = 0;
    for _ in 0..LOOKS_MAX {
        if access.key_by_hash(&hash(2 * pair)).await.expect("a key is read").is_some() {
            assert!(access.key_by_hash(&hash(2 * pair + 1)).await.expect("a key is read").is_some());
            let query = AuditQuery { subject: Some(pair.to_string()), ..ALL };
            assert_eq!(trail(&scribe, "default", &query).await.len(), 1, "pair {pair}");
            pair += 1;
        }
        if pair == 50 {
            break;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    assert_eq!(pair, 50, "every pair is seen in the end");
    tasks.join_all().await;
}

/// From the first start on.
pub async fn the_default_project_is_always_there(data: &dyn Backend) {
    let scribe = begin(data).await;
    let projects = scribe.stores.access.projects().await.expect("projects are read");
    assert_eq!(projects.iter().map(|project| project.id.as_str()).collect::<Vec<_>>(), ["default"]);
}

/// By id; one that is written again has the new name.
pub async fn projects_are_listed_and_renamed(data: &dyn Backend) {
    let scribe = begin(data).await;
    let access = &scribe.stores.access;
    let project = |id: &str, name: &str| Project {
        id: ProjectId::trusted(id),
        name: name.to_owned(),
        created_at: after(10),
        ping_key: format!("key of {id}"),
        number: name.len() as u32,
    };
    for (id, name) in [("zoo", "Zoo"), ("alpha", "Alpha"), ("zoo", "Зоопарк"), ("default", "Ours")] {
        let why = audit(after(10), "project.put", id);
        access.put_project(project(id, name), why).await.expect("the project is written");
    }
    let projects = access.projects().await.expect("projects are read");
    let named: Vec<_> = projects.iter().map(|it| (it.id.as_str(), it.name.as_str())).collect();
    assert_eq!(named, [("alpha", "Alpha"), ("default", "Ours"), ("zoo", "Зоопарк")]);
    assert_eq!(projects[2], project("zoo", "Зоопарк"));
    assert_eq!(trail(&scribe, "default", &ALL).await.len(), 4);
}

/// None at first, until the first start gives them; what is written is read, also under another name.
pub async fn a_project_has_a_ping_key_and_a_number_which_stay_until_they_are_changed(data: &dyn Backend) {
    let scribe = begin(data).await;
    let access = &scribe.stores.access;
    let first = access.projects().await.expect("projects are read").remove(0);
    assert_eq!((first.ping_key.as_str(), first.number), ("", 0));
    let put = async |project: &Project| {
        let why = audit(after(10), "project.put", project.id.as_str());
        access.put_project(project.clone(), why).await.expect("the project is written");
        access.projects().await.expect("projects are read")
    };
    let keyed = Project { ping_key: "h3k9wq2m7c5x8r4t6n2b9d".to_owned(), number: 1, ..first };
    assert_eq!(put(&keyed).await, std::slice::from_ref(&keyed));
    let other = Project {
        id: ProjectId::trusted("other"),
        ping_key: "0-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz12345678".to_owned(),
        number: u32::MAX,
        ..keyed.clone()
    };
    assert_eq!(put(&other).await, [keyed.clone(), other.clone()]);
    let changed = Project { ping_key: "another-key-1".to_owned(), name: "Ours".to_owned(), ..keyed };
    assert_eq!(put(&changed).await, [changed, other]);
}

/// Of one project, and of one subject where that is asked for.
pub async fn the_audit_log_is_read_newest_first(data: &dyn Backend) {
    let scribe = begin(data).await;
    let access = &scribe.stores.access;
    let mut written = Vec::new();
    for second in 0..9 {
        let subject = if second % 3 == 0 { "nightly" } else { "hourly" };
        let entry = AuditEntry {
            actor: "key_1".to_owned(),
            detail: "schedule, max_runtime — «всё»".to_owned(),
            ..audit(after(second), "scheduler.configure", subject)
        };
        access.put_keys(Vec::new(), entry.clone()).await.expect("the entry is written");
        written.insert(0, entry);
    }
    let theirs =
        AuditEntry { project: ProjectId::trusted("theirs"), ..audit(after(10), "key.create", "nightly") };
    access.put_keys(Vec::new(), theirs.clone()).await.expect("the entry is written");
    for limit in [1, 4, 1000] {
        assert_eq!(trail(&scribe, "default", &AuditQuery { limit, ..ALL }).await, written, "{limit} a page");
    }
    let nightly = AuditQuery { subject: Some("nightly".to_owned()), limit: 2, cursor: None };
    let seconds: Vec<_> = trail(&scribe, "default", &nightly).await.iter().map(|entry| entry.at).collect();
    assert_eq!(seconds, [6, 3, 0].map(after));
    assert_eq!(trail(&scribe, "theirs", &ALL).await, [theirs]);
}

/// Whoever reads page by page sees what was there when the first was read.
pub async fn pages_lose_and_repeat_nothing_while_new_entries_come(data: &dyn Backend) {
    let scribe = begin(data).await;
    for second in 0..7 {
        let entry = audit(after(second), "key.create", "keys");
        scribe.stores.access.put_keys(Vec::new(), entry).await.expect("the entry is written");
    }
    let before = trail(&scribe, "default", &ALL).await;
    let project = ProjectId::default_project();
    let walked = walk(2, async |cursor| {
        let page = scribe.stores.access.audit(&project, &AuditQuery { limit: 2, cursor, ..ALL }).await;
        let entry = audit(after(100), "key.create", "keys");
        scribe.stores.access.put_keys(Vec::new(), entry).await.expect("the entry is written");
        page
    });
    assert_eq!(walked.await, before);
}
