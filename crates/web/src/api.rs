//! The API: one action a file, by the path it stands at.

pub(crate) mod v1;
