//! Fuzzing: the targets of the package `fuzz`, following the coverage they reach, and the served API under schemathesis.
//!
//! `cargo xtask fuzz` gives each ten minutes; `cargo xtask fuzz TARGET --seconds N` one of them N. The gate gives each a
//! few seconds, and does the same each time.

mod api;
mod targets;

use anyhow::{Context, Result};

use crate::tools::need;

/// What fuzzes the served API, beside the targets.
const API: &str = "api";
/// What each has when nobody says otherwise.
const SECONDS: u32 = 600;
/// What each has in the gate: enough to find what is near.
const BRIEF_SECONDS: u32 = 6;
const BRIEF_API_SECONDS: u32 = 30;

/// How long, and whether it must do the same each time.
#[derive(Clone, Copy, Debug)]
struct Pace {
    seconds: u32,
    is_repeatable: bool,
}

/// The chore: everything, or what is named.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (name, seconds) = read(arguments)?;
    let pace = Pace { seconds, is_repeatable: false };
    tools()?;
    match name {
        None => {
            targets::run(&targets::NAMES, pace)?;
            api::run(pace)
        }
        Some(API) => api::run(pace),
        Some(name) => targets::run(&[known(name)?], pace),
    }
}

fn known(name: &str) -> Result<&'static str> {
    let known = targets::NAMES.into_iter().find(|known| *known == name);
    known.with_context(|| format!("no target '{name}': it is {API} or one of {}", targets::NAMES.join(", ")))
}

/// The gate's share.
pub(crate) fn briefly() -> Result<()> {
    tools()?;
    targets::run(&targets::NAMES, Pace { seconds: BRIEF_SECONDS, is_repeatable: true })?;
    api::run(Pace { seconds: BRIEF_API_SECONDS, is_repeatable: true })
}

/// The fuzzer's runtime is C++, schemathesis is Python.
fn tools() -> Result<()> {
    need("g++", &["--version"], "g++")?;
    need("python3", &["-c", "import venv, ensurepip"], "python3-venv")
}

fn read(arguments: &[String]) -> Result<(Option<&str>, u32)> {
    let (mut name, mut seconds) = (None, SECONDS);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--seconds" {
            let given = arguments.next().and_then(|text| text.parse().ok()).filter(|seconds| *seconds > 0);
            seconds = given.context("--seconds needs a whole number of them, such as 60")?;
        } else {
            name = Some(argument.as_str());
        }
    }
    Ok((name, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(arguments: &[&str]) -> Vec<String> {
        arguments.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_target_and_a_time_may_be_given_in_any_order() {
        assert_eq!(read(&[]).expect("nothing"), (None, SECONDS));
        assert_eq!(read(&given(&["cron", "--seconds", "5"])).expect("both"), (Some("cron"), 5));
        assert_eq!(read(&given(&["--seconds", "5", "cron"])).expect("both"), (Some("cron"), 5));
        for wrong in ["0", "x", "-1"] {
            assert!(read(&given(&["--seconds", wrong])).is_err(), "{wrong}");
        }
        assert!(read(&given(&["--seconds"])).is_err());
    }
}
