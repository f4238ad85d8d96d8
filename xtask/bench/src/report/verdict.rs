//! Something that was to be reached, and whether it is.

use serde::Serialize;

/// Something that was to be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Verdict {
    pub(crate) wanted: String,
    pub(crate) reached: bool,
}

impl Verdict {
    pub(crate) const fn new(wanted: String, reached: bool) -> Self {
        Self { wanted, reached }
    }

    /// The wish with its mark.
    pub(super) fn marked(&self) -> String {
        format!("{} {}", self.wanted, if self.reached { "✓" } else { "✗" })
    }
}
