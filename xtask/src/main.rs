//! Chores of the repository. `cargo xtask test` is what the README and the gate call.

mod bench;
mod clients;
mod coverage;
mod fuzz;
mod installed;
mod instrument;
mod mail;
mod oracles;
mod receivers;
mod simulate;
mod test;
mod tidy;
mod tools;
mod torture;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask test | tidy | coverage | mail | receivers
       cargo xtask clients [NAME …]
       cargo xtask oracles [--seed N] [--count N]
       cargo xtask bench [--help]
       cargo xtask simulate [--seed N] [--days D] [--schedulers M] [--store memory|sqlite] [--for SECONDS] | --teeth
       cargo xtask fuzz [TARGET] [--seconds N]
       cargo xtask torture [--kills N] [--power-losses N]";

fn main() -> ExitCode {
    if let Some(compiler) = instrument::called_as_compiler() {
        return instrument::compile(&compiler);
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let chore = arguments.first().map_or("", String::as_str);
    let rest = arguments.get(1..).unwrap_or_default();
    let done = match chore {
        "bench" => bench::run(rest),
        "clients" => clients::run(rest),
        "coverage" => coverage::run(),
        "fuzz" => fuzz::run(rest),
        "mail" => mail::run(),
        "oracles" => oracles::run(rest),
        "receivers" => receivers::run(),
        "test" => test::run(),
        "tidy" => tidy::run(),
        "simulate" => simulate::run(rest),
        "torture" => torture::run(rest.iter().cloned()),
        _ => Err(anyhow::anyhow!("{USAGE}")),
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
