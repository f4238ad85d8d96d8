//! The trials that get better with time: servers killed under load and losses of power, many more of them than the gate
//! has the patience for.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::say;

/// Each trial: its flag, what the test reads, how often by default, and the test.
const TRIALS: [(&str, &str, u32, &str); 2] = [
    ("--kills", "PUNCTUAL_TEST_KILLS", 100, "faults::kills"),
    ("--power-losses", "PUNCTUAL_TEST_POWER_LOSSES", 100, "faults::power"),
];

/// Runs every trial as often as the flags say.
pub(crate) fn run(flags: impl Iterator<Item = String>) -> Result<()> {
    let flags: Vec<String> = flags.collect();
    let mut counts = TRIALS.map(|(_, _, count, _)| count);
    for pair in flags.chunks(2) {
        let [flag, count] = pair else { bail!("{} needs a number", pair[0]) };
        let place = TRIALS.iter().position(|(known, ..)| known == flag);
        let place = place.with_context(|| format!("there is no {flag}"))?;
        counts[place] = count.parse().with_context(|| format!("{flag} {count}"))?;
    }
    TRIALS
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .try_for_each(|(trial, count)| endure(trial, count))
}

fn endure((_, variable, _, test): &(&str, &str, u32, &str), count: u32) -> Result<()> {
    const RUN: [&str; 8] =
        ["nextest", "run", "--profile", "torture", "--package", "punctual", "--no-capture", "--locked"];
    say(&format!("$ {variable}={count} cargo {} {test}", RUN.join(" ")));
    let status = Command::new("cargo").args(RUN).arg(test).env(variable, count.to_string()).status()?;
    if status.success() { Ok(()) } else { bail!("{test} did not hold") }
}
