//! The coverage-guided targets: built once, run side by side on the processors there are.
//!
//! What a long run learns stays in `fuzz/TARGET/learnt` of the build folder, and the next goes on from there; the gate
//! begins anew each time, with one seed, so that it does not fail for what another run has learnt. What is found goes
//! beside it, and from there into `fuzz/corpus/TARGET` by hand, with the mend.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{self, ScopedJoinHandle};

use anyhow::{Context, Result, bail};

use super::Pace;
use crate::say;
use crate::tools::{build_folder, done};

/// As in the package `fuzz`, whose tests know that each has a corpus.
pub(super) const NAMES: [&str; 10] = [
    "cron",
    "on_calendar",
    "crontabs",
    "times",
    "bodies",
    "paths",
    "headers",
    "pings",
    "sentry_envelope",
    "smtp",
];

/// Bounds of one input: its length, its time and what the program may hold.
const BOUNDS: [&str; 3] = ["-max_len=2048", "-timeout=10", "-rss_limit_mb=2048"];
/// Golden data that serves as a beginning, and the field that holds the expression.
const GOLDEN: [(&str, &str, &str); 2] = [
    ("cron", "crates/domain/tests/data/cron-golden.jsonl", "cron"),
    ("on_calendar", "crates/domain/tests/data/on-calendar-golden.jsonl", "on_calendar"),
];
/// One in so many lines of the golden data: they are much alike.
const GOLDEN_STEP: usize = 10;
/// Lines of what a target said that are shown when it found something.
const SHOWN_LINES: usize = 40;

/// Runs targets, and fails if one of them found anything.
pub(super) fn run(names: &[&'static str], pace: Pace) -> Result<()> {
    build()?;
    let at_once = thread::available_parallelism()?.get();
    let mut found = Vec::new();
    for batch in names.chunks(at_once) {
        let results = thread::scope(|scope| {
            let started = batch.iter().map(|name| scope.spawn(move || target(name, pace)));
            started.collect::<Vec<_>>().into_iter().map(ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        for (name, result) in batch.iter().zip(results) {
            let result = result.unwrap_or_else(|_| bail!("its thread died"));
            found.extend(result.err().map(|why| format!("{name}: {why:#}")));
        }
    }
    if found.is_empty() { Ok(()) } else { bail!("{}", found.join("\n")) }
}

fn build() -> Result<()> {
    let build = ["build", "--package", "fuzz", "--bins", "--features", "libfuzzer", "--locked"];
    say(&format!("$ cargo {}    (counting)", build.join(" ")));
    done(Command::new("cargo").args(build).env("RUSTC_WORKSPACE_WRAPPER", std::env::current_exe()?))
}

fn target(name: &str, pace: Pace) -> Result<()> {
    let folder = build_folder()?.join("fuzz").join(name);
    let (learnt, seeds) =
        (folder.join(if pace.is_repeatable { "scratch" } else { "learnt" }), folder.join("seeds"));
    if pace.is_repeatable && learnt.exists() {
        fs::remove_dir_all(&learnt)?;
    }
    fs::create_dir_all(&learnt)?;
    fs::create_dir_all(&seeds)?;
    golden_seeds(name, &seeds)?;
    let mut command = Command::new(build_folder()?.join("debug").join(name));
    command.args(BOUNDS).arg(format!("-max_total_time={}", pace.seconds)).arg("-print_final_stats=1");
    command.args(pace.is_repeatable.then_some("-seed=1"));
    command.arg(format!("-dict=fuzz/dictionaries/{name}.dict"));
    command.arg(format!("-artifact_prefix={}/", folder.display()));
    command.args([learnt, seeds, PathBuf::from("fuzz/corpus").join(name)]);
    let output = command.stdin(Stdio::null()).output().context("cannot run it")?;
    let words = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        say(&format!("fuzz {name}: {}", figures(&words)));
        return Ok(());
    }
    say(&tail(&words));
    bail!(
        "found something. The input is named above; `fuzz/corpus/{name}` is where it belongs, under a name that says \
         what it is: write its test, then mend it"
    )
}

/// Expressions and zones that are known to be right, one a file.
fn golden_seeds(name: &str, seeds: &Path) -> Result<()> {
    let Some((_, file, field)) = GOLDEN.iter().find(|(of, ..)| *of == name) else { return Ok(()) };
    let text = fs::read_to_string(file).with_context(|| format!("{file}: run this in the repository"))?;
    for (place, line) in text.lines().enumerate().step_by(GOLDEN_STEP) {
        let case: serde_json::Value = serde_json::from_str(line)?;
        let word =
            |name: &str| case[name].as_str().map(str::to_owned).with_context(|| format!("{file}: {line}"));
        fs::write(seeds.join(format!("golden-{place}")), format!("{}\n{}", word(field)?, word("timezone")?))?;
    }
    Ok(())
}

/// What a target says of itself at its end.
fn figures(words: &str) -> String {
    let figure = |name: &str| {
        let line = words.lines().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
        line.map_or("?", |rest| rest.trim_start_matches(':').trim()).to_owned()
    };
    let (runs, speed) = (figure("number_of_executed_units"), figure("average_exec_per_sec"));
    format!("{runs} inputs, {speed} a second, {} of them new ways", figure("new_units_added"))
}

fn tail(words: &str) -> String {
    let lines: Vec<_> = words.lines().filter(|line| !line.starts_with('#')).collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_what_the_fuzzer_says() {
        let words = "#1 INITED\nstat::number_of_executed_units: 12\nstat::average_exec_per_sec:     3\nstat::new_units_added: 4\n";
        assert_eq!(figures(words), "12 inputs, 3 a second, 4 of them new ways");
    }

    #[test]
    fn of_many_words_the_last_are_shown_and_the_counting_is_not() {
        let words: Vec<_> = (0..100).map(|line| format!("line {line}\n#{line} NEW")).collect();
        let shown = tail(&words.join("\n"));
        assert_eq!((shown.lines().count(), shown.lines().last()), (SHOWN_LINES, Some("line 99")));
        assert_eq!(tail("one"), "one");
    }
}
