//! `/ingest-problems`: what jobs sent in vain.

pub(super) mod list;
