//! A crontab looked over: what should be watched, and what its lines would become.

use serde_json::{Value, json};

use super::{Crontab, Job, Kind, Watch, Wrapping, watch};
use crate::import::naming::{name_of, tidy};
use crate::import::{Names, Note, Proposal};

/// Most jobs of one crontab.
const JOBS_MAX: usize = 2000;
/// Where nothing else is asked for: cron starts its jobs within the minute, a busy machine some minutes later.
const USUAL_GRACE: &str = "15m";
const SHELL: &str = "/bin/sh";

/// What is known beside the crontab itself.
#[derive(Clone, Debug)]
pub(crate) struct Surveyor<'a> {
    pub(crate) host: &'a str,
    /// Whose crontab it is, or which file: part of the ids.
    pub(crate) owner: &'a str,
    /// The crontab, for people.
    pub(crate) label: &'a str,
    pub(crate) service: &'a str,
    pub(crate) grace: Option<&'a str>,
    /// The zone of the host.
    pub(crate) zone: &'a str,
    /// The zone that was asked for: it goes before all others.
    pub(crate) asked_zone: Option<&'a str>,
    pub(crate) program: &'a str,
    pub(crate) wrapping: &'a Wrapping,
}

/// A job that should be watched.
#[derive(Debug)]
pub(crate) struct Found {
    /// Index of its line, from 0.
    pub(crate) line: usize,
    pub(crate) proposal: Proposal,
    /// Its command under watch, where it is not so yet.
    pub(crate) command: Option<Vec<u8>>,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) found: Vec<Found>,
    pub(crate) notes: Vec<Note>,
    /// Whether the jobs are given a key.
    pub(crate) gives_a_key: bool,
}

/// What the lines above a job have set for it.
struct Above {
    shell: String,
    zone: Option<String>,
}

impl Surveyor<'_> {
    /// Looks at every line. Ids that jobs have already must be in `names` ([`ids_in`]).
    pub(crate) fn survey(&self, crontab: &Crontab<'_>, names: &mut Names) -> Result<Survey, String> {
        if crontab.jobs().count() > JOBS_MAX {
            return Err(format!("{} has more than {JOBS_MAX} jobs", self.label));
        }
        let mut survey = Survey::default();
        let mut above = Above { shell: SHELL.to_owned(), zone: None };
        for (index, line) in crontab.lines().iter().enumerate() {
            match &line.kind {
                Kind::Plain(_) => {}
                Kind::Setting { name, value, .. } => self.set(&mut survey, &mut above, index, name, value),
                Kind::Odd { problem, .. } => survey.notes.push(self.left_alone(index, problem)),
                Kind::Job(job) => self.job(&mut survey, &above, index, job, names),
            }
        }
        Ok(survey)
    }

    fn set(&self, survey: &mut Survey, above: &mut Above, index: usize, name: &[u8], value: &[u8]) {
        let value = String::from_utf8_lossy(value).into_owned();
        match name {
            b"SHELL" => above.shell = value,
            b"PUNCTUAL_API_KEY" => survey.gives_a_key = true,
            b"CRON_TZ" if self.asked_zone.is_none() => {
                let text =
                    "CRON_TZ is heeded, as cronie does; Debian's cron does not, and there --timezone says so";
                survey.notes.push(Note::new(self.place(index), text));
                above.zone = Some(value).filter(|zone| !zone.is_empty());
            }
            b"TZ" => {
                let text = "TZ is the zone that the jobs see, and not that of their schedules";
                survey.notes.push(Note::new(self.place(index), text));
            }
            _ => {}
        }
    }

    fn job(&self, survey: &mut Survey, above: &Above, index: usize, job: &Job<'_>, names: &mut Names) {
        let text = String::from_utf8_lossy(job.command);
        let name = name_of(&text);
        let (id, command) = match watch(job.command, self.program) {
            Watch::As(id) => (id, None),
            Watch::Unclear => {
                let text = "runs punctual exec in a way that we cannot read";
                return survey.notes.push(self.left_alone(index, text));
            }
            Watch::No => {
                let wanted = format!("{}/{}/{name}", tidy(self.host), tidy(self.owner));
                let id = names.fresh(&wanted, &format!("{} {text}", job.schedule));
                match self.wrapping.wrap(job.command, job.input, &id, &above.shell) {
                    Ok(command) => (id, Some(command)),
                    Err(problem) => return survey.notes.push(self.left_alone(index, &problem)),
                }
            }
        };
        let mut proposal = Proposal::new(self.place(index), &id, self.service, &name)
            .described(&format!("From {} on {}", self.label, self.host))
            .with("tags", Some(json!(["crontab"])));
        if job.schedule == "@reboot" {
            let text = "@reboot is no schedule: it is heard of when it fails, and not when it does not come";
            survey.notes.push(Note::new(self.place(index), text));
        } else {
            proposal = proposal.expected(self.schedule(job, above), self.grace, USUAL_GRACE);
        }
        survey.found.push(Found { line: index, proposal, command });
    }

    fn schedule(&self, job: &Job<'_>, above: &Above) -> Value {
        let zone = self.asked_zone.or(above.zone.as_deref()).unwrap_or(self.zone);
        json!({ "cron": job.schedule, "timezone": zone })
    }

    fn place(&self, index: usize) -> String {
        format!("line {} of {}", index + 1, self.label)
    }

    fn left_alone(&self, index: usize, problem: &str) -> Note {
        Note::new(self.place(index), format!("left alone: it {problem}"))
    }
}

/// The ids of the jobs that are under watch already.
pub(crate) fn ids_in(crontab: &Crontab<'_>, program: &str) -> Vec<String> {
    let watched = crontab.jobs().filter_map(|(_, job)| match watch(job.command, program) {
        Watch::As(id) => Some(id),
        Watch::No | Watch::Unclear => None,
    });
    watched.collect()
}
