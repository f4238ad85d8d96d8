//! Whether a connection does anything: without this a client could hold a seat for ever by doing nothing.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::Bounds;

/// What a connection does.
#[derive(Debug)]
pub(super) struct Activity(watch::Sender<State>);

#[derive(Clone, Copy, Debug)]
struct State {
    in_flight: u32,
    since: Instant,
    served: bool,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(State { in_flight: 0, since: Instant::now(), served: false }))
    }

    pub(super) fn request_began(&self) {
        self.0.send_modify(|state| {
            state.in_flight += 1;
            state.served = true;
        });
    }

    pub(super) fn request_ended(&self) {
        self.0.send_modify(|state| {
            state.in_flight = state.in_flight.saturating_sub(1);
            state.since = Instant::now();
        });
    }

    /// Ends when nothing has happened for too long: the first request has as long as a head, others as an idle line.
    pub(super) async fn ceased(&self, bounds: &Bounds) {
        let mut changes = self.0.subscribe();
        loop {
            let state = *changes.borrow_and_update();
            let limit = if state.served { bounds.idle_timeout } else { bounds.header_timeout };
            let left =
                if state.in_flight > 0 { Duration::MAX } else { limit.saturating_sub(state.since.elapsed()) };
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                _ = changes.changed() => {}
            }
        }
    }
}
