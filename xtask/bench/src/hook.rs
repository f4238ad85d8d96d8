//! A receiver of alerts: takes all of them, and says when each came and what it was.

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::clock::clock;

/// A message that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Came {
    pub(crate) at: Instant,
    /// What it is: `alert.opened`, `alert.group` …
    pub(crate) kind: String,
    /// The scheduler that it is about, where it is about one.
    pub(crate) scheduler: Option<String>,
    /// How many incidents it says have opened, where it speaks of many.
    pub(crate) opened: u64,
}

impl Came {
    fn of(at: Instant, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let (kind, data) = (body["type"].as_str().unwrap_or_default().to_owned(), &body["data"]);
        let scheduler = data["scheduler_id"].as_str().map(str::to_owned);
        Self { at, kind, scheduler, opened: data["opened"]["count"].as_u64().unwrap_or(0) }
    }
}

/// A receiver of alerts. Dropped, it takes no more.
#[derive(Debug)]
pub(crate) struct Hook {
    pub(crate) address: SocketAddr,
    came: Receiver<Came>,
    _runtime: Runtime,
}

impl Hook {
    /// Listens at a free port, on a thread beside the generator's.
    pub(crate) fn listen() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))));
        let listener = listener.context("cannot listen for alerts")?;
        let address = listener.local_addr()?;
        let (says, came) = channel();
        let take = move |body: Bytes| {
            // Whoever waited may have gone.
            let _ = says.send(Came::of(clock(), &body));
            std::future::ready(StatusCode::NO_CONTENT)
        };
        runtime.handle().spawn(async move {
            // It ends with the runtime.
            let _ = axum::serve(listener, Router::new().fallback(take)).await;
        });
        Ok(Self { address, came, _runtime: runtime })
    }

    /// When the first alert came at or after an instant; those that came before are of something else.
    pub(crate) fn first_after(&self, at: Instant, patience: Duration) -> Result<Instant> {
        let begun = clock();
        loop {
            let came = self.next(patience.saturating_sub(begun.elapsed()))?;
            if came.at >= at {
                return Ok(came.at);
            }
        }
    }

    /// The next message, of those that have come and were not asked for, and else of those to come.
    pub(crate) fn next(&self, patience: Duration) -> Result<Came> {
        self.came.recv_timeout(patience).context("no alert came")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{Load, Requests, drive};
    use crate::workload::write_request;

    struct One(bool);

    impl Requests for One {
        fn next(&mut self, into: &mut Vec<u8>) -> bool {
            write_request(into, "POST", "/hook", b"{}");
            std::mem::replace(&mut self.0, false)
        }
    }

    #[test]
    fn what_a_message_says_is_told_with_it() {
        let at = clock();
        let of = |body: &str| Came::of(at, body.as_bytes());
        let single = of(r#"{"type":"alert.opened","data":{"scheduler_id":"job-1"}}"#);
        let (kind, scheduler) = ("alert.opened".to_owned(), Some("job-1".to_owned()));
        assert_eq!(single, Came { at, kind, scheduler, opened: 0 });
        let group = of(r#"{"type":"alert.group","data":{"opened":{"count":9980}}}"#);
        assert_eq!((group.kind.as_str(), group.opened), ("alert.group", 9980));
    }

    #[test]
    fn an_alert_that_came_before_the_instant_is_not_the_first() {
        let hook = Hook::listen().expect("listening");
        let came = || {
            drive(hook.address, &Load::of_all(1), &mut One(true)).expect("taken");
            clock()
        };
        let between = came();
        came();
        let first = hook.first_after(between, Duration::from_mins(1)).expect("an alert");
        assert!(first > between && first < clock());
    }
}
