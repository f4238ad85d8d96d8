//! Notices on their way: put in with the commit that decided them, routed once, then claimed, tried and settled.

mod buckets;
mod claims;
mod deliveries;
pub(crate) mod posting;
mod pruning;
mod routing;

use app::Notice;
use app::ports::{
    Bucket, Delivery, DeliveryOutcome, DeliveryQuery, HeldNotice, Outbox, OutboxCounts, Page, Routing,
    StoreResult, Told, Unrouted,
};
use async_trait::async_trait;
use domain::id::{ChannelId, DeliveryId};
use domain::{Instant, ProjectId};

use crate::Store;
use crate::reader::Lane;
use posting::NoticeRow;

#[cfg(test)]
pub(crate) const PARTS: [&[(&str, &str)]; 6] = [
    buckets::STATEMENTS,
    claims::STATEMENTS,
    deliveries::STATEMENTS,
    posting::STATEMENTS,
    pruning::STATEMENTS,
    routing::STATEMENTS,
];

#[async_trait]
impl Outbox for Store {
    async fn post(&self, notice: Notice) -> StoreResult<()> {
        const DOING: &str = "putting in a notice";
        let notice = NoticeRow::of(&notice).map_err(|fault| fault.told(DOING, self.path()))?;
        self.write(DOING, move |conn| posting::put_in(conn, &notice)).await
    }

    async fn unrouted(&self, now: Instant, limit: usize) -> StoreResult<Vec<Unrouted>> {
        let read = move |conn: &_| posting::unrouted(conn, now, limit);
        self.read(Lane::Point, "looking for notices", read).await
    }

    async fn route(&self, notice_id: &str, routing: Routing) -> StoreResult<()> {
        let notice_id = notice_id.to_owned();
        let route = move |conn: &_| routing::route(conn, &notice_id, &routing);
        self.write("routing a notice", route).await
    }

    async fn told(&self, incident: &str) -> StoreResult<Vec<Told>> {
        let incident = incident.to_owned();
        let read = move |conn: &_| routing::told(conn, &incident);
        self.read(Lane::Point, "looking for who was told", read).await
    }

    async fn release(&self, behind: &str, now: Instant) -> StoreResult<usize> {
        let behind = behind.to_owned();
        self.write("releasing notices", move |conn| routing::release(conn, &behind, now)).await
    }

    async fn due_buckets(&self, now: Instant) -> StoreResult<Vec<Bucket>> {
        let read = move |conn: &_| buckets::due(conn, now);
        self.read(Lane::Point, "looking for due buckets", read).await
    }

    async fn held(&self, bucket: &Bucket, after: u64, limit: usize) -> StoreResult<Vec<HeldNotice>> {
        let bucket = bucket.clone();
        let read = move |conn: &_| buckets::held(conn, &bucket, after, limit);
        self.read(Lane::List, "reading a bucket", read).await
    }

    async fn empty(&self, bucket: &Bucket, upto: u64, deliveries: Vec<Delivery>) -> StoreResult<()> {
        let bucket = bucket.clone();
        let empty = move |conn: &_| buckets::empty(conn, &bucket, upto, &deliveries);
        self.write("emptying a bucket", empty).await
    }

    async fn open_in_group(&self, channel: &ChannelId, group: &str) -> StoreResult<u64> {
        let (channel, group) = (channel.to_string(), group.to_owned());
        let read = move |conn: &_| routing::open_in_group(conn, &channel, &group);
        self.read(Lane::Point, "counting a group", read).await
    }

    async fn due_channels(&self, now: Instant) -> StoreResult<Vec<ChannelId>> {
        let read = move |conn: &_| claims::due_channels(conn, now);
        self.read(Lane::Point, "looking for due channels", read).await
    }

    async fn next_due(&self) -> StoreResult<Option<Instant>> {
        self.read(Lane::Point, "looking for the next delivery", claims::next_due).await
    }

    async fn claim(
        &self,
        channel: &ChannelId,
        now: Instant,
        lease_until: Instant,
        limit: usize,
    ) -> StoreResult<Vec<Delivery>> {
        let channel = channel.clone();
        let claim = move |conn: &_| claims::claim(conn, &channel, now, lease_until, limit);
        self.write("claiming deliveries", claim).await
    }

    async fn settle(&self, id: &DeliveryId, attempt: u32, outcome: DeliveryOutcome) -> StoreResult<()> {
        let id = id.clone();
        self.write("settling a delivery", move |conn| claims::settle(conn, &id, attempt, &outcome)).await
    }

    async fn retry(&self, project: &ProjectId, id: &DeliveryId, now: Instant) -> StoreResult<bool> {
        let (project, id) = (project.clone(), id.clone());
        self.write("sending a delivery again", move |conn| claims::retry(conn, &project, &id, now)).await
    }

    async fn deliveries(&self, project: &ProjectId, query: &DeliveryQuery) -> StoreResult<Page<Delivery>> {
        let (project, query) = (project.clone(), query.clone());
        let read = move |conn: &_| deliveries::page(conn, &project, &query);
        self.read(Lane::List, "listing deliveries", read).await
    }

    async fn counts(&self) -> StoreResult<OutboxCounts> {
        self.read(Lane::List, "counting deliveries", deliveries::counts).await
    }

    async fn prune_outbox(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        let drop = move |conn: &_, limit| pruning::deliveries(conn, before, limit);
        let gone = self.forget("forgetting deliveries", limit, drop).await?;
        let rest = move |conn: &_, limit| pruning::traces(conn, before, limit);
        self.forget("forgetting who was told", limit, rest).await?;
        Ok(gone)
    }
}
