//! `/incidents`: what is wrong, what was, and who looks after it.

pub(super) mod acknowledgement;
pub(super) mod get;
pub(super) mod list;
