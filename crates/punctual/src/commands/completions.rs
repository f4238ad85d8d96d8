//! `punctual completions SHELL`.

use anyhow::Result;
use clap::{Args, CommandFactory};

use crate::cli::Cli;

/// Which shell.
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the script.
#[expect(clippy::unnecessary_wraps, reason = "every command answers alike")]
pub(crate) fn run(args: &CompletionsArgs) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "punctual", &mut script);
    crate::cli::say(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}
