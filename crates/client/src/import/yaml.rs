//! Texts of YAML as documents. JSON is YAML too.

use serde_json::Value;

/// The documents of a text. What they may cost is bounded by the reader: depth, nodes, and what aliases repeat.
pub(crate) fn documents(text: &str) -> Result<Vec<Value>, String> {
    let limits = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_aliases: 1000, max_recorded_anchor_events: 100_000 },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 100_000 },
        with_snippet: false,
    };
    serde_saphyr::from_multiple_with_options(text, limits)
        .map_err(|why| format!("is not YAML that we can read: {why}"))
}
