//! Incidents for people: which there are, what happened in one and who was told, and saying that someone looks after it.
//! By whom that is said may be a key, or a name that somebody gave on the page that a message links to.

use domain::id::IncidentId;
use domain::{Command, IncidentRecord, Scheduler};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::ports::{Delivery, DeliveryQuery, IncidentQuery, Page, Role};
use crate::timeline::Timeline;
use crate::update::Update;

/// Most deliveries of one incident that are shown.
pub const INCIDENT_DELIVERIES_MAX: usize = 100;

/// One incident in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentStory {
    /// The incident.
    pub incident: IncidentRecord,
    /// What happened in it.
    pub timeline: Timeline,
    /// Who was told, newest first, at most [`INCIDENT_DELIVERIES_MAX`].
    pub deliveries: Vec<Delivery>,
}

/// An incident that a signed address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// The incident.
    pub incident: IncidentRecord,
    /// Whether someone looks after all that is wrong.
    pub is_heeded: bool,
}

impl App {
    /// A page of the project's incidents, newest first.
    pub async fn incidents(
        &self,
        caller: &Caller,
        mut query: IncidentQuery,
    ) -> AppResult<Page<IncidentRecord>> {
        query.services = caller.visible_services();
        Ok(self.ports.incidents.incidents(&caller.project, &query).await?)
    }

    /// One incident, with what happened in it and who was told.
    pub async fn incident(&self, caller: &Caller, id: &IncidentId) -> AppResult<IncidentStory> {
        let incident = self.own_incident(caller, id).await?;
        let timeline = self.timeline(&incident).await?;
        let query = DeliveryQuery {
            thread: Some(id.to_string()),
            limit: INCIDENT_DELIVERIES_MAX,
            ..DeliveryQuery::default()
        };
        let deliveries = self.ports.outbox.deliveries(&caller.project, &query).await?.items;
        Ok(IncidentStory { incident, timeline, deliveries })
    }

    /// Says that the caller looks after an incident, or that nobody does any more. Twice is once; refused where it is
    /// over, for another one may be open by then.
    pub async fn acknowledge_incident(
        &self,
        caller: &Caller,
        id: &IncidentId,
        acknowledged: bool,
    ) -> AppResult<IncidentRecord> {
        caller.must_be(Role::ServiceOwner)?;
        let incident = self.own_incident(caller, id).await?;
        if incident.over.is_some() {
            return Err(over(id));
        }
        let allowed = |before: &Scheduler, after: &Scheduler| {
            caller.writes(Role::ServiceOwner, before, after)?;
            let is_open = before.state.incident.as_ref().is_some_and(|open| open.id == *id);
            if is_open { Ok(()) } else { Err(over(id)) }
        };
        let (action, command) = deed(caller.actor.clone(), acknowledged);
        let audit = |at| caller.audit(at, action, incident.key.id.as_str(), id.as_str());
        let update = Update { key: &incident.key, command, allowed: &allowed, audit: Some(&audit) };
        self.update(update).await?;
        self.own_incident(caller, id).await
    }

    /// The incident that a signed address leads to; `None` where it is forgotten. Changes nothing.
    pub async fn linked_incident(&self, id: &IncidentId) -> AppResult<Option<Linked>> {
        let Some(incident) = self.ports.incidents.incident(id).await? else { return Ok(None) };
        let row = self.ports.queries.get(&incident.key).await?;
        let heeded = |scheduler: &Scheduler| {
            let open = scheduler.state.incident.as_ref().filter(|open| open.id == *id);
            open.is_some_and(|open| open.is_heeded(scheduler.causes()))
        };
        let is_heeded = row.is_some_and(|row| heeded(&row.scheduler));
        Ok(Some(Linked { incident, is_heeded }))
    }

    /// Says that whoever bears a signed address looks after its incident; answers how it stands then, and whether that
    /// changed it. Where someone looks after it already, or it is over, nothing changes.
    pub async fn acknowledge_linked(
        &self,
        id: &IncidentId,
        name: Option<&str>,
    ) -> AppResult<Option<(Linked, bool)>> {
        let Some(linked) = self.linked_incident(id).await? else { return Ok(None) };
        if linked.is_heeded || linked.incident.over.is_some() {
            return Ok(Some((linked, false)));
        }
        let bearer = Caller {
            project: linked.incident.key.project.clone(),
            role: Role::ServiceOwner,
            services: Vec::new(),
            actor: format!("{} (by link)", name.unwrap_or("someone")),
        };
        let changed = match self.acknowledge_incident(&bearer, id, true).await {
            Err(AppError::Conflict(_)) => false,
            answer => answer.map(|_| true)?,
        };
        Ok(self.linked_incident(id).await?.map(|linked| (linked, changed)))
    }

    /// An incident of the caller's project.
    async fn own_incident(&self, caller: &Caller, id: &IncidentId) -> AppResult<IncidentRecord> {
        let found = self.ports.incidents.incident(id).await?;
        let own = found.filter(|incident| incident.key.project == caller.project);
        let own = own.ok_or_else(|| AppError::NotFound { what: "incident", id: id.to_string() })?;
        caller.must_reach(&own.service_name)?;
        Ok(own)
    }
}

fn deed(by: String, acknowledged: bool) -> (&'static str, Command) {
    if acknowledged {
        ("incident.acknowledge", Command::Acknowledge { by })
    } else {
        ("incident.withdraw", Command::WithdrawAcknowledgement { by })
    }
}

fn over(id: &IncidentId) -> AppError {
    AppError::Conflict(format!("incident {id} is over: there is nothing to look after any more"))
}
