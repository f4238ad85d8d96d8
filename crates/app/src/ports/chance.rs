//! Chance comes in by the door.

use domain::Instant;

/// A source of chance that nobody outside can predict.
pub trait Chance: Send + Sync {
    /// 128 bits of it.
    fn bits(&self) -> u128;
}

/// 128 bits for an identifier that sorts by time: 48 bits of milliseconds, 80 of chance.
pub fn id_bits(now: Instant, chance: u128) -> u128 {
    const CHANCE_BITS: u32 = 80;
    let millis = now.as_millis().max(0).unsigned_abs();
    (u128::from(millis) << CHANCE_BITS) | (chance & ((1 << CHANCE_BITS) - 1))
}
