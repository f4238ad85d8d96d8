//! What people set up and take away again: maintenance windows of every kind, and rules.

use domain::maintenance::When;
use domain::{Cause, Duration, Instant, Rule, SchedulerId, Selector, Severity, Window};

use super::dice::Dice;
use super::plans;
use crate::sim::act::{Act, Step};

/// Everything that is set up.
pub(super) fn all(dice: &Dice, begins: Instant, ends: Instant) -> Vec<Step> {
    let days = ends.since(begins).as_millis() / Duration::DAY.as_millis() + 1;
    let mut steps = Vec::new();
    let mut act = |at, who: String, act| steps.push(Step { at, who, act });
    for number in 0..days * 3 {
        let at = dice.moment(begins, ends);
        let name = format!("window-{}", number % 5);
        act(at, name.clone(), Act::Maintain(Box::new(window(dice, at))));
        if dice.often(30) {
            act(at + dice.length(&["20m", "3h", "14h"]), name, Act::TakeAway);
        }
    }
    for number in 0..days * 6 {
        let at = dice.moment(begins, ends);
        let name = format!("rule-{}", number % 6);
        act(at, name.clone(), Act::Rule(Box::new(rule(dice))));
        if dice.often(20) {
            act(at + dice.length(&["1h", "14h"]), name, Act::TakeAway);
        }
    }
    steps.retain(|step| step.at < ends);
    steps
}

fn window(dice: &Dice, at: Instant) -> Window {
    let when = if dice.often(60) {
        let from = at + dice.length(&["0s", "5m", "2h"]);
        When::Once { from, until: from + dice.length(&["10m", "1h", "3h", "9h"]) }
    } else {
        let crons = ["0 1 * * *", "30 */6 * * *", "0 22 * * 1-5"];
        let zone = dice.pick(&["UTC", "Europe/Riga", "America/New_York"]);
        When::Recurring {
            recurrence: plans::cron(dice.pick(&crons), zone),
            length: dice.length(&["30m", "2h"]),
        }
    };
    Window { selector: selector(dice), when }
}

fn selector(dice: &Dice) -> Selector {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    match dice.below(6) {
        0 => Selector { tags: owned(&["crowd"]), ..Selector::default() },
        1 => Selector { tags: owned(&["db", "chain"]), ..Selector::default() },
        2 => Selector { services: owned(&["shop"]), ..Selector::default() },
        3 => {
            Selector { services: owned(&["billing"]), tags: owned(&["etl", "crowd"]), ..Selector::default() }
        }
        4 => {
            let ids = ["job-1", "job-5", "job-6", "source", "crowd-3"].map(SchedulerId::trusted);
            Selector { schedulers: ids.to_vec(), ..Selector::default() }
        }
        _ => Selector { tags: owned(&["etl"]), ..Selector::default() },
    }
}

fn rule(dice: &Dice) -> Rule {
    let channels: &[&str] = match dice.below(5) {
        0 => &["pager"],
        1 => &["mail", "slack"],
        2 => &["nobody", "oncall"],
        3 => &["webhook", "pager"],
        _ => &["mail"],
    };
    Rule {
        selector: if dice.often(50) { selector(dice) } else { Selector::default() },
        causes: if dice.often(40) { vec![dice.pick(&Cause::ALL)] } else { Vec::new() },
        severity: dice.often(40).then(|| dice.pick(&Severity::ALL)),
        channels: channels.iter().map(|name| (*name).to_owned()).collect(),
        last: dice.often(50),
        position: 0,
    }
}
