//! What jobs sent in vain. Their senders are often told nothing, and nobody looks at what a job prints; so it is counted
//! here, written down every few seconds, and shown to the project's people.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::time::shorten;
use domain::{Duration, ProjectId};

use crate::app::App;
use crate::caller::Caller;
use crate::error::AppResult;
use crate::ports::{IngestProblem, Role};
use crate::schedulers::home;
use crate::telemetry::Telemetry;

/// Most problems that wait to be written down; of more, only the number is known.
const WAITING_MAX: usize = 2000;
/// How long what was sent in vain is remembered.
pub(crate) const KEPT: Duration = Duration::DAY.times(30);

/// Something that was sent in vain.
#[derive(Clone, Copy, Debug)]
pub struct Vain<'a> {
    /// Whose people can mend it; the first project, where none is known.
    pub project: Option<&'a ProjectId>,
    /// Whose language it was in.
    pub dialect: &'a str,
    /// What was wrong, in a word.
    pub problem: &'a str,
    /// With what: a slug, a token. Of a token only the beginning is kept: see [`Vain::token`].
    pub subject: &'a str,
    /// What was wrong in a sentence, and what to do.
    pub sample: &'a str,
}

impl Vain<'_> {
    /// The beginning of a secret, by which people recognise it.
    pub fn token(secret: &str) -> String {
        let shown = secret.chars().take(6).collect::<String>();
        if shown.len() < secret.len() { format!("{shown}…") } else { shown }
    }
}

/// What waits to be written down.
#[derive(Debug, Default)]
pub(crate) struct Problems(Mutex<HashMap<[String; 4], IngestProblem>>);

impl Problems {
    fn waiting(&self) -> MutexGuard<'_, HashMap<[String; 4], IngestProblem>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets what could not be written wait on, beside what came meanwhile: no more of both than may wait.
    fn put_back(&self, unwritten: HashMap<[String; 4], IngestProblem>) {
        let mut waiting = self.waiting();
        for (name, problem) in unwritten {
            let has_room = waiting.len() < WAITING_MAX;
            match waiting.get_mut(&name) {
                Some(later) => {
                    later.count += problem.count;
                    later.first_at = problem.first_at;
                }
                None if has_room => drop(waiting.insert(name, problem)),
                None => {}
            }
        }
    }
}

impl App {
    /// Counts something that was sent in vain.
    pub fn note_vain(&self, vain: Vain<'_>) {
        Telemetry::add(&self.telemetry.ingest_problems, 1);
        let (project, now) = (vain.project.cloned().unwrap_or_else(home), self.now());
        let subject = shorten(&vain.subject.replace(char::is_control, "\u{fffd}"), 99);
        let name = [project.to_string(), vain.dialect.to_owned(), vain.problem.to_owned(), subject.clone()];
        let mut waiting = self.problems.waiting();
        if waiting.len() >= WAITING_MAX && !waiting.contains_key(&name) {
            return;
        }
        let problem = waiting.entry(name).or_insert_with(|| IngestProblem {
            project,
            dialect: vain.dialect.to_owned(),
            problem: vain.problem.to_owned(),
            subject,
            count: 0,
            first_at: now,
            last_at: now,
            sample: String::new(),
        });
        problem.count += 1;
        problem.last_at = now;
        problem.sample = shorten(&vain.sample.replace(char::is_control, " "), 499);
    }

    /// Writes down what waits. What cannot be written waits on.
    pub(crate) async fn write_problems(&self) -> AppResult<()> {
        let waiting = std::mem::take(&mut *self.problems.waiting());
        if waiting.is_empty() {
            return Ok(());
        }
        let problems: Vec<IngestProblem> = waiting.values().cloned().collect();
        let written = self.ports.observation.count_problems(problems).await;
        if written.is_err() {
            self.problems.put_back(waiting);
        }
        Ok(written?)
    }

    /// What was sent in vain to the caller's project, the latest first.
    pub async fn ingest_problems(&self, caller: &Caller) -> AppResult<Vec<IngestProblem>> {
        caller.must_be(Role::ServiceOwner)?;
        self.write_problems().await?;
        Ok(self.ports.observation.problems(&caller.project).await?)
    }
}
