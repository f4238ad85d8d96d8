//! Who shares the work: items that are renewed by a counter, and judged by nobody here.

use app::ports::{MEMBERS_MAX, Member};
use domain::id::MemberId;
use tokio::task::JoinSet;

use super::begin;
use crate::fixtures::after;
use crate::{Backend, Stores};

fn member(number: u128, counter: u64) -> Member {
    Member {
        id: MemberId::mint(number),
        counter,
        started_at: after(5),
        roles: ["api", "evaluator"].map(str::to_owned).to_vec(),
        host: "db-1.example.org «ночь» ' \"".to_owned(),
        process: 4711,
        version: "1.2.3-rc.4".to_owned(),
    }
}

async fn renew(stores: &Stores, member: &Member) {
    stores.members.renew(member).await.expect("a member renews");
}

async fn members(stores: &Stores) -> Vec<Member> {
    stores.members.members().await.expect("members are read")
}

/// On every opening of the data, and at once.
pub async fn a_member_is_read_as_it_was_written(data: &dyn Backend) {
    let (here, there) = (begin(data).await.stores, data.open().await);
    assert_eq!(members(&there).await, []);
    let one = member(1, 1);
    renew(&here, &one).await;
    assert_eq!(members(&there).await, std::slice::from_ref(&one));
    let idle = Member {
        roles: Vec::new(),
        host: String::new(),
        process: u32::MAX,
        ..member(2, u64::from(u32::MAX) + 7)
    };
    renew(&there, &idle).await;
    assert_eq!(members(&here).await, [one, idle]);
}

/// Whoever came first, and a bounded number of them.
pub async fn members_are_listed_in_order_of_their_ids(data: &dyn Backend) {
    let stores = begin(data).await.stores;
    let crowd = MEMBERS_MAX as u128 + 5;
    let mut tasks = JoinSet::new();
    for number in (1..=crowd).rev() {
        let stores = stores.clone();
        tasks.spawn(async move { renew(&stores, &member(number, 1)).await });
    }
    tasks.join_all().await;
    let found: Vec<_> = members(&stores).await.into_iter().map(|member| member.id).collect();
    let first: Vec<_> = (1..=MEMBERS_MAX as u128).map(MemberId::mint).collect();
    assert_eq!(found, first);
}

/// With everything else that it says of itself.
pub async fn a_greater_counter_takes_the_place_of_a_smaller(data: &dyn Backend) {
    let stores = begin(data).await.stores;
    renew(&stores, &member(1, 1)).await;
    let later = Member {
        roles: vec!["janitor".to_owned()],
        host: "elsewhere".to_owned(),
        process: 1,
        version: "2.0.0".to_owned(),
        started_at: after(-7),
        ..member(1, 9)
    };
    renew(&stores, &later).await;
    assert_eq!(members(&stores).await, [later]);
}

/// Nor does one that comes a second time.
pub async fn a_late_renewal_changes_nothing(data: &dyn Backend) {
    let stores = begin(data).await.stores;
    let now = member(1, 5);
    renew(&stores, &now).await;
    for counter in [1, 4, 5] {
        renew(&stores, &Member { host: "late".to_owned(), ..member(1, counter) }).await;
        assert_eq!(members(&stores).await, std::slice::from_ref(&now), "{counter}");
    }
}

/// Leaving twice is leaving once, and nobody else goes with it.
pub async fn who_left_is_gone(data: &dyn Backend) {
    let stores = begin(data).await.stores;
    let stays = member(2, 3);
    renew(&stores, &member(1, 5)).await;
    renew(&stores, &stays).await;
    for _ in 0..2 {
        assert_eq!(stores.members.leave(&MemberId::mint(1)).await, Ok(()));
        assert_eq!(members(&stores).await, std::slice::from_ref(&stays));
    }
}

/// A member that was only slow is not swept away by who believed it dead.
pub async fn who_was_seen_dead_is_forgotten_unless_it_renewed_meanwhile(data: &dyn Backend) {
    let stores = begin(data).await.stores;
    let id = MemberId::mint(1);
    renew(&stores, &member(1, 5)).await;
    renew(&stores, &member(2, 4)).await;
    for counter in [4, 6] {
        assert_eq!(stores.members.forget_member(&id, counter).await, Ok(()));
        assert_eq!(members(&stores).await.len(), 2, "{counter}");
    }
    for _ in 0..2 {
        assert_eq!(stores.members.forget_member(&id, 5).await, Ok(()));
        assert_eq!(members(&stores).await, [member(2, 4)]);
    }
    renew(&stores, &member(1, 6)).await;
    assert_eq!(members(&stores).await.len(), 2, "it lived after all");
}

/// In whichever order they arrive.
pub async fn of_concurrent_renewals_the_greatest_counter_stays(data: &dyn Backend) {
    let mut tasks = JoinSet::new();
    for counter in 1..=16 {
        let stores = data.open().await;
        tasks.spawn(async move { renew(&stores, &member(1, counter)).await });
    }
    tasks.join_all().await;
    assert_eq!(members(&data.open().await).await, [member(1, 16)]);
}
