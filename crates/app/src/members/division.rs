//! Who does what, by the ids of those who do it: a pure function, so that all who see the same members divide the same
//! way without a word between them.

use domain::id::MemberId;

use crate::shards::{Shards, hashed};

/// The shards of `me` among these members, by rendezvous hashing: each shard goes to the member that ranks highest for it,
/// so that who leaves or comes moves no shard but its own. None where `me` is not among them.
pub(crate) fn assigned<'a>(members: impl Iterator<Item = &'a MemberId>, count: u8, me: &MemberId) -> Shards {
    let members: Vec<_> = members.collect();
    let ours = Shards::all(count).iter().filter(|shard| owner(members.iter().copied(), *shard) == Some(me));
    Shards::only(count, ours)
}

/// Who does alone what one does for all: the member that came first.
pub(crate) fn first<'a>(members: impl Iterator<Item = &'a MemberId>) -> Option<&'a MemberId> {
    members.min()
}

fn owner<'a>(members: impl Iterator<Item = &'a MemberId>, shard: u8) -> Option<&'a MemberId> {
    members.max_by_key(|id| (hashed([shard].into_iter().chain(id.as_str().bytes())), *id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(seed: u64, size: u64) -> Vec<MemberId> {
        let bits = |number: u64| {
            let [one, two] =
                [0, 1].map(|half| hashed([seed, number, half].into_iter().flat_map(u64::to_le_bytes)));
            u128::from(one) << 64 | u128::from(two)
        };
        (0..size).map(|number| MemberId::mint(bits(number))).collect()
    }

    fn owners(members: &[MemberId], count: u8) -> Vec<&MemberId> {
        (0..count).filter_map(|shard| owner(members.iter(), shard)).collect()
    }

    #[test]
    fn every_shard_has_exactly_one_owner() {
        for seed in 0..20 {
            for (size, count) in [(1, 16), (2, 16), (3, 1), (4, 64), (7, 10), (100, 16)] {
                let members = crowd(seed, size);
                let held = members.iter().flat_map(|me| assigned(members.iter(), count, me).iter());
                let mut held: Vec<u8> = held.collect();
                held.sort_unstable();
                assert_eq!(held, (0..count).collect::<Vec<_>>(), "{seed} {size} {count}");
            }
        }
    }

    #[test]
    fn who_leaves_moves_no_shard_but_its_own_and_who_comes_takes_only_for_itself() {
        for seed in 0..50 {
            let before = crowd(seed, 5);
            let gone = &before[2];
            let after: Vec<_> = before.iter().filter(|id| *id != gone).cloned().collect();
            for (was, is) in owners(&before, 64).into_iter().zip(owners(&after, 64)) {
                assert!(was == gone || was == is, "{seed}");
            }
        }
    }

    #[test]
    fn shards_are_divided_about_evenly() {
        let (seeds, size) = (200, 4);
        let mut most_of_all = 0;
        let mut sum = vec![0; 4];
        for seed in 0..seeds {
            let members = crowd(seed, size);
            let held: Vec<u32> = members.iter().map(|me| assigned(members.iter(), 64, me).len()).collect();
            most_of_all = held.iter().copied().max().unwrap_or(0).max(most_of_all);
            sum.iter_mut().zip(held).for_each(|(sum, held)| *sum += held);
        }
        assert!(most_of_all <= 32, "{most_of_all} of 64 on one of four");
        assert!(sum.iter().all(|sum| (2800..3600).contains(sum)), "{sum:?}");
    }

    #[test]
    fn who_is_no_member_has_no_shard_and_the_order_of_the_list_means_nothing() {
        let members = crowd(1, 3);
        assert!(assigned(members.iter(), 16, &MemberId::mint(7)).is_empty());
        for me in &members {
            assert_eq!(assigned(members.iter(), 16, me), assigned(members.iter().rev(), 16, me));
        }
        assert_eq!(first(members.iter()), first(members.iter().rev()));
        assert_eq!(first([].into_iter()), None);
    }
}
