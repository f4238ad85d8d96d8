//! How often and how soon something is tried again: a few times with growing pauses of random length, and never longer
//! than somebody waits for an answer.

use std::time::Duration;

use super::dice::Dice;
use super::refusal::Refusal;
use crate::fault::{Fault, Faulty};

/// Attempts in all.
const ATTEMPTS_MAX: u32 = 7;
/// The longest first pause; each further one may be twice as long.
const FIRST: Duration = Duration::from_millis(20);
/// No pause is longer.
const LONGEST: Duration = Duration::from_millis(640);

/// What a repetition of an attempt that may have been heard means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeated {
    /// Nothing: it reads.
    Reads,
    /// The same again: writes without a condition, transactions under their token.
    Same,
    /// It holds at most once, for its condition fails the second time: so a conflict after an unknown outcome is unknown.
    Once,
    /// It must not happen twice.
    Never,
}

/// Tries until it works, is refused, or patience ends.
pub(super) async fn persist<T, F>(
    repeated: Repeated,
    dice: &Dice,
    mut attempt: impl FnMut() -> F,
) -> Faulty<T>
where
    F: Future<Output = Result<T, Refusal>>,
{
    let mut is_unknown = false;
    for tried in 1..=ATTEMPTS_MAX {
        let refusal = match attempt().await {
            Ok(done) => return Ok(done),
            Err(refusal) => refusal,
        };
        let last = tried == ATTEMPTS_MAX;
        match refusal {
            Refusal::Fault(Fault::Conflict) if is_unknown => return Err(Fault::Lost),
            Refusal::Fault(fault) => return Err(fault),
            Refusal::Unknown(_) if repeated == Repeated::Never => return Err(Fault::Lost),
            Refusal::Unknown(cause) if last => return Err(given_up(repeated, cause)),
            Refusal::Unknown(_) => is_unknown = true,
            Refusal::Later(_) if last && is_unknown => return Err(Fault::Lost),
            Refusal::Later(cause) if last => return Err(Fault::Away(cause)),
            Refusal::Later(_) => {}
        }
        tokio::time::sleep(pause(tried, dice.unit())).await;
    }
    Err(Fault::Lost)
}

/// What only reads has lost nothing but time; a write may have been heard.
fn given_up(repeated: Repeated, cause: String) -> Fault {
    if repeated == Repeated::Reads { Fault::Away(cause) } else { Fault::Lost }
}

/// The pause after so many attempts: anything up to its bound, so that those who met once do not meet again.
fn pause(tried: u32, chance: f64) -> Duration {
    let bound = FIRST.saturating_mul(1 << (tried - 1).min(10)).min(LONGEST);
    bound.mul_f64(chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    async fn outcome(repeated: Repeated, script: &[Refusal]) -> (Faulty<()>, u32) {
        let tried = AtomicU32::new(0);
        let attempt = || {
            let place = tried.fetch_add(1, Ordering::Relaxed) as usize;
            let refusal = script.get(place).cloned();
            async move { refusal.map_or(Ok(()), Err) }
        };
        (persist(repeated, &Dice::new(1), attempt).await, tried.load(Ordering::Relaxed))
    }

    fn later() -> Refusal {
        Refusal::Later("busy".to_owned())
    }

    fn unknown() -> Refusal {
        Refusal::Unknown("cut off".to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_tried_again() {
        assert_eq!(outcome(Repeated::Never, &[later(), later()]).await, (Ok(()), 3));
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends() {
        let script = vec![later(); 20];
        assert_eq!(
            outcome(Repeated::Reads, &script).await,
            (Err(Fault::Away("busy".to_owned())), ATTEMPTS_MAX)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_conflict_with_ones_own_lost_write_is_unknown() {
        let script = [unknown(), Refusal::Fault(Fault::Conflict)];
        assert_eq!(outcome(Repeated::Once, &script).await, (Err(Fault::Lost), 2));
    }

    #[tokio::test(start_paused = true)]
    async fn what_must_not_happen_twice_is_not_tried_after_an_unknown_outcome() {
        assert_eq!(outcome(Repeated::Never, &[unknown()]).await, (Err(Fault::Lost), 1));
    }

    #[test]
    fn pauses_grow_up_to_a_bound() {
        assert_eq!([1, 2, 3, 9, 40].map(|tried| pause(tried, 1.0).as_millis()), [20, 40, 80, 640, 640]);
        assert_eq!(pause(5, 0.0), Duration::ZERO);
    }
}
