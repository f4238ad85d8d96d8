//! Jobs that report: over the wire at once, or out of a spool that keeps what was not taken and sends it again, in order.

use std::collections::{BTreeMap, VecDeque};

use app::AppError;
use domain::{Duration, Instant, Payload, Report, ReportId, RunId};

use super::deeds::{Called, meaning, name};
use super::process::{Process, somebody};
use super::subject::Answer;
use super::{Failure, Held, World};
use crate::sim::act::{Act, Message, Step};
use crate::sim::model::{Deed, Taken};

/// How long a spool waits before it tries again.
const TRIED_AGAIN_AFTER: Duration = Duration::from_seconds(15);

/// What jobs keep until it is taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Spools {
    waiting: BTreeMap<String, Spool>,
}

#[derive(Clone, Debug)]
struct Spool {
    letters: VecDeque<Letter>,
    due: Instant,
}

/// A report, and what happened to it on its way.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    message: Message,
    written: Instant,
    mark: i64,
}

impl Spools {
    /// When the first is tried again.
    pub(super) fn due(&self) -> Option<Instant> {
        self.waiting.values().map(|spool| spool.due).min()
    }
}

impl World {
    /// A job reports.
    pub(super) async fn send(&mut self, id: &str, message: Message) -> Held {
        self.marks += 1;
        let letter = Letter { message, written: self.truly(), mark: self.marks };
        if let Some(spool) = self.spools.waiting.get_mut(id).filter(|_| letter.message.insist) {
            spool.letters.push_back(letter);
            return Ok(());
        }
        if self.deliver(id, &letter).await? == Answer::Unknown && letter.message.insist {
            let due = self.truly() + TRIED_AGAIN_AFTER;
            self.spools.waiting.insert(id.to_owned(), Spool { letters: VecDeque::from([letter]), due });
        }
        Ok(())
    }

    /// Spools whose time has come send what they have, in order, until something is not taken.
    pub(super) async fn flush(&mut self) -> Held {
        let now = self.truly();
        let due: Vec<String> = self
            .spools
            .waiting
            .iter()
            .filter(|(_, spool)| spool.due <= now)
            .map(|(id, _)| id.clone())
            .collect();
        for id in due {
            let Some(mut spool) = self.spools.waiting.remove(&id) else { continue };
            while let Some(letter) = spool.letters.front() {
                if self.deliver(&id, letter).await? == Answer::Unknown {
                    spool.due = now + TRIED_AGAIN_AFTER;
                    break;
                }
                spool.letters.pop_front();
            }
            if !spool.letters.is_empty() {
                self.spools.waiting.insert(id, spool);
            }
        }
        Ok(())
    }

    async fn deliver(&mut self, id: &str, letter: &Letter) -> Result<Answer, Failure> {
        let (report, deed) = self.written(letter);
        let called = self
            .call(async |process: &Process| process.app.report(&somebody(), name(id), report).await)
            .await;
        self.come_to(id, called, vec![deed]).await
    }

    /// A report as it comes in now, and what the model is told of it.
    fn written(&self, letter: &Letter) -> (Report, Deed) {
        let Letter { message, written, mark } = letter;
        let by_job = |at: Instant| Instant::from_millis(at.as_millis() + message.clock_wrong);
        let happened = *written - message.held;
        let received = self.now() - message.queued;
        let spooled = message.insist || message.held > Duration::ZERO;
        let report = Report {
            status: message.status,
            run_id: message.run.clone().map(RunId::trusted),
            report_id: message.id.clone().map(ReportId::trusted),
            timestamp: Some(by_job(happened)),
            sent_at: spooled.then(|| by_job(self.truly())),
            received_at: received,
            execution_time: message.took,
            exit_code: Some(*mark),
            service_name: None,
            job_name: None,
            payload: Payload::bounded(message.error.then(|| "it broke".to_owned()), None),
            output: None,
        };
        let held = self.truly().since(happened);
        let taken = Taken {
            status: message.status,
            run: message.run.clone(),
            id: message.id.clone(),
            took: message.took,
            received,
            happened: if spooled { received - held } else { received },
            has_payload: message.error,
        };
        (report, Deed::Report(taken))
    }

    /// Reports of several jobs in one request.
    pub(super) async fn report_together(&mut self, steps: &[Step]) -> Held {
        let (mut reports, mut deeds) = (Vec::new(), BTreeMap::<String, Vec<Deed>>::new());
        for step in steps {
            let Act::Report(message) = &step.act else { continue };
            let shown = step.to_string();
            self.note(|| shown);
            self.marks += 1;
            let letter = Letter { message: message.clone(), written: self.truly(), mark: self.marks };
            let (report, deed) = self.written(&letter);
            reports.push((name(&step.who), report));
            deeds.entry(step.who.clone()).or_default().push(deed);
        }
        let called =
            self.call(async |process: &Process| process.app.report_many(&somebody(), reports).await).await;
        let Called::Answered(answers) = called else { return Ok(()) };
        self.coverage.saw("bulk", "reports");
        Self::hold_each(steps, &answers)?;
        for (id, deeds) in deeds {
            self.follow(&id, &deeds, &Answer::Unknown).await?;
        }
        Ok(())
    }

    /// Each report of a request is answered for itself, and in a calm none is left open.
    fn hold_each<T>(steps: &[Step], answers: &[Result<T, AppError>]) -> Held {
        if steps.len() != answers.len() {
            return Err(Failure::new(
                "each report is answered",
                format!("{} of {}", answers.len(), steps.len()),
            ));
        }
        for (step, answer) in steps.iter().zip(answers) {
            if meaning(answer)? == Answer::Unknown {
                let why = answer.as_ref().err().map(ToString::to_string).unwrap_or_default();
                let detail = format!("{step}: {why}");
                return Err(Failure::new("in a calm every report is answered", detail));
            }
        }
        Ok(())
    }

    /// A report is in the history once, however often it was sent.
    pub(super) fn saw_mark(&mut self, mark: i64) -> Held {
        let times = self.seen_marks.entry(mark).or_default();
        *times += 1;
        if *times > 1 {
            return Err(Failure::new("a report is in the history once", format!("report {mark}")));
        }
        Ok(())
    }
}
