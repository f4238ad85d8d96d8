//! Every port but the one write path: each method is a read or a write of the port behind it.

use app::Notice;
use app::ports::{
    Access, AuditEntry, AuditQuery, BoardPost, Boards, Bucket, Cut, Definition, DefinitionKind, Definitions,
    Delivery, DeliveryOutcome, DeliveryQuery, EventsPage, Filter, HeldNotice, HistoryEntry, HistoryQuery,
    IncidentQuery, Incidents, IngestProblem, KeyRecord, ListQuery, LogExtent, Member, Members, Observation,
    Outbox, OutboxCounts, Page, Project, Queries, Retention, Routing, RunsQuery, SchedulerRow, StoreResult,
    Told, Totals, Unrouted,
};
use async_trait::async_trait;
use domain::id::{ChannelId, DeliveryId, IncidentId, MemberId};
use domain::{Gap, IncidentRecord, Instant, Output, ProjectId, RunRecord, SchedulerKey};

use super::Frail;

macro_rules! decorated {
    ($port:ident of $field:ident { $($how:ident $name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)* }) => {
        #[async_trait]
        impl $port for Frail {
            $(async fn $name(&self $(, $arg: $type)*) -> StoreResult<$answer> {
                self.$how(stringify!($name), self.inner.$field.$name($($arg),*)).await
            })*
        }
    };
}

decorated! { Outbox of outbox {
    write post(notice: Notice) -> ();
    read unrouted(now: Instant, limit: usize) -> Vec<Unrouted>;
    write route(notice_id: &str, routing: Routing) -> ();
    read told(incident: &str) -> Vec<Told>;
    write release(behind: &str, now: Instant) -> usize;
    read due_buckets(now: Instant) -> Vec<Bucket>;
    read held(bucket: &Bucket, after: u64, limit: usize) -> Vec<HeldNotice>;
    write empty(bucket: &Bucket, upto: u64, deliveries: Vec<Delivery>) -> ();
    read open_in_group(channel: &ChannelId, group: &str) -> u64;
    read due_channels(now: Instant) -> Vec<ChannelId>;
    read next_due() -> Option<Instant>;
    write claim(channel: &ChannelId, now: Instant, lease_until: Instant, limit: usize) -> Vec<Delivery>;
    write settle(id: &DeliveryId, attempt: u32, outcome: DeliveryOutcome) -> ();
    write retry(project: &ProjectId, id: &DeliveryId, now: Instant) -> bool;
    read deliveries(project: &ProjectId, query: &DeliveryQuery) -> Page<Delivery>;
    read counts() -> OutboxCounts;
    write prune_outbox(before: Instant, limit: usize) -> usize;
} }

decorated! { Incidents of incidents {
    read incident(id: &IncidentId) -> Option<IncidentRecord>;
    read incidents(project: &ProjectId, query: &IncidentQuery) -> Page<IncidentRecord>;
    read open_incidents() -> u64;
    write prune_incidents(before: Instant, limit: usize) -> usize;
} }

decorated! { Observation of observation {
    write stamp(at: Instant) -> ();
    read last_stamp() -> Option<Instant>;
    write record_gap(gap: Gap) -> ();
    read gaps(since: Instant) -> Vec<Gap>;
    read unobserved_slots(since: Instant) -> Vec<(ProjectId, u64)>;
    write count_problems(problems: Vec<IngestProblem>) -> ();
    read problems(project: &ProjectId) -> Vec<IngestProblem>;
    write forget_problems(before: Instant) -> usize;
    read note(name: &str) -> Option<String>;
    write set_note(name: &str, value: &str) -> ();
} }

decorated! { Retention of retention {
    read log_extent(key: &SchedulerKey) -> Option<LogExtent>;
    write prune_log(key: &SchedulerKey, cut: &Cut) -> usize;
    write forget_report_ids(before: Instant, limit: usize) -> usize;
    write forget_audit(before: Instant, limit: usize) -> usize;
} }

decorated! { Access of access {
    read key_by_hash(hash: &str) -> Option<KeyRecord>;
    read keys(project: &ProjectId) -> Vec<KeyRecord>;
    read has_usable_key(now: Instant) -> bool;
    write put_keys(keys: Vec<KeyRecord>, audit: AuditEntry) -> ();
    read projects() -> Vec<Project>;
    write put_project(project: Project, audit: AuditEntry) -> ();
    read audit(project: &ProjectId, query: &AuditQuery) -> Page<AuditEntry>;
} }

decorated! { Definitions of definitions {
    read definitions(project: &ProjectId, kind: DefinitionKind) -> Vec<Definition>;
    read definition(project: &ProjectId, kind: DefinitionKind, id: &str) -> Option<Definition>;
    write put_definition(definition: Definition, expected: u64, audit: AuditEntry) -> ();
    write delete_definition(
        project: &ProjectId, kind: DefinitionKind, id: &str, expected: u64, audit: AuditEntry) -> ();
    read definitions_mark() -> u64;
} }

decorated! { Boards of boards {
    read open_posts() -> Vec<BoardPost>;
    read post_of(project: &ProjectId, board: &str, window_start: Instant) -> Option<BoardPost>;
    write put_post(post: BoardPost, expected: u64) -> ();
    write prune_posts(before: Instant, limit: usize) -> usize;
} }

decorated! { Members of members {
    write renew(member: &Member) -> ();
    read members() -> Vec<Member>;
    write leave(id: &MemberId) -> ();
    write forget_member(id: &MemberId, counter: u64) -> ();
} }

decorated! { Queries of queries {
    read list(project: &ProjectId, query: &ListQuery) -> Page<SchedulerRow>;
    read get(key: &SchedulerKey) -> Option<SchedulerRow>;
    read totals(project: Option<&ProjectId>, now: Instant) -> Totals;
    read count(project: &ProjectId, filter: &Filter, now: Instant) -> Option<u64>;
    read history(key: &SchedulerKey, query: &HistoryQuery) -> Page<HistoryEntry>;
    read output(key: &SchedulerKey, version: u64) -> Option<Output>;
    read addressed(token: &str) -> Option<SchedulerKey>;
    read slugged(project: &ProjectId, slug: &str) -> Vec<SchedulerKey>;
    read runs(key: &SchedulerKey, query: &RunsQuery) -> Page<RunRecord>;
    read events(key: &SchedulerKey, after: u64, limit: usize) -> EventsPage;
    read keys_after(after: Option<&SchedulerKey>, limit: usize) -> Vec<SchedulerKey>;
} }
