//! How well this process does its own work: when each of its roles last came to its end, how late deadlines are noticed,
//! and whether the store takes what is written. What follows from that is for `roles::watch` and `roles::watchdog`.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration as StdDuration;

use domain::Duration;

use crate::app::App;

/// The roles on which it depends whether anybody is told.
const VITAL: [&str; 3] = ["evaluator", "router", "dispatcher"];
/// How long a role may be without success: it naps for half a second, and backs off for twelve at most.
const SUCCESS_AGE_MAX: StdDuration = StdDuration::from_secs(30);
/// How long the store may take to answer.
pub(crate) const STORE_PATIENCE: StdDuration = StdDuration::from_secs(5);
/// What is written to see whether anything can be.
const NOTE: &str = "watch";

/// The roles of this process.
#[derive(Debug, Default)]
pub(crate) struct Fitness(Mutex<BTreeMap<&'static str, Standing>>);

/// How a role stands, by the monotonic clock.
#[derive(Clone, Copy, Debug)]
struct Standing {
    has_succeeded: bool,
    /// Its last success, or when it was set to work.
    at: StdDuration,
}

/// Whether this process does its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Well,
    /// It has only just begun.
    Starting,
    /// It does not, and why.
    Unwell(String),
}

impl Fitness {
    pub(crate) fn hired(&self, role: &'static str, at: StdDuration) {
        self.set(role, Standing { has_succeeded: false, at });
    }

    pub(crate) fn succeeded(&self, role: &'static str, at: StdDuration) {
        self.set(role, Standing { has_succeeded: true, at });
    }

    fn set(&self, role: &'static str, standing: Standing) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(role, standing);
    }

    fn of(&self, role: &str) -> Option<Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(role).copied()
    }
}

impl App {
    /// Whether this process has a role.
    pub(crate) fn works_as(&self, role: &str) -> bool {
        self.fitness.of(role).is_some()
    }

    /// How late this process notices deadlines: as late as the evaluator last was, and no less than it has been without
    /// success. `None` where judging is left to others.
    pub(crate) fn lag(&self) -> Option<Duration> {
        let standing = self.fitness.of("evaluator")?;
        let idle = self.ports.clock.monotonic().saturating_sub(standing.at);
        let idle = Duration::from_millis(i64::try_from(idle.as_millis()).unwrap_or(i64::MAX));
        let seen = self.telemetry.evaluator_lag_millis.load(Ordering::Relaxed);
        Some(idle.max(Duration::from_millis(seen)))
    }

    /// Why the store does not take what is written, where it does not: tried with a small note, and as the last reports
    /// tell, for a disk is full by degrees.
    pub(crate) async fn refusal(&self) -> Option<String> {
        let now = self.now().as_millis().to_string();
        let wrote = tokio::time::timeout(STORE_PATIENCE, self.ports.observation.set_note(NOTE, &now)).await;
        match wrote {
            Err(_) => Some(format!("no answer within {} s", STORE_PATIENCE.as_secs())),
            Ok(Err(error)) => Some(domain::time::shorten(&error.to_string(), 300)),
            Ok(Ok(())) if !self.takes_reports() => Some("reports are refused; the log says why".to_owned()),
            Ok(Ok(())) => None,
        }
    }

    /// Whether the vital roles of this process do their work, in time, and can write what they decide.
    pub(crate) async fn fit(&self) -> Fit {
        let mut starting = false;
        for role in VITAL {
            let Some(standing) = self.fitness.of(role) else { continue };
            let age = self.ports.clock.monotonic().saturating_sub(standing.at);
            if age > SUCCESS_AGE_MAX {
                return Fit::Unwell(format!("the role {role} has not succeeded for {} s", age.as_secs()));
            }
            starting |= !standing.has_succeeded;
        }
        let most = self.settings.evaluator_lag_max;
        if let Some(lag) = self.lag().filter(|lag| *lag > most) {
            return Fit::Unwell(format!("deadlines are noticed {lag} late, more than {most}"));
        }
        match self.refusal().await {
            Some(reason) => Fit::Unwell(format!("the store does not take what is written: {reason}")),
            None if starting => Fit::Starting,
            None => Fit::Well,
        }
    }
}
