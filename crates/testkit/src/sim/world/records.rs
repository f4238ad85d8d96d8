//! Incidents as they are listed: what the store says of each is what its events say, and each step of an escalation is
//! taken once and never while somebody looks after it.

use std::collections::BTreeMap;

use app::ports::IncidentQuery;
use domain::scheduler::Acknowledged;
use domain::{Ended, Event, Fact, IncidentRecord, Instant, Over, ProjectId, Scheduler};

use super::{Failure, Held, World};

/// Every incident there ever was.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    known: BTreeMap<String, IncidentRecord>,
    open: BTreeMap<String, String>,
}

impl Records {
    /// An event of a scheduler that is then as it says.
    pub(super) fn note(&mut self, after: &Scheduler, event: &Event) -> Held {
        let id = after.key.id.to_string();
        if let Fact::IncidentOpened { incident, causes } = &event.fact {
            self.open.insert(id, incident.to_string());
            let record = IncidentRecord {
                id: incident.clone(),
                key: after.key.clone(),
                incarnation: after.incarnation,
                service_name: after.config.service_name.clone(),
                job_name: after.config.job_name.clone(),
                severity: after.config.severity(causes.worst()),
                opened_at: event.at,
                opened_version: event.version,
                alerted_at: event.at,
                causes: *causes,
                acknowledged: None,
                heeded: false,
                escalated: 0,
                over: None,
            };
            self.known.insert(incident.to_string(), record);
            return Ok(());
        }
        let Some(record) = self.open.get(&id).and_then(|incident| self.known.get_mut(incident)) else {
            return Ok(());
        };
        if !change(record, event)? {
            return Ok(());
        }
        record.heeded = is_heeded(record, after);
        record.severity = after.config.severity(record.causes.worst());
        record.service_name.clone_from(&after.config.service_name);
        record.job_name.clone_from(&after.config.job_name);
        if record.over.is_some() {
            self.open.remove(&id);
        }
        Ok(())
    }

    /// Its scheduler is deleted.
    pub(super) fn orphan(&mut self, scheduler: &Scheduler, at: Instant) {
        let open = self.open.remove(scheduler.key.id.as_str());
        if let Some(record) = open.and_then(|incident| self.known.get_mut(&incident)) {
            record.over = Some(Over { at, version: scheduler.version, why: Ended::Deleted });
            record.heeded = is_heeded(record, scheduler);
            record.severity = scheduler.config.severity(record.causes.worst());
            record.service_name.clone_from(&scheduler.config.service_name);
            record.job_name.clone_from(&scheduler.config.job_name);
        }
    }

    pub(super) fn is_acknowledged(&self, incident: &str) -> bool {
        self.known.get(incident).is_some_and(|record| record.heeded)
    }

    /// How it ended, where it did.
    pub(super) fn ended(&self, incident: &str) -> Option<Ended> {
        Some(self.known.get(incident)?.over?.why)
    }

    /// Whether it is open.
    pub(super) fn is_open(&self, incident: &str) -> bool {
        self.known.get(incident).is_some_and(|record| record.over.is_none())
    }
}

/// Whether someone looks after all that is wrong with a scheduler.
fn is_heeded(record: &IncidentRecord, scheduler: &Scheduler) -> bool {
    let of = record.acknowledged.as_ref().map(|it| it.causes);
    of.is_some_and(|of| scheduler.causes().iter().all(|cause| of.has(cause)))
}

/// What an event means for an incident; answers whether it is about it.
fn change(record: &mut IncidentRecord, event: &Event) -> Result<bool, Failure> {
    match &event.fact {
        Fact::IncidentWidened { causes, .. } => {
            record.causes = record.causes.or(*causes);
            record.alerted_at = event.at;
        }
        Fact::IncidentRepeated { .. } | Fact::IncidentReminded { .. } => record.alerted_at = event.at,
        Fact::IncidentEscalated { step, causes, .. } => {
            let covered = record.acknowledged.as_ref();
            if covered.is_some_and(|it| causes.iter().all(|cause| it.causes.has(cause))) {
                return Err(Failure::new(
                    "nobody is woken for what somebody looks after",
                    record.id.as_str(),
                ));
            }
            if *step != record.escalated + 1 {
                return Err(Failure::new("each step is taken once", format!("{}, step {step}", record.id)));
            }
            record.escalated = *step;
        }
        Fact::IncidentAcknowledged { by, causes } => {
            record.acknowledged = Some(Acknowledged { by: by.clone(), at: event.at, causes: *causes });
        }
        Fact::AcknowledgementWithdrawn { .. } => record.acknowledged = None,
        Fact::Configured { .. } => {}
        Fact::IncidentResolved { resolution, .. } => {
            let why = match resolution {
                domain::event::Resolution::Recovered => Ended::Recovered,
                domain::event::Resolution::Paused => Ended::Paused,
            };
            record.over = Some(Over { at: event.at, version: event.version, why });
        }
        _ => return Ok(false),
    }
    Ok(true)
}

impl World {
    /// What is listed is what happened; what has been over for long may be forgotten.
    pub(super) async fn check_records(&mut self) -> Held {
        let listed = self.listed_incidents().await?;
        let forgotten = self.now() - super::process::HISTORY_KEPT;
        for (id, record) in &self.records.known {
            let stored = listed.get(id);
            let old = record.over.is_some_and(|over| over.at < forgotten) || self.outages.muddled;
            if stored == Some(record) || (stored.is_none() && old) {
                continue;
            }
            let detail = format!("stored {stored:#?}\n  by its events {record:#?}");
            return Err(Failure::new("an incident is listed as its events say", detail));
        }
        match listed.keys().find(|id| !self.records.known.contains_key(*id)) {
            Some(id) => Err(Failure::new("an incident is listed as its events say", format!("{id} is none"))),
            None => Ok(()),
        }
    }

    async fn listed_incidents(&self) -> Result<BTreeMap<String, IncidentRecord>, Failure> {
        let mut query = IncidentQuery { limit: 1000, ..IncidentQuery::default() };
        let mut listed = BTreeMap::new();
        loop {
            let page = self.stores.incidents.incidents(&ProjectId::default_project(), &query).await;
            let page = page.map_err(|error| Failure::new("the store answers", error.to_string()))?;
            listed.extend(page.items.into_iter().map(|record| (record.id.to_string(), record)));
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(listed);
            }
        }
    }
}
