//! Who shares the work on one store: an item for each instance, which it renews as long as it lives.
//!
//! An item holds no instant by which it could be judged: the clocks of two machines may be minutes apart, and one may be
//! set. It holds a counter instead. Whoever reads it notes when, on its own monotonic clock, it last saw a new one, and
//! takes an instance for gone once that is longer ago than the lease. So a wrong clock or a pause harms nothing, and a
//! member that is taken for gone though it is not only makes two do the same work.

use async_trait::async_trait;
use domain::Instant;
use domain::id::MemberId;

use super::StoreResult;

/// Most members that are answered at once.
pub const MEMBERS_MAX: usize = 1000;

/// One instance of the program, as it says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its id, another after each start. Ids sort by when they were minted.
    pub id: MemberId,
    /// 1 when it joins, greater with each renewal.
    pub counter: u64,
    /// When it began, by its own clock: for people, and for nothing else.
    pub started_at: Instant,
    /// The roles that it runs, in the words of the command line. A word that is not known is another version's.
    pub roles: Vec<String>,
    /// The machine it runs on, for people; at most 255 characters.
    pub host: String,
    /// Which process of that machine it is, as far as the machine tells its processes apart.
    pub process: u32,
    /// The version of the program, for people.
    pub version: String,
}

impl Member {
    /// Whether it runs a role.
    pub fn runs(&self, role: &str) -> bool {
        self.roles.iter().any(|word| word == role)
    }
}

/// Who shares the work. Nothing but the division of work rests on it: an item that is lost, late or left behind costs
/// work, never correctness.
#[async_trait]
pub trait Members: Send + Sync {
    /// Writes a member's item, new or again. Where the stored counter is the same or greater, it stays as it is, and that
    /// is no error: a renewal that was held up on its way must not undo a later one.
    async fn renew(&self, member: &Member) -> StoreResult<()>;

    /// All members that have an item, alive or not, by id, at most [`MEMBERS_MAX`]. Sees every renewal that was answered.
    async fn members(&self) -> StoreResult<Vec<Member>>;

    /// Removes a member's item, whatever its counter; succeeds where there is none. For who leaves in good order.
    async fn leave(&self, id: &MemberId) -> StoreResult<()>;

    /// Removes the item of a member that was seen dead, if its counter is still the one that was seen; does nothing,
    /// and succeeds, where it is another by now or there is no item.
    async fn forget_member(&self, id: &MemberId, counter: u64) -> StoreResult<()>;
}
