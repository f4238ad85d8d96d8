//! Jobs, as small machines: most do what they should most of the time, and each does everything wrong now and then. The
//! network between them and the server doubles, delays and reorders.

use domain::schedule::{From, Recurrence, Schedule};
use domain::{ConfigChange, Duration, Instant, Patch, Status};

use super::dice::Dice;
use super::plans;
use crate::sim::act::{Act, Message, Step};

/// Most runs of one job: a simulation is of many.
const RUNS_MAX: usize = 400;
/// One that is promised to behave goes on to the end.
const PROMISED_RUNS_MAX: usize = 20_000;

/// One job and the people around it.
struct Job<'a> {
    dice: &'a Dice,
    name: String,
    ends: Instant,
    steps: Vec<Step>,
    runs: usize,
    /// How many reports had an id.
    reports: usize,
}

/// Everything that one scheduler lives through.
pub(super) fn life(dice: &Dice, number: usize, promised: bool, begins: Instant, ends: Instant) -> Vec<Step> {
    let name = format!("{}-{number}", if promised { "good" } else { "job" });
    let mut job = Job { dice, name, ends, steps: Vec::new(), runs: 0, reports: 0 };
    let at = begins + dice.between(Duration::ZERO, Duration::from_minutes(90));
    if promised {
        job.behave(at, plans::sound(dice));
    } else {
        let change = plans::any(dice);
        job.act(at, Act::Register(Box::new(change.clone())));
        match dice.below(12) {
            0 => job.vanish(at),
            1 => job.storm(at),
            2 => job.wander(at),
            _ => job.muddle_through(at, &change),
        }
        job.people(at, &change);
    }
    job.steps.retain(|step| step.at < ends);
    job.steps
}

fn schedule_of(change: &ConfigChange) -> Option<&Schedule> {
    match &change.schedule {
        Patch::Set(schedule) => Some(schedule),
        Patch::Keep | Patch::Clear => None,
    }
}

/// Shorter than any limit, and over before it is due again.
fn longest(schedule: Option<&Schedule>, start: Instant) -> Duration {
    let next = schedule.and_then(|schedule| schedule.recurrence.slot_after(start));
    let gap = next.map_or(Duration::HOUR, |next| next.since(start));
    Duration::from_millis(gap.as_millis() / 3).min(Duration::from_minutes(40)).max(Duration::from_seconds(3))
}

impl Job<'_> {
    fn act(&mut self, at: Instant, act: Act) {
        self.steps.push(Step { at, who: self.name.clone(), act });
    }

    fn say(&mut self, at: Instant, message: Message) {
        self.act(at, Act::Report(message));
    }

    fn report_id(&mut self) -> String {
        self.reports += 1;
        format!("{}-r{}", self.name, self.reports)
    }

    fn run_id(&mut self) -> String {
        self.runs += 1;
        format!("run{}", self.runs)
    }

    /// The instants at which it should start, each following from the one before.
    fn next_start(&self, schedule: Option<&Schedule>, last: Instant, ended: Instant) -> Instant {
        let Some(schedule) = schedule else { return ended + self.dice.length(&["10m", "1h", "5h"]) };
        match &schedule.recurrence {
            Recurrence::Every { period, from: From::Start } => (last + *period).max(ended),
            Recurrence::Every { period, from: From::End } => ended + *period,
            calendar => calendar.slot_after(ended).unwrap_or(Instant::MAX),
        }
    }

    /// A job that keeps its promise: in time, never silent, never failing, and stubborn about being heard.
    fn behave(&mut self, at: Instant, change: ConfigChange) {
        let schedule = schedule_of(&change).cloned();
        self.act(at, Act::Register(Box::new(change)));
        let (mut last, mut ended) = (at, at);
        let named = self.dice.often(60);
        for _ in 0..PROMISED_RUNS_MAX {
            let start = self.next_start(schedule.as_ref(), last, ended)
                + self.dice.between(Duration::ZERO, Duration::MINUTE);
            if start >= self.ends {
                return;
            }
            let length = self.dice.between(Duration::from_seconds(2), longest(schedule.as_ref(), start));
            let run = named.then(|| self.run_id());
            self.insist(start, Status::Running, run.clone());
            let mut beat = start + Duration::from_minutes(3);
            while beat < start + length {
                self.act(beat, Act::Beat { run: run.clone() });
                beat = beat + Duration::from_minutes(3);
            }
            self.insist(start + length, Status::Completed, run);
            (last, ended) = (start, start + length);
        }
    }

    fn insist(&mut self, at: Instant, status: Status, run: Option<String>) {
        let id = Some(self.report_id());
        self.say(at, Message { run, id, insist: true, ..Message::of(status) });
    }

    /// An ordinary job: in time, mostly.
    fn muddle_through(&mut self, at: Instant, change: &ConfigChange) {
        let schedule = schedule_of(change).cloned();
        let (mut last, mut ended) = (at, at);
        for _ in 0..RUNS_MAX {
            let due = self.next_start(schedule.as_ref(), last, ended);
            let start = self.about(due);
            if start >= self.ends {
                return;
            }
            (last, ended) = (start, start);
            if !self.dice.often(14) {
                ended = self.run(start);
            }
        }
    }

    /// Near an instant: on the dot, a little early or late, or far off.
    fn about(&self, due: Instant) -> Instant {
        match self.dice.below(20) {
            0 => due,
            1 => due - Duration::from_seconds(2),
            2 => due - Duration::from_seconds(90),
            3 => due + self.dice.length(&["1m", "5m", "20m", "1h", "2h"]),
            4 => due + self.dice.between(Duration::ZERO, Duration::HOUR.times(4)),
            _ => due + self.dice.between(Duration::ZERO, Duration::MINUTE),
        }
    }

    /// One run, told in one of the ways in which jobs tell it. Answers when it ended.
    fn run(&mut self, start: Instant) -> Instant {
        let length = self.dice.length(&["3s", "40s", "5m", "10m", "25m", "1h", "3h"]);
        let end = start + length;
        let run = self.dice.often(60).then(|| self.run_id());
        let status = if self.dice.often(18) { Status::Failed } else { Status::Completed };
        let failed = status == Status::Failed;
        match self.dice.below(12) {
            0 => self.tell_end_only(end, length, status, run),
            1 => self.tell_late(start, end, status, run.as_deref()),
            2 => self.tell_backwards(end, length, status, run),
            3 => {
                // It is never heard of again, or only much later.
                self.start_of(start, run.clone());
                if self.dice.often(50) {
                    self.end_of(end + Duration::HOUR.times(26), status, run, failed);
                }
            }
            4 => {
                self.say(start, Message::of(Status::Pending));
                self.start_of(start + Duration::SECOND, run.clone());
                self.end_of(end, status, run, failed);
            }
            _ => {
                self.start_of(start, run.clone());
                self.stay_alive(start, end, run.as_deref());
                self.end_of(end, status, run, failed);
            }
        }
        if self.dice.often(30) { start } else { end }
    }

    fn start_of(&mut self, at: Instant, run: Option<String>) {
        let id = self.dice.often(40).then(|| self.report_id());
        let queued =
            if self.dice.often(4) { self.dice.length(&["2s", "40s", "10m"]) } else { Duration::ZERO };
        let message = Message { run, id, queued, ..Message::of(Status::Running) };
        self.on_the_wire(at, message);
    }

    fn end_of(&mut self, at: Instant, status: Status, run: Option<String>, error: bool) {
        let id = self.dice.often(40).then(|| self.report_id());
        let insist = id.is_some() && self.dice.often(30);
        let clock_wrong = if self.dice.often(5) { 7_200_000 } else { 0 };
        self.on_the_wire(at, Message { run, id, clock_wrong, error, insist, ..Message::of(status) });
    }

    /// Heartbeats, or the start said again, as some jobs do; some go silent on the way.
    fn stay_alive(&mut self, start: Instant, end: Instant, run: Option<&str>) {
        if self.dice.often(35) {
            return;
        }
        let every = self.dice.length(&["50s", "3m", "5m", "20m"]);
        let says_running = run.is_some() && self.dice.often(30);
        let silent_from = if self.dice.often(15) { start + Duration::from_minutes(6) } else { end };
        let mut at = start + every;
        while at < end.min(silent_from) && self.steps.len() < 20_000 {
            let run = run.filter(|_| self.dice.often(80)).map(str::to_owned);
            if says_running && run.is_some() {
                let error = self.dice.often(20);
                self.say(at, Message { run, error, ..Message::of(Status::Running) });
            } else {
                self.act(at, Act::Beat { run });
            }
            at = at + every;
        }
    }

    fn tell_end_only(&mut self, end: Instant, length: Duration, status: Status, run: Option<String>) {
        let took = self.dice.often(60).then_some(length);
        self.on_the_wire(end, Message { run, took, ..Message::of(status) });
    }

    /// Both out of a spool, hours later.
    fn tell_late(&mut self, start: Instant, end: Instant, status: Status, run: Option<&str>) {
        let sent = end + self.dice.length(&["1m", "1h", "5h", "20h"]);
        for (status, at) in [(Status::Running, start), (status, end)] {
            let id = Some(self.report_id());
            let held = sent.since(at);
            let run = run.map(str::to_owned);
            self.say(sent, Message { run, id, held, ..Message::of(status) });
        }
    }

    /// The end first: the network has turned them round.
    fn tell_backwards(&mut self, end: Instant, length: Duration, status: Status, run: Option<String>) {
        let run = run.or_else(|| Some(self.run_id()));
        self.say(end, Message { run: run.clone(), ..Message::of(status) });
        let held = if self.dice.often(50) { length } else { Duration::ZERO };
        self.say(end + Duration::SECOND, Message { run, held, ..Message::of(Status::Running) });
    }

    /// The network delivers a report, twice now and then.
    fn on_the_wire(&mut self, at: Instant, message: Message) {
        if self.dice.often(10) {
            let again = at + self.dice.length(&["1s", "30s", "1h", "9h"]);
            let insist = false;
            self.say(again, Message { insist, ..message.clone() });
        }
        if self.dice.often(4) && message.run.is_some() {
            // Somebody else says the contrary.
            let status = if message.status == Status::Failed { Status::Completed } else { Status::Failed };
            self.say(
                at + Duration::from_seconds(5),
                Message { id: None, insist: false, ..Message { status, ..message.clone() } },
            );
        }
        self.say(at, message);
    }

    /// It is never heard of again, once it has begun; or not at all.
    fn vanish(&mut self, begins: Instant) {
        if self.dice.often(70) {
            let run = self.dice.often(50).then(|| self.run_id());
            let at = begins + self.dice.length(&["1m", "2h", "9h"]);
            self.start_of(at, run.clone());
            self.act(at + Duration::MINUTE, Act::Beat { run });
        }
    }

    /// More at once than anybody should.
    fn storm(&mut self, begins: Instant) {
        for _ in 0..3 {
            let at = self.dice.moment(begins, self.ends);
            let runs: Vec<String> = (0..24).map(|_| self.run_id()).collect();
            for (place, run) in runs.iter().enumerate() {
                let bulk = self.dice.often(50);
                let at = at + Duration::from_millis(if bulk { 0 } else { place as i64 * 700 });
                self.say(at, Message { run: Some(run.clone()), bulk, ..Message::of(Status::Running) });
            }
            let later = at + Duration::from_minutes(20);
            for run in runs.iter().filter(|_| self.dice.often(70)) {
                self.act(later, Act::Beat { run: Some(run.clone()) });
            }
            let end = at + Duration::from_minutes(50);
            for run in runs {
                let status = if self.dice.often(30) { Status::Failed } else { Status::Completed };
                self.say(end, Message { run: Some(run), bulk: true, ..Message::of(status) });
            }
        }
    }

    /// Without any plan.
    fn wander(&mut self, begins: Instant) {
        let mut at = begins;
        while at < self.ends && self.steps.len() < 600 {
            at = at + self.dice.length(&["1s", "1m", "9m59s", "10m", "30m", "1h", "7h"]);
            // A name is used again on the same day at most: what ended long ago is forgotten.
            let run = self.dice.often(50).then(|| {
                format!("run{}-{}", at.as_millis() / Duration::DAY.as_millis(), self.dice.below(12))
            });
            if self.dice.often(30) {
                self.act(at, Act::Beat { run });
            } else {
                let status = self.dice.pick(&Status::ALL);
                let took = self.dice.often(10).then(|| Duration::from_minutes(10));
                self.say(at, Message { run, took, ..Message::of(status) });
            }
        }
    }

    /// What people do about it, and other processes.
    fn people(&mut self, begins: Instant, change: &ConfigChange) {
        let days = self.ends.since(begins).as_millis() / Duration::DAY.as_millis() + 1;
        for _ in 0..days * 2 {
            let at = self.dice.moment(begins, self.ends);
            match self.dice.below(14) {
                0 => self.act(at, Act::Pause(Some(self.dice.length(&["5m", "2h", "9h"])))),
                1 => {
                    self.act(at, Act::Pause(None));
                    self.act(at + self.dice.length(&["1m", "3h", "14h"]), Act::Resume);
                }
                2 | 3 => self.act(at, Act::Acknowledge),
                4 => self.act(at, Act::Withdraw),
                5 => {
                    self.act(at, Act::Delete);
                    self.act(
                        at + self.dice.length(&["1s", "10m", "2h"]),
                        Act::Register(Box::new(change.clone())),
                    );
                }
                6 => self.act(at, Act::Register(Box::new(change.clone()))),
                7 => self.act(at, Act::Register(Box::new(plans::any(self.dice)))),
                8 => self.act(
                    at,
                    Act::Patch { change: Box::new(plans::any(self.dice)), stale: self.dice.often(30) },
                ),
                9..=11 => self.act(at, Act::BeatMeanwhile),
                12 => {
                    self.act(at, Act::DeleteMeanwhile);
                    self.act(at + Duration::HOUR, Act::Register(Box::new(change.clone())));
                }
                _ => {
                    let nameless = ConfigChange { service_name: None, job_name: None, ..change.clone() };
                    self.act(at, Act::Delete);
                    self.act(at + Duration::SECOND, Act::Register(Box::new(nameless)));
                    self.act(at + Duration::MINUTE, Act::Pause(Some(Duration::ZERO)));
                    self.act(at + Duration::HOUR, Act::Register(Box::new(change.clone())));
                    self.act(at + Duration::HOUR + Duration::SECOND, Act::Pause(Some(Duration::ZERO)));
                }
            }
        }
    }
}
