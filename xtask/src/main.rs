//! Chores of the repository. `cargo xtask test` is what the README and the gate call.

mod coverage;
mod fuzz;
mod instrument;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(compiler) = instrument::called_as_compiler() {
        return instrument::compile(&compiler);
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let chore = arguments.first().map_or("", String::as_str);
    let rest = arguments.get(1..).unwrap_or_default();
    let done = match chore {
        "test" => test::run(),
        "tidy" => tidy::run(),
        "fuzz" => fuzz::run(rest),
        "coverage" => coverage::run(),
        _ => Err(anyhow::anyhow!("usage: cargo xtask test | tidy | fuzz [TARGET] [--seconds N] | coverage")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("xtask {chore}: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Says a line to the person.
#[expect(clippy::print_stderr, reason = "chores talk to people")]
fn say(line: &str) {
    eprintln!("{line}");
}
