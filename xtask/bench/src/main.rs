//! Figures anyone can reproduce: one fixed workload against the product and two baselines, memory, starts, a second in
//! which much falls due, an idle one, pages. `docs/performance.md` says what each row means.
//!
//! A package of its own, so that `cargo xtask`, a dev build that every check waits for, needs no server and no store:
//! `cargo xtask bench` builds this and the product optimized, and runs it.

mod ask;
mod baseline;
mod clock;
mod cpu;
mod disk;
mod hook;
mod load;
mod options;
mod pace;
mod plain;
mod report;
mod run;
mod server;
mod stock;
mod tables;
mod workload;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match options::Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            progress(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Prints a result.
#[expect(clippy::print_stdout, reason = "the result is for people and programs")]
fn say(text: &str) {
    println!("{text}");
}

/// Says how far it has come.
#[expect(clippy::print_stderr, reason = "a run takes minutes")]
fn progress(line: &str) {
    eprintln!("{line}");
}
