//! Jobs that go wrong together: a crowd that fails within a minute, chains and circles of jobs that rest upon each other.

use domain::config::Escalation;
use domain::{ConfigChange, Duration, Instant, Patch, SchedulerId, Severity, Status};

use super::dice::Dice;
use crate::fixtures::registration;
use crate::sim::act::{Act, Message, Step};

/// More than may be told singly in a minute.
const CROWD: usize = 27;
/// Who rests upon whom.
const CHAIN: [(&str, &[&str]); 6] = [
    ("source", &[]),
    ("load", &["source"]),
    ("report", &["load", "nobody"]),
    ("egg", &["hen"]),
    ("hen", &["egg"]),
    ("omelette", &["egg", "source"]),
];

struct Crowd<'a> {
    dice: &'a Dice,
    ends: Instant,
    steps: Vec<Step>,
}

/// Everything that goes wrong together.
pub(super) fn all(dice: &Dice, begins: Instant, ends: Instant) -> Vec<Step> {
    let mut crowd = Crowd { dice, ends, steps: Vec::new() };
    let names: Vec<String> = (0..CROWD).map(|number| format!("crowd-{number}")).collect();
    for (number, name) in names.iter().enumerate() {
        crowd.act(begins + Duration::MINUTE, name, Act::Register(Box::new(one_of_many(number))));
    }
    for (name, rests_on) in CHAIN {
        let change = Box::new(link(dice, rests_on));
        crowd.act(begins + Duration::MINUTE, name, Act::Register(change));
    }
    let days = ends.since(begins).as_millis() / Duration::DAY.as_millis() + 1;
    for _ in 0..days {
        crowd.fail_together(dice.moment(begins, ends), &names);
        for _ in 0..4 {
            crowd.fail_in_a_chain(dice.moment(begins, ends));
        }
    }
    crowd.steps.retain(|step| step.at < ends && step.at > begins);
    crowd.steps
}

/// Each a little different: who hears, how much it matters, whether others are woken.
fn one_of_many(number: usize) -> ConfigChange {
    let channels: &[&str] = match number % 9 {
        1 => &["pager"],
        2 => &["mail"],
        3 => &["oncall", "slack"],
        4 => &["pager", "mail", "oncall"],
        _ => &[],
    };
    let named = channels.iter().map(|name| (*name).to_owned()).collect();
    ConfigChange {
        tags: Patch::Set(vec!["crowd".to_owned()]),
        channels: if channels.is_empty() { Patch::Keep } else { Patch::Set(named) },
        severity: if number % 7 == 2 { Patch::Set(Severity::Critical) } else { Patch::Keep },
        escalation: if number % 4 == 1 { Patch::Set(steps(number % 3 + 1)) } else { Patch::Keep },
        service_name: Some(if number.is_multiple_of(2) { "shop".to_owned() } else { "billing".to_owned() }),
        ..registration()
    }
}

fn link(dice: &Dice, rests_on: &[&str]) -> ConfigChange {
    let rests_on: Vec<SchedulerId> = rests_on.iter().map(|id| SchedulerId::trusted(*id)).collect();
    let named = |names: &[&str]| Patch::Set(names.iter().map(|name| (*name).to_owned()).collect());
    ConfigChange {
        tags: named(&["chain"]),
        depends_on: if rests_on.is_empty() { Patch::Keep } else { Patch::Set(rests_on) },
        channels: if dice.often(60) { named(&["pager", "slack"]) } else { Patch::Keep },
        escalation: if dice.often(40) { Patch::Set(steps(1)) } else { Patch::Keep },
        realert_after: Patch::Set(domain::Limit::After(Duration::from_minutes(5))),
        ..registration()
    }
}

fn steps(many: usize) -> Vec<Escalation> {
    let all = [("10m", "pager"), ("30m", "oncall"), ("2h", "mail")];
    let step = |(after, channel): (&str, &str)| Escalation {
        after: after.parse().expect("a length"),
        channels: vec![channel.to_owned()],
    };
    all.into_iter().take(many).map(step).collect()
}

impl Crowd<'_> {
    fn act(&mut self, at: Instant, who: &str, act: Act) {
        self.steps.push(Step { at, who: who.to_owned(), act });
    }

    fn say(&mut self, at: Instant, who: &str, status: Status) {
        self.act(at, who, Act::Report(Message { error: status == Status::Failed, ..Message::of(status) }));
    }

    /// All of them within a minute; most are well again later, some before the minute is over.
    fn fail_together(&mut self, at: Instant, names: &[String]) {
        let length = self.dice.length(&["10s", "3m", "40m", "3h"]);
        for name in names {
            let failed = at + self.dice.between(Duration::ZERO, Duration::from_seconds(40));
            self.say(failed, name, Status::Failed);
            if self.dice.often(30) {
                self.say(failed + Duration::from_minutes(61), name, Status::Failed);
            }
            if self.dice.often(8) {
                self.act(failed + self.dice.length(&["1m", "9m"]), name, Act::Acknowledge);
            }
            if self.dice.often(90) {
                let well = failed + length + self.dice.between(Duration::ZERO, Duration::MINUTE);
                self.say(well, name, Status::Completed);
            }
        }
    }

    /// What rests upon another fails with it, sooner or later, and is well again before it or after it.
    fn fail_in_a_chain(&mut self, at: Instant) {
        for (name, _) in CHAIN {
            let mut failed = at + self.dice.length(&["0s", "1s", "2m", "10m"]);
            if self.dice.often(25) {
                continue;
            }
            let well = at + self.dice.length(&["5m", "20m", "90m", "5h"]);
            while failed < well && failed < self.ends {
                self.say(failed, name, Status::Failed);
                failed = failed + self.dice.length(&["6m", "40m", "3h"]);
            }
            if self.dice.often(10) {
                self.act(failed, name, Act::Acknowledge);
            }
            if self.dice.often(4) {
                self.act(well - Duration::SECOND, name, Act::Pause(Some(Duration::from_minutes(9))));
            }
            self.say(well, name, Status::Completed);
        }
    }
}
