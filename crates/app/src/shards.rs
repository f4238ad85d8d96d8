//! Shards: how instances divide the schedulers of a store among them.
//!
//! A scheduler is in one of 64 *parts* by its name, for ever; a shard is a stretch of parts. So the number of shards can
//! change without a store having to know in which shard anything is.

use std::fmt;

use domain::SchedulerKey;

/// How many parts there are.
pub const PARTS: u8 = 64;
/// How many shards there are where nobody says so.
pub const SHARDS: u8 = 16;

/// In which part a scheduler is, 0..64. Stores keep it: it is the same for ever. FNV-1a of 64 bits over the project, a
/// byte that is in no text, and the id; mixed, since names that differ in their end only shall be spread as well.
pub fn part_of(key: &SchedulerKey) -> u8 {
    let (project, id) = (key.project.as_str().bytes(), key.id.as_str().bytes());
    let hash = hashed(project.chain([u8::MAX]).chain(id));
    (hash >> (u64::BITS - u64::from(PARTS).trailing_zeros())) as u8
}

/// In which of so many shards (1..=64, else the nearest) a scheduler is. Stores that are divided keep it: it is the same
/// for ever.
pub fn shard_of(key: &SchedulerKey, count: u8) -> u8 {
    shard_of_part(part_of(key), within(count))
}

fn shard_of_part(part: u8, count: u8) -> u8 {
    (u16::from(part) * u16::from(count) / u16::from(PARTS)) as u8
}

fn within(count: u8) -> u8 {
    count.clamp(1, PARTS)
}

/// FNV-1a and the last mix of `SplitMix64`.
pub(crate) fn hashed(bytes: impl Iterator<Item = u8>) -> u64 {
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// Some of the shards of a store: how many there are, and which of them are meant. All of them by default.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shards {
    count: u8,
    /// A bit for each shard.
    some: u64,
}

impl Shards {
    /// All of so many shards, 1..=64, else the nearest number.
    pub fn all(count: u8) -> Self {
        let count = within(count);
        Self { count, some: u64::MAX >> (PARTS - count) }
    }

    /// Those of so many shards that are named; a number that is none of them names nothing.
    pub fn only(count: u8, shards: impl IntoIterator<Item = u8>) -> Self {
        let all = Self::all(count);
        let named = shards.into_iter().filter(|shard| *shard < all.count);
        Self { some: named.fold(0, |some, shard| some | 1 << shard), ..all }
    }

    /// None of so many shards.
    pub fn none(count: u8) -> Self {
        Self::only(count, [])
    }

    /// How many shards there are, whether or not they are among these.
    pub const fn count(&self) -> u8 {
        self.count
    }

    /// How many these are.
    pub const fn len(&self) -> u32 {
        self.some.count_ones()
    }

    /// Whether it is none.
    pub const fn is_empty(&self) -> bool {
        self.some == 0
    }

    /// Whether a shard is among these.
    pub const fn contain(&self, shard: u8) -> bool {
        shard < self.count && (self.some >> shard) & 1 == 1
    }

    /// Whether a scheduler is in one of these.
    pub fn hold(&self, key: &SchedulerKey) -> bool {
        self.contain(shard_of(key, self.count))
    }

    /// These, in order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + use<> {
        let shards = *self;
        (0..self.count).filter(move |shard| shards.contain(*shard))
    }

    /// The parts that they are made of: a bit for each.
    pub fn parts(&self) -> u64 {
        let ours = (0..PARTS).filter(|part| self.contain(shard_of_part(*part, self.count)));
        ours.fold(0, |parts, part| parts | 1 << part)
    }
}

impl Default for Shards {
    fn default() -> Self {
        Self::all(SHARDS)
    }
}

impl fmt::Debug for Shards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} of {}", self.count)
    }
}

/// Stretches of them, such as `0-3, 7`; `none` where there are none.
impl fmt::Display for Shards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        let begins = self.iter().filter(|shard| *shard == 0 || !self.contain(shard - 1));
        for (place, first) in begins.enumerate() {
            let last = (first..self.count).take_while(|shard| self.contain(*shard)).last().unwrap_or(first);
            let comma = if place > 0 { ", " } else { "" };
            if first == last {
                write!(f, "{comma}{first}")?;
            } else {
                write!(f, "{comma}{first}-{last}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::{ProjectId, SchedulerId};

    use super::*;

    fn key(project: &str, id: &str) -> SchedulerKey {
        SchedulerKey { project: ProjectId::trusted(project), id: SchedulerId::trusted(id) }
    }

    #[test]
    fn the_part_of_a_name_never_changes() {
        let known = [
            ("default", "nightly", 40),
            ("default", "nightly-1", 39),
            ("default", "nightly-2", 50),
            ("default", "", 40),
            ("d", "efaultnightly", 6),
            ("team_b", "ночь/«всё»", 34),
        ];
        let found = known.map(|(project, id, _)| (project, id, part_of(&key(project, id))));
        assert_eq!(found, known);
    }

    #[test]
    fn a_shard_is_a_stretch_of_parts_and_shards_are_about_even() {
        for count in 1..=PARTS {
            let of: Vec<u8> = (0..PARTS).map(|part| shard_of_part(part, count)).collect();
            assert!(of.is_sorted() && of[0] == 0 && of[63] == count - 1, "{count}: {of:?}");
            let sizes = of.chunk_by(|one, next| one == next).map(<[u8]>::len);
            let (least, most) = sizes.fold((64, 0), |(least, most), size| (size.min(least), size.max(most)));
            assert!(most - least <= 1, "{count}: {least} to {most}");
        }
    }

    #[test]
    fn names_that_differ_in_their_end_only_are_spread_over_all_shards() {
        let mut sizes = [0_u32; 64];
        for number in 0..64_000 {
            sizes[usize::from(shard_of(&key("default", &format!("job-{number}")), 64))] += 1;
        }
        assert!(sizes.iter().all(|size| (850..1150).contains(size)), "{sizes:?}");
    }

    #[test]
    fn all_shards_hold_every_scheduler_and_none_hold_any() {
        for count in [0, 1, 3, 16, 63, 64, 200] {
            let (all, none) = (Shards::all(count), Shards::none(count));
            assert_eq!(
                (all.len(), none.len(), all.count()),
                (count.clamp(1, 64).into(), 0, count.clamp(1, 64))
            );
            assert_eq!((all.parts(), none.parts()), (u64::MAX, 0));
            assert!(all.hold(&key("default", "nightly")) && !none.hold(&key("default", "nightly")));
        }
    }

    #[test]
    fn of_some_shards_the_parts_are_those_of_the_schedulers_they_hold() {
        let some = Shards::only(10, [0, 3, 9, 10, 64, 255]);
        assert_eq!(some.iter().collect::<Vec<_>>(), [0, 3, 9]);
        for number in 0..1000 {
            let key = key("default", &number.to_string());
            assert_eq!(some.hold(&key), (some.parts() >> part_of(&key)) & 1 == 1, "{number}");
        }
    }

    #[test]
    fn shards_are_told_in_stretches() {
        for (shards, told) in [
            (Shards::all(16), "0-15"),
            (Shards::none(16), "none"),
            (Shards::only(16, [0, 1, 2, 5, 7, 8, 15]), "0-2, 5, 7-8, 15"),
            (Shards::all(1), "0"),
        ] {
            assert_eq!(shards.to_string(), told);
        }
        assert_eq!(format!("{:?}", Shards::only(4, [1])), "1 of 4");
    }
}
