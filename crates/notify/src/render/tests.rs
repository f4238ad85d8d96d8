//! One wording for each kind of notice and each cause.

use domain::{Cause, Instant};

use super::*;
use crate::sample;

fn headline(notice: &Notice) -> String {
    telling(notice, sample::now(), None).headline()
}

#[test]
fn each_kind_of_notice_has_one_headline() {
    for (notice, line) in [
        (sample::failed(), "🔴 billing / nightly failed: exit 3 — disk full"),
        (sample::stale(), "🟠 billing / nightly went silent: nothing heard for 12m, run run-42"),
        (sample::overrun(), "🟠 billing / nightly is running too long: 1h2m so far, its limit is 1h"),
        (sample::missed(1), "🔴 billing / nightly missed a run: expected at 2024-01-15 01:00 UTC"),
        (
            sample::missed(3),
            "🔴 billing / nightly missed 3 runs: the last one expected at 2024-01-15 01:10 UTC",
        ),
        (sample::widened(), "🔴 billing / nightly also failed: exit 3 — disk full"),
        (sample::repeated(), "🔴 billing / nightly failed again: 4 failures in a row, exit 3 — disk full"),
        (sample::reminded(), "🔴 billing / nightly is still failing: for 1h12m, 3 failures in a row"),
        (sample::recovered(), "🟢 billing / nightly recovered after 1h12m: was failing"),
        (sample::dropped(), "⚪ billing / nightly is no longer watched: was failing"),
        (
            sample::unobserved(),
            "🟠 Punctual could not watch for 7m: from 2024-01-15 02:05 UTC to 2024-01-15 02:12 UTC, 3 slots not judged",
        ),
    ] {
        assert_eq!(headline(&notice), line);
    }
}

#[test]
fn a_failure_says_what_is_known_of_it() {
    let told = |change: fn(&mut domain::Story)| {
        headline(&sample::edit(sample::failed(), |alert| change(&mut alert.story)))
    };
    assert_eq!(told(|story| story.exit_code = None), "🔴 billing / nightly failed: disk full");
    assert_eq!(told(|story| story.error = None), "🔴 billing / nightly failed: exit 3");
    assert_eq!(told(|story| (story.error, story.exit_code) = (None, None)), "🔴 billing / nightly failed");
    assert_eq!(
        told(|story| story.failures = 3),
        "🔴 billing / nightly failed: 3 failures in a row, exit 3 — disk full"
    );
    assert_eq!(
        told(|story| story.error = Some("a\n  b\u{202e}c".into())),
        "🔴 billing / nightly failed: exit 3 — a bc"
    );
}

#[test]
fn a_repeat_names_what_happened_again_and_not_the_worst_of_all_that_is_wrong() {
    let missed = sample::edit(sample::missed(3), |alert| {
        alert.kind = AlertKind::Repeated;
        alert.causes.put(Cause::Failing, true);
        alert.cause = Some(Cause::Failing);
    });
    let line = "🔴 billing / nightly missed a run again: 3 missed in a row, the last one expected at 2024-01-15 01:10 UTC";
    assert_eq!(headline(&missed), line);
}

#[test]
fn what_has_no_names_is_called_by_its_id() {
    let bare = sample::edit(sample::stale(), |alert| {
        alert.story.service_name.clear();
        alert.story.job_name = "\u{200b}".into();
    });
    assert!(headline(&bare).starts_with("🟠 billing-nightly went silent"), "{}", headline(&bare));
    let half = sample::edit(sample::stale(), |alert| alert.story.service_name.clear());
    assert!(headline(&half).starts_with("🟠 nightly went silent"), "{}", headline(&half));
}

#[test]
fn the_plain_text_holds_everything() {
    let links = Links::new("https://punctual.example.org").expect("an address");
    let told = telling(&sample::failed(), sample::now() + Duration::HOUR, Some(&links));
    assert_eq!(
        told.plain(),
        "🔴 billing / nightly failed: exit 3 — disk full\n\n\
         disk full\n\n\
         Service: billing\nJob: nightly\nStatus: failed\nTime: 2024-01-15 02:12 UTC\nRun: run-42\nExit code: 3\n\
         Duration: 12m5s\nNext run expected: 2024-01-16 02:00 UTC\nScheduler: billing-nightly\n\
         Delivered late: 1h after it was decided\n\n\
         https://punctual.example.org/portal/schedulers/billing-nightly"
    );
}

#[test]
fn headlines_stay_short_and_on_one_line_whatever_jobs_send() {
    for filler in ["x", "\n", "\u{202e}a", "é 👩‍👧"] {
        for notice in sample::all() {
            let line = headline(&sample::hostile(notice, filler));
            assert!(line.chars().count() < 500 && !line.contains('\n'), "{line}");
        }
    }
}

#[test]
fn an_alert_from_the_future_is_not_late() {
    let told = telling(&sample::failed(), Instant::MIN, None);
    assert!(told.facts.iter().all(|fact| fact.label != "Delivered late"));
}

#[test]
fn a_group_links_to_the_page_of_what_it_is_part_of_and_else_nowhere() {
    let url = |notice: &app::Notice| telling(notice, sample::now(), Some(&sample::links())).url;
    assert_eq!((url(&sample::storm()), url(&sample::quiet())), (None, None));
    let app::Notice::Group(mut group) = sample::storm() else { panic!("a group") };
    group.reason = app::GroupReason::Upstream { scheduler: domain::SchedulerId::trusted("load/orders") };
    let page = url(&app::Notice::Group(group)).expect("a page");
    assert!(page.ends_with("/portal/schedulers/load%2Forders"), "{page}");
}
