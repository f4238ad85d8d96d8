//! Maintenance windows on the wire: once, from an instant until another or for so long; or again and again.

use app::maintenance::LENGTH_MIN;
use app::{Draft, Outlook, WindowView};
use domain::maintenance::{Stretch, WINDOW_LENGTH_MAX, When};
use domain::schedule::Recurrence;
use domain::{Duration, Instant, Patch, Selector, Window};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::registration::named;
use super::schedule::calendar;
use super::scheduler::shown;
use super::selector::selector;
use super::value::{duration, line, moment};
use super::{Fields, Flaws, Nulls, SelectorBody, Wire};

/// A window to be made, or put in the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WindowSent {
    name: String,
    selector: Selector,
    when: WhenSent,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum WhenSent {
    Until { from: Option<Instant>, until: Instant },
    Lasting { from: Option<Instant>, length: Duration },
    Recurring { recurrence: Recurrence, length: Duration },
}

impl WindowSent {
    /// What is to be set up; one that says nothing of its beginning begins now.
    pub(crate) fn draft(self, now: Instant) -> Draft<Window> {
        let when = match self.when {
            WhenSent::Until { from, until } => When::Once { from: from.unwrap_or(now), until },
            WhenSent::Lasting { from, length } => {
                let from = from.unwrap_or(now);
                When::Once { from, until: from + length }
            }
            WhenSent::Recurring { recurrence, length } => When::Recurring { recurrence, length },
        };
        Draft { name: self.name, body: Window { selector: self.selector, when } }
    }
}

impl Wire for WindowSent {
    fn read(value: Value) -> Result<Self, Flaws> {
        let mut fields = Fields::of("a maintenance window", Nulls::Absent, value).map_err(named)?;
        let name = fields.required("name", |value| line(value, app::saved::NAME_CHARS_MAX));
        let selector = fields.nested("selector", selector);
        let when = when(&mut fields);
        fields.finish()?;
        let selector = if let Patch::Set(selector) = selector { selector } else { Selector::default() };
        let when = when.ok_or_else(|| vec![domain::Problem::new("until", ONE_OF_TWO)])?;
        Ok(Self { name: name.unwrap_or_default(), selector, when })
    }
}

const ONE_OF_TWO: &str = "must be given, or duration, and not both";

/// `None` where a problem is noted.
fn when(fields: &mut Fields) -> Option<WhenSent> {
    let recurs = fields.is_given("schedule");
    let recurrence = fields.nested("schedule", |value| calendar(value).map(Box::new));
    let (gives_until, gives_duration) = (fields.is_given("until"), fields.is_given("duration"));
    let length = fields.optional("duration", |value| duration(value, LENGTH_MIN, WINDOW_LENGTH_MAX));
    let (from, until) = (fields.optional("from", moment), fields.optional("until", moment));
    if recurs {
        for (name, given) in [("from", from.is_some()), ("until", gives_until)] {
            if given {
                fields.refuse(name, "belongs to a window that comes once, and schedule makes it recur");
            }
        }
        if !gives_duration {
            fields.refuse("duration", "is required with a schedule, was absent");
        }
        let Patch::Set(recurrence) = recurrence else { return None };
        return length.map(|length| WhenSent::Recurring { recurrence: *recurrence, length });
    }
    if gives_until == gives_duration {
        fields.refuse("until", ONE_OF_TWO);
        return None;
    }
    match (until, length) {
        (Some(until), _) => Some(WhenSent::Until { from, until }),
        (None, Some(length)) => Some(WhenSent::Lasting { from, length }),
        (None, None) => None,
    }
}

/// A maintenance window, and how it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MaintenanceWindow)]
pub struct WindowBody {
    /// Its id.
    #[schema(example = "win_01h1v6gq3x8c5m9t2k7w4n0b6d")]
    pub id: String,
    /// What people call it.
    #[schema(example = "database upgrade")]
    pub name: String,
    /// Of which schedulers.
    pub selector: SelectorBody,
    /// Its first instant, where it comes once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub from: Option<String>,
    /// The first instant after it, where it comes once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub until: Option<String>,
    /// When each occurrence begins, where it recurs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<CalendarBody>,
    /// How long each occurrence lasts, where it recurs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2h")]
    pub duration: Option<String>,
    /// Whether it holds now.
    pub active: bool,
    /// The occurrence that holds now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<StretchBody>,
    /// The first occurrence that begins later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<StretchBody>,
    /// 1 when it is made, one more with each change.
    pub version: u64,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was changed last.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// In the answer to a dry run: whether it would be other than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<bool>,
}

/// When the occurrences of a window begin.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MaintenanceSchedule)]
pub struct CalendarBody {
    /// A cron expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0 2 * * 0")]
    pub cron: Option<String>,
    /// A calendar event as systemd has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Sun 02:00")]
    pub on_calendar: Option<String>,
    /// The time zone of it.
    #[schema(example = "Asia/Jakarta")]
    pub timezone: String,
}

/// One occurrence.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Stretch)]
pub struct StretchBody {
    /// Its first instant.
    #[schema(format = DateTime)]
    pub from: String,
    /// The first instant after it.
    #[schema(format = DateTime)]
    pub until: String,
}

impl From<Stretch> for StretchBody {
    fn from(stretch: Stretch) -> Self {
        Self { from: stretch.from.to_string(), until: stretch.until.to_string() }
    }
}

impl CalendarBody {
    /// `None` for a period, which no window has.
    fn of(recurrence: &Recurrence) -> Option<Self> {
        let (cron, on_calendar, timezone) = match recurrence {
            Recurrence::Every { .. } => return None,
            Recurrence::Cron { expression, timezone } => (Some(expression.to_string()), None, timezone),
            Recurrence::OnCalendar { expression, timezone } => (None, Some(expression.to_string()), timezone),
        };
        Some(Self { cron, on_calendar, timezone: timezone.to_string() })
    }
}

impl From<WindowView> for WindowBody {
    fn from(view: WindowView) -> Self {
        let saved = view.window;
        let (from, until, schedule, duration) = match &saved.body.when {
            When::Once { from, until } => (Some(*from), Some(*until), None, None),
            When::Recurring { recurrence, length } => {
                (None, None, CalendarBody::of(recurrence), Some(length.to_string()))
            }
        };
        Self {
            id: saved.id,
            name: saved.name,
            selector: saved.body.selector.into(),
            from: shown(from),
            until: shown(until),
            schedule,
            duration,
            active: view.current.is_some(),
            current: view.current.map(StretchBody::from),
            next: view.next.map(StretchBody::from),
            version: saved.version,
            created_at: saved.created_at.to_string(),
            updated_at: saved.updated_at.to_string(),
            changed: None,
        }
    }
}

impl From<Outlook<WindowView>> for WindowBody {
    fn from(outlook: Outlook<WindowView>) -> Self {
        Self { changed: Some(outlook.changed), ..Self::from(outlook.then) }
    }
}
