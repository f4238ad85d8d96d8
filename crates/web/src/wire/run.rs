//! A run as it is answered.

use domain::{Duration, RunRecord};
use serde::Serialize;
use utoipa::ToSchema;

use super::scheduler::shown;

/// One execution.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Run, example = json!({
    "run": 31, "run_id": "2024-01-15", "status": "completed", "started_at": "2024-01-15T01:28:29.500Z",
    "start_reported": true, "ended_at": "2024-01-15T01:30:00.000Z", "duration_ms": 90500, "exit_code": 0
}))]
pub struct RunBody {
    /// Its number, from 1, in the order in which runs became known.
    pub run: u64,
    /// What the job calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// `running`, or its outcome: `completed`, `failed`, or `abandoned` where we gave it up.
    pub status: &'static str,
    /// When it began, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub started_at: Option<String>,
    /// Whether the job reported that start; else it is reckoned from the end.
    pub start_reported: bool,
    /// When it ended, or was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    /// How long it took: by the job's own measure, else from start to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// The command's exit code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
}

impl From<RunRecord> for RunBody {
    fn from(run: RunRecord) -> Self {
        Self {
            run: run.no.0,
            run_id: run.run_id.map(|id| id.to_string()),
            status: run.state.as_str(),
            started_at: shown(run.started_at),
            start_reported: run.reported_start,
            ended_at: shown(run.ended_at),
            duration_ms: run.duration.map(Duration::as_millis),
            exit_code: run.exit_code,
        }
    }
}
