//! Taking a message where it is heard. It is never refused for contradicting a run that is over: a failure that came
//! after a success is a failure all the same, and everything else of that kind goes into the history.

use domain::time::shorten;
use domain::{Command, Instant, Noted, OnConflict, Rejection, Report, RunId, Scheduler, Status};

use super::{Address, Found, Place};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::ports::Role;
use crate::telemetry::Telemetry;
use crate::update::{Update, Updated};

/// What is heard.
#[derive(Clone, Debug)]
pub enum Message {
    /// A report.
    Report(Box<Report>),
    /// "Still there", of what reports no starts: a run of its own that ended well, without id. While a run is open it says no
    /// more than a heartbeat would.
    Tick(Box<Report>),
    /// Something that is only written down.
    Note(Box<Report>, Noted),
    /// "Still running".
    Heartbeat {
        /// The run, where it names one.
        run_id: Option<RunId>,
        /// When it came in.
        received_at: Instant,
    },
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The scheduler before.
    pub before: Scheduler,
    /// The scheduler after.
    pub after: Scheduler,
}

impl Message {
    fn command(&self, on_conflict: OnConflict) -> Command {
        match self {
            Self::Report(report) | Self::Tick(report) => {
                Command::Report { report: report.clone(), on_conflict }
            }
            Self::Note(report, noted) => Command::Note { report: report.clone(), noted: *noted },
            Self::Heartbeat { run_id, received_at } => {
                Command::Heartbeat { run_id: run_id.clone(), received_at: *received_at }
            }
        }
    }

    /// The failure as a run of its own, where this is one: always the same, so that it is told once however often it
    /// comes.
    fn again(&self) -> Option<Self> {
        let Self::Report(report) = self else { return None };
        let run_id = report.run_id.as_ref().filter(|_| report.status == Status::Failed)?;
        let run_id = RunId::trusted(format!("{} again", shorten(run_id.as_str(), 120)));
        Some(Self::Report(Box::new(Report { run_id: Some(run_id), ..(**report).clone() })))
    }
}

impl Caller {
    /// Whoever knows an address: it may report, and nothing else.
    pub fn at_an_address(project: domain::ProjectId, dialect: &str) -> Self {
        Self { project, role: Role::Reporter, services: Vec::new(), actor: dialect.to_owned() }
    }
}

impl App {
    /// Takes a message at an address that was looked up. Where that has moved meanwhile, `read` says anew what the
    /// message means at the place it leads to now. `None` where it leads nowhere any more.
    pub async fn hear(
        &self,
        place: Place,
        read: &(dyn Fn(&Place) -> Message + Sync),
    ) -> AppResult<Option<Heard>> {
        match self.hear_once(&place, &read(&place)).await {
            Err(AppError::NotFound { what: MOVED, .. }) => {}
            answer => return answer.map(Some),
        }
        let address: Address = place.address;
        self.places.forget(&address);
        let Found::One(place) = self.place(address).await? else { return Ok(None) };
        self.hear_once(&place, &read(&place)).await.map(Some)
    }

    async fn hear_once(&self, place: &Place, message: &Message) -> AppResult<Heard> {
        if let Message::Tick(report) = message {
            return self.hear_tick(place, report).await;
        }
        let again = message.again();
        let on_conflict = if again.is_some() { OnConflict::Refuse } else { OnConflict::File };
        match (self.hear_message(place, message, on_conflict).await, again) {
            (Err(AppError::Rejected(Rejection::InvalidStatusTransition(_))), Some(again)) => {
                self.hear_message(place, &again, OnConflict::File).await
            }
            (answer, _) => answer,
        }
    }

    async fn hear_tick(&self, place: &Place, report: &Report) -> AppResult<Heard> {
        let tick = Message::Tick(Box::new(Report { run_id: None, ..report.clone() }));
        match self.hear_message(place, &tick, OnConflict::File).await {
            Err(AppError::Conflict(why)) if why == BUSY => {
                let beat = Message::Heartbeat { run_id: None, received_at: report.received_at };
                self.hear_message(place, &beat, OnConflict::File).await
            }
            answer => answer,
        }
    }

    async fn hear_message(
        &self,
        place: &Place,
        message: &Message,
        on_conflict: OnConflict,
    ) -> AppResult<Heard> {
        let is_tick = matches!(message, Message::Tick(_));
        let allowed = |before: &Scheduler, _: &Scheduler| {
            if !place.holds(before) {
                Err(moved(place))
            } else if is_tick && !before.state.runs.is_empty() {
                Err(AppError::Conflict(BUSY.to_owned()))
            } else {
                Ok(())
            }
        };
        let command = message.command(on_conflict);
        let update = Update { key: &place.key, command, allowed: &allowed, audit: None };
        let updated = self.update(update).await?;
        self.count_message(message, &updated);
        Ok(Heard { before: updated.before, after: updated.decision.after })
    }

    fn count_message(&self, message: &Message, updated: &Updated) {
        match message {
            Message::Report(report) | Message::Tick(report) => {
                self.count_report(&crate::reports::ReportCounts::of(report), updated);
            }
            Message::Note(..) => {}
            Message::Heartbeat { .. } => Telemetry::add(&self.telemetry.heartbeats, 1),
        }
    }
}

const MOVED: &str = "address";
const BUSY: &str = "a run is open";

fn moved(place: &Place) -> AppError {
    AppError::NotFound { what: MOVED, id: place.key.id.to_string() }
}
