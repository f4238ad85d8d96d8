//! Any events in any order: nothing panics, and the state stays bounded in what it concludes.

use std::sync::Arc;

use domain::config::Config;
use domain::event::{Abandoned, Filed, Resolution, Slots, Standing, Touched};
use domain::id::IncidentId;
use domain::report::ReportFacts;
use domain::scheduler::OpenRun;
use domain::{
    Cause, CauseSet, Command, Duration, Event, Fact, Facts, Instant, Noted, Outcome, RunId, RunNo, Status,
    decide, react, replay, shown_deadline, touched_runs, wake_at,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::steps::change;
use crate::story::Story;

fn instant() -> impl Strategy<Value = Instant> {
    let near = 1_767_000_000_000..1_768_000_000_000_i64;
    prop_oneof![8 => near.prop_map(Instant::from_millis), 1 => any::<i64>().prop_map(Instant::from_millis)]
}

fn run() -> impl Strategy<Value = RunNo> {
    (0..5_u64).prop_map(RunNo)
}

fn report() -> impl Strategy<Value = ReportFacts> {
    let run_id = option::of((0..4_u8).prop_map(|name| RunId::trusted(name.to_string())));
    (instant(), instant(), instant(), run_id).prop_map(|(timestamp, received_at, happened_at, run_id)| {
        ReportFacts {
            timestamp,
            received_at,
            happened_at,
            run_id,
            report_id: None,
            execution_time: None,
            exit_code: None,
            error: None,
            no: 0,
            future: false,
        }
    })
}

fn slots() -> impl Strategy<Value = Slots> {
    (instant(), instant(), any::<u32>(), option::of(instant())).prop_map(|(first, last, count, next)| Slots {
        first,
        last,
        count,
        next,
    })
}

fn causes() -> impl Strategy<Value = CauseSet> {
    vec(select(Cause::ALL.to_vec()), 0..4).prop_map(CauseSet::from)
}

fn about_configuration() -> impl Strategy<Value = Fact> {
    let config = change().prop_map(|change| Arc::new(change.applied_to(&Config::default())));
    let touched = any::<[bool; 3]>().prop_map(|[schedule, max_runtime, heartbeat_timeout]| Touched {
        schedule,
        max_runtime,
        heartbeat_timeout,
    });
    (config, touched, option::of(instant()), 0..4_u8).prop_map(|(config, touched, at, kind)| match kind {
        0 => Fact::Registered { config, expected: at },
        1 => Fact::Configured { config, touched, expected: at },
        2 => Fact::Paused { until: at },
        _ => Fact::Resumed { expected: at },
    })
}

fn about_reports() -> impl Strategy<Value = Fact> {
    let rest = (any::<[bool; 3]>(), option::of(instant()), 0..7_u8);
    (run(), report(), instant(), rest).prop_map(
        |(run, report, at, ([meets, old, failed], expected, kind))| {
            let standing = if old { Standing::Old } else { Standing::Current };
            let outcome = if failed { Outcome::Failed } else { Outcome::Completed };
            match kind {
                0 => Fact::PendingReported { report },
                1 => Fact::RunStarted { run, report, judged_from: at, standing, meets, expected },
                2 => Fact::RunRefreshed { run, report },
                3 => Fact::RunFinished {
                    run,
                    report,
                    outcome,
                    run_id: None,
                    started_at: Some(at),
                    duration: None,
                    standing,
                    meets,
                    expected,
                },
                4 => Fact::StartFilled { run, report, started_at: at, duration: None, expected },
                5 => Fact::Noted { report, noted: Noted::Log },
                _ => Fact::ReportFiled { status: Status::Failed, report, filed: Filed::Old },
            }
        },
    )
}

fn about_time() -> impl Strategy<Value = Fact> {
    (run(), slots(), instant(), 0..8_u8).prop_map(|(run, slots, at, kind)| match kind {
        0 => Fact::HeartbeatsBegan { run },
        1 => Fact::RunWentStale { run, heard_at: at },
        2 => Fact::RunRevived { run },
        3 => Fact::RunOverran { run, due: at },
        4 => Fact::RunAbandoned { run, reason: Abandoned::Dead, expected: Some(at) },
        5 => Fact::SlotsMissed(slots),
        6 => Fact::SlotsSkipped(slots),
        _ => Fact::SlotsUnobserved(slots),
    })
}

fn about_incidents() -> impl Strategy<Value = Fact> {
    (0..3_u128, causes(), 0..7_u8).prop_map(|(incident, causes, kind)| {
        let (incident, by) = (IncidentId::mint(incident), "ann".to_owned());
        match kind {
            0 => Fact::IncidentOpened { incident, causes },
            1 => Fact::IncidentWidened { entered: causes, causes },
            2 => Fact::IncidentRepeated { causes },
            3 => Fact::IncidentReminded { causes },
            4 => Fact::IncidentAcknowledged { by, causes },
            5 => Fact::AcknowledgementWithdrawn { by },
            _ => Fact::IncidentResolved { incident, resolution: Resolution::Recovered },
        }
    })
}

fn event() -> impl Strategy<Value = Event> {
    let fact = prop_oneof![about_configuration(), about_reports(), about_time(), about_incidents()];
    (any::<u32>(), instant(), fact).prop_map(|(version, at, fact)| Event {
        version: version.into(),
        at,
        fact,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn any_events_in_any_order_make_a_state_that_can_be_asked_anything(
        events in vec(event(), 0..60),
        now in instant(),
    ) {
        let before = Story::unborn(now).scheduler;
        let after = replay(before.clone(), &events);
        let facts = Facts::default();
        prop_assert_eq!(after.version, events.last().map_or(0, |event| event.version));
        let _ = (after.health(now), after.status(), wake_at(&after, &facts), shown_deadline(&after, &facts));
        prop_assert!(react(&before, &after, &events).len() <= events.len());
        prop_assert!(touched_runs(&before, &events, None).len() <= 5);
        let evaluated = decide(&after, &facts, Command::Evaluate, now);
        prop_assert_eq!(evaluated.is_ok(), after.is_born());
    }

    #[test]
    fn a_heartbeat_never_moves_the_last_one_back(
        beats in vec((instant(), 0..4_u64), 1..20),
        open in vec(run(), 0..20),
    ) {
        let mut liveness = domain::Liveness::default();
        for (at, run) in beats {
            let next = liveness.after_beat(at, &[RunNo(run)], &open);
            prop_assert!(next.last >= liveness.last && next.runs.len() <= open.len());
            for no in &open {
                prop_assert!(heard(&next, *no) >= heard(&liveness, *no));
            }
            liveness = next;
        }
    }
}

fn heard(liveness: &domain::Liveness, no: RunNo) -> Instant {
    let started_at = Instant::MIN + Duration::SECOND;
    liveness.heard(&OpenRun {
        no,
        run_id: None,
        started_at,
        heard_at: started_at,
        judged_from: started_at,
        resumed_at: None,
        beats: false,
        stale_at: None,
        overran_at: None,
    })
}
