//! Heartbeats: one item read, one attribute of it written, no index touched.

use app::ports::Beat;

use super::commit::resting_on_text;
use super::hot::{Hot, hot_key};
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Write, to_json};
use crate::schema::Table;

/// How often a heartbeat is merged anew because another came between.
const ROUNDS_MAX: usize = 20;

pub(super) async fn beat(store: &Store, beat: &Beat) -> Faulty<()> {
    for _ in 0..ROUNDS_MAX {
        let known = store.standing(&beat.key).await?.alive().filter(|hot| is_seen(hot, beat));
        let known = known.ok_or(Fault::Conflict)?;
        let after = known.liveness.after_beat(beat.at, &beat.beating, &beat.open);
        let write = Write::update(Table::Schedulers, hot_key(&beat.key), "set lv = :lv")
            .when("ver = :ver and inc = :inc")
            .binding("ver", beat.seen.version)
            .binding("inc", beat.seen.incarnation)
            .binding("lv", to_json(&after)?);
        match store.gateway.write(resting_on_text(write, "lv", known.liveness_text.as_deref())).await {
            Err(Fault::Conflict) => {}
            other => return other,
        }
    }
    Err(Fault::Away("too many heartbeats at once for one scheduler: send fewer".to_owned()))
}

fn is_seen(hot: &Hot, beat: &Beat) -> bool {
    hot.version == beat.seen.version && hot.incarnation == beat.seen.incarnation
}
