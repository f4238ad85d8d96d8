//! The rules and the naive model see the same job: they conclude the same, and the evaluator is awake in time.

use domain::{ConfigChange, Duration, Event, Fact, Gap, Instant, Limit, Patch, wake_at};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::naive::{Act, Limits, Naive, Slots, Verdict};
use crate::moments::at;
use crate::rules::{cron, every, grace, looping};
use crate::story::{Story, completed, failed, running, scheduled};

/// How long is watched: longer than any limit drawn here.
const HORIZON: i64 = 8 * 3600;
/// Quiet after an outage, as the story has it.
const QUIET: i64 = 60;

fn limits() -> impl Strategy<Value = Limits> {
    let period = || select(vec![300, 600, 1800, 3600_i64]);
    let slots = prop_oneof![
        1 => Just(Slots::None),
        4 => period().prop_map(Slots::Calendar),
        2 => period().prop_map(Slots::FromStart),
        2 => period().prop_map(Slots::FromEnd),
    ];
    let grace = select(vec![0, 30, 300, 3600_i64]);
    let timeout = option::of(select(vec![60, 600, 3000_i64]));
    (slots, grace, select(vec![120, 3600, 7200_i64]), timeout)
        .prop_map(|(slots, grace, max_runtime, timeout)| Limits { slots, grace, max_runtime, timeout })
}

/// What a job does: pauses in seconds, many of them around what matters.
fn acts() -> impl Strategy<Value = Vec<(i64, Act, u8)>> {
    let wait = prop_oneof![
        select(vec![
            1, 29, 30, 31, 59, 60, 61, 119, 120, 299, 300, 301, 599, 600, 601, 1799, 1800, 3599, 3600
        ]),
        1..1500_i64,
    ];
    let act = select(vec![Act::Start, Act::Start, Act::Beat, Act::Complete, Act::Complete, Act::Fail]);
    vec((wait, act, 0..12_u8), 0..25)
}

fn change(limits: &Limits) -> ConfigChange {
    let seconds = |seconds: i64| Duration::from_seconds(seconds);
    let text = |period: i64| format!("{period}s");
    let schedule = match limits.slots {
        Slots::None => None,
        Slots::Calendar(3600) => Some(cron("0 * * * *")),
        Slots::Calendar(period) => Some(cron(&format!("*/{} * * * *", period / 60))),
        Slots::FromStart(period) => Some(every(&text(period))),
        Slots::FromEnd(period) => Some(looping(&text(period))),
    };
    ConfigChange {
        max_runtime: Patch::Set(Limit::After(seconds(limits.max_runtime))),
        heartbeat_timeout: limits
            .timeout
            .map_or(Patch::Keep, |timeout| Patch::Set(Limit::After(seconds(timeout)))),
        ..schedule.map(|schedule| scheduled(grace(schedule, &text(limits.grace)))).unwrap_or_default()
    }
}

fn instant(second: i64) -> Instant {
    at("mon 00:00") + Duration::from_seconds(second)
}

fn second(at: Instant) -> i64 {
    (at.as_millis() - instant(0).as_millis()) / 1000
}

/// How it ends with an evaluator that is awake in time, or that sleeps until the job is done. No two things happen in
/// the same millisecond.
fn lived(limits: &Limits, acts: &[(i64, Act, u8)], prompt: bool) -> Story {
    let mut story = Story::registered("mon 00:00", change(limits));
    for (place, (wait, act, run)) in acts.iter().enumerate() {
        let now = story.now + Duration::from_millis(wait * 1000 + place as i64 + 1);
        if prompt {
            story.until(now);
        }
        story.now = now;
        tell(&mut story, *act, *run);
    }
    story.until(story.now + Duration::from_seconds(HORIZON));
    story
}

/// Both watch the same job; and when it acted.
fn watched(
    limits: &Limits,
    acts: &[(i64, Act, u8)],
    outage: Option<(usize, i64)>,
) -> (Story, Naive, Vec<i64>) {
    let mut story = Story::registered("mon 00:00", change(limits));
    let out = outage.filter(|(before, _)| *before < acts.len()).map(|(before, length)| {
        let from: i64 = acts.iter().take(before).map(|(wait, _, _)| wait).sum::<i64>() + 1;
        (from, from + length)
    });
    let mut naive = Naive::new(*limits, out.map(|(from, until)| (from, until + QUIET)));
    let (mut now, mut acted) = (0, Vec::new());
    let mut down = out;
    for (wait, act, run) in acts {
        if let Some((from, until)) = down.filter(|(from, _)| now + wait >= *from) {
            story.until(instant(from - 1));
            story.facts.gaps.push(Gap { from: instant(from), until: instant(until + QUIET) });
            story.now = instant(until);
            now = now.max(until);
            down = None;
        }
        now += wait;
        story.until(instant(now));
        naive.walk(now);
        tell(&mut story, *act, *run);
        naive.act(*act, *run);
        acted.push(now);
    }
    (story, naive, acted)
}

fn tell(story: &mut Story, act: Act, run: u8) {
    let name = run.to_string();
    // What was closed may be refused, which is none of the model's business.
    let _ = match act {
        Act::Start => story.try_say(running().run(&name)),
        Act::Beat => story.try_heartbeat(Some(&name)),
        Act::Complete => story.try_say(completed().run(&name)),
        Act::Fail => story.try_say(failed().run(&name)),
    };
}

fn concluded(story: &Story, step: i64) -> Vec<(i64, Verdict)> {
    let name = |no| {
        let run = story.runs.iter().find(|run| run.no == no).expect("a run");
        run.run_id.as_ref().expect("a name").as_str().parse().expect("a number")
    };
    let verdicts = |event: &Event| -> Vec<(i64, Verdict)> {
        let at = second(event.at);
        match &event.fact {
            Fact::RunWentStale { run, .. } => vec![(at, Verdict::Stale(name(*run)))],
            Fact::RunOverran { run, .. } => vec![(at, Verdict::Overrun(name(*run)))],
            Fact::SlotsMissed(slots) => {
                let last = second(slots.last);
                let slots: Vec<_> = (second(slots.first)..=last).step_by(step as usize).collect();
                slots.into_iter().map(|slot| (at, Verdict::Missed(slot))).collect()
            }
            _ => vec![],
        }
    };
    story.log.iter().flat_map(verdicts).collect()
}

fn period(limits: &Limits) -> i64 {
    match limits.slots {
        Slots::None => 1,
        Slots::Calendar(period) | Slots::FromStart(period) | Slots::FromEnd(period) => period,
    }
}

/// Runs in time, slots by themselves: they are recorded at most hourly where many are missed in a row. Then one whose
/// grace ends in the very second in which the job acts may be met or missed.
fn comparable(mut verdicts: Vec<(i64, Verdict)>, until: i64, tied: &[i64]) -> Vec<(i64, Verdict)> {
    verdicts.retain(|(at, verdict)| match verdict {
        Verdict::Missed(slot) => *slot <= until - 2 * 3600 && !tied.contains(slot),
        _ => *at <= until,
    });
    for (at, verdict) in &mut verdicts {
        if let Verdict::Missed(slot) = verdict {
            *at = *slot;
        }
    }
    verdicts.sort_unstable();
    verdicts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn what_is_concluded_is_what_the_naive_model_concludes(
        limits in limits(),
        acts in acts(),
        outage in option::of((0..20_usize, 60..7200_i64)),
    ) {
        let (mut story, mut naive, acted) = watched(&limits, &acts, outage);
        let end = second(story.now) + HORIZON;
        story.until(instant(end));
        naive.walk(end);
        let tied: Vec<_> = acted.iter().map(|now| now - limits.grace).collect();
        let ours = comparable(concluded(&story, period(&limits)), end, &tied);
        prop_assert_eq!(ours, comparable(naive.verdicts, end, &tied));
    }

    #[test]
    fn what_is_concluded_does_not_depend_on_how_promptly_the_evaluator_runs(limits in limits(), acts in acts()) {
        // But for silence: who is heard was not silent.
        let limits = Limits { timeout: Some(10 * HORIZON), ..limits };
        let ends = |prompt| {
            let story = lived(&limits, &acts, prompt);
            let verdicts = concluded(&story, period(&limits)).into_iter().map(|(_, verdict)| (0, verdict));
            let runs: Vec<_> = story.runs.iter().map(|run| (run.no, run.state)).collect();
            let verdicts = comparable(verdicts.collect(), second(story.now), &[]);
            (verdicts, runs, story.status(), story.scheduler.causes())
        };
        prop_assert_eq!(ends(true), ends(false));
    }

    #[test]
    fn the_evaluator_is_awake_before_anything_is_to_be_concluded(
        limits in limits(),
        acts in acts(),
        outage in option::of((0..20_usize, 60..7200_i64)),
    ) {
        let (story, mut naive, _) = watched(&limits, &acts, outage);
        let (known, now) = (naive.verdicts.len(), second(story.now));
        let row = story.scheduler.state.missed.as_ref().map_or(0, |missed| missed.count);
        let wake = wake_at(&story.scheduler, &story.facts);
        naive.walk(now + HORIZON);
        let next = naive.verdicts[known..].iter().find(|(_, verdict)| {
            row < domain::deadline::MISSED_SINGLY_MAX || !matches!(verdict, Verdict::Missed(_))
        });
        if let Some((due, verdict)) = next {
            prop_assert!(wake.is_some_and(|wake| second(wake) <= *due), "{verdict:?} at {due}, awake at {wake:?}");
        }
    }
}
