//! Incidents, in memory.

use app::ports::{IncidentQuery, Incidents, Page, StoreResult};
use async_trait::async_trait;
use domain::id::IncidentId;
use domain::{IncidentRecord, Instant, ProjectId};

use super::cursor::{page, read};
use super::{Data, MemoryStore};

impl Data {
    pub(super) fn put_incident(&mut self, record: IncidentRecord) {
        match self.incidents.iter_mut().find(|known| known.id == record.id) {
            Some(known) => *known = record,
            None => self.incidents.push(record),
        }
    }
}

#[async_trait]
impl Incidents for MemoryStore {
    async fn incident(&self, id: &IncidentId) -> StoreResult<Option<IncidentRecord>> {
        Ok(self.data().incidents.iter().find(|known| known.id == *id).cloned())
    }

    async fn incidents(
        &self,
        project: &ProjectId,
        query: &IncidentQuery,
    ) -> StoreResult<Page<IncidentRecord>> {
        let data = self.data();
        let before = read::<usize>(query.cursor.as_deref())?.unwrap_or(usize::MAX);
        let found =
            data.incidents.iter().enumerate().rev().filter(|(place, known)| {
                *place < before && known.key.project == *project && query.wants(known)
            });
        let found = page(found, query.limit, |(place, _)| place.to_string());
        Ok(found.map(|(_, known)| known.clone()))
    }

    async fn open_incidents(&self) -> StoreResult<u64> {
        Ok(self.data().incidents.iter().filter(|known| known.over.is_none()).count() as u64)
    }

    async fn prune_incidents(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        let incidents = &mut self.data().incidents;
        let kept = incidents.len();
        let mut left = limit;
        incidents.retain(|known| {
            let goes = left > 0 && known.over.is_some_and(|over| over.at < before);
            left -= usize::from(goes);
            !goes
        });
        Ok(kept - incidents.len())
    }
}
