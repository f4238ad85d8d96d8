//! Takes a run's reports to the server, in order, and to the spool where that fails.
//!
//! Everything here may be cut short at any await: a report is settled only by what was answered.

use std::time::Duration;

use super::args::ExecArgs;
use super::outbox::Outbox;
use super::reporter::Settled;
use crate::api::{Api, CallError, Limits, Report, plain};
use crate::drain::{Drained, End, drain};
use crate::spool::{self, Entry, Lane, Spool, SpoolError};
use crate::{cli, flusher};

const PROBLEMS_MAX: usize = 3;
/// Heartbeats that are off are a heartbeat in a year.
const NEVER: Duration = Duration::from_hours(366 * 24);

pub(super) struct Courier {
    scheduler_id: String,
    run_id: String,
    pause: Option<Duration>,
    /// None when the address or the key is no good: then there is nobody to report to.
    api: Option<Api>,
    may_start_flusher: bool,
    /// What the scheduler is to be registered with before anything is reported; gone when that is settled.
    registration: Option<Report>,
    problems: Vec<String>,
}

impl Courier {
    pub(super) fn new(args: &ExecArgs, run_id: &str) -> Self {
        let mut courier = Self {
            scheduler_id: args.scheduler_id.clone(),
            run_id: run_id.to_owned(),
            pause: args.heartbeat_every.0,
            api: None,
            may_start_flusher: !args.no_background_flush,
            registration: args.registering.registration(&args.scheduler_id, &args.running),
            problems: Vec::new(),
        };
        match cli::connect(&args.server, Limits::REPORT) {
            Ok(api) => courier.api = Some(api),
            Err(problem) => courier.note(&format_args!("nothing is reported: {problem}")),
        }
        courier
    }

    /// Delivers what is in the outbox and, while the command runs, heartbeats; ends when the outcome is settled.
    pub(super) async fn deliver(&mut self, outbox: &Outbox) {
        loop {
            while let Some(report) = outbox.first() {
                if !self.settle_one(&report).await {
                    break;
                }
                outbox.settle_first();
            }
            if outbox.is_closed() {
                return;
            }
            tokio::select! {
                _ = outbox.closing() => {}
                () = self.pause_and_beat() => {}
            }
        }
    }

    /// Spools what is left, and says what went wrong and what remains to be done.
    pub(super) fn settle(mut self, outbox: &Outbox) -> Settled {
        while let Some(report) = outbox.first() {
            if let Some(api) = self.api.as_ref().filter(|_| self.problems.is_empty()) {
                let problem = CallError::TimedOut { address: api.server().identity() };
                self.note(&problem);
            }
            let _ = self.spool(report);
            outbox.settle_first();
        }
        let left = self.leftovers();
        let wanted = left.as_ref().filter(|_| self.may_start_flusher);
        let flusher = wanted.and_then(|(spool, api, lane)| flusher::Order::new(spool, api, lane));
        let place = left.map(|(spool, ..)| spool.directory().display().to_string());
        let mut problems = self.problems;
        if let Some(place) = place.filter(|_| !problems.is_empty()) {
            problems.push(format!("reports wait in {place}"));
        }
        Settled { problems, flusher }
    }

    /// Whether the report is delivered, refused for good, or safe in the spool.
    async fn settle_one(&mut self, report: &Report) -> bool {
        if self.leftovers().is_some() && self.spool(report.clone()) {
            self.drain().await;
            return true;
        }
        if !self.register().await {
            return self.spool(report.clone());
        }
        let Some(api) = &self.api else { return true };
        match api.report(&self.scheduler_id, report).await {
            Ok(_) => true,
            Err(problem) => {
                self.note(&problem);
                !problem.may_pass() || self.spool(report.clone())
            }
        }
    }

    /// Whether the way is free for reports: the scheduler is registered as it is to be, or it will not be.
    async fn register(&mut self) -> bool {
        let (Some(api), Some(registration)) = (&self.api, &self.registration) else { return true };
        match api.register(registration).await {
            Ok(_) => {}
            Err(problem) if problem.may_pass() => {
                self.note(&problem);
                return false;
            }
            Err(problem) => self.note(&format_args!("the registration was refused: {problem}")),
        }
        self.registration = None;
        true
    }

    async fn pause_and_beat(&mut self) {
        tokio::time::sleep(self.pause.unwrap_or(NEVER)).await;
        self.drain().await;
        let Some(api) = &self.api else { return };
        if let Err(problem) = api.heartbeat(&self.scheduler_id, Some(&self.run_id)).await {
            self.note(&problem);
        }
    }

    async fn drain(&mut self) {
        let Some((spool, api, _)) = self.leftovers() else { return };
        let Drained { rejected, end, .. } = drain(&spool, api, false).await;
        for reason in rejected {
            self.note(&format_args!("refused: {reason}"));
        }
        match end {
            End::Stopped(problem) => self.note(&problem),
            End::Broken(problem) => self.note(&problem),
            End::Empty | End::Busy => {}
        }
    }

    /// The spool, if it holds anything for our server and key.
    fn leftovers(&self) -> Option<(Spool, &Api, Lane)> {
        let api = self.api.as_ref()?;
        let lane = Lane::new(api.server(), api.key());
        let spool = Spool::open_existing(&spool_directory()).ok().flatten()?;
        (!spool.waiting_in(&lane).is_empty()).then_some((spool, api, lane))
    }

    /// Whether it is in the spool now.
    fn spool(&mut self, report: Report) -> bool {
        let Some(api) = &self.api else { return false };
        let entry = Entry::new(api.server(), &self.scheduler_id, report);
        // Goes with the first report that waits, so that whoever sends it registers first.
        let entry = entry.registering(self.registration.clone());
        match append(&Lane::new(api.server(), api.key()), &entry) {
            Ok(dropped) => {
                self.registration = None;
                if dropped > 0 {
                    self.note(&format_args!("the spool is full: {dropped} old reports were dropped"));
                }
                true
            }
            Err(problem) => {
                self.note(&problem);
                false
            }
        }
    }

    /// Remembers a problem, once, for the one line at the end.
    fn note(&mut self, problem: &dyn std::fmt::Display) {
        let problem = plain(&problem.to_string());
        if self.problems.len() < PROBLEMS_MAX && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

fn append(lane: &Lane, entry: &Entry) -> Result<u64, SpoolError> {
    Spool::open(&spool_directory())?.append(lane, entry)
}

fn spool_directory() -> std::path::PathBuf {
    spool::locate(|name| std::env::var_os(name))
}
