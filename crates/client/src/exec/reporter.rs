//! The thread that reports, and the bound on how long anybody waits for it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::args::ExecArgs;
use super::courier::Courier;
use super::outbox::Outbox;
use crate::api::Report;
use crate::{chance, cli, clock, flusher};

/// The end of patience is kept back for writing to the spool what was not delivered.
const FOR_SPOOLING: Duration = Duration::from_millis(300);

pub(super) struct Reporter {
    outbox: Arc<Outbox>,
    settled: Receiver<Settled>,
    run_id: String,
    quiet: bool,
}

/// What the reporting thread says when it is done.
pub(super) struct Settled {
    pub problems: Vec<String>,
    pub flusher: Option<flusher::Order>,
}

impl Reporter {
    /// Starts reporting: `running` first, unless the command could not be started. Returns at once.
    pub(super) fn start(args: ExecArgs, run_id: String, runs: bool) -> Self {
        let started = [("status".to_owned(), "running".into()), ("timestamp".to_owned(), now())];
        let first = runs.then(|| identified(Report::from_iter(started), &run_id));
        let outbox = Arc::new(Outbox::new(first));
        let (done, settled) = sync_channel(1);
        let (quiet, theirs, id) = (args.output.quiet, Arc::clone(&outbox), run_id.clone());
        let work = move || report(&args, &id, &theirs, &done);
        // Without a thread there is no report, and `finish` finds the channel closed.
        let _ = thread::Builder::new().name("reporter".to_owned()).spawn(work);
        Self { outbox, settled, run_id, quiet }
    }

    /// Reports the outcome, waiting no longer than patience lasts, and says in one line if anything went wrong.
    pub(super) fn finish(self, outcome: Report, patience_ends: Instant) {
        let sending_ends = patience_ends.checked_sub(FOR_SPOOLING).unwrap_or(patience_ends);
        self.outbox.close(identified(outcome, &self.run_id), sending_ends);
        let left = patience_ends.saturating_duration_since(clock::instant());
        let settled = self.settled.recv_timeout(left).unwrap_or_else(|_| Settled {
            problems: vec!["the outcome could not be reported: reporting did not end in time".to_owned()],
            flusher: None,
        });
        if let Some(order) = settled.flusher {
            order.start();
        }
        if !self.quiet && !settled.problems.is_empty() {
            cli::say(&format!("punctual: {}", settled.problems.join("; ")));
        }
    }
}

fn report(args: &ExecArgs, run_id: &str, outbox: &Outbox, done: &SyncSender<Settled>) {
    let mut courier = Courier::new(args, run_id);
    if let Ok(runtime) = cli::runtime() {
        runtime.block_on(async {
            tokio::select! {
                () = courier.deliver(outbox) => {}
                () = end_of_patience(outbox) => {}
            }
        });
        runtime.shutdown_background();
    }
    // The main thread may have stopped waiting; then there is nobody to tell.
    let _ = done.send(courier.settle(outbox));
}

async fn end_of_patience(outbox: &Outbox) {
    let deadline = outbox.closing().await;
    tokio::time::sleep_until(deadline.into()).await;
}

fn identified(mut report: Report, run_id: &str) -> Report {
    report.insert("run_id".to_owned(), run_id.into());
    report.insert("report_id".to_owned(), chance::fresh_id().into());
    report
}

fn now() -> serde_json::Value {
    clock::text(clock::now()).into()
}
