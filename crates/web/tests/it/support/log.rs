//! Everything that is logged, kept for the thread that logged it: one subscriber for all tests, since what a callsite
//! leads to is decided once for the whole process.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what this thread writes.
struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to keep. Twice is once.
pub(super) fn keep() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_writer(|| Kept).with_max_level(tracing::Level::TRACE);
        tracing::subscriber::set_global_default(subscriber.json().finish()).expect("the first subscriber");
    });
}

/// What this thread has logged.
pub(crate) fn logged() -> String {
    LINES.with_borrow(|lines| String::from_utf8_lossy(lines).into_owned())
}
