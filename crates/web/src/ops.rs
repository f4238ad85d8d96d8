//! What operators ask: is it alive, does it want traffic, how does it do.

pub(crate) mod health;
mod http_metrics;
pub(crate) mod metrics;
mod process;
mod text;

pub(crate) use text::Page;

pub(crate) use http_metrics::HttpMetrics;
