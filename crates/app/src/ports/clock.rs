//! Time comes in by the door.

use domain::Instant;

/// What time it is. The only way in which use cases and roles learn it.
pub trait Clock: Send + Sync {
    /// The wall clock. May jump.
    fn now(&self) -> Instant;

    /// Time since some fixed moment; never jumps, and stands still for nobody.
    fn monotonic(&self) -> std::time::Duration;
}
