//! Schedules, judged by the engines that other products run theirs by: random cron expressions by cronsim, random calendar
//! events by oncalendar, both of Healthchecks. Golden data (`crates/domain/tests/data`) was made once; this goes on.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::installed;
use crate::tools::{build_folder, done};

const FOLDER: &str = "xtask/oracles";
/// How many schedules are asked about where nothing is said: ten seconds of them.
const COUNT: &str = "20000";

/// Asks, and fails where answers differ. `--seed N` makes other schedules, `--count N` more of them.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (mut seed, mut count) = ("1", COUNT);
    for pair in arguments.chunks(2) {
        match pair {
            [name, value] if name == "--seed" => seed = value,
            [name, value] if name == "--count" => count = value,
            _ => bail!("usage: cargo xtask oracles [--seed N] [--count N]"),
        }
    }
    let pinned = format!("{FOLDER}/requirements.txt");
    let python = installed::python("oracles", &pinned, "import cronsim, oncalendar, tzdata")?;
    done(Command::new("cargo").args([
        "build",
        "--quiet",
        "--locked",
        "--package",
        "domain",
        "--example",
        "slots",
    ]))?;
    let program = build_folder()?.join("debug/examples/slots");
    let mut judge = Command::new(python);
    judge
        .arg(format!("{FOLDER}/judge.py"))
        .arg(program)
        .args([seed, count])
        .env("PYTHONDONTWRITEBYTECODE", "1");
    done(&mut judge).context("a schedule is due at other times than its engine says (see above)")
}
