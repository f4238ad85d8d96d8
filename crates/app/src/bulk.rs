//! Many reports or heartbeats in one request. Those of different schedulers go side by side, so that the store can
//! write them together; those of one scheduler keep their order. Each answers for itself, in the order that was given.

use std::collections::HashMap;
use std::future::Future;

use domain::{Instant, Report, RunId, SchedulerId};
use futures_util::StreamExt;

use crate::app::App;
use crate::caller::Caller;
use crate::error::AppResult;
use crate::view::SchedulerView;

/// How many schedulers are written side by side.
const SIDE_BY_SIDE: usize = 64;

impl App {
    /// Takes reports. How many there may be is bounded by whoever reads the request.
    pub async fn report_many(
        &self,
        caller: &Caller,
        reports: Vec<(SchedulerId, Report)>,
    ) -> Vec<AppResult<SchedulerView>> {
        each(reports, |id, report| self.report(caller, id, report)).await
    }

    /// Takes heartbeats that came in together. How many there may be is bounded by whoever reads the request.
    pub async fn heartbeat_many(
        &self,
        caller: &Caller,
        heartbeats: Vec<(SchedulerId, Option<RunId>)>,
        received_at: Instant,
    ) -> Vec<AppResult<Instant>> {
        each(heartbeats, |id, run_id| self.heartbeat(caller, id, run_id, received_at)).await
    }
}

async fn each<T, A, F: Future<Output = A>>(
    items: Vec<(SchedulerId, T)>,
    take: impl Fn(SchedulerId, T) -> F,
) -> Vec<A> {
    let mut rows: HashMap<SchedulerId, Vec<(usize, T)>> = HashMap::new();
    for (place, (id, item)) in items.into_iter().enumerate() {
        rows.entry(id).or_default().push((place, item));
    }
    let take = &take;
    let answers = futures_util::stream::iter(rows).map(|(id, row)| async move {
        let mut answers = Vec::with_capacity(row.len());
        for (place, item) in row {
            answers.push((place, take(id.clone(), item).await));
        }
        answers
    });
    let answers: Vec<Vec<(usize, A)>> = answers.buffer_unordered(SIDE_BY_SIDE).collect().await;
    let mut answers: Vec<(usize, A)> = answers.into_iter().flatten().collect();
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
