//! What handlers take: the call, the scheduler in the path, the query, the body.

mod body;
mod call;
pub(crate) mod query;
mod seen;
mod target;

pub(crate) use body::{BODY_BYTES_MAX, Sent, announced_length};
pub(crate) use call::Call;
pub(crate) use query::{Asked, DryRun, Query, Questions};
pub(crate) use seen::Seen;
pub(crate) use target::{Segment, Target, Version};
