//! What a registration is made of: shared by `register`, which makes one, and `exec`, which brings one along.
//!
//! Judges nothing: names, schedules and durations go to the server as they are, and it answers with every problem.

use clap::Args;
use serde_json::{Map, Value, json};

use crate::api::Report;

/// What a scheduler is, and who hears of it.
#[derive(Args, Clone, Debug)]
pub(crate) struct AboutArgs {
    /// Service it belongs to (needed for a new one)
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Name of the job (needed for a new one)
    #[arg(long, value_name = "NAME")]
    job: Option<String>,
    /// Tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Channel to alert, by name or id; may be given several times
    #[arg(long = "channel", value_name = "CHANNEL")]
    channels: Vec<String>,
    /// E-mail address of the owner
    #[arg(long, value_name = "ADDRESS")]
    owner_email: Option<String>,
}

/// The body of a registration: what was given, and nothing else, so that the rest stays as it is.
pub(crate) fn registration(
    scheduler_id: &str,
    about: &AboutArgs,
    schedule: Option<Value>,
    further: Map<String, Value>,
) -> Report {
    let mut body = given([
        ("scheduler_id", Some(scheduler_id.into())),
        ("service_name", about.service.clone().map(Value::from)),
        ("job_name", about.job.clone().map(Value::from)),
        ("owner_email", about.owner_email.clone().map(Value::from)),
        ("tags", (!about.tags.is_empty()).then(|| json!(about.tags))),
        ("channels", (!about.channels.is_empty()).then(|| json!(about.channels))),
        ("schedule", schedule),
    ]);
    body.extend(further);
    body
}

/// The fields that have a value.
pub(crate) fn given<const N: usize>(fields: [(&str, Option<Value>); N]) -> Map<String, Value> {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
