//! Numbers for what is kept in the order in which it came: by its instant, and within one process in the order of writing
//! even where instants are equal or go back. Between processes the order is that of their clocks.

use std::sync::{Mutex, PoisonError};

use domain::Instant;

/// Hands out numbers as texts that sort as they were handed out.
#[derive(Debug)]
pub(crate) struct Sequence {
    last: Mutex<u64>,
    /// What tells processes apart.
    suffix: String,
}

impl Sequence {
    /// `own` is what no other process has.
    pub(crate) fn new(own: u32) -> Self {
        Self { last: Mutex::default(), suffix: format!("{own:08x}") }
    }

    /// The next number for something that happened then; 29 characters.
    pub(crate) fn next(&self, at: Instant) -> String {
        let wished = u64::try_from(at.as_millis()).unwrap_or_default().saturating_mul(1000);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = wished.max(*last + 1);
        format!("{:020}-{}", *last, self.suffix)
    }
}

/// What sorts as instants do. Those before 1970 are as 1970.
pub(crate) fn sortable(at: Instant) -> String {
    format!("{:015}", at.as_millis().max(0))
}

/// What sorts before the number of anything that happened then or later.
pub(crate) fn first_at(at: Instant) -> String {
    format!("{:020}", u64::try_from(at.as_millis()).unwrap_or_default().saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_grow_with_instants_and_within_one_of_them() {
        let sequence = Sequence::new(7);
        let at = |millis| sequence.next(Instant::from_millis(millis));
        let drawn = [at(5), at(5), at(9), at(3), at(10)];
        assert!(drawn.is_sorted_by(|a, b| a < b), "{drawn:?}");
    }
}
