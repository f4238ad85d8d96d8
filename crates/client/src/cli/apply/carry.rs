//! A plan as it is shown, and carried out step by step.

use std::fmt;

use super::file::Kind;
use super::plan::{How, Plan, Step};
use crate::api::{Api, CallError, plain};
use crate::cli::output::{Failure, say};

/// A line for each step, and how much there is. Names are others' texts: they may hold what a terminal heeds.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "{}", line(step))?;
        }
        let count = |is: fn(&How) -> bool| self.steps.iter().filter(|step| is(&step.how)).count();
        let made = count(|how| matches!(how, How::Make));
        let changed = count(|how| matches!(how, How::Change(..)));
        let taken = count(|how| matches!(how, How::TakeAway(_)));
        write!(f, "{made} to make, {changed} to change, {taken} to take away, {} unchanged", self.unchanged)?;
        if !self.others.is_empty() {
            let others: Vec<String> = self.others.iter().map(|other| plain(other)).collect();
            write!(f, "; not in the file and left alone: {}", others.join(", "))?;
        }
        Ok(())
    }
}

fn line(step: &Step) -> String {
    let (one, name) = (step.what.kind.one(), plain(&step.what.name));
    match &step.how {
        How::Make => format!("+ {one} {name}"),
        How::Change(_, fields) => format!("~ {one} {name}: {}", plain(&fields.join(", "))),
        How::TakeAway(_) => format!("- {one} {name}"),
    }
}

/// Does what the plan says, in its order; answers how many steps were done. Stops at the first refusal.
pub(in crate::cli) async fn carry_out(api: &Api, plan: &Plan) -> Result<usize, Failure> {
    let order = |step: &&Step| (matches!(step.how, How::TakeAway(_)), step.what.kind);
    let mut steps: Vec<&Step> = plan.steps.iter().collect();
    steps.sort_by_key(order);
    for (done, step) in steps.iter().enumerate() {
        if let Err(problem) = carry(api, step).await {
            let (one, name) = (step.what.kind.one(), plain(&step.what.name));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::apply::file::Wanted;

    #[test]
    fn names_cannot_rewrite_the_plan_on_a_terminal() {
        let name = "a\u{202e}b\u{1b}[2K";
        let what = Wanted { kind: Kind::Rule, name: name.to_owned(), body: serde_json::Map::new() };
        let steps = vec![Step { what, how: How::TakeAway("x".to_owned()) }];
        let plan = Plan { steps, unchanged: 0, others: vec![format!("rule {name}")] };
        let shown = plan.to_string();
        assert!(!shown.contains(['\u{202e}', '\u{1b}']), "{shown:?}");
        assert!(shown.starts_with("- rule a b [2K\n"), "{shown:?}");
    }
}
