//! Incidents: written with the commits that change them, found by people.

use app::ports::{IncidentQuery, IncidentState};
use domain::id::IncidentId;
use domain::{Command, Ended, IncidentRecord, ProjectId, SchedulerId, Status};

use super::begin;
use super::paging::walk;
use crate::fixtures::{after, key, report, start};
use crate::{Backend, Scribe};

async fn listed(scribe: &Scribe, query: IncidentQuery) -> Vec<IncidentRecord> {
    let project = ProjectId::default_project();
    walk(query.limit, async |cursor| {
        scribe.stores.incidents.incidents(&project, &IncidentQuery { cursor, ..query.clone() }).await
    })
    .await
}

const ALL: IncidentQuery =
    IncidentQuery { state: None, scheduler: None, service: None, services: None, limit: 1000, cursor: None };

async fn failed(scribe: &Scribe, name: &str, second: i64) -> IncidentId {
    let key = key(name);
    if !scribe.load(&key).await.scheduler.is_born() {
        scribe.register(&key, start()).await;
    }
    let scheduler = scribe.report(&key, report(Status::Failed, after(second))).await;
    scheduler.state.incident.expect("an incident").id
}

async fn one(scribe: &Scribe, id: &IncidentId) -> IncidentRecord {
    scribe.stores.incidents.incident(id).await.expect("incidents are read").expect("the incident is there")
}

/// Opened, acknowledged, over: what is listed is what the commits made of it.
pub async fn an_incident_is_kept_as_its_events_made_it(data: &dyn Backend) {
    let scribe = begin(data).await;
    let id = failed(&scribe, "nightly", 10).await;
    let open = one(&scribe, &id).await;
    assert_eq!((open.opened_at, open.opened_version, open.over), (after(10), 3, None));
    assert_eq!((&open.key, open.acknowledged.clone()), (&key("nightly"), None));
    scribe.write(&key("nightly"), Command::Acknowledge { by: "ann".to_owned() }, after(20)).await;
    assert_eq!(one(&scribe, &id).await.acknowledged.expect("acknowledged").by, "ann");
    scribe.report(&key("nightly"), report(Status::Completed, after(30))).await;
    let over = one(&scribe, &id).await.over.expect("it is over");
    assert_eq!((over.at, over.why), (after(30), Ended::Recovered));
    assert_eq!(scribe.stores.incidents.incident(&IncidentId::mint(99)).await, Ok(None));
}

/// Newest first, by how they stand, by scheduler, by service, from page to page and of one project only.
pub async fn incidents_are_listed_newest_first(data: &dyn Backend) {
    let scribe = begin(data).await;
    let mut ids = Vec::new();
    for number in 0..6 {
        ids.push(failed(&scribe, &format!("job-{number}"), number).await);
    }
    scribe.report(&key("job-1"), report(Status::Completed, after(50))).await;
    scribe.write(&key("job-2"), Command::Acknowledge { by: "ann".to_owned() }, after(60)).await;
    let numbers = async |query: IncidentQuery| -> Vec<usize> {
        let found = listed(&scribe, query).await;
        found.iter().map(|it| ids.iter().position(|id| *id == it.id).expect("one of them")).collect()
    };
    for limit in [1, 4, 1000] {
        assert_eq!(numbers(IncidentQuery { limit, ..ALL }).await, [5, 4, 3, 2, 1, 0], "{limit} a page");
    }
    for (state, expected) in [
        (IncidentState::Open, vec![5, 4, 3, 2, 0]),
        (IncidentState::Unacknowledged, vec![5, 4, 3, 0]),
        (IncidentState::Acknowledged, vec![2]),
        (IncidentState::Resolved, vec![1]),
    ] {
        assert_eq!(
            numbers(IncidentQuery { state: Some(state), limit: 2, ..ALL }).await,
            expected,
            "{state:?}"
        );
    }
    let scheduler = Some(SchedulerId::trusted("job-3"));
    assert_eq!(numbers(IncidentQuery { scheduler, ..ALL }).await, [3]);
    let service = Some("billing".to_owned());
    assert_eq!(numbers(IncidentQuery { service, limit: 5, ..ALL }).await.len(), 6);
    let services = Some(vec!["elsewhere".to_owned()]);
    assert!(numbers(IncidentQuery { services, ..ALL }).await.is_empty());
    let theirs = scribe.stores.incidents.incidents(&ProjectId::trusted("theirs"), &ALL).await;
    assert!(theirs.is_ok_and(|page| page.items.is_empty()));
    assert_eq!(scribe.stores.incidents.open_incidents().await, Ok(5));
}

/// It ends with its scheduler, and is remembered.
pub async fn a_deleted_scheduler_ends_its_incident(data: &dyn Backend) {
    let scribe = begin(data).await;
    let id = failed(&scribe, "nightly", 10).await;
    super::deletion::delete(&scribe, &key("nightly"), after(20)).await;
    let over = one(&scribe, &id).await.over.expect("it is over");
    assert_eq!((over.at, over.why), (after(20), Ended::Deleted));
}

/// Only what ended before, and never what is open.
pub async fn incidents_are_forgotten_in_measure(data: &dyn Backend) {
    let scribe = begin(data).await;
    for number in 0..4 {
        let name = format!("job-{number}");
        failed(&scribe, &name, 1).await;
        if number > 0 {
            scribe.report(&key(&name), report(Status::Completed, after(number * 10))).await;
        }
    }
    let incidents = &scribe.stores.incidents;
    assert_eq!(incidents.prune_incidents(after(25), 1).await, Ok(1));
    assert_eq!(incidents.prune_incidents(after(25), 10).await, Ok(1));
    assert_eq!(incidents.prune_incidents(after(25), 10).await, Ok(0));
    assert_eq!(listed(&scribe, ALL).await.len(), 2);
}
