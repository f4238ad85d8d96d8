//! Punctual: knows which scheduled jobs run, and says so at once when one does not.
//!
//! The command line, the configuration and the wiring. The only crate that names two technologies.

mod announce;
mod chance;
mod channels;
mod cli;
mod clock;
mod commands;
mod config;
mod files;
mod identity;
mod logs;
mod secret_keeper;
mod secret_key;
mod stored;
mod watchdog;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    cli::Cli::parse().run()
}
