//! The roles: what runs without being asked. Each is idempotent, takes no input but the stores and the clock, and has
//! one code path after a crash, a restart or a race.

pub(crate) mod aside;
mod board_keeper;
mod dispatcher;
mod evaluator;
mod janitor;
mod members;
mod observer;
pub(crate) mod router;
mod runner;
mod watch;
mod watchdog;

pub use board_keeper::BoardKeeper;
pub use dispatcher::Dispatcher;
pub use evaluator::Evaluator;
pub use janitor::Janitor;
pub use members::Membership;
pub use observer::Observer;
pub use router::Router;
pub use runner::{Crew, Pace, Role};
pub use watch::Watch;
pub use watchdog::Watchdog;
