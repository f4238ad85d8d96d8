//! Schedulers of every kind, and how a list of them is asked for.

use app::ports::{Filter, ListQuery, SchedulerRow, Sort};
use domain::{Command, ConfigChange, Duration, Limit, Patch, ProjectId, SchedulerKey, Status};

use super::paging::walk;
use crate::Scribe;
use crate::fixtures::{after, configure, every, key, registration, report, start};

/// When the zoo is looked at.
pub(super) const NOW: i64 = 7200;

pub(super) fn query(filter: Filter) -> ListQuery {
    ListQuery { filter, sort: Sort::Id, limit: 10_000, cursor: None, now: after(NOW) }
}

pub(super) async fn rows(scribe: &Scribe, project: &str, query: &ListQuery) -> Vec<SchedulerRow> {
    let project = ProjectId::trusted(project);
    walk(query.limit, async |cursor| {
        scribe.stores.queries.list(&project, &ListQuery { cursor, ..query.clone() }).await
    })
    .await
}

pub(super) async fn ids(scribe: &Scribe, query: &ListQuery) -> Vec<String> {
    let rows = rows(scribe, "default", query).await;
    rows.iter().map(|row| row.scheduler.key.id.to_string()).collect()
}

pub(super) async fn found(scribe: &Scribe, filter: Filter) -> Vec<String> {
    ids(scribe, &query(filter)).await
}

pub(super) async fn named(
    scribe: &Scribe,
    id: &str,
    service: &str,
    job: &str,
    tags: &[&str],
) -> SchedulerKey {
    let key = key(id);
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    let change = ConfigChange {
        service_name: Some(service.to_owned()),
        job_name: Some(job.to_owned()),
        tags: Patch::Set(tags),
        ..ConfigChange::default()
    };
    scribe.write(&key, configure(change), start()).await;
    key
}

/// One scheduler of each health at [`NOW`], called so, and a second one of two of them.
pub(super) async fn zoo(scribe: &Scribe) {
    let minute = || Patch::Set(Limit::After(Duration::MINUTE));
    let changes = [
        ("healthy", ConfigChange::default()),
        ("new", ConfigChange::default()),
        ("brand new", ConfigChange::default()),
        ("failing", ConfigChange::default()),
        ("also failing", ConfigChange::default()),
        ("stale", ConfigChange { heartbeat_timeout: minute(), ..ConfigChange::default() }),
        ("overrun", ConfigChange { max_runtime: minute(), ..ConfigChange::default() }),
        (
            "missed",
            ConfigChange { schedule: every(Duration::HOUR, Duration::MINUTE), ..ConfigChange::default() },
        ),
        ("late", ConfigChange { schedule: every(Duration::HOUR, Duration::DAY), ..ConfigChange::default() }),
        ("paused", ConfigChange::default()),
    ];
    for (name, change) in changes {
        let change = ConfigChange {
            service_name: registration().service_name,
            job_name: registration().job_name,
            ..change
        };
        scribe.write(&key(name), configure(change), start()).await;
    }
    for (name, status) in [
        ("healthy", Status::Completed),
        ("failing", Status::Failed),
        ("also failing", Status::Failed),
        ("stale", Status::Running),
        ("overrun", Status::Running),
    ] {
        scribe.report(&key(name), report(status, after(10))).await;
    }
    for name in ["stale", "overrun", "missed"] {
        scribe.write(&key(name), Command::Evaluate, after(3700)).await;
    }
    scribe.write(&key("paused"), Command::Pause { until: None }, after(10)).await;
}

/// How many there are of one kind; a kind that is not mentioned has none.
pub(super) fn counted<T: PartialEq>(counts: &[(T, u64)], wanted: &T) -> u64 {
    counts.iter().filter(|(kind, _)| kind == wanted).map(|(_, count)| count).sum()
}
