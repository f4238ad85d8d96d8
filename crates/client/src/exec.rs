//! `punctual exec`: runs a command, untouched, and reports how it goes.
//!
//! The command comes first. It is started before anything is said to the server, it gets its input, output, signals
//! and exit code as if we were not there, and nothing that goes wrong with reporting makes it fail or wait: at its
//! end a report has [`PATIENCE`] to be delivered, else it is spooled and a detached flusher takes over. All reporting
//! is done by a thread of its own, so that not even a hanging disk can hold the command up.
//!
//! What stands between a command and its start, or beyond it, is there only where it is asked for: a lock
//! ([`lock`]), a limit on its time ([`limit`]), further tries ([`tries`]), output held back ([`streams`]).
//!
//! Deliberately not here: a pseudo terminal; and a process group of its own for the command (a kill of the group must
//! reach it), unless a limit on its time demands one ([`limit`] says when).

mod args;
mod child;
mod courier;
mod ending;
mod help;
mod limit;
mod lock;
mod outbox;
mod outcome;
mod relay;
mod reporter;
mod signals;
mod stop;
mod streams;
mod tail;
mod tries;

use std::process::ExitCode;
use std::time::Duration;

pub use args::ExecArgs;
pub(crate) use args::{parse_duration, scheduler_of};
pub use relay::RelayArgs;
pub(crate) use relay::relay;
pub(crate) use signals::unblock as unblock_signals;

use ending::How;
use lock::NotTaken;
use outcome::Outcome;
use reporter::Reporter;
use signals::Signals;
use tries::{Ended, Tries};

use crate::{chance, cli, clock};

/// The longest a command's end may be held up by us: two seconds, less what it takes to leave.
const PATIENCE: Duration = Duration::from_millis(1800);

pub(crate) fn run(args: &ExecArgs) -> ExitCode {
    // Before signals are taken over: who waits for a lock can be ended as any program can.
    match lock::take(&args.running.lock, &args.scheduler_id) {
        Ok(lock) => {
            let exit_code = watch(args);
            // Held until all is said, so that the next run begins after this one.
            drop(lock);
            exit_code
        }
        Err(NotTaken::Busy(name)) => skipped(args, &name),
        Err(NotTaken::Unusable(why)) => not_run(args, How::NotLocked(why)),
    }
}

fn watch(args: &ExecArgs) -> ExitCode {
    // Before any thread exists, so that all of them leave signals to the one that forwards them.
    let signals = Signals::take_over();
    let run_id = run_id(args);
    let mut tries = Tries::prepare(args, &run_id, signals);
    let first = tries.start();
    let reporter = Reporter::start(args.clone(), run_id.clone(), first.is_ok());
    let ended = tries.see_through(first);
    conclude(args, ended, reporter)
}

fn conclude(args: &ExecArgs, ended: Ended, reporter: Reporter) -> ExitCode {
    if !ended.how.has_run() {
        cli::say(&format!("punctual: {}", ended.how));
    }
    let outcome = Outcome::of(&ended, args.output.reported());
    reporter.finish(outcome.report, ended.at + PATIENCE);
    let failed = !ended.how.is_success();
    if let Some(streams) = ended.streams {
        streams.write_out(failed);
    }
    if let Some(held) = ended.held.filter(|_| failed) {
        held.let_go();
    }
    outcome.exit_code
}

/// There is nothing to report: whoever holds the lock reports, and a skipped run is no run.
fn skipped(args: &ExecArgs, lock: &str) -> ExitCode {
    if !args.output.quiet {
        cli::say(&format!("punctual: skipped: another run on this machine holds the lock '{lock}'"));
    }
    ExitCode::from(args.running.lock.skipped_exit_code)
}

fn not_run(args: &ExecArgs, how: How) -> ExitCode {
    let reporter = Reporter::start(args.clone(), run_id(args), false);
    conclude(args, Ended::without_a_try(how, clock::instant()), reporter)
}

fn run_id(args: &ExecArgs) -> String {
    args.run_id.clone().unwrap_or_else(chance::fresh_id)
}
