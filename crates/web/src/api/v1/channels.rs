//! `/channels`: where alerts go.

pub(super) mod change;
pub(super) mod read;
pub(super) mod test;
