//! Runs as they are remembered: one record for each, kept beside the log and derived from it.

use serde::{Deserialize, Serialize};

use crate::event::{Event, Fact};
use crate::id::{RunId, RunNo};
use crate::report::Outcome;
use crate::scheduler::{OpenRun, Scheduler};
use crate::time::{Duration, Instant};

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Not ended.
    Running,
    /// Ended well.
    Completed,
    /// Ended badly.
    Failed,
    /// Given up; a late outcome may still close it.
    Abandoned,
}

impl RunState {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }

    /// The state of that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Running, Self::Completed, Self::Failed, Self::Abandoned]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

impl From<Outcome> for RunState {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Completed => Self::Completed,
            Outcome::Failed => Self::Failed,
        }
    }
}

/// One execution, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Its number.
    pub no: RunNo,
    /// What the job calls it.
    pub run_id: Option<RunId>,
    /// How it stands.
    pub state: RunState,
    /// When it began, where known.
    pub started_at: Option<Instant>,
    /// Whether the job itself reported that start, rather than it being reckoned from its end.
    pub reported_start: bool,
    /// When it ended, or was given up.
    pub ended_at: Option<Instant>,
    /// How long it took, where known.
    pub duration: Option<Duration>,
    /// The command's exit code.
    pub exit_code: Option<i64>,
}

impl RunRecord {
    /// A run that is open, as far as it is known by now.
    pub fn of_open(run: &OpenRun) -> Self {
        Self {
            run_id: run.run_id.clone(),
            started_at: Some(run.started_at),
            reported_start: true,
            ..Self::blank(run.no)
        }
    }

    const fn blank(no: RunNo) -> Self {
        Self {
            no,
            run_id: None,
            state: RunState::Running,
            started_at: None,
            reported_start: false,
            ended_at: None,
            duration: None,
            exit_code: None,
        }
    }
}

/// The runs that a decision touched, as they are after it. `closed` is the closed run that the facts named, to which
/// an outcome or a start may have been added.
pub fn touched_runs(before: &Scheduler, events: &[Event], closed: Option<&RunRecord>) -> Vec<RunRecord> {
    let mut touched: Vec<RunRecord> = Vec::new();
    for event in events {
        if let Some(change) = Change::of(event) {
            let position = touched.iter().position(|run| run.no == change.run);
            let known = match position {
                Some(place) => touched.swap_remove(place),
                None => known(before, closed, change.run),
            };
            touched.push(change.onto(known));
        }
    }
    touched
}

fn known(before: &Scheduler, closed: Option<&RunRecord>, no: RunNo) -> RunRecord {
    match (before.run(no), closed.filter(|run| run.no == no)) {
        (Some(open), _) => RunRecord::of_open(open),
        (None, Some(closed)) => closed.clone(),
        (None, None) => RunRecord::blank(no),
    }
}

/// What one event says of one run; absent parts say nothing.
struct Change {
    run: RunNo,
    run_id: Option<RunId>,
    state: Option<RunState>,
    started_at: Option<Instant>,
    reported_start: bool,
    ended_at: Option<Instant>,
    duration: Option<Duration>,
    exit_code: Option<i64>,
}

impl Change {
    fn of(event: &Event) -> Option<Self> {
        let nothing = |run: RunNo| Self {
            run,
            run_id: None,
            state: None,
            started_at: None,
            reported_start: false,
            ended_at: None,
            duration: None,
            exit_code: None,
        };
        Some(match &event.fact {
            Fact::RunStarted { run, report, .. } => Self {
                run_id: report.run_id.clone(),
                state: Some(RunState::Running),
                started_at: Some(report.happened_at),
                reported_start: true,
                ..nothing(*run)
            },
            Fact::RunFinished { run, report, outcome, run_id, started_at, duration, .. } => Self {
                run_id: run_id.clone().or_else(|| report.run_id.clone()),
                state: Some((*outcome).into()),
                started_at: *started_at,
                ended_at: Some(
                    (*started_at).map_or(report.happened_at, |start| start.max(report.happened_at)),
                ),
                duration: *duration,
                exit_code: report.exit_code,
                ..nothing(*run)
            },
            Fact::StartFilled { run, started_at, duration, .. } => Self {
                started_at: Some(*started_at),
                reported_start: true,
                duration: *duration,
                ..nothing(*run)
            },
            Fact::RunAbandoned { run, .. } => {
                Self { state: Some(RunState::Abandoned), ended_at: Some(event.at), ..nothing(*run) }
            }
            _ => return None,
        })
    }

    fn onto(self, known: RunRecord) -> RunRecord {
        RunRecord {
            no: known.no,
            run_id: self.run_id.or(known.run_id),
            state: self.state.unwrap_or(known.state),
            started_at: self.started_at.or(known.started_at),
            reported_start: self.reported_start || known.reported_start,
            ended_at: self.ended_at.or(known.ended_at),
            duration: self.duration.or(known.duration),
            exit_code: self.exit_code.or(known.exit_code),
        }
    }
}
