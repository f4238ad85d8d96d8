//! What handlers take: the call, the scheduler in the path, the query, the body.

mod body;
mod call;
mod query;
mod target;
mod version;

pub(crate) use body::Sent;
pub(crate) use call::Call;
pub(crate) use query::{Asked, Query, Questions};
pub(crate) use target::{Segment, Target};
pub(crate) use version::{version_seen, versioned};
