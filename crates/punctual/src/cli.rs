//! The command line: what can be asked, and who answers. Exit codes: 0 done, 1 refused or failed, 2 misused.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::commands::{backup, completions, config_check, doctor, key, man, migrate, schedule, serve};

/// Knows which scheduled jobs run, and says so at once when one does not
#[derive(Debug, Parser)]
#[command(name = "punctual", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
enum Command {
    /// Run the server
    Serve(serve::ServeArgs),
    #[command(flatten)]
    Client(client::ClientCommand),
    /// Make, list, rotate and revoke API keys
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Try schedules out
    #[command(subcommand)]
    Schedule(schedule::ScheduleCommand),
    /// Look at the configuration
    #[command(subcommand)]
    Config(config_check::ConfigCommand),
    /// Bring the store to this version's format
    Migrate(StoreArgs),
    /// Copy the store to a file while it is in use, and open the copy to verify it
    Backup(backup::BackupArgs),
    /// Check that the store is consistent
    Doctor(StoreArgs),
    /// Print a script that completes commands in a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page
    Man,
}

/// Where the configuration and the store are.
#[derive(Args, Clone, Debug)]
pub(crate) struct StoreArgs {
    /// The directory that holds the store
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The configuration file; also named by the variable `PUNCTUAL_CONFIG`
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

impl StoreArgs {
    /// The flags as settings.
    pub(crate) fn flags(&self) -> Vec<(&'static str, Option<String>)> {
        vec![("data_dir", self.data_dir.as_ref().map(|dir| dir.display().to_string()))]
    }

    /// The configuration in force.
    pub(crate) fn load(&self) -> anyhow::Result<crate::config::Config> {
        crate::config::load(self.config.as_deref(), &self.flags())
    }
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> ExitCode {
        let done = match self.command {
            Command::Client(command) => return command.run(),
            Command::Schedule(command) => return schedule::run(&command),
            Command::Serve(args) => serve::run(&args),
            Command::Key(command) => key::run(command),
            Command::Config(command) => config_check::run(&command),
            Command::Migrate(args) => migrate::run(&args),
            Command::Backup(args) => backup::run(&args),
            Command::Doctor(args) => return doctor::run(&args),
            Command::Completions(args) => completions::run(&args),
            Command::Man => man::run(),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                complain(&error);
                ExitCode::FAILURE
            }
        }
    }
}

/// Says on standard error what went wrong, each cause after a colon.
pub(crate) fn complain(error: &anyhow::Error) {
    tell(&format!("punctual: {error:#}"));
}

/// Says a line to the person, beside what is printed for programs.
#[expect(clippy::print_stderr, reason = "a command line talks to people on standard error")]
pub(crate) fn tell(line: &str) {
    eprintln!("{line}");
}

/// Prints a line for programs and people alike. A reader that has gone away is no failure.
pub(crate) fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
