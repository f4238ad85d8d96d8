//! What must hold for any bytes at all: one function a target, which panics where it does not.
//!
//! `cargo xtask fuzz` drives the functions with inputs that follow the coverage they reach (`targets/` holds the
//! programs); `tests/` plays every input of `corpus/` through them, so that what was found once stays found. Inputs are
//! readable text, so that a seed can be written by hand and a finding be read. Whether what is answered is *right* is
//! not judged here: golden data and the tests of the crates do that.

mod answer;
mod bodies;
mod contract;
mod crontabs;
mod expressions;
mod headers;
mod paths;
mod pings;
mod sentry_envelope;
mod smtp;
mod times;
mod world;

pub use answer::Answer;
pub use bodies::bodies;
pub use contract::Contract;
pub use crontabs::crontabs;
pub use expressions::{Expression, cron, judge, on_calendar};
pub use headers::headers;
pub use paths::paths;
pub use pings::pings;
pub use sentry_envelope::sentry_envelope;
pub use smtp::smtp;
pub use times::times;

/// A target: what is asked with any bytes.
pub type Target = fn(&[u8]);

/// Every target by its name, which is that of its program and of its folder in `corpus/`.
pub const TARGETS: [(&str, Target); 10] = [
    ("cron", cron),
    ("on_calendar", on_calendar),
    ("crontabs", crontabs),
    ("times", times),
    ("bodies", bodies),
    ("paths", paths),
    ("headers", headers),
    ("pings", pings),
    ("sentry_envelope", sentry_envelope),
    ("smtp", smtp),
];
