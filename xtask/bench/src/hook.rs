//! A receiver of alerts: says when the first one came, and takes all of them.

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::clock::clock;

/// A receiver of alerts. Dropped, it takes no more.
#[derive(Debug)]
pub(crate) struct Hook {
    pub(crate) address: SocketAddr,
    came: Receiver<Instant>,
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
        let take = move |_body: Bytes| {
            // Whoever waited for the first may have gone.
            let _ = says.send(clock());
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
            let left = patience.saturating_sub(begun.elapsed());
            let came = self.came.recv_timeout(left).context("no alert came")?;
            if came >= at {
                return Ok(came);
            }
        }
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
