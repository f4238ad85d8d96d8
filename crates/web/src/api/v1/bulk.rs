//! `POST /reports` and `POST /heartbeats`: many at once, each answered for itself, in order.

use app::AppResult;
use axum::Json;
use domain::SchedulerId;

use crate::error::ApiError;
use crate::extract::{Call, Sent};
use crate::roles_table::Class;
use crate::wire::documents::{Heartbeat, Report};
use crate::wire::{BulkSent, Flaws, HeartbeatSent, ItemBody, ReportSent, named_scheduler};

/// Send many reports
///
/// At most 500. Each is answered for itself, in order; those of one scheduler are taken in order.
#[utoipa::path(
    post, path = "/reports", tag = "Reports", operation_id = "report_many",
    request_body = Vec<Report>,
    responses((status = 200, description = "What became of each.", body = [ItemBody])),
)]
pub(crate) async fn reports(
    call: Call,
    Sent(bulk): Sent<BulkSent<ReportSent>>,
) -> Result<Json<Vec<ItemBody>>, ApiError> {
    let items = admitted(&call, bulk, |sent| sent.scheduler_id.take())?;
    let (good, places) = sorted(items);
    let reports = good.into_iter().map(|(id, sent)| (id, sent.received(call.received_at))).collect();
    let answers = call.app().report_many(&call.caller, reports).await;
    Ok(told(places, answers, |_, view| ItemBody::reported(&view)))
}

/// Send many heartbeats
///
/// At most 500. Each is answered for itself, in order.
#[utoipa::path(
    post, path = "/heartbeats", tag = "Reports", operation_id = "heartbeat_many",
    request_body = Vec<Heartbeat>,
    responses((status = 200, description = "What became of each.", body = [ItemBody])),
)]
pub(crate) async fn heartbeats(
    call: Call,
    Sent(bulk): Sent<BulkSent<HeartbeatSent>>,
) -> Result<Json<Vec<ItemBody>>, ApiError> {
    let items = admitted(&call, bulk, |sent| sent.scheduler_id.take())?;
    let (good, places) = sorted(items);
    let heartbeats = good.into_iter().map(|(id, sent)| (id, sent.run_id)).collect();
    let answers = call.app().heartbeat_many(&call.caller, heartbeats, call.received_at).await;
    Ok(told(places, answers, ItemBody::recorded))
}

/// An item that may be taken, with its scheduler; or why not.
type Item<T> = Result<(SchedulerId, T), Box<ItemBody>>;

fn admitted<T>(
    call: &Call,
    bulk: BulkSent<T>,
    scheduler_of: impl Fn(&mut T) -> Option<serde_json::Value>,
) -> Result<Vec<Item<T>>, ApiError> {
    if let Some(further) = bulk.further() {
        call.state.limits().admit(&call.caller, Class::Ingest, further)?;
    }
    Ok(bulk.0.into_iter().map(|item| admit(call, item, &scheduler_of)).collect())
}

fn admit<T>(
    call: &Call,
    item: Result<T, Flaws>,
    scheduler_of: &impl Fn(&mut T) -> Option<serde_json::Value>,
) -> Item<T> {
    let refused = |id: Option<&SchedulerId>, error| Box::new(ItemBody::refused(id, error));
    let mut sent = item.map_err(|flaws| refused(None, ApiError::invalid(flaws)))?;
    let id = named_scheduler(scheduler_of(&mut sent).as_ref())
        .map_err(|problem| refused(None, ApiError::invalid_field("scheduler_id", problem)))?;
    let key = call.caller.key(id);
    call.state.limits().admit_scheduler(&key).map_err(|error| refused(Some(&key.id), error))?;
    Ok((key.id, sent))
}

/// The scheduler of an item that is taken; or why it is not.
type Place = Result<SchedulerId, Box<ItemBody>>;

/// The items that may be taken; and the place of every item in the answer.
fn sorted<T>(items: Vec<Item<T>>) -> (Vec<(SchedulerId, T)>, Vec<Place>) {
    let mut good = Vec::with_capacity(items.len());
    let places = items.into_iter().map(|item| {
        item.map(|(id, sent)| {
            good.push((id.clone(), sent));
            id
        })
    });
    let places = places.collect();
    (good, places)
}

fn told<A>(
    places: Vec<Place>,
    answers: Vec<AppResult<A>>,
    taken: impl Fn(&SchedulerId, A) -> ItemBody,
) -> Json<Vec<ItemBody>> {
    let mut answers = answers.into_iter();
    let items = places.into_iter().map(|place| match place {
        Err(refused) => *refused,
        Ok(id) => match answers.next() {
            Some(Ok(answer)) => taken(&id, answer),
            Some(Err(error)) => ItemBody::refused(Some(&id), error.into()),
            None => ItemBody::refused(Some(&id), ApiError::internal()),
        },
    });
    Json(items.collect())
}
