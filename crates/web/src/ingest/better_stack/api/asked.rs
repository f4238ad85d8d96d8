//! What is asked of a heartbeat. Pure. How people are told is not read: that is for channels and rules.

use domain::schedule::{ExpectFrom, From, Recurrence};
use domain::{ConfigChange, Duration, Patch, Problem, Schedule};
use serde_json::Value;

use crate::wire::value;

const NAME_CHARS_MAX: usize = 255;
/// What a period and a grace may be, in seconds.
const PERIOD: (i64, i64) = (30, 31_622_400);
const GRACE: (i64, i64) = (0, 31_622_400);

/// The attributes that were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Heartbeat {
    pub(super) name: Option<String>,
    period: Option<Duration>,
    grace: Option<Duration>,
    pub(super) paused: Option<bool>,
    /// Whether it shall be left alone at times.
    pub(super) has_maintenance: bool,
}

impl Heartbeat {
    /// Reads attributes, or says everything that is wrong with them.
    pub(super) fn read(sent: &Value) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let given = |name: &str| sent.get(name).filter(|value| !value.is_null());
        let mut seconds = |name: &str, (least, most): (i64, i64)| {
            let read = given(name).map(|number| value::integer_within(number, least, most));
            good(&mut problems, name, read).map(Duration::from_seconds)
        };
        let (period, grace) = (seconds("period", PERIOD), seconds("grace", GRACE));
        let name = good(&mut problems, "name", given("name").map(|name| value::line(name, NAME_CHARS_MAX)));
        let paused = good(&mut problems, "paused", given("paused").map(value::truth));
        let has_maintenance = ["maintenance_days", "maintenance_from", "maintenance_to"].iter().any(|name| {
            given(name).is_some_and(|value| value.as_array().is_none_or(|days| !days.is_empty()))
        });
        let heartbeat = Self { name, period, grace, paused, has_maintenance };
        if problems.is_empty() { Ok(heartbeat) } else { Err(problems) }
    }

    /// What a new one lacks.
    pub(super) fn missing(&self) -> Vec<Problem> {
        let lacks = [
            ("name", self.name.is_none()),
            ("period", self.period.is_none()),
            ("grace", self.grace.is_none()),
        ];
        let lacks = lacks.into_iter().filter(|(_, is_missing)| *is_missing);
        lacks.map(|(name, _)| Problem::new(name, "can't be blank")).collect()
    }

    /// What that changes of a schedule as it is now.
    pub(super) fn change(&self, now: Option<&Schedule>) -> ConfigChange {
        let schedule = self.schedule(now).map_or(Patch::Keep, Patch::Set);
        ConfigChange { job_name: self.name.clone(), schedule, ..ConfigChange::default() }
    }

    fn schedule(&self, now: Option<&Schedule>) -> Option<Schedule> {
        let recurrence = self.period.map(|period| Recurrence::Every { period, from: From::End });
        let base = now.cloned().or_else(|| {
            let fresh = Schedule::new(recurrence.clone()?);
            Some(Schedule { expect_from: ExpectFrom::FirstReport, ..fresh })
        })?;
        let says = self.period.is_some() || self.grace.is_some();
        says.then(|| Schedule {
            recurrence: recurrence.unwrap_or_else(|| base.recurrence.clone()),
            grace: self.grace.or(base.grace),
            ..base
        })
    }
}

fn good<T>(problems: &mut Vec<Problem>, name: &str, read: Option<Result<T, String>>) -> Option<T> {
    match read? {
        Ok(read) => Some(read),
        Err(problem) => {
            problems.push(Problem::new(name, problem));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(sent: &Value) -> Heartbeat {
        Heartbeat::read(sent).expect("a heartbeat")
    }

    #[test]
    fn a_heartbeat_is_a_period_from_the_end_of_a_run() {
        let change =
            read(&json!({ "name": "Nightly", "period": 10800, "grace": 300, "call": true, "email": false }));
        let Patch::Set(schedule) = change.change(None).schedule else { panic!("no schedule") };
        let period = Duration::HOUR.times(3);
        assert_eq!(schedule.recurrence, Recurrence::Every { period, from: From::End });
        assert_eq!(
            (schedule.grace(), schedule.expect_from),
            (Duration::from_minutes(5), ExpectFrom::FirstReport)
        );
    }

    #[test]
    fn what_is_not_said_stays() {
        let now = Schedule::new(Recurrence::Every { period: Duration::HOUR, from: From::End });
        assert_eq!(read(&json!({ "name": "x" })).change(Some(&now)).schedule, Patch::Keep);
        let Patch::Set(schedule) = read(&json!({ "grace": 60 })).change(Some(&now)).schedule else {
            panic!("no schedule")
        };
        assert_eq!((schedule.recurrence, schedule.grace), (now.recurrence, Some(Duration::MINUTE)));
        assert_eq!(read(&json!({ "grace": 60 })).change(None).schedule, Patch::Keep);
    }

    #[test]
    fn everything_that_is_wrong_is_named() {
        let problems = Heartbeat::read(&json!({ "name": 7, "period": 29, "grace": -1, "paused": "maybe" }));
        let fields: Vec<_> = problems.expect_err("wrong").into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["period", "grace", "name", "paused"]);
        assert_eq!(read(&json!({ "grace": 0 })).missing().len(), 2);
    }

    #[test]
    fn maintenance_is_noticed_where_there_is_any() {
        for (sent, has) in [
            (json!({ "maintenance_days": ["mon"] }), true),
            (json!({ "maintenance_from": "01:00:00" }), true),
            (json!({ "maintenance_days": [], "maintenance_from": null }), false),
            (json!({}), false),
        ] {
            assert_eq!(read(&sent).has_maintenance, has, "{sent}");
        }
    }
}
