//! When the index of wake instants is written: never so that it is late, and rarely.

use domain::{Duration, Instant};

use crate::ports::Wake;

/// How much too early an indexed wake instant may be before a write that happens anyway corrects it.
const WAKE_SLACK: Duration = Duration::from_minutes(15);

/// An earlier deadline is indexed at once, a later one only where the index is much too early, or would wake the
/// evaluator for nothing since its instant has come. Where nothing is waited for any more, an instant that is far ahead
/// stays: the next run will most likely begin before it, and want one there again.
pub(super) fn wake(indexed: Option<Instant>, due: Option<Instant>, now: Instant) -> Wake {
    match (indexed, due) {
        (None, None) => Wake::Stays(None),
        (Some(indexed), Some(due)) if now < indexed && indexed <= due && due <= indexed + WAKE_SLACK => {
            Wake::Stays(Some(indexed))
        }
        (Some(indexed), None) if now + WAKE_SLACK < indexed => Wake::Stays(Some(indexed)),
        (_, due) => Wake::Set(due),
    }
}

/// The instant that is indexed after a commit.
pub(super) fn stands(wake: Wake, indexed: Option<Instant>) -> Option<Instant> {
    match wake {
        Wake::Leave | Wake::Stays(_) => indexed,
        Wake::Set(to) => to,
    }
}

/// Whether a sleeping evaluator may have to wake before it meant to.
pub(super) fn is_earlier(wake: Wake, indexed: Option<Instant>) -> bool {
    matches!(wake, Wake::Set(Some(to)) if indexed.is_none_or(|indexed| to < indexed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Instant {
        Instant::from_seconds(minutes * 60)
    }

    #[test]
    fn the_index_is_written_where_it_would_be_late_or_of_no_use() {
        let now = at(100);
        for (indexed, due, written) in [
            (None, None, Wake::Stays(None)),
            (None, Some(at(110)), Wake::Set(Some(at(110)))),
            (Some(at(110)), Some(at(109)), Wake::Set(Some(at(109)))),
            (Some(at(110)), Some(at(110)), Wake::Stays(Some(at(110)))),
            (Some(at(110)), Some(at(125)), Wake::Stays(Some(at(110)))),
            (Some(at(110)), Some(at(126)), Wake::Set(Some(at(126)))),
            (Some(at(100)), Some(at(101)), Wake::Set(Some(at(101)))),
            (Some(at(115)), None, Wake::Set(None)),
            (Some(at(116)), None, Wake::Stays(Some(at(116)))),
        ] {
            assert_eq!(wake(indexed, due, now), written, "{indexed:?} {due:?}");
        }
    }

    #[test]
    fn only_an_earlier_instant_wakes_a_sleeping_evaluator() {
        assert!(is_earlier(Wake::Set(Some(at(1))), None));
        assert!(is_earlier(Wake::Set(Some(at(1))), Some(at(2))));
        assert!(!is_earlier(Wake::Set(Some(at(3))), Some(at(2))));
        assert!(!is_earlier(Wake::Set(None), Some(at(2))));
        assert!(!is_earlier(Wake::Stays(Some(at(1))), None));
    }
}
