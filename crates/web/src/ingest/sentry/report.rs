//! A check-in as a report of ours.
//!
//! It carries no report id: the same `event_id` may stand in every request of a script that was copied from somewhere,
//! and each of them counts.

use domain::{Instant, Payload, Report};
use serde_json::{Map, Value};

use super::CheckIn;

impl CheckIn {
    /// What it reports, as it came in; `sent_at` is the envelope's. Where the job says when it happened, the time that it
    /// lay in the SDK's queue is taken off.
    pub fn report(self, received_at: Instant, sent_at: Option<Instant>) -> Report {
        let facts = [("release", self.release), ("trace_id", self.trace_id)];
        let metadata: Map<_, _> = facts
            .into_iter()
            .filter_map(|(name, fact)| Some((name.to_owned(), Value::from(fact?))))
            .collect();
        Report {
            status: self.status,
            run_id: self.check_in_id,
            report_id: None,
            timestamp: self.timestamp,
            sent_at,
            received_at,
            execution_time: self.duration,
            exit_code: None,
            service_name: None,
            job_name: None,
            payload: Payload::bounded(None, (!metadata.is_empty()).then_some(metadata)),
            output: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Duration, Status};
    use serde_json::json;

    use super::*;

    fn check_in(fields: &Value) -> CheckIn {
        CheckIn::parse(fields.to_string().as_bytes()).expect("a check-in")
    }

    #[test]
    fn a_check_in_reports_its_run_its_outcome_and_what_it_ran() {
        let sent = check_in(&json!({
            "monitor_slug": "nightly", "status": "error", "check_in_id": "0123456789abcdef0123456789abcdef",
            "duration": 12.5, "release": "books@4", "timestamp": "2026-03-02T01:05:12Z",
            "contexts": { "trace": { "trace_id": "f00df00df00df00df00df00df00df00d" } },
        }));
        let sent_at = Instant::parse("2026-03-02T01:05:14Z").expect("an instant");
        let received_at = Instant::parse("2026-03-02T02:00:00Z").expect("an instant");
        let report = sent.report(received_at, Some(sent_at));
        assert_eq!(
            (report.status, report.execution_time),
            (Status::Failed, Some(Duration::from_millis(12_500)))
        );
        assert_eq!(
            report.run_id.as_ref().map(domain::RunId::as_str),
            Some("0123456789abcdef0123456789abcdef")
        );
        assert_eq!(report.happened_at(), received_at - Duration::from_seconds(2));
        let metadata = Value::from(report.payload.metadata.expect("metadata"));
        assert_eq!(metadata, json!({ "release": "books@4", "trace_id": "f00df00df00df00df00df00df00df00d" }));
    }

    #[test]
    fn a_check_in_that_says_little_happened_when_it_came_in() {
        let received_at = Instant::from_seconds(1_800_000_000);
        let report = check_in(&json!({ "monitor_slug": "nightly", "status": "in_progress" }))
            .report(received_at, None);
        assert_eq!((report.status, report.happened_at()), (Status::Running, received_at));
        assert!(report.run_id.is_none() && report.payload.is_empty());
    }
}
