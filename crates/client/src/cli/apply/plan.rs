//! The plan: what has to be made, changed and taken away. The server says what would be other than it is: what a file
//! means, and what it leaves to a default, is known there.

use serde_json::Value;

use super::file::{Kind, Wanted};
use crate::api::{Answer, Api, CallError};
use crate::cli::output::{Failure, parse};

/// Most pages of a list that are read.
const PAGES_MAX: usize = 100;
/// What the server says of a thing beside what can be set of it.
const DERIVED: [&str; 10] = [
    "id",
    "version",
    "created_at",
    "updated_at",
    "changed",
    "configured",
    "active",
    "current",
    "next",
    "window",
];

/// What has to be done.
#[derive(Debug, Default)]
pub(in crate::cli) struct Plan {
    pub(in crate::cli) steps: Vec<Step>,
    pub(in crate::cli) unchanged: usize,
    /// What is there and not in the file.
    pub(in crate::cli) others: Vec<String>,
}

#[derive(Debug)]
pub(in crate::cli) struct Step {
    pub(in crate::cli) what: Wanted,
    pub(in crate::cli) how: How,
}

#[derive(Debug)]
pub(in crate::cli) enum How {
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

    /// Of a scheduler only what the file gives is changed, and only that is looked at.
    pub(in crate::cli) async fn scheduler(&mut self, api: &Api, wanted: Wanted) -> Result<(), Failure> {
        let answer = api.foresee_registration(&wanted.body).await?;
        if answer.status == 201 {
            self.steps.push(Step { what: wanted, how: How::Make });
            return Ok(());
        }
        let Some(then) = other(&answer)? else {
            self.unchanged += 1;
            return Ok(());
        };
        let there: Value = parse(&api.get(&["schedulers", &wanted.name], None).await?.body)?;
        let mut fields = differing(&there, &then);
        fields.iter_mut().for_each(as_it_is_set);
        fields.retain(|field| wanted.body.contains_key(field));
        self.steps.push(Step { what: wanted, how: How::Change(String::new(), fields) });
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
        for it in there.iter().filter(|it| !is_the_servers_own(it)) {
            let name = text(it, "name");
            if !wanted.iter().any(|wanted| wanted.name == name) {
                self.not_named(kind, name, it, prune);
            }
        }
        for wanted in wanted {
            match there.iter().find(|it| it["name"] == wanted.name.as_str()) {
                Some(it) if is_the_servers_own(it) => return Err(not_ours(&wanted)),
                Some(it) => self.replacement(api, wanted, it).await?,
                None => self.steps.push(Step { what: wanted, how: How::Make }),
            }
        }
        Ok(())
    }

    fn not_named(&mut self, kind: Kind, name: &str, it: &Value, prune: bool) {
        if prune {
            let what = Wanted { kind, name: name.to_owned(), body: serde_json::Map::new() };
            self.steps.push(Step { what, how: How::TakeAway(text(it, "id").to_owned()) });
        } else {
            self.others.push(format!("{} {name}", kind.one()));
        }
    }

    async fn replacement(&mut self, api: &Api, wanted: Wanted, there: &Value) -> Result<(), Failure> {
        let id = text(there, "id");
        let answer = api.put_body(&[wanted.kind.path(), id], Some("dry_run=true"), &wanted.body).await?;
        let Some(then) = other(&answer)? else {
            self.unchanged += 1;
            return Ok(());
        };
        // A channel is never shown as it would be: there are secrets in it.
        let fields = match wanted.kind {
            Kind::Channel => vec!["its configuration".to_owned()],
            _ => differing(there, &then),
        };
        self.steps.push(Step { what: wanted, how: How::Change(id.to_owned(), fields) });
        Ok(())
    }
}

/// What a thing would be, where that is other than it is.
fn other(answer: &Answer) -> Result<Option<Value>, Failure> {
    let then: Value = parse(&answer.body)?;
    match then["changed"].as_bool() {
        Some(changed) => Ok(changed.then_some(then)),
        None => Err(CallError::Malformed("it does not say whether anything would change".to_owned()).into()),
    }
}

/// The fields that can be set and are not the same.
fn differing(there: &Value, then: &Value) -> Vec<String> {
    let names = [there, then].into_iter().filter_map(Value::as_object).flat_map(|fields| fields.keys());
    let mut names: Vec<&String> = names.filter(|name| !DERIVED.contains(&name.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().filter(|name| there[name.as_str()] != then[name.as_str()]).cloned().collect()
}

/// A ping id is shown as the address it makes.
fn as_it_is_set(field: &mut String) {
    if field == "ping_url" {
        "ping_id".clone_into(field);
    }
}

/// Channels say where they come from, boards that the configuration names them.
fn is_the_servers_own(it: &Value) -> bool {
    it["source"] == "file" || it["configured"] == true
}

fn not_ours(wanted: &Wanted) -> Failure {
    let (one, name) = (wanted.kind.one(), &wanted.name);
    Failure::Unfit(format!("{one} {name} comes from the server's own configuration: change it there"))
}

fn text<'a>(it: &'a Value, field: &str) -> &'a str {
    it[field].as_str().unwrap_or_default()
}

/// All of a kind, page by page.
pub(in crate::cli) async fn all(api: &Api, kind: Kind) -> Result<Vec<Value>, Failure> {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_given_up_is_named_as_well_as_what_is_new() {
        let there = json!({ "id": "x", "severity": "error", "last": false, "version": 1 });
        let then = json!({ "id": "x", "last": true, "version": 2, "selector": {}, "changed": true });
        assert_eq!(differing(&there, &then), ["last", "selector", "severity"]);
    }

    #[test]
    fn an_answer_that_does_not_say_whether_anything_changes_is_no_plan() {
        let answer = |body: Value| Answer { body: body.to_string().into_bytes(), status: 200, next: None };
        assert!(other(&answer(json!({ "changed": false }))).expect("read").is_none());
        assert!(other(&answer(json!({ "changed": true }))).expect("read").is_some());
        assert!(other(&answer(json!({}))).is_err());
    }
}
