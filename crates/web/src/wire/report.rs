//! A report. Never refused for its size, its clock or a `null`; only for what makes no sense.

use axum::http::{HeaderMap, HeaderName};
use domain::output::OUTPUT_BYTES_MAX;
use domain::{Duration, Instant, Payload, Report, ReportId, RunId, SchedulerId, Status};
use serde_json::{Map, Value};

use super::registration::named;
use super::value::{any_integer, line, millis, moment, shown, text, word};
use super::{Fields, Flaws, Nulls, Wire};
use crate::error::ApiError;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const EXECUTION_TIME_MAX: Duration = Duration::DAY.times(366);

/// A report, but for when it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportSent {
    /// The scheduler as the body names it; where a path names one too, that one wins.
    pub(crate) scheduler_id: Option<Value>,
    status: Status,
    run_id: Option<RunId>,
    report_id: Option<ReportId>,
    timestamp: Option<Instant>,
    sent_at: Option<Instant>,
    execution_time: Option<Duration>,
    exit_code: Option<i64>,
    service_name: Option<String>,
    job_name: Option<String>,
    payload: Payload,
    output: Option<String>,
}

impl Wire for ReportSent {
    fn read(value: Value) -> Result<Self, Flaws> {
        let mut fields = Fields::of("a report", Nulls::Absent, value).map_err(named)?;
        let status = fields.required("status", status);
        let read = Self {
            scheduler_id: fields.raw("scheduler_id"),
            status: status.unwrap_or_default(),
            run_id: fields.optional("run_id", run_id),
            report_id: fields.optional("report_id", report_id),
            timestamp: fields.optional("timestamp", moment),
            sent_at: fields.optional("sent_at", moment),
            execution_time: fields.optional("execution_time_ms", |value| millis(value, EXECUTION_TIME_MAX)),
            exit_code: fields.optional("exit_code", any_integer),
            service_name: fields.optional("service_name", |value| line(value, 255)),
            job_name: fields.optional("job_name", |value| line(value, 255)),
            payload: payload(&mut fields),
            output: fields.optional("output", |value| text(value).map(str::to_owned)),
        };
        fields.finish().map(|()| read)
    }
}

impl ReportSent {
    /// The header stands in where the body names no report id.
    pub(crate) fn identified_by(mut self, headers: &HeaderMap) -> Result<Self, ApiError> {
        let Some(header) = headers.get(IDEMPOTENCY_KEY).filter(|_| self.report_id.is_none()) else {
            return Ok(self);
        };
        let id = header.to_str().map_err(|_| "must be printable ASCII".to_owned());
        let id = id.and_then(|text| ReportId::parse(text.trim()).map_err(|bad| bad.to_string()));
        self.report_id = Some(id.map_err(|problem| ApiError::invalid_field("Idempotency-Key", problem))?);
        Ok(self)
    }

    pub(crate) fn received(self, received_at: Instant) -> Report {
        let output = self.output.unwrap_or_default();
        let report = Report {
            status: self.status,
            run_id: self.run_id,
            report_id: self.report_id,
            timestamp: self.timestamp,
            sent_at: self.sent_at,
            received_at,
            execution_time: self.execution_time,
            exit_code: self.exit_code,
            service_name: self.service_name,
            job_name: self.job_name,
            payload: self.payload,
            output: None,
        };
        report.printing(output.as_bytes(), OUTPUT_BYTES_MAX)
    }
}

fn status(value: &Value) -> Result<Status, String> {
    word(value, &Status::ALL.map(Status::as_str), Status::parse)
}

pub(super) fn run_id(value: &Value) -> Result<RunId, String> {
    RunId::parse(text(value)?).map_err(|bad| bad.to_string())
}

fn report_id(value: &Value) -> Result<ReportId, String> {
    ReportId::parse(text(value)?).map_err(|bad| bad.to_string())
}

/// The id that an item of a bulk names.
pub(crate) fn named_scheduler(value: Option<&Value>) -> Result<SchedulerId, String> {
    let value = value.ok_or("is required, was absent")?;
    SchedulerId::parse(text(value)?).map_err(|bad| bad.to_string())
}

fn payload(fields: &mut Fields) -> Payload {
    let error_message = fields.optional("error_message", |value| text(value).map(str::to_owned));
    let metadata = fields.nested("metadata", metadata);
    let metadata = if let domain::Patch::Set(map) = metadata { Some(map) } else { None };
    Payload::bounded(error_message, metadata)
}

fn metadata(value: Value) -> Result<Map<String, Value>, Flaws> {
    match value {
        Value::Object(map) => Ok(map),
        other => Err(vec![domain::Problem::new("", format!("must be an object, was {}", shown(&other)))]),
    }
}
