//! Sentry Crons: what its SDKs and its command-line client send, read into check-ins.
//!
//! Reading order: [`encoding`] (unpacking), [`envelope`] (framing), [`check_in`] (one item), [`name`] (which scheduler
//! is meant), [`monitor`] (what a check-in says of the schedule), `report` (what it reports), [`query`] (the other
//! endpoint), [`auth`] (whose it is), [`answer`] (what is said back). So far all of it is plain functions. Then what
//! uses them: `routes` (the endpoints), `call` (a request), `incoming` (its body), `take` (a check-in on its way), and
//! `refusal`. What a check-in does is decided where reports are.
//!
//! Errors, sessions and whatever else travels in an envelope is skipped: an SDK that reports its jobs here may send the
//! rest of what it does as well.

pub mod answer;
pub mod auth;
mod call;
pub mod check_in;
pub mod encoding;
pub mod envelope;
mod incoming;
pub mod monitor;
pub mod name;
pub mod query;
mod refusal;
mod report;
mod routes;
mod take;

pub use auth::{AuthError, Dsn, PublicKey};
pub use check_in::CheckIn;
pub use encoding::{BadEncoding, plain};
pub use envelope::{BadEnvelope, Envelope, EnvelopeHeader};
pub use monitor::MonitorConfig;
pub use name::MonitorName;
pub(super) use routes::routes;
pub(crate) use routes::with_slashes_in_a_row;

const DIALECT: &str = "sentry";
