//! The engine of every import: proposals become a plan, and the plan becomes registrations.
//!
//! The plan is that of `punctual apply`: the server says what would be other than it is. What a scheduler was given by
//! hand stays: of one that is there, only what the source knows better is brought up to date.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use crate::api::{Api, CallError, plain};
use crate::cli::apply::{How, Kind, Plan, Wanted, carry_out};
use crate::cli::output::{Failure, cell, parse, say};
use crate::import::{Note, Proposal};

/// Proposals that the server has looked at.
#[derive(Debug, Default)]
pub(super) struct Judged {
    plan: Plan,
    /// A line for each step of the plan, in its order.
    shown: Vec<String>,
    /// The ids of new ones that are paused at once.
    paused: Vec<String>,
    /// What the server would not take, with its reason.
    pub(super) refused: Vec<Note>,
    /// The ids of what it would not take.
    pub(super) refused_ids: Vec<String>,
}

/// The schedulers that are there, by their ids; or nothing, where nobody has asked for all of them.
pub(super) type Known<'a> = Option<&'a BTreeMap<&'a str, &'a Value>>;

/// Asks the server what would become of the proposals. One that it refuses does not hold up the others.
pub(super) async fn judge(api: &Api, known: Known<'_>, proposals: &[Proposal]) -> Result<Judged, Failure> {
    let mut judged = Judged::default();
    for proposal in proposals {
        let body = up_to_date(api, known, proposal).await?;
        let wanted = Wanted { kind: Kind::Scheduler, name: proposal.id().to_owned(), body };
        match judged.plan.scheduler(api, wanted).await {
            Ok(()) => judged.show(proposal),
            Err(Failure::Call(problem)) if problem.status() == Some(400) => judged.refuse(proposal, &problem),
            Err(other) => return Err(other),
        }
    }
    Ok(judged)
}

/// The body to register: all of it for a new scheduler.
async fn up_to_date(
    api: &Api,
    known: Known<'_>,
    proposal: &Proposal,
) -> Result<serde_json::Map<String, Value>, Failure> {
    let mut body = proposal.body.clone();
    let there = match known {
        Some(known) => known.get(proposal.id()).map(|there| (*there).clone()),
        None => asked(api, proposal.id()).await?,
    };
    let Some(there) = there else { return Ok(body) };
    body.retain(|field, _| field == "scheduler_id" || proposal.knows.contains(&field.as_str()));
    if let Some(aliases) = body.get_mut("aliases") {
        keep_known(aliases, &there["aliases"]);
    }
    let grace = &there["schedule"]["grace"];
    if let Some(schedule) = body.get_mut("schedule").filter(|_| proposal.has_usual_grace && !grace.is_null())
    {
        schedule["grace"] = grace.clone();
    }
    Ok(body)
}

async fn asked(api: &Api, id: &str) -> Result<Option<Value>, Failure> {
    match api.get(&["schedulers", id], None).await {
        Ok(answer) => parse(&answer.body).map(Some),
        Err(problem) if problem.status() == Some(404) => Ok(None),
        Err(problem) => Err(problem.into()),
    }
}

/// Aliases are added to those that are there: one scheduler may have been watched by several products.
fn keep_known(aliases: &mut Value, known: &Value) {
    let mut all: Vec<Value> = known.as_array().cloned().unwrap_or_default();
    let new = aliases.as_array().into_iter().flatten().filter(|alias| !all.contains(alias));
    all.extend(new.cloned().collect::<Vec<_>>());
    *aliases = json!(all);
}

impl Judged {
    fn show(&mut self, proposal: &Proposal) {
        if self.plan.steps.len() > self.shown.len() {
            let how = self.plan.steps.last().map(|step| &step.how);
            if proposal.is_paused && matches!(how, Some(How::Make)) {
                self.paused.push(proposal.id().to_owned());
            }
            self.shown.push(line(proposal, how));
        }
    }

    fn refuse(&mut self, proposal: &Proposal, problem: &CallError) {
        let reason = problem.in_full().replace('\n', " ");
        self.refused.push(Note::new(&proposal.place, format!("left alone: the server says: {reason}")));
        self.refused_ids.push(proposal.id().to_owned());
    }

    /// Registers what is to be made and changed; answers how many it were. What is to be paused is so, even where
    /// another could not be registered.
    pub(super) async fn register(&self, api: &Api) -> Result<usize, Failure> {
        let registered = carry_out(api, &self.plan).await;
        for id in &self.paused {
            let paused = api.put(&["schedulers", id, "pause"]).await;
            // Where it could not be registered, there is none to be paused.
            if let Err(problem) = paused.map(drop).or_else(unless_missing) {
                say(&format!("{} is registered and could not be paused: pause it by hand", plain(id)));
                return Err(problem.into());
            }
        }
        registered
    }
}

fn unless_missing(problem: CallError) -> Result<(), CallError> {
    if problem.status() == Some(404) { Ok(()) } else { Err(problem) }
}

fn line(proposal: &Proposal, how: Option<&How>) -> String {
    let (id, place) = (plain(proposal.id()), plain(&proposal.place));
    if let Some(How::Change(_, fields)) = how {
        return format!("~ {id}: {} ({place})", plain(&fields.join(", ")));
    }
    let paused = if proposal.is_paused { ", paused" } else { "" };
    format!("+ {id}: {}{paused} ({place})", expectation(proposal.body.get("schedule")))
}

/// A schedule in a few words.
fn expectation(schedule: Option<&Value>) -> String {
    let Some(schedule) = schedule else { return "expected at no time".to_owned() };
    let words =
        ["cron", "on_calendar", "every", "timezone"].map(|field| match (field, cell(schedule, field)) {
            ("every", period) if !period.is_empty() => format!("every {period}"),
            (_, word) => word,
        });
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    format!("{}, grace {}", words.join(" "), cell(schedule, "grace"))
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.shown {
            writeln!(f, "{line}")?;
        }
        let changes = self.plan.steps.iter().filter(|step| matches!(step.how, How::Change(..))).count();
        let made = self.plan.steps.len() - changes;
        write!(f, "{made} to make, {changes} to change, {} unchanged", self.plan.unchanged)
    }
}
