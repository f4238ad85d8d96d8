//! Many reports or heartbeats at once. One that makes no sense does not spoil the others.

use std::num::NonZeroU32;

use domain::{Instant, Problem, SchedulerId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::value::shown;
use super::{Flaws, Wire};
use crate::chassis::Detail;
use crate::error::ApiError;

/// Most items of a bulk.
pub(crate) const ITEMS_MAX: usize = 500;

/// Items, each of which was read or refused.
#[derive(Clone, Debug)]
pub(crate) struct BulkSent<T>(pub(crate) Vec<Result<T, Flaws>>);

impl<T: Wire> Wire for BulkSent<T> {
    fn read(value: Value) -> Result<Self, Flaws> {
        let refuse = |problem| Err(vec![Problem::new("body", problem)]);
        match value {
            Value::Array(items) if items.len() > ITEMS_MAX => {
                refuse(format!("must be an array of at most {ITEMS_MAX} items, has {}", items.len()))
            }
            Value::Array(items) => Ok(Self(items.into_iter().map(item).collect())),
            other => refuse(format!("must be an array of at most {ITEMS_MAX} items, was {}", shown(&other))),
        }
    }
}

/// What may be absent in a body of its own is never absent in a list.
fn item<T: Wire>(value: Value) -> Result<T, Flaws> {
    if value.is_null() {
        return Err(vec![Problem::new("body", "must be a JSON object, was null")]);
    }
    T::read(value)
}

impl<T> BulkSent<T> {
    /// How many requests it stands for besides the one that was counted at the gate.
    pub(crate) fn further(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.0.len().saturating_sub(1) as u32)
    }
}

/// What became of one item.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BulkItem, example = json!({ "statusCode": 200, "scheduler_id": "billing-nightly", "status": "completed", "version": 32 }))]
pub struct ItemBody {
    /// The status that a request of its own would have got.
    #[serde(rename = "statusCode")]
    pub status_code: u16,
    /// The scheduler that the item named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduler_id: Option<String>,
    /// Of a report: the status of the scheduler now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    /// Of a report: how many events the scheduler has had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// Of a heartbeat: when it came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub timestamp: Option<String>,
    /// What the status is called, where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'static str>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Every problem of an item that is invalid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
}

impl ItemBody {
    pub(crate) fn reported(view: &app::SchedulerView) -> Self {
        Self {
            status_code: 200,
            scheduler_id: Some(view.scheduler.key.id.to_string()),
            status: Some(view.scheduler.status().as_str()),
            version: Some(view.scheduler.version),
            ..Self::default()
        }
    }

    pub(crate) fn recorded(id: &SchedulerId, at: Instant) -> Self {
        Self {
            status_code: 200,
            scheduler_id: Some(id.to_string()),
            timestamp: Some(at.to_string()),
            ..Self::default()
        }
    }

    pub(crate) fn refused(id: Option<&SchedulerId>, error: ApiError) -> Self {
        Self {
            status_code: error.status.as_u16(),
            scheduler_id: id.map(ToString::to_string),
            error: error.status.canonical_reason(),
            message: Some(error.message),
            details: error.details.into_iter().map(Detail::from).collect(),
            ..Self::default()
        }
    }
}
