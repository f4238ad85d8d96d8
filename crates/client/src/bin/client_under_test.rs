//! The client subcommands as a program of their own, so that the integration tests can run them as users do.
//! Not shipped: users have the same subcommands in `punctual`.

use std::process::ExitCode;

use clap::Parser;
use client::ClientCommand;

#[derive(Parser)]
#[command(name = "punctual")]
struct Program {
    #[command(subcommand)]
    command: ClientCommand,
}

fn main() -> ExitCode {
    Program::parse().command.run()
}
