//! A schedule on the wire: exactly one of `every`, `cron` and `on_calendar`, and the leeways around a slot.

use domain::schedule::{BadExpression, Cron, ExpectFrom, From, OnCalendar, Recurrence, Zone};
use domain::{Duration, Problem, Schedule};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::value::{duration, shown, text, word};
use super::{Fields, Flaws, Nulls};

/// The shortest period.
pub(crate) const PERIOD_MIN: Duration = Duration::from_seconds(5);
/// The longest period.
pub(crate) const PERIOD_MAX: Duration = Duration::DAY.times(366);

/// Reads a schedule.
pub(crate) fn schedule(value: Value) -> Result<Schedule, Flaws> {
    let mut fields = Fields::of("a schedule", Nulls::Absent, value)?;
    let recurrence = recurrence(&mut fields);
    let grace = fields.optional("grace", leeway);
    let early = fields.optional("early", leeway);
    let expect_from = fields.optional("expect_from", |value| {
        word(value, &["registration", "first_report"], |text| match text {
            "registration" => Some(ExpectFrom::Registration),
            "first_report" => Some(ExpectFrom::FirstReport),
            _ => None,
        })
    });
    fields.finish()?;
    let recurrence = recurrence.ok_or_else(one_of_three)?;
    Ok(Schedule { recurrence, grace, early, expect_from: expect_from.unwrap_or_default() })
}

/// Reads when a maintenance window begins: exactly one of `cron` and `on_calendar`.
pub(super) fn calendar(value: Value) -> Result<Recurrence, Flaws> {
    let mut fields = Fields::of("the schedule of a maintenance window", Nulls::Absent, value)?;
    let (cron, on_calendar) = (fields.raw("cron"), fields.raw("on_calendar"));
    let timezone = fields.raw("timezone");
    let timezone = zone(&mut fields, timezone.as_ref());
    let recurrence = match (cron, on_calendar) {
        (Some(cron), None) => expression(&mut fields, "cron", &cron, Cron::parse)
            .zip(timezone)
            .map(|(expression, timezone)| Recurrence::Cron { expression, timezone }),
        (None, Some(on_calendar)) => expression(&mut fields, "on_calendar", &on_calendar, OnCalendar::parse)
            .zip(timezone)
            .map(|(expression, timezone)| Recurrence::OnCalendar { expression, timezone }),
        _ => {
            fields.refuse("", "must have exactly one of cron and on_calendar");
            None
        }
    };
    fields.finish()?;
    recurrence.ok_or_else(|| vec![Problem::new("", "must have exactly one of cron and on_calendar")])
}

fn leeway(value: &Value) -> Result<Duration, String> {
    duration(value, Duration::ZERO, PERIOD_MAX)
}

fn one_of_three() -> Flaws {
    vec![Problem::new("", "must have exactly one of every, cron and on_calendar")]
}

fn recurrence(fields: &mut Fields) -> Option<Recurrence> {
    let (every, cron, on_calendar) = (fields.raw("every"), fields.raw("cron"), fields.raw("on_calendar"));
    let (from, timezone) = (fields.raw("from"), fields.raw("timezone"));
    match (every, cron, on_calendar) {
        (Some(every), None, None) => {
            refuse_stray(fields, "timezone", timezone.as_ref(), "cron and on_calendar");
            period(fields, &every, from.as_ref())
        }
        (None, Some(cron), None) => {
            refuse_stray(fields, "from", from.as_ref(), "every");
            let expression = expression(fields, "cron", &cron, Cron::parse);
            let timezone = zone(fields, timezone.as_ref());
            Some(Recurrence::Cron { expression: expression?, timezone: timezone? })
        }
        (None, None, Some(on_calendar)) => {
            refuse_stray(fields, "from", from.as_ref(), "every");
            let expression = expression(fields, "on_calendar", &on_calendar, OnCalendar::parse);
            let timezone = zone(fields, timezone.as_ref());
            Some(Recurrence::OnCalendar { expression: expression?, timezone: timezone? })
        }
        _ => {
            fields.refuse("", "must have exactly one of every, cron and on_calendar");
            None
        }
    }
}

fn refuse_stray(fields: &mut Fields, name: &str, value: Option<&Value>, belongs_to: &str) {
    if let Some(value) = value {
        fields.refuse(name, format!("belongs to {belongs_to} only, was {}", shown(value)));
    }
}

fn period(fields: &mut Fields, every: &Value, from: Option<&Value>) -> Option<Recurrence> {
    let period = taken(fields, "every", duration(every, PERIOD_MIN, PERIOD_MAX));
    let from = from.map(|from| {
        word(from, &["start", "end"], |text| match text {
            "start" => Some(From::Start),
            "end" => Some(From::End),
            _ => None,
        })
    });
    let from = taken(fields, "from", from.unwrap_or(Ok(From::default())));
    Some(Recurrence::Every { period: period?, from: from? })
}

fn expression<T>(
    fields: &mut Fields,
    name: &str,
    value: &Value,
    parse: impl FnOnce(&str) -> Result<T, BadExpression>,
) -> Option<T> {
    let read = text(value).and_then(|text| parse(text).map_err(|bad| bad.to_string()));
    taken(fields, name, read)
}

fn zone(fields: &mut Fields, value: Option<&Value>) -> Option<Zone> {
    let read = value.map_or(Ok(Zone::utc()), |value| {
        text(value).and_then(|name| Zone::parse(name).map_err(|bad| bad.to_string()))
    });
    taken(fields, "timezone", read)
}

fn taken<T>(fields: &mut Fields, name: &str, read: Result<T, String>) -> Option<T> {
    read.map_err(|problem| fields.refuse(name, problem)).ok()
}

/// When a scheduler is expected: exactly one of `every`, `cron` and `on_calendar`.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Schedule, example = json!({ "cron": "0 2 * * *", "timezone": "Asia/Jakarta", "grace": "30m" }))]
pub struct ScheduleBody {
    /// A period of 5 s to 366 d.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "15m")]
    pub every: Option<String>,
    /// What the period is counted from: `start` (default) or `end` of the run before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "start")]
    pub from: Option<&'static str>,
    /// A cron expression of five fields, or a nickname such as `@daily`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0 2 * * *")]
    pub cron: Option<String>,
    /// A calendar event as systemd has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Mon..Fri 02:00")]
    pub on_calendar: Option<String>,
    /// The time zone of `cron` and `on_calendar`; UTC by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Asia/Jakarta")]
    pub timezone: Option<String>,
    /// How long after a slot a run must have shown itself; 1 h by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "30m")]
    pub grace: Option<String>,
    /// How long before a slot a start already counts for it; by default a minute, or half the gap between slots.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1m")]
    pub early: Option<String>,
    /// `first_report`: nothing is expected before the first report. By default it is expected from registration on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "first_report")]
    pub expect_from: Option<&'static str>,
}

impl std::convert::From<&Schedule> for ScheduleBody {
    fn from(schedule: &Schedule) -> Self {
        let leeways = Self {
            grace: schedule.grace.map(|grace| grace.to_string()),
            early: schedule.early.map(|early| early.to_string()),
            expect_from: (schedule.expect_from == ExpectFrom::FirstReport).then_some("first_report"),
            ..Self::default()
        };
        match &schedule.recurrence {
            Recurrence::Every { period, from } => Self {
                every: Some(period.to_string()),
                from: Some(if *from == From::End { "end" } else { "start" }),
                ..leeways
            },
            Recurrence::Cron { expression, timezone } => {
                Self { cron: Some(expression.to_string()), timezone: Some(timezone.to_string()), ..leeways }
            }
            Recurrence::OnCalendar { expression, timezone } => Self {
                on_calendar: Some(expression.to_string()),
                timezone: Some(timezone.to_string()),
                ..leeways
            },
        }
    }
}
