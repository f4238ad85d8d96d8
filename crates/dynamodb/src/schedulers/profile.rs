//! What people gave: an item of its own, rewritten only when they change it, and the items by which it is found.

use std::collections::BTreeSet;

use domain::config::Config;
use domain::{Scheduler, SchedulerKey};

use super::commit::overview;
use super::hot::config_key;
use crate::Store;
use crate::fault::Faulty;
use crate::gateway::{Item, Key, Value, Write, to_json};
use crate::schema::Table;

/// An item by which a scheduler is found: nobody else may have its address, but many may share a service or a slug.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Signpost {
    key: Key,
    is_exclusive: bool,
}

/// Where the scheduler that has a token is named.
pub(crate) fn token_key(token: &str) -> Key {
    Key::new(format!("T#{token}"), "-")
}

/// The partition of the schedulers of a slug.
pub(crate) fn slug_partition(project: &domain::ProjectId, slug: &str) -> String {
    format!("L#{project}#{slug}")
}

/// The partition of the schedulers of a service.
pub(crate) fn service_partition(project: &domain::ProjectId, service: &str) -> String {
    format!("V#{project}#{service}")
}

/// What is written when a scheduler is born.
pub(super) fn born(store: &Store, scheduler: &Scheduler) -> Faulty<Vec<Write>> {
    let key = &scheduler.key;
    let mut writes = vec![config(store, key, &scheduler.config)?];
    writes.extend(signposts(key, &scheduler.config).iter().map(|post| put(key, post)));
    Ok(writes)
}

/// What is written when people may have changed something; nothing where they have not.
pub(super) async fn changed(store: &Store, scheduler: &Scheduler) -> Faulty<Vec<Write>> {
    let (key, config_now) = (&scheduler.key, &scheduler.config);
    let known = store.gateway.get(Table::Schedulers, &config_key(key)).await?;
    let before = known.map(|item| item.json::<Config>("cfg")).transpose()?;
    if before.as_ref() == Some(config_now.as_ref()) {
        return Ok(Vec::new());
    }
    let before = before.map(|before| signposts(key, &before)).unwrap_or_default();
    let after = signposts(key, config_now);
    let mut writes = vec![config(store, key, config_now)?];
    writes.extend(after.difference(&before).map(|post| put(key, post)));
    writes.extend(before.difference(&after).map(|post| take_down(key, post)));
    Ok(writes)
}

/// What is deleted with a scheduler.
pub(super) fn gone(key: &SchedulerKey, config: &Config) -> Vec<Write> {
    let mut writes = vec![Write::delete(Table::Schedulers, config_key(key))];
    writes.extend(signposts(key, config).iter().map(|post| take_down(key, post)));
    writes
}

fn config(store: &Store, key: &SchedulerKey, config: &Config) -> Faulty<Write> {
    let names = [key.id.as_str(), &config.service_name, &config.job_name].map(str::to_lowercase);
    let tags: BTreeSet<&str> = config.tags.iter().map(String::as_str).collect();
    let item = Item::of(&config_key(key))
        .with("cfg", to_json(config)?)
        .with("n_pk", overview(key, store.shard(key.id.as_str())))
        .with("n_sk", key.id.as_str())
        .with("folded", names.join("\n"))
        .with("service", config.service_name.as_str())
        .with("tags", Value::List(tags.into_iter().map(Into::into).collect()));
    Ok(Write::put(Table::Schedulers, item))
}

fn signposts(key: &SchedulerKey, config: &Config) -> BTreeSet<Signpost> {
    let id = key.id.as_str();
    let shared = |partition: String| Signpost { key: Key::new(partition, id), is_exclusive: false };
    let tokens = config.tokens().map(|token| Signpost { key: token_key(token), is_exclusive: true });
    let slug = shared(slug_partition(&key.project, config.slug(&key.id)));
    let service = shared(service_partition(&key.project, &config.service_name));
    tokens.chain([slug, service]).collect()
}

fn put(key: &SchedulerKey, post: &Signpost) -> Write {
    let item = Item::of(&post.key).with("prj", key.project.as_str()).with("sid", key.id.as_str());
    let write = Write::put(Table::Registry, item);
    if !post.is_exclusive {
        return write;
    }
    let write = write.when("attribute_not_exists(pk) or (prj = :prj and sid = :sid)");
    write.binding("prj", key.project.as_str()).binding("sid", key.id.as_str())
}

fn take_down(key: &SchedulerKey, post: &Signpost) -> Write {
    let write = Write::delete(Table::Registry, post.key.clone());
    let write = write.when("attribute_not_exists(pk) or (prj = :prj and sid = :sid)");
    write.binding("prj", key.project.as_str()).binding("sid", key.id.as_str())
}
