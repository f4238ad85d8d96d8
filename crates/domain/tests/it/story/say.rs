//! A report in the making, as one says it: `completed().run("a").spooled("mon 02:50")`.

use domain::report::Payload;
use domain::{Instant, OnConflict, Report, ReportId, RunId, Status};

use crate::moments::at;

/// A report in the making.
#[derive(Clone, Debug)]
pub(crate) struct Say {
    pub(super) report: Report,
    pub(super) queued: Option<Instant>,
    pub(super) spooled: Option<Instant>,
    pub(super) on_conflict: OnConflict,
}

pub(crate) fn pending() -> Say {
    Say::new(Status::Pending)
}

pub(crate) fn running() -> Say {
    Say::new(Status::Running)
}

pub(crate) fn completed() -> Say {
    Say::new(Status::Completed)
}

pub(crate) fn failed() -> Say {
    Say::new(Status::Failed)
}

impl Say {
    fn new(status: Status) -> Self {
        let report = Report {
            status,
            run_id: None,
            report_id: None,
            timestamp: None,
            sent_at: None,
            received_at: Instant::MIN,
            execution_time: None,
            exit_code: None,
            service_name: None,
            job_name: None,
            payload: Payload::default(),
            output: None,
        };
        Self { report, queued: None, spooled: None, on_conflict: OnConflict::Refuse }
    }

    /// Of a run.
    pub(crate) fn run(mut self, name: &str) -> Self {
        self.report.run_id = Some(RunId::trusted(name));
        self
    }

    /// With a report id.
    pub(crate) fn id(mut self, id: &str) -> Self {
        self.report.report_id = Some(ReportId::trusted(id));
        self
    }

    /// With the job's own measure.
    pub(crate) fn took(mut self, length: &str) -> Self {
        self.report.execution_time = Some(crate::moments::span(length));
        self
    }

    /// With an error text.
    pub(crate) fn error(mut self, text: &str) -> Self {
        self.report.payload = Payload::bounded(Some(text.to_owned()), None);
        self
    }

    /// By the job's clock, which nobody trusts.
    pub(crate) fn stamped(mut self, when: &str) -> Self {
        self.report.timestamp = Some(at(when));
        self
    }

    /// Out of a spool: it happened then, and is sent only now.
    pub(crate) fn spooled(self, when: &str) -> Self {
        self.spooled_at(at(when))
    }

    pub(crate) fn spooled_at(mut self, when: Instant) -> Self {
        self.spooled = Some(when);
        self
    }

    /// Through a queue: it came in then, and is applied only now.
    pub(crate) fn queued(self, when: &str) -> Self {
        self.queued_at(at(when))
    }

    pub(crate) fn queued_at(mut self, when: Instant) -> Self {
        self.queued = Some(when);
        self.filed_if(OnConflict::File)
    }

    /// What becomes of a contradiction.
    pub(crate) fn filed_if(mut self, on_conflict: OnConflict) -> Self {
        self.on_conflict = on_conflict;
        self
    }

    /// With anything else.
    pub(crate) fn made(mut self, change: impl FnOnce(&mut Report)) -> Self {
        change(&mut self.report);
        self
    }

    /// From a service.
    pub(crate) fn service(mut self, name: &str) -> Self {
        self.report.service_name = Some(name.to_owned());
        self
    }
}
