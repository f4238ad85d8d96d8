//! `punctual apply`: what a file says of channels, rules, maintenance, boards and schedulers is made so on a server. A
//! plan is shown first; applied again, nothing changes.

mod carry;
mod file;
mod plan;

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::connect::{ServerArgs, connect};
use super::output::{Failure, conclude, print, say};
use crate::api::Limits;
pub(super) use carry::carry_out;
pub(super) use file::{Kind, Wanted};
pub(super) use plan::{How, Plan, all};

/// Arguments of `punctual apply`.
///
/// Make channels, rules, maintenance, boards and schedulers what a file says.
///
/// The file holds tables such as `[channels.ops]`, `[rules."billing to its team"]`, `[maintenance.upgrade]`,
/// `[boards.night]` and `[schedulers.nightly-backup]`, with the fields of the API. A plan is shown before anything is
/// changed. What the file does not name stays as it is, unless --prune is given. A field that it does not give goes back to
/// its default; of schedulers it stays. A channel is a default one unless it says `default = false`, and maintenance that
/// comes once needs its `from`.
#[derive(Args, Clone, Debug)]
pub struct ApplyArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// The file
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Show the plan and change nothing
    #[arg(long)]
    plan: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Take away channels, rules, windows and boards that the file does not name (schedulers never)
    #[arg(long)]
    prune: bool,
}

pub(super) fn run(args: &ApplyArgs) -> ExitCode {
    conclude(apply(args))
}

async fn apply(args: &ApplyArgs) -> Result<(), Failure> {
    let wanted = file::read(&args.file)?;
    let api = connect(&args.server, Limits::QUESTION)?.patient();
    let plan = Plan::of(&api, wanted, args.prune).await?;
    print(&plan.to_string())?;
    if args.plan || plan.is_empty() {
        return Ok(());
    }
    if !args.yes && !agreed()? {
        say("nothing was changed");
        return Ok(());
    }
    let done = carry_out(&api, &plan).await?;
    say(&format!("{done} applied"));
    Ok(())
}

/// Whether the person at the terminal wants it. Where there is none, `--yes` says so.
fn agreed() -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        let advice =
            "nothing was changed: there is nobody to be asked. --yes applies it, --plan only shows it";
        return Err(Failure::Unclear(advice.to_owned()));
    }
    say("Apply this? Only 'yes' is a yes.");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}
