//! The plan: what has to be made, changed and taken away, found by asking; and carrying it out, step by step.

use std::fmt;

use serde_json::Value;

use super::differ::differing;
use super::file::{Kind, Wanted};
use crate::api::{Api, CallError};
use crate::cli::output::{Failure, parse, say};

/// Most pages of a list that are read.
const PAGES_MAX: usize = 100;

/// What has to be done.
#[derive(Debug, Default)]
pub(super) struct Plan {
    steps: Vec<Step>,
    unchanged: usize,
    /// What is there and not in the file.
    others: Vec<String>,
}

#[derive(Debug)]
struct Step {
    what: Wanted,
    how: How,
}

#[derive(Debug)]
enum How {
    Make,
    /// By id, for the sake of these fields.
    Change(String, Vec<String>),
    TakeAway(String),
}

impl Plan {
    pub(super) async fn of(api: &Api, wanted: Vec<Wanted>, prune: bool) -> Result<Self, Failure> {
        let mut plan = Self::default();
        for kind in Kind::ALL {
            let mine: Vec<Wanted> = wanted.iter().filter(|it| it.kind == kind).cloned().collect();
            if kind == Kind::Scheduler {
                for one in mine {
                    plan.scheduler(api, one).await?;
                }
            } else if !mine.is_empty() || prune {
                plan.listed(api, kind, mine, prune).await?;
            }
        }
        Ok(plan)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    async fn scheduler(&mut self, api: &Api, wanted: Wanted) -> Result<(), Failure> {
        let there = match api.get(&["schedulers", &wanted.name], None).await {
            Ok(answer) => Some(parse::<Value>(&answer.body)?),
            Err(CallError::Refused(refusal)) if refusal.status == 404 => None,
            Err(problem) => return Err(problem.into()),
        };
        self.compare(wanted, there.as_ref().map(|there| (String::new(), there)));
        Ok(())
    }

    async fn listed(
        &mut self,
        api: &Api,
        kind: Kind,
        wanted: Vec<Wanted>,
        prune: bool,
    ) -> Result<(), Failure> {
        let there = all(api, kind).await?;
        let id = |it: &Value| it["id"].as_str().unwrap_or_default().to_owned();
        for it in &there {
            let name = it["name"].as_str().unwrap_or_default();
            if wanted.iter().any(|wanted| wanted.name == name) || it["source"] == "file" {
                continue;
            }
            if prune {
                let what = Wanted { kind, name: name.to_owned(), body: serde_json::Map::new() };
                self.steps.push(Step { what, how: How::TakeAway(id(it)) });
            } else {
                self.others.push(format!("{} {name}", kind.one()));
            }
        }
        for wanted in wanted {
            let found = there.iter().find(|it| it["name"] == wanted.name.as_str());
            match found {
                Some(it) if it["source"] == "file" => {
                    let name = &wanted.name;
                    let problem = format!(
                        "{} {name} comes from the server's own configuration: change it there",
                        kind.one()
                    );
                    return Err(Failure::Unfit(problem));
                }
                Some(it) if kind == Kind::Channel => self.channel(api, wanted, id(it)).await?,
                found => self.compare(wanted, found.map(|it| (id(it), it))),
            }
        }
        Ok(())
    }

    /// Secrets cannot be compared from outside: the server says whether anything would change.
    async fn channel(&mut self, api: &Api, wanted: Wanted, id: String) -> Result<(), Failure> {
        let path = [Kind::Channel.path(), id.as_str()];
        let answer = api.put_body(&path, Some("dry_run=true"), &wanted.body).await?;
        let answer: Value = parse(&answer.body)?;
        if answer["changed"] == false {
            self.unchanged += 1;
        } else {
            self.steps
                .push(Step { what: wanted, how: How::Change(id, vec!["its configuration".to_owned()]) });
        }
        Ok(())
    }

    fn compare(&mut self, wanted: Wanted, there: Option<(String, &Value)>) {
        let Some((id, there)) = there else {
            self.steps.push(Step { what: wanted, how: How::Make });
            return;
        };
        let fields: Vec<String> = differing(&wanted.body, there).into_iter().map(str::to_owned).collect();
        if fields.is_empty() {
            self.unchanged += 1;
        } else {
            self.steps.push(Step { what: wanted, how: How::Change(id, fields) });
        }
    }
}

async fn all(api: &Api, kind: Kind) -> Result<Vec<Value>, Failure> {
    let (mut all, mut query) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let answer = api.get(&[kind.path()], query.as_deref()).await?;
        all.extend(parse::<Vec<Value>>(&answer.body)?);
        query = answer.next;
        if query.is_none() {
            break;
        }
    }
    Ok(all)
}

/// A line for each step, and how much there is.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [mut made, mut changed, mut taken] = [0; 3];
        for Step { what, how } in &self.steps {
            let (one, name) = (what.kind.one(), &what.name);
            match how {
                How::Make => {
                    made += 1;
                    writeln!(f, "+ {one} {name}")?;
                }
                How::Change(_, fields) => {
                    changed += 1;
                    writeln!(f, "~ {one} {name}: {}", fields.join(", "))?;
                }
                How::TakeAway(_) => {
                    taken += 1;
                    writeln!(f, "- {one} {name}")?;
                }
            }
        }
        write!(f, "{made} to make, {changed} to change, {taken} to take away, {} unchanged", self.unchanged)?;
        if !self.others.is_empty() {
            write!(f, "; not in the file and left alone: {}", self.others.join(", "))?;
        }
        Ok(())
    }
}

/// Does what the plan says, in its order; answers how many steps were done. Stops at the first refusal.
pub(super) async fn carry_out(api: &Api, plan: &Plan) -> Result<usize, Failure> {
    let order = |step: &&Step| (matches!(step.how, How::TakeAway(_)), step.what.kind);
    let mut steps: Vec<&Step> = plan.steps.iter().collect();
    steps.sort_by_key(order);
    for (done, step) in steps.iter().enumerate() {
        if let Err(problem) = carry(api, step).await {
            let (one, name) = (step.what.kind.one(), &step.what.name);
            say(&format!("{one} {name} could not be applied; {done} of {} steps were", steps.len()));
            return Err(problem.into());
        }
    }
    Ok(steps.len())
}

async fn carry(api: &Api, step: &Step) -> Result<(), CallError> {
    let (kind, body) = (step.what.kind, &step.what.body);
    match &step.how {
        _ if kind == Kind::Scheduler => api.register(body).await,
        How::Make => api.post(&[kind.path()], body).await,
        How::Change(id, _) => api.put_body(&[kind.path(), id], None, body).await,
        How::TakeAway(id) => api.delete(&[kind.path(), id]).await,
    }
    .map(drop)
}
