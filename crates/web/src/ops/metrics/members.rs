//! Who shares the work, as this instance sees it.

use app::App;

use crate::ops::Page;

pub(super) fn write(page: &mut Page, app: &App) {
    let seats = app.seats();
    let members = "Instances on the store that are taken for alive.";
    page.single("punctual_members", "gauge", members, seats.len() as f64);
    let shards = app.shards();
    page.single(
        "punctual_shards",
        "gauge",
        "Shards that schedulers are divided into.",
        shards.count().into(),
    );
    let watched = "Shards whose deadlines this instance watches.";
    page.single("punctual_shards_watched", "gauge", watched, shards.len().into());
    page.family("punctual_member_first", "gauge", "Whether this instance has a role for all.");
    let here = seats.iter().find(|seat| seat.is_here);
    for role in here.iter().flat_map(|seat| &seat.member.roles) {
        let is_first = here.is_some_and(|seat| seat.first_as.contains(role));
        page.sample("punctual_member_first", &[("role", role)], f64::from(u8::from(is_first)));
    }
}
