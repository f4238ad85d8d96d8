//! Stories as text: steps that somebody wrote down, and the transcript that they lead to.

use domain::Instant;

use super::act::{BadStep, Step};
use super::{Failure, Ground, live};

/// A story: when it begins, and what happens.
#[derive(Clone, Debug)]
pub struct Scenario {
    begins: Instant,
    steps: Vec<Step>,
    ends: Instant,
}

impl Scenario {
    /// Reads a story: `begins <instant>` first, `#` and empty lines between, then steps in order.
    pub fn parse(text: &str) -> Result<Self, BadStep> {
        let said = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut begins = None;
        let mut steps: Vec<Step> = Vec::new();
        for line in said {
            if let Some(when) = line.strip_prefix("begins ") {
                begins = Some(Instant::parse(when).map_err(|error| BadStep(error.to_string()))?);
                continue;
            }
            let step: Step = line.parse().map_err(|BadStep(why)| BadStep(format!("{line}: {why}")))?;
            if steps.last().is_some_and(|last| last.at > step.at) {
                return Err(BadStep(format!("{line}: is earlier than the line before")));
            }
            steps.push(step);
        }
        let begins = begins.ok_or_else(|| BadStep("a story says when it `begins`".to_owned()))?;
        let ends = steps.last().map_or(begins, |step| step.at);
        Ok(Self { begins, steps, ends })
    }
}

/// Lives through a story, and answers what happened, line by line; and what did not hold, where something did not.
pub fn told(scenario: &Scenario, ground: std::sync::Arc<dyn Ground>) -> (Vec<String>, Option<Failure>) {
    let lived = live(&scenario.steps, scenario.begins, scenario.ends, 1, ground, true);
    (lived.transcript, lived.failure)
}
