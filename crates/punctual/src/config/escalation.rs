//! Who else is told while nobody acknowledges, of every scheduler that says nothing of it: `[[escalation]]` of the file.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use domain::Duration;
use domain::config::{ESCALATIONS_MAX, Escalation};
use serde::Deserialize;

/// One step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    after: String,
    channels: Vec<String>,
}

/// The steps, soonest first.
pub(super) fn read(steps: &[toml::Value]) -> Result<Arc<[Escalation]>> {
    if steps.len() > ESCALATIONS_MAX {
        bail!("escalation must have at most {ESCALATIONS_MAX} steps, has {}", steps.len());
    }
    let read = |(place, step): (usize, &toml::Value)| {
        one(step).with_context(|| format!("escalation, step {}", place + 1))
    };
    let steps: Vec<Escalation> = steps.iter().enumerate().map(read).collect::<Result<_>>()?;
    if steps.windows(2).any(|pair| pair[1].after <= pair[0].after) {
        bail!("escalation must have steps that each come later than the one before");
    }
    Ok(steps.into())
}

fn one(step: &toml::Value) -> Result<Escalation> {
    let step: Step = step.clone().try_into()?;
    let after: Duration = step.after.parse().ok().context("after must be a duration such as 15m")?;
    if after < Duration::MINUTE || after > Duration::DAY.times(30) {
        bail!("after must be from 1m to 30d, was {after}");
    }
    if step.channels.is_empty() || step.channels.len() > 20 {
        bail!("channels must be 1 to 20 names");
    }
    Ok(Escalation { after, channels: step.channels })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Result<Arc<[Escalation]>> {
        let table: toml::Table = text.parse().expect("toml");
        read(table["escalation"].as_array().expect("a list"))
    }

    #[test]
    fn steps_are_read_in_their_order() {
        let read = steps("escalation = [{after='15m',channels=['lead']},{after='1h',channels=['pager']}]")
            .expect("reads");
        assert_eq!(read.iter().map(|step| step.after.to_string()).collect::<Vec<_>>(), ["15m", "1h"]);
    }

    #[test]
    fn what_is_odd_is_named() {
        for (text, problem) in [
            ("[{after='soon',channels=['a']}]", "escalation, step 1: after must be a duration such as 15m"),
            ("[{after='1s',channels=['a']}]", "escalation, step 1: after must be from 1m to 30d, was 1s"),
            ("[{after='1m',channels=[]}]", "escalation, step 1: channels must be 1 to 20 names"),
            (
                "[{after='1h',channels=['a']},{after='1h',channels=['a']}]",
                "escalation must have steps that each come later than the one before",
            ),
        ] {
            let refused = steps(&format!("escalation = {text}")).expect_err("refused");
            assert_eq!(format!("{refused:#}"), problem);
        }
    }
}
