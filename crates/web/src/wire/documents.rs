//! The bodies that clients send, as the documentation shows them. They are read field by field (see the siblings of
//! this module), because a derived reader stops at the first problem and takes no numeric strings.

use domain::{Instant, SchedulerId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

pub use super::schedule::ScheduleBody;

/// A registration. `null` means absent.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "scheduler_id": "billing-nightly", "service_name": "billing", "job_name": "nightly",
    "owner_email": "ops@example.com", "schedule": { "cron": "0 2 * * *", "timezone": "Asia/Jakarta", "grace": "30m" },
    "max_runtime": "2h", "failure_threshold": 1
}))]
pub struct Registration {
    /// Chosen by the client, unique in its project; no control characters, no space at either end, not `.` or `..`.
    #[schema(min_length = 1, max_length = 255)]
    pub scheduler_id: String,
    /// The service the job belongs to; required on creation.
    #[schema(min_length = 1, max_length = 255)]
    pub service_name: Option<String>,
    /// The job; required on creation.
    #[schema(min_length = 1, max_length = 255)]
    pub job_name: Option<String>,
    /// What can also be changed later.
    #[serde(flatten)]
    pub options: Options,
}

/// A change of a scheduler. `null` sets a field back to its default.
#[derive(Debug, ToSchema)]
#[schema(example = json!({ "max_runtime": "2h", "description": null }))]
pub struct Change {
    /// The service the job belongs to; it cannot be cleared.
    #[schema(min_length = 1, max_length = 255)]
    pub service_name: Option<String>,
    /// The job; it cannot be cleared.
    #[schema(min_length = 1, max_length = 255)]
    pub job_name: Option<String>,
    /// What was given at registration.
    #[serde(flatten)]
    pub options: Options,
}

/// What a scheduler may be given besides its names.
#[derive(Debug, ToSchema)]
#[schema(as = SchedulerOptions)]
pub struct Options {
    /// Whom to write to.
    #[schema(format = "email")]
    pub owner_email: Option<String>,
    /// The Slack user to mention.
    #[schema(min_length = 1, max_length = 64)]
    pub alert_user_id: Option<String>,
    /// What it does, for people.
    #[schema(max_length = 2000)]
    pub description: Option<String>,
    /// Labels of 1 to 64 characters.
    #[schema(max_items = 20)]
    pub tags: Option<Vec<String>>,
    /// When it is expected; never, where absent.
    pub schedule: Option<ScheduleBody>,
    /// How long a run may be open, 1 s to 365 d or `off`; text such as `2h30m`, or seconds. 24 h by default.
    pub max_runtime: Option<Span>,
    /// How long an open run may be silent, 1 s to 365 d or `off`. By default 10 min once a heartbeat was ever seen.
    pub heartbeat_timeout: Option<Span>,
    /// Failed runs in a row that are `failing`; 1 by default.
    #[schema(minimum = 1, maximum = 100)]
    pub failure_threshold: Option<u32>,
    /// Completed runs after a failure that end an incident; 1 by default.
    #[schema(minimum = 1, maximum = 100)]
    pub recovery_threshold: Option<u32>,
    /// Slots missed in a row that are `missed`; 1 by default.
    #[schema(minimum = 1, maximum = 100)]
    pub missed_threshold: Option<u32>,
    /// How long after an alert a further bad mark is told again, or `off`; 1 h by default.
    pub realert_after: Option<Span>,
    /// How often an unacknowledged incident is told again, from 1 min, or `off` (default).
    pub remind_every: Option<Span>,
    /// Names or ids of channels; the project's default channels where absent.
    #[schema(max_items = 20)]
    pub channels: Option<Vec<String>>,
    /// How much its alerts matter; by their cause where absent: `warning` for `stale` and `overrun`, else `error`.
    #[schema(value_type = Option<Severity>)]
    pub severity: Option<Severity>,
    /// Who else is told while nobody acknowledges: at most 5 steps, each later than the one before.
    #[schema(max_items = 5)]
    pub escalation: Option<Vec<EscalationStep>>,
    /// Schedulers it depends on: while one of them has an open incident, its own is told as part of it.
    #[schema(max_items = 20)]
    pub depends_on: Option<Vec<String>>,
    /// Where it is heard without a key: a UUID, minted where none is given.
    #[schema(min_length = 32, max_length = 36)]
    pub ping_id: Option<String>,
    /// By what the project's ping key names it: 1 to 100 of `a-z`, `0-9`, `-` and `_`; its id where absent.
    #[schema(max_length = 100)]
    pub slug: Option<String>,
    /// Tokens of other products by which it is heard, at most 5 of 6 to 128 letters, digits, `-`, `_` and `.`.
    pub aliases: Option<Vec<String>>,
    /// What becomes of reports while it is paused: `record` (where absent), `resume`, `ignore`.
    pub while_paused: Option<String>,
}

/// How much an alert matters.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Something may be wrong.
    Warning,
    /// Work failed or was not done.
    Error,
    /// Somebody must be woken.
    Critical,
}

/// One step of an escalation.
#[derive(Debug, ToSchema)]
pub struct EscalationStep {
    /// How long after the incident's opening, 1 min to 30 d.
    pub after: Span,
    /// Names or ids of channels.
    #[schema(min_items = 1, max_items = 20)]
    pub channels: Vec<String>,
}

/// A length of time: text such as `90s`, `10m`, `2h30m`, `1d`; or whole seconds; or `off` where a limit may be off.
#[derive(Debug)]
pub struct Span;

impl PartialSchema for Span {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).build();
        let either = OneOfBuilder::new().item(text).item(seconds).examples(["2h30m"]);
        let about =
            "Text such as `90s`, `10m`, `2h30m`, `1d`; or whole seconds; or `off` where a limit may be off.";
        RefOr::T(Schema::from(either.description(Some(about)).build()))
    }
}

impl ToSchema for Span {}

/// A channel to be made, or to replace one.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "name": "ops", "kind": "slack", "default": true,
    "config": { "token": "xoxb-…", "channel": "C0123456789" },
    "quiet_hours": { "timezone": "Asia/Jakarta", "from": "22:00", "until": "07:00" }
}))]
pub struct NewChannel {
    /// What people call it: how schedulers name it.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// Whether schedulers that name no channel are told here; false by default.
    pub default: Option<bool>,
    /// When it holds back what is not critical; never by default.
    pub quiet_hours: Option<QuietHoursGiven>,
    /// Its kind, such as `slack`: `docs/channels` has a page for each.
    #[schema(min_length = 1, max_length = 64)]
    pub kind: String,
    /// The fields of that kind.
    #[schema(value_type = Object)]
    pub config: String,
}

/// Hours of the day in which a channel holds back what is not critical.
#[derive(Debug, ToSchema)]
pub struct QuietHoursGiven {
    /// Whose wall clock; UTC by default.
    #[schema(example = "Asia/Jakarta")]
    pub timezone: Option<String>,
    /// From this time of day on.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "22:00")]
    pub from: String,
    /// Until this time of day, of the next day where it is not later.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:00")]
    pub until: String,
    /// The days on which they begin, `mon` to `sun`; every day by default.
    #[schema(max_items = 7)]
    pub days: Option<Vec<String>>,
}

/// What a job reports.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Status {
    /// It waits for its next cycle.
    Pending,
    /// It runs.
    Running,
    /// It did what it should.
    Completed,
    /// It did not.
    Failed,
}

/// What we conclude.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Health {
    /// It has never reported.
    New,
    /// All is well.
    Healthy,
    /// A slot has come and no run yet; its grace is running.
    Late,
    /// Slots passed without a run.
    Missed,
    /// A run has been silent for too long.
    Stale,
    /// A run has been open for too long.
    Overrun,
    /// Runs failed in a row.
    Failing,
    /// Nothing is judged until it is resumed.
    Paused,
}

/// What a key may do; each may do what the ones before it may.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum Role {
    /// Read.
    Viewer,
    /// Register, report and send heartbeats as well.
    Reporter,
    /// Everything about the schedulers of its services.
    ServiceOwner,
    /// Everything.
    Admin,
}

/// A report. `null` means absent; what is too long is cut and marked, never refused.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "status": "completed", "timestamp": "2024-01-15T01:30:00.000Z", "execution_time_ms": 90500,
    "metadata": { "rows": 1204 }, "run_id": "2024-01-15"
}))]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// What happened.
    pub status: Status,
    /// When it happened, by the job's clock; any ISO 8601 instant, without a zone UTC.
    #[schema(format = DateTime)]
    pub timestamp: Option<String>,
    /// When it was sent, by the same clock: a spool sends later than it happened.
    #[schema(format = DateTime)]
    pub sent_at: Option<String>,
    /// Ignored where the path names the scheduler; required in a bulk.
    pub scheduler_id: Option<String>,
    /// Moves the scheduler to this service.
    #[schema(min_length = 1, max_length = 255)]
    pub service_name: Option<String>,
    /// Renames the job.
    #[schema(min_length = 1, max_length = 255)]
    pub job_name: Option<String>,
    /// How long the run took; at most 366 days.
    #[schema(minimum = 0, maximum = 31_622_400_000.0)]
    pub execution_time_ms: Option<f64>,
    /// What went wrong; 10 000 characters are kept.
    pub error_message: Option<String>,
    /// Anything; 32 KiB of JSON and 16 levels are kept.
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Map<String, Value>>,
    /// Names the run, so that several may be open, and so that a repeat is recognised.
    #[schema(min_length = 1, max_length = 128)]
    pub run_id: Option<String>,
    /// Names the report: the same one is taken once, for at least 15 days.
    #[schema(min_length = 1, max_length = 128)]
    pub report_id: Option<String>,
    /// The command's exit code.
    pub exit_code: Option<i64>,
    /// What the job printed; the first 100 000 bytes are kept, by themselves.
    pub output: Option<String>,
}

/// A heartbeat; an empty body is one too.
#[derive(Debug, ToSchema)]
#[schema(example = json!({ "run_id": "2024-01-15" }))]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// Ignored where the path names the scheduler; required in a bulk.
    pub scheduler_id: Option<String>,
    /// The run it speaks for; every open run where absent.
    #[schema(min_length = 1, max_length = 128)]
    pub run_id: Option<String>,
}

/// A heartbeat was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeartbeatRecorded {
    /// `Heartbeat recorded`.
    #[schema(example = "Heartbeat recorded")]
    pub message: &'static str,
    /// The scheduler.
    #[schema(example = "billing-nightly")]
    pub scheduler_id: String,
    /// When it came in.
    #[schema(format = DateTime)]
    pub timestamp: String,
}

impl HeartbeatRecorded {
    pub(crate) fn new(id: &SchedulerId, at: Instant) -> Self {
        Self { message: "Heartbeat recorded", scheduler_id: id.to_string(), timestamp: at.to_string() }
    }
}

/// A pause; an empty body is one until someone resumes it.
#[derive(Debug, ToSchema)]
#[schema(example = json!({ "until": "2024-01-16T06:00:00Z" }))]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Until when; it must lie in the future.
    #[schema(format = DateTime)]
    pub until: Option<String>,
}

/// A schedule to be tried out.
#[derive(Debug, ToSchema)]
#[schema(example = json!({ "schedule": { "cron": "0 2 * * *", "timezone": "Asia/Jakarta" }, "count": 2 }))]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// The schedule.
    pub schedule: ScheduleBody,
    /// From when on; now by default.
    #[schema(format = DateTime)]
    pub after: Option<String>,
    /// How many, 5 by default.
    #[schema(minimum = 1, maximum = 100)]
    pub count: Option<u32>,
}

/// A key to be made.
#[derive(Debug, ToSchema)]
#[schema(example = json!({ "name": "billing jobs", "role": "reporter", "services": ["billing"] }))]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What people call it.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// What it may do; a `service-owner` must name services.
    pub role: Role,
    /// The services it is limited to; all where absent. An admin has none.
    #[schema(max_items = 100)]
    pub services: Option<Vec<String>>,
    /// From when on it no longer works.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// The project, where it is not the asker's own: for an admin of the project `default`.
    pub project: Option<String>,
}

/// How a key is rotated.
#[derive(Debug, ToSchema)]
#[schema(example = json!({ "overlap": "1h" }))]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// How long the old key goes on working; a day by default, at most 30.
    pub overlap: Option<Span>,
}

/// A project to be made or renamed.
#[derive(Debug, ToSchema)]
#[schema(example = json!({ "name": "Payments" }))]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// What people call it.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Another ping key: 12 to 64 letters, digits, `-` or `_`. The one it has stays where absent.
    #[schema(min_length = 12, max_length = 64)]
    pub ping_key: Option<String>,
}

/// A board to be set up, or set anew as a whole.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "name": "night", "title": "Nightly jobs", "channel": "slack", "time_zone": "Asia/Jakarta",
    "start": "00:00", "end": "06:00", "cadence": "1h", "filter": { "service": "billing" }
}))]
#[serde(deny_unknown_fields)]
pub struct NewBoard {
    /// What people call it; unique in its project.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// Its headline; the name by default.
    #[schema(min_length = 1, max_length = 100)]
    pub title: Option<String>,
    /// The channel it is posted to, by id or name: of a kind that shows boards, such as `slack`.
    #[schema(min_length = 1, max_length = 64)]
    pub channel: String,
    /// Whose wall clock its hours speak of, as an IANA name; UTC by default.
    pub time_zone: Option<String>,
    /// When its window begins, `00:00` to `23:59`.
    pub start: String,
    /// When it ends, `00:00` to `24:00`: on the next day where that is not after the start.
    pub end: String,
    /// `mon` to `sun`: the days it begins on; every day by default.
    #[schema(max_items = 7)]
    pub days: Option<Vec<String>>,
    /// How often it is edited, 5 min to 24 h; 1 h by default.
    pub cadence: Option<Span>,
    /// Which schedulers it shows; all by default.
    pub filter: Option<super::FilterBody>,
}
