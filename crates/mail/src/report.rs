//! What a mail becomes: a report, or a note in the history. Pure.

use std::net::IpAddr;

use app::ingest::{Message, Place};
use domain::output::OUTPUT_BYTES_MAX;
use domain::{Carried, Instant, Noted, Origin, Payload, Report, ReportId, Signal, Status};

use crate::content::Content;

/// Whose words they are, in the history.
pub(crate) const DIALECT: &str = "email";
/// Most characters of a mail's text that stand in for the message of a failure without a subject.
const ERROR_TAIL_CHARS: usize = 1000;
/// Most characters of a subject that are the message of a failure.
const SUBJECT_CHARS: usize = 500;

/// A mail that is whole.
#[derive(Debug)]
pub(crate) struct Mail<'a> {
    pub(crate) from: &'a str,
    pub(crate) peer: IpAddr,
    pub(crate) received_at: Instant,
    pub(crate) bytes: &'a [u8],
    pub(crate) content: &'a Content,
}

impl Mail<'_> {
    /// What it says to that scheduler: success, unless its people look for words.
    pub(crate) fn at(&self, place: &Place) -> Message {
        let carried = Carried::Mail { subject: &self.content.subject, text: &self.content.text };
        match place.config.meaning(Signal::Success, carried) {
            Signal::Start => self.report(Status::Running),
            Signal::Success => self.report(Status::Completed),
            Signal::Fail => self.report(Status::Failed),
            Signal::Log => self.note(Noted::Log),
            Signal::Ignored => self.note(Noted::Ignored),
        }
    }

    fn report(&self, status: Status) -> Message {
        Message::Report(Box::new(self.written(status)))
    }

    fn note(&self, noted: Noted) -> Message {
        Message::Note(Box::new(self.written(Status::Pending)), noted)
    }

    fn written(&self, status: Status) -> Report {
        let fingerprint = self.content.fingerprint.as_deref();
        let error_message = (status == Status::Failed).then(|| self.failure()).filter(|it| !it.is_empty());
        let payload = Payload { error_message, origin: Some(Box::new(self.origin())), ..Payload::default() };
        let report = Report {
            status,
            run_id: None,
            report_id: fingerprint.map(|it| ReportId::trusted(format!("mail {it}"))),
            timestamp: None,
            sent_at: None,
            received_at: self.received_at,
            execution_time: None,
            exit_code: None,
            service_name: None,
            job_name: None,
            payload,
            output: None,
        };
        report.printing(self.bytes, OUTPUT_BYTES_MAX)
    }

    fn origin(&self) -> Origin {
        let origin = Origin {
            dialect: DIALECT.to_owned(),
            scheme: "email".to_owned(),
            remote_addr: self.peer.to_string(),
            ..Origin::default()
        };
        origin.by(&format!("Email from {}", if self.from.is_empty() { "<>" } else { self.from }))
    }

    /// What a failure is told by: the subject, or the end of the text where there is none.
    fn failure(&self) -> String {
        let subject = self.content.subject.trim();
        if subject.is_empty() {
            let text = domain::Output(self.content.text.clone().into_bytes());
            return text.tail(ERROR_TAIL_CHARS);
        }
        domain::time::shorten(subject, SUBJECT_CHARS)
    }
}
