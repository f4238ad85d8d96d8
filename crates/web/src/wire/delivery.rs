//! A delivery as it is answered.

use std::collections::BTreeMap;

use app::Notice;
use app::ports::{Delivery, DeliveryState};
use domain::id::ChannelId;
use serde::Serialize;
use utoipa::ToSchema;

use super::scheduler::shown;

/// One alert on its way to one channel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryBody {
    /// Its id: the receiver's message id.
    pub id: String,
    /// The channel.
    #[schema(example = "chn_01h1v6gq3x8c5m9t2k7w4n0b6d")]
    pub channel: String,
    /// What people call it; absent where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ops")]
    pub channel_name: Option<String>,
    /// `pending`, `delivered` or `dead`.
    #[schema(example = "delivered")]
    pub state: &'static str,
    /// Why someone must hear: `opened`, `widened`, `repeated`, `reminded`, `escalated`, `resolved`,
    /// `dropped`; or `group`, `unobserved`, `test`, or what is wrong with ourselves.
    #[schema(example = "opened")]
    pub kind: &'static str,
    /// The scheduler it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduler_id: Option<String>,
    /// The incident it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// When it was routed, or last sent again by hand.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub due_at: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// What the last attempt came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_answer: Option<String>,
    /// When it was finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub finished_at: Option<String>,
}

impl DeliveryBody {
    /// With what people call its channel.
    pub(crate) fn named(delivery: Delivery, names: &BTreeMap<ChannelId, String>) -> Self {
        let channel_name = names.get(&delivery.channel).cloned();
        Self { channel_name, ..Self::from(delivery) }
    }
}

impl From<Delivery> for DeliveryBody {
    fn from(delivery: Delivery) -> Self {
        let (kind, scheduler_id, incident) = match &delivery.notice {
            Notice::Alert(alert) => {
                (alert.kind.as_str(), Some(alert.key.id.to_string()), Some(alert.incident.to_string()))
            }
            Notice::Group(_) => ("group", None, None),
            Notice::Unobserved(_) => ("unobserved", None, None),
            Notice::Trouble(trouble) => (trouble.what.as_str(), None, None),
            Notice::Test(_) => ("test", None, None),
        };
        let due = Some(delivery.due_at).filter(|_| delivery.state == DeliveryState::Pending);
        Self {
            id: delivery.id.to_string(),
            channel: delivery.channel.to_string(),
            channel_name: None,
            state: delivery.state.as_str(),
            kind,
            scheduler_id,
            incident,
            created_at: delivery.created_at.to_string(),
            due_at: shown(due),
            attempts: delivery.attempts,
            last_answer: delivery.last_answer,
            finished_at: shown(delivery.finished_at),
        }
    }
}
