//! Who shares the work, in memory.

use app::ports::{MEMBERS_MAX, Member, Members, StoreResult};
use async_trait::async_trait;
use domain::id::MemberId;

use super::MemoryStore;

#[async_trait]
impl Members for MemoryStore {
    async fn renew(&self, member: &Member) -> StoreResult<()> {
        let mut data = self.data();
        if data.members.get(&member.id).is_none_or(|known| known.counter < member.counter) {
            data.members.insert(member.id.clone(), member.clone());
        }
        Ok(())
    }

    async fn members(&self) -> StoreResult<Vec<Member>> {
        Ok(self.data().members.values().take(MEMBERS_MAX).cloned().collect())
    }

    async fn leave(&self, id: &MemberId) -> StoreResult<()> {
        self.data().members.remove(id);
        Ok(())
    }

    async fn forget_member(&self, id: &MemberId, counter: u64) -> StoreResult<()> {
        let mut data = self.data();
        if data.members.get(id).is_some_and(|known| known.counter == counter) {
            data.members.remove(id);
        }
        Ok(())
    }
}
