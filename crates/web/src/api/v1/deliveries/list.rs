//! `GET /deliveries`: a page of the project's deliveries.

use app::ports::{DeliveryQuery, DeliveryState};
use axum::response::Response;
use domain::id::ChannelId;

use crate::error::ApiError;
use crate::extract::{Asked, Call, Query, Questions};
use crate::wire::{DeliveryBody, paged};

pub(crate) struct Deliveries(DeliveryQuery);

impl Query for Deliveries {
    fn read(questions: &mut Questions) -> Self {
        Self(DeliveryQuery {
            state: questions.word("state", &["pending", "delivered", "dead"], DeliveryState::parse),
            channel: questions.text("channel").map(ChannelId::trusted),
            thread: questions.text("incident"),
            limit: questions.number("limit", 1, 1000, 50) as usize,
            cursor: questions.text("cursor"),
        })
    }
}

/// List deliveries
#[utoipa::path(
    get, path = "/deliveries", tag = "Deliveries", operation_id = "list_deliveries",
    params(
        ("state" = Option<String>, Query, description = "`pending`, `delivered` or `dead`."),
        ("channel" = Option<String>, Query, description = "Only to this channel, by id."),
        ("incident" = Option<String>, Query, description = "Only those of this incident; the other filters mean nothing then."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "How many, 1 to 1000; 50 by default."),
        ("cursor" = Option<String>, Query, description = "Where to go on; from `Link`."),
    ),
    responses((status = 200, description = "Deliveries, newest first.", body = [DeliveryBody],
        headers(("Link" = String, description = "The next page, `rel=\"next\"`.")))),
)]
pub(crate) async fn list(
    call: Call,
    Asked(Deliveries(query)): Asked<Deliveries>,
) -> Result<Response, ApiError> {
    let page = call.app().deliveries(&call.caller, &query).await?;
    let names = call.app().channel_names(&call.caller).await?;
    Ok(paged(&call, page.map(|delivery| DeliveryBody::named(delivery, &names)), None))
}
