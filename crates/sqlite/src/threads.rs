//! The only place that starts threads: `SQLite` blocks, and the runtime must not.

use std::io;
use std::thread::Builder;

use tokio::sync::oneshot;

/// Starts a named thread. The answer resolves when it has ended, however it ended.
pub(crate) fn start(name: String, work: impl FnOnce() + Send + 'static) -> io::Result<oneshot::Receiver<()>> {
    let (ended, end) = oneshot::channel();
    Builder::new().name(name).spawn(move || {
        work();
        drop(ended);
    })?;
    Ok(end)
}
