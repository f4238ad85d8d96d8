//! `punctual exec`: runs a command, untouched, and reports how it goes.
//!
//! The command comes first. It is started before anything is said to the server, it gets its input, output, signals
//! and exit code as if we were not there, and nothing that goes wrong with reporting makes it fail or wait: at its
//! end a report has [`PATIENCE`] to be delivered, else it is spooled and a detached flusher takes over. All reporting
//! is done by a thread of its own, so that not even a hanging disk can hold the command up.
//!
//! Deliberately not here: a process group of its own for the command (a kill of the group must reach it), a pseudo
//! terminal, any limit on its time.

mod args;
mod child;
mod courier;
mod outbox;
mod outcome;
mod relay;
mod reporter;
mod signals;
mod streams;
mod tail;

use std::process::ExitCode;
use std::time::{Duration, Instant};

pub use args::ExecArgs;
pub(crate) use args::{parse_duration, scheduler_of};
pub use relay::RelayArgs;
pub(crate) use relay::relay;
pub(crate) use signals::unblock as unblock_signals;

use child::{Child, Launch};
use outcome::Outcome;
use reporter::Reporter;
use signals::Signals;
use streams::Streams;

use crate::{chance, clock};

/// The longest a command's end may be held up by us: two seconds, less what it takes to leave.
const PATIENCE: Duration = Duration::from_millis(1800);

pub(crate) fn run(args: ExecArgs) -> ExitCode {
    // Before any thread exists, so that all of them leave signals to the one that forwards them.
    let signals = Signals::take_over();
    let run_id = args.run_id.clone().unwrap_or_else(chance::fresh_id);
    let (streams, stdio) = Streams::arrange(args.no_output, args.tail_chars);
    let started = clock::instant();
    let variables = [("PUNCTUAL_SCHEDULER_ID", args.scheduler_id.as_str()), ("PUNCTUAL_RUN_ID", &run_id)];
    let mask = signals.mask_before();
    let child = Launch { command: &args.command, stdio: &stdio, variables: &variables, mask }.start();
    // Our copies of the pipes' writing ends must go, or their end would never be seen.
    drop(stdio);
    match child {
        Ok(child) => watch(args, run_id, child, signals, streams, started),
        Err(problem) => not_started(args, run_id, &problem, started),
    }
}

fn watch(
    args: ExecArgs,
    run_id: String,
    child: Child,
    signals: Signals,
    mut streams: Streams,
    started: Instant,
) -> ExitCode {
    signals.forward_to(&child);
    let reporter = Reporter::start(args, run_id, true);
    let end = child.wait();
    let (ran, patience_ends) = (started.elapsed(), clock::instant() + PATIENCE);
    let output = streams.finish();
    let outcome = Outcome::of(&end, output, ran);
    reporter.finish(outcome.report, patience_ends);
    streams.write_out();
    outcome.exit_code
}

fn not_started(args: ExecArgs, run_id: String, problem: &child::NotStarted, started: Instant) -> ExitCode {
    crate::cli::say(&format!("punctual: {problem}"));
    let outcome = Outcome::not_started(problem, started.elapsed());
    let reporter = Reporter::start(args, run_id, false);
    reporter.finish(outcome.report, clock::instant() + PATIENCE);
    outcome.exit_code
}
