//! Chores of the repository. `cargo xtask test` is what the README and the gate call.

mod simulate;
mod test;
mod tidy;

use std::process::ExitCode;

fn main() -> ExitCode {
    let chore = std::env::args().nth(1).unwrap_or_default();
    let done = match chore.as_str() {
        "test" => test::run(),
        "tidy" => tidy::run(),
        "simulate" => simulate::run(&std::env::args().skip(2).collect::<Vec<_>>()),
        _ => Err(anyhow::anyhow!("usage: cargo xtask test | tidy | simulate")),
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
