//! The simulator as a program: seeds, sizes and how long to go on come from its arguments.

use std::fmt::Display;
use std::process::ExitCode;
use std::time::Duration as StdDuration;

use super::{Coverage, Found, Grounds, Shape, simulate};

/// What the arguments say.
struct Asked {
    shape: Shape,
    /// How long to go on with one seed after another; one alone where absent.
    lasts: Option<StdDuration>,
}

/// Simulates as the arguments say, and tells what was seen.
#[expect(clippy::disallowed_methods, reason = "how fast it is, is measured by the machine's own clock")]
pub fn run(arguments: impl Iterator<Item = String>, grounds: &Grounds) -> ExitCode {
    let asked = match read(arguments) {
        Ok(asked) => asked,
        Err(why) => {
            say(why);
            return ExitCode::FAILURE;
        }
    };
    let (began, mut coverage, mut shape, mut seeds) =
        (std::time::Instant::now(), Coverage::default(), asked.shape, 0);
    loop {
        match simulate(&shape, grounds) {
            Ok(seen) => coverage.add(&seen),
            Err(found) => return fail(*found, grounds),
        }
        seeds += 1;
        if asked.lasts.is_none_or(|lasts| began.elapsed() >= lasts) {
            break;
        }
        shape.seed += 1;
    }
    conclude(&coverage, &asked.shape, seeds, began.elapsed());
    ExitCode::SUCCESS
}

fn conclude(coverage: &Coverage, shape: &Shape, seeds: i64, took: StdDuration) {
    say(coverage);
    say(format_args!("never seen: {:?}", coverage.unseen()));
    let days = (shape.days * seeds) as f64;
    let seconds = took.as_secs_f64().max(f64::EPSILON);
    say(format_args!(
        "seeds from {}: {seeds}, {} schedulers, {days} days in {seconds:.1} s ({:.1} days a second), {} events",
        shape.seed,
        shape.schedulers,
        days / seconds,
        coverage.events()
    ));
}

fn fail(found: Found, grounds: &Grounds) -> ExitCode {
    say(format_args!("seed {}: not so: {}", found.shape.seed, found.failure.rule));
    say(format_args!("{}\n\nmaking it short …\n", found.failure.detail));
    say(found.shortened(grounds));
    ExitCode::FAILURE
}

fn read(arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked { shape: Shape { seed: 1, days: 3, schedulers: 200 }, lasts: None };
    let mut arguments = arguments.peekable();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a number after it"))?;
        let number: u64 =
            value.parse().map_err(|_| format!("{name} needs a number after it, was {value:?}"))?;
        match name.as_str() {
            "--seed" => asked.shape.seed = number,
            "--days" => asked.shape.days = number.clamp(1, 60) as i64,
            "--schedulers" => asked.shape.schedulers = number.clamp(1, 5000) as usize,
            "--for" => asked.lasts = Some(StdDuration::from_secs(number)),
            _ => return Err(format!("{name} is none of --seed, --days, --schedulers, --for")),
        }
    }
    Ok(asked)
}

#[expect(clippy::print_stdout, reason = "a program that is run by people")]
fn say(what: impl Display) {
    println!("{what}");
}
