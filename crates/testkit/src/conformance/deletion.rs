//! Deleting a scheduler: nothing of it is left but what is on its way, and its name may live again.

use app::ports::Deletion;
use domain::{Instant, SchedulerKey, react_to_deletion};

use crate::Scribe;
use crate::fixtures::audit;

/// The deletion of a scheduler as it is now, undone as yet.
pub(super) async fn deletion(scribe: &Scribe, key: &SchedulerKey, now: Instant) -> Deletion {
    let scheduler = scribe.load(key).await.scheduler;
    Deletion {
        key: key.clone(),
        expected_version: scheduler.version,
        alert: react_to_deletion(&scheduler, now),
        audit: audit(now, "scheduler.delete", key.id.as_str()),
    }
}

/// Deletes a scheduler.
pub(super) async fn delete(scribe: &Scribe, key: &SchedulerKey, now: Instant) {
    let deletion = deletion(scribe, key, now).await;
    scribe.stores.schedulers.delete(deletion).await.expect("the scheduler is deleted");
}
