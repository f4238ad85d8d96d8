//! A commit turned into what its rows will hold. Done by the caller, so that the writer only writes.

use app::ports::{AuditEntry, Commit, Era, Wake};
use domain::config::Config;
use domain::event::FORMAT;
use domain::{
    Event, Fact, Instant, Liveness, Outcome, Output, Payload, ReportId, RunNo, RunRecord, RunState,
    Scheduler, SchedulerKey,
};

use crate::fault::{Fault, Faulty};
use crate::incidents::IncidentRow;
use crate::outbox::posting::NoticeRow;
use crate::rows::{int, to_json};
use crate::words::{Marks, entry_word};

/// A commit, ready to be written.
pub(super) struct Draft {
    pub(super) key: SchedulerKey,
    pub(super) expected_version: u64,
    pub(super) incarnation: u32,
    pub(super) version: i64,
    pub(super) marks: Marks,
    pub(super) state: String,
    /// Given where people changed something.
    pub(super) profile: Option<Profile>,
    pub(super) commit_id: String,
    pub(super) events: Vec<EventRow>,
    pub(super) output: Option<(i64, Output)>,
    pub(super) report_id: Option<(ReportId, Instant)>,
    /// Those that are over: what is open stands in the state.
    pub(super) runs: Vec<RunRecord>,
    pub(super) notices: Vec<NoticeRow>,
    pub(super) incidents: Vec<IncidentRow>,
    pub(super) liveness: Option<Liveness>,
    pub(super) beat: Option<(Instant, Vec<RunNo>)>,
    pub(super) open: Vec<RunNo>,
    pub(super) wake: Wake,
    pub(super) audit: Option<AuditEntry>,
    pub(super) era: Option<Era>,
}

/// What people gave, and how it is found.
pub(super) struct Profile {
    pub(super) service: String,
    pub(super) name_folded: String,
    pub(super) service_folded: String,
    pub(super) job_folded: String,
    pub(super) tags: Vec<String>,
    pub(super) slug: String,
    /// What must be no other scheduler's.
    pub(super) tokens: Vec<String>,
    pub(super) config: String,
}

/// One event.
pub(super) struct EventRow {
    pub(super) version: i64,
    pub(super) at: i64,
    pub(super) received_at: Option<i64>,
    pub(super) entry: Option<&'static str>,
    pub(super) routine: bool,
    pub(super) format: u16,
    pub(super) fact: String,
    /// What a report carried beside its facts.
    pub(super) payload: Option<String>,
}

impl Draft {
    pub(super) fn of(commit: Commit) -> Faulty<Self> {
        let after = commit.after;
        let born = commit.expected_version == 0;
        let changed = born || commit.events.iter().any(|event| changes_config(&event.fact));
        let mut events = commit.events.iter().map(EventRow::of).collect::<Faulty<Vec<_>>>()?;
        let notices: Faulty<_> = commit.alerts.into_iter().map(NoticeRow::of_alert).collect();
        let payload = commit.payload.filter(|(_, payload)| *payload != Payload::default());
        if let Some((version, payload)) = payload {
            let told = events.iter_mut().find(|event| event.version == int(version));
            told.ok_or(Fault::Conflict)?.payload = Some(to_json(&payload, "events.payload")?);
        }
        Ok(Self {
            expected_version: commit.expected_version,
            incarnation: after.incarnation,
            version: int(after.version),
            marks: Marks::of(&after),
            state: to_json(&after.state, "schedulers.state")?,
            profile: changed.then(|| Profile::of(&after)).transpose()?,
            commit_id: commit.id.as_str().to_owned(),
            events,
            output: commit.output.map(|(version, output)| (int(version), output)),
            report_id: commit.report_id,
            runs: commit.runs.into_iter().filter(|run| run.state != RunState::Running).collect(),
            notices: notices?,
            incidents: commit.incidents.into_iter().map(IncidentRow::of).collect::<Faulty<_>>()?,
            liveness: commit.liveness,
            beat: commit.beat,
            open: after.state.runs.iter().map(|run| run.no).collect(),
            wake: commit.wake,
            audit: commit.audit,
            era: commit.era,
            key: after.key,
        })
    }
}

impl Profile {
    fn of(scheduler: &Scheduler) -> Faulty<Self> {
        let config: &Config = &scheduler.config;
        let mut tags = config.tags.clone();
        tags.sort_unstable();
        tags.dedup();
        Ok(Self {
            service: config.service_name.clone(),
            name_folded: scheduler.key.id.as_str().to_lowercase(),
            service_folded: config.service_name.to_lowercase(),
            job_folded: config.job_name.to_lowercase(),
            tags,
            slug: config.slug(&scheduler.key.id).to_owned(),
            tokens: config.tokens().map(str::to_owned).collect(),
            config: to_json(config, "profiles.config")?,
        })
    }
}

impl EventRow {
    fn of(event: &Event) -> Faulty<Self> {
        let received_at = event.fact.report().map(|report| report.received_at);
        Ok(Self {
            version: int(event.version),
            at: event.at.as_millis(),
            received_at: received_at.filter(|at| *at != event.at).map(Instant::as_millis),
            entry: entry_word(&event.fact),
            routine: is_routine(&event.fact),
            format: FORMAT,
            fact: to_json(&event.fact, "events.fact")?,
            payload: None,
        })
    }
}

/// A checkpoint counts: replaying from it must find what it says.
const fn changes_config(fact: &Fact) -> bool {
    matches!(fact, Fact::Registered { .. } | Fact::Configured { .. } | Fact::Checkpoint { .. })
}

/// What happens every time when all is well.
const fn is_routine(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::RunStarted { .. }
            | Fact::RunRefreshed { .. }
            | Fact::Noted { .. }
            | Fact::RunFinished { outcome: Outcome::Completed, .. }
    )
}
