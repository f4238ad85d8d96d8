//! What goes wrong around the server: it dies, its store fails, its clock is set, its channels are unwell, its roles halt.

use domain::{Duration, Instant};

use super::dice::Dice;
use crate::sim::act::{Act, Fault, Mood, Step};
use crate::sim::receivers::PLACES;

struct Gremlin<'a> {
    dice: &'a Dice,
    steps: Vec<Step>,
}

/// Everything that goes wrong.
pub(super) fn all(dice: &Dice, begins: Instant, ends: Instant, bad_clock: bool) -> Vec<Step> {
    let mut gremlin = Gremlin { dice, steps: Vec::new() };
    let days = ends.since(begins).as_millis() / Duration::DAY.as_millis() + 1;
    for _ in 0..days * 14 {
        gremlin.strike(dice.moment(begins, ends));
    }
    if bad_clock {
        for _ in 0..days {
            gremlin.mend_clock(dice.moment(begins, ends));
        }
    }
    gremlin.steps.retain(|step| step.at < ends);
    gremlin.steps
}

impl Gremlin<'_> {
    fn act(&mut self, at: Instant, who: &str, act: Act) {
        self.steps.push(Step { at, who: who.to_owned(), act });
    }

    fn strike(&mut self, at: Instant) {
        let dice = self.dice;
        match dice.below(16) {
            0 | 1 => {
                self.act(at, "server", Act::Die);
                let back = at + dice.length(&["1s", "8s", "40s", "5m", "1h", "3h"]);
                self.act(back, "server", Act::Start);
            }
            2 | 3 => {
                let (write, after) = (1 + dice.below(12) as u32, dice.often(50));
                self.act(at, "server", Act::DieAt { write, after });
            }
            4..=6 => {
                let (fault, times) = (dice.pick(&Fault::ALL), 1 + dice.below(4) as u32);
                self.act(at, "store", Act::Trouble { fault, times });
            }
            7 => {
                self.act(at, "store", Act::Full(true));
                self.act(at + dice.length(&["10s", "2m", "1h"]), "store", Act::Full(false));
            }
            8..=11 => {
                let channel = dice.pick(&PLACES).name;
                let mood = if dice.often(15) { Mood::Broken } else { dice.pick(&Mood::ALL) };
                self.act(at, channel, Act::Mood(mood));
                let over = at + dice.length(&["1m", "30m", "6h", "25h"]);
                self.act(over, channel, Act::Mood(Mood::Takes));
                if mood == Mood::Broken {
                    self.act(over + dice.length(&["1s", "10m"]), channel, Act::SwitchOn);
                }
            }
            12 => {
                let role = dice.pick(&["evaluator", "router", "dispatcher"]);
                self.act(at, role, Act::Works(false));
                self.act(at + dice.length(&["10s", "10m", "2h"]), role, Act::Works(true));
            }
            13 => {
                let roles = ["observer", "evaluator", "router", "dispatcher", "janitor"];
                self.act(at, dice.pick(&roles), Act::Again);
            }
            14 => self.act(at, "deliveries", Act::SendAgain),
            _ => {
                self.act(at, "clock", Act::Drift(dice.below(400) as i64 - 200));
            }
        }
    }

    fn mend_clock(&mut self, at: Instant) {
        let by = self.dice.length(&["3s", "6s", "2m", "1h", "5h"]).as_millis();
        self.act(at, "clock", Act::StepClock(by));
        if self.dice.often(60) {
            self.act(at + self.dice.length(&["20s", "10m", "3h"]), "clock", Act::StepClock(-by));
        }
    }
}
