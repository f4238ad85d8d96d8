//! Use cases of people around one scheduler. Each: may the caller, then one update or one query.

use domain::{
    Command, ConfigChange, Instant, ProjectId, Rejection, Scheduler, SchedulerId, SchedulerKey,
    orphaned_incident, react_to_deletion,
};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::outlook::Outlook;
use crate::ports::{AuditEntry, Deletion, Lookup, Role, SchedulerRow, Seen, StoreError};
use crate::telemetry::Telemetry;
use crate::update::{TRIES_MAX, Update, Updated};
use crate::view::SchedulerView;

/// A registration's answer.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Whether it is new.
    pub created: bool,
    /// The scheduler.
    pub view: SchedulerView,
}

impl Caller {
    /// The full name of one of its project's schedulers.
    pub fn key(&self, id: SchedulerId) -> SchedulerKey {
        SchedulerKey { project: self.project.clone(), id }
    }

    pub(crate) fn audit(
        &self,
        at: Instant,
        action: &str,
        subject: impl Into<String>,
        detail: impl Into<String>,
    ) -> AuditEntry {
        AuditEntry {
            project: self.project.clone(),
            at,
            actor: self.actor.clone(),
            action: action.to_owned(),
            subject: subject.into(),
            detail: domain::time::shorten(&detail.into(), 500),
        }
    }

    /// Refuses unless it may write both a scheduler as it is and as it will be.
    pub(crate) fn writes(&self, least: Role, before: &Scheduler, after: &Scheduler) -> AppResult<()> {
        self.must_be(least)?;
        for scheduler in [before, after] {
            if scheduler.is_born() {
                self.must_reach(&scheduler.config.service_name)?;
            }
        }
        Ok(())
    }
}

impl App {
    /// Registers a scheduler, or updates what is given of a registered one.
    pub async fn register(
        &self,
        caller: &Caller,
        id: SchedulerId,
        change: ConfigChange,
    ) -> AppResult<Registered> {
        self.tokens_are_free(&caller.key(id.clone()), &change).await?;
        let command = Command::Configure { change: Box::new(change), only_if: None };
        let updated = self.manage(caller, Role::Reporter, "scheduler.register", id, command).await?;
        Ok(Registered { created: !updated.before.is_born(), view: self.shown(updated).await? })
    }

    /// Registers a scheduler where there is none of that name; one that is there stays as it is. Says whether it is new.
    pub async fn create_only(
        &self,
        caller: &Caller,
        id: SchedulerId,
        change: ConfigChange,
    ) -> AppResult<bool> {
        const THERE: &str = "it is there already";
        let key = caller.key(id);
        let command = Command::Configure { change: Box::new(change), only_if: None };
        let detail = detail(&command);
        let audit = |at| caller.audit(at, "scheduler.register", key.id.as_str(), detail.as_str());
        let allowed = |before: &Scheduler, after: &Scheduler| {
            if before.is_born() {
                Err(AppError::Conflict(THERE.to_owned()))
            } else {
                caller.writes(Role::Reporter, before, after)
            }
        };
        let update = Update { key: &key, command, allowed: &allowed, audit: Some(&audit) };
        match self.update(update).await {
            Err(AppError::Conflict(why)) if why == THERE => Ok(false),
            made => made.map(|_| true),
        }
    }

    /// What registering a scheduler would come to.
    pub async fn foresee_registration(
        &self,
        caller: &Caller,
        id: SchedulerId,
        change: ConfigChange,
    ) -> AppResult<Outlook<Registered>> {
        let key = caller.key(id);
        self.tokens_are_free(&key, &change).await?;
        let command = Command::Configure { change: Box::new(change), only_if: None };
        let allowed = |before: &Scheduler, after: &Scheduler| caller.writes(Role::Reporter, before, after);
        let updated = self.foresee(Update { key: &key, command, allowed: &allowed, audit: None }).await?;
        let (before, after) = (&updated.before, &updated.decision.after);
        let (created, changed) = (!before.is_born(), !before.is_born() || before.config != after.config);
        let then = Registered { created, view: self.shown(updated).await? };
        Ok(Outlook { then, changed })
    }

    /// Changes the configuration of a registered scheduler, if it still has the version that was seen.
    pub async fn patch(
        &self,
        caller: &Caller,
        id: SchedulerId,
        change: ConfigChange,
        only_if: Option<u64>,
    ) -> AppResult<SchedulerView> {
        let key = caller.key(id);
        self.tokens_are_free(&key, &change).await?;
        let command = Command::Configure { change: Box::new(change), only_if };
        let detail = detail(&command);
        let audit = |at| caller.audit(at, "scheduler.patch", key.id.as_str(), detail.as_str());
        let allowed = |before: &Scheduler, after: &Scheduler| {
            caller.writes(Role::ServiceOwner, before, after)?;
            // One that is deleted meanwhile is not brought back.
            if before.is_born() { Ok(()) } else { Err(Rejection::NotFound(before.key.id.clone()).into()) }
        };
        let update = Update { key: &key, command, allowed: &allowed, audit: Some(&audit) };
        self.shown(self.update(update).await?).await
    }

    /// Pauses a scheduler until an instant, or until it is resumed.
    pub async fn pause(
        &self,
        caller: &Caller,
        id: SchedulerId,
        until: Option<Instant>,
    ) -> AppResult<SchedulerView> {
        let command = Command::Pause { until };
        let updated = self.manage(caller, Role::ServiceOwner, "scheduler.pause", id, command).await?;
        self.shown(updated).await
    }

    /// Resumes a paused scheduler.
    pub async fn resume(&self, caller: &Caller, id: SchedulerId) -> AppResult<SchedulerView> {
        let updated =
            self.manage(caller, Role::ServiceOwner, "scheduler.resume", id, Command::Resume).await?;
        self.shown(updated).await
    }

    /// Acknowledges the open incident of a scheduler, or withdraws that.
    pub async fn acknowledge(
        &self,
        caller: &Caller,
        id: SchedulerId,
        acknowledged: bool,
    ) -> AppResult<SchedulerView> {
        let by = caller.actor.clone();
        let (action, command) = if acknowledged {
            ("incident.acknowledge", Command::Acknowledge { by })
        } else {
            ("incident.withdraw", Command::WithdrawAcknowledgement { by })
        };
        let updated = self.manage(caller, Role::ServiceOwner, action, id, command).await?;
        self.shown(updated).await
    }

    /// Deletes a scheduler with its history.
    pub async fn delete(&self, caller: &Caller, id: SchedulerId) -> AppResult<()> {
        caller.must_be(Role::ServiceOwner)?;
        let key = caller.key(id);
        let _turn = self.turn(&key).await;
        let mut lost = None;
        for tried in 0..TRIES_MAX {
            self.stand_back(tried).await;
            let before = self.ports.schedulers.load(&key, &Lookup::default()).await?.scheduler;
            if lost.is_some_and(|life| life < before.incarnation) {
                return Ok(());
            }
            if !before.is_born() {
                return Err(Rejection::NotFound(key.id).into());
            }
            caller.must_reach(&before.config.service_name)?;
            match self.ports.schedulers.delete(self.deletion(caller, &before)).await {
                Err(StoreError::Conflict) => {}
                // The answer is lost: if it was deleted, the name has another life from then on.
                Err(StoreError::Ambiguous { .. }) => lost = Some(before.incarnation),
                answer => {
                    self.signals.router.notify_one();
                    return Ok(answer?);
                }
            }
        }
        Err(AppError::Busy)
    }

    fn deletion(&self, caller: &Caller, scheduler: &Scheduler) -> Deletion {
        let now = self.now();
        Deletion {
            key: scheduler.key.clone(),
            seen: Seen::of(scheduler),
            alert: react_to_deletion(scheduler, now),
            incident: orphaned_incident(scheduler, now),
            audit: caller.audit(now, "scheduler.delete", scheduler.key.id.as_str(), ""),
        }
    }

    /// Concludes what the passing of time means for a scheduler: what the evaluator does.
    pub(crate) async fn evaluate(&self, key: &SchedulerKey) -> AppResult<()> {
        Telemetry::add(&self.telemetry.evaluations, 1);
        let update = Update { key, command: Command::Evaluate, allowed: &|_, _| Ok(()), audit: None };
        match self.update(update).await {
            Err(AppError::Rejected(Rejection::NotFound(_))) => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn manage(
        &self,
        caller: &Caller,
        least: Role,
        action: &str,
        id: SchedulerId,
        command: Command,
    ) -> AppResult<Updated> {
        let key = caller.key(id);
        let detail = detail(&command);
        let audit = |at| caller.audit(at, action, key.id.as_str(), detail.as_str());
        let allowed = |before: &Scheduler, after: &Scheduler| caller.writes(least, before, after);
        self.update(Update { key: &key, command, allowed: &allowed, audit: Some(&audit) }).await
    }

    /// What was written, with the payload that is kept beside it.
    pub(crate) async fn shown(&self, updated: Updated) -> AppResult<SchedulerView> {
        let key = &updated.decision.after.key;
        let row = self.ports.queries.get(key).await?;
        let payload = row.map(|row| row.payload).unwrap_or_default();
        let scheduler = updated.decision.after;
        Ok(self.view(SchedulerRow { scheduler, liveness: updated.liveness, payload }, updated.now))
    }
}

fn detail(command: &Command) -> String {
    match command {
        Command::Configure { change, .. } => changed_fields(change),
        Command::Pause { until: Some(until) } => format!("until {until}"),
        _ => String::new(),
    }
}

/// Names of the fields that a change speaks of; values may be personal and stay out.
pub(crate) fn changed_fields(change: &ConfigChange) -> String {
    let untouched = ConfigChange::default();
    let fields = [
        ("service_name", change.service_name != untouched.service_name),
        ("job_name", change.job_name != untouched.job_name),
        ("owner_email", change.owner_email != untouched.owner_email),
        ("alert_user_id", change.alert_user_id != untouched.alert_user_id),
        ("description", change.description != untouched.description),
        ("tags", change.tags != untouched.tags),
        ("schedule", change.schedule != untouched.schedule),
        ("max_runtime", change.max_runtime != untouched.max_runtime),
        ("heartbeat_timeout", change.heartbeat_timeout != untouched.heartbeat_timeout),
        ("failure_threshold", change.failure_threshold != untouched.failure_threshold),
        ("recovery_threshold", change.recovery_threshold != untouched.recovery_threshold),
        ("missed_threshold", change.missed_threshold != untouched.missed_threshold),
        ("realert_after", change.realert_after != untouched.realert_after),
        ("remind_every", change.remind_every != untouched.remind_every),
        ("channels", change.channels != untouched.channels),
        ("severity", change.severity != untouched.severity),
        ("escalation", change.escalation != untouched.escalation),
        ("depends_on", change.depends_on != untouched.depends_on),
        ("ping_id", change.ping_id != untouched.ping_id),
        ("slug", change.slug != untouched.slug),
        ("aliases", change.aliases != untouched.aliases),
        ("while_paused", change.while_paused != untouched.while_paused),
        ("post_only", change.post_only != untouched.post_only),
        ("filters", change.filters != untouched.filters),
    ];
    let named: Vec<_> = fields.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect();
    named.join(", ")
}

/// The project whose keys may look after all projects.
pub(crate) fn home() -> ProjectId {
    ProjectId::default_project()
}
