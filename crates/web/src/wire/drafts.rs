//! The bodies of rules and maintenance windows that clients send, as the documentation shows them: exactly what is
//! taken. They are read field by field in the siblings of this module.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::documents::{Severity, Span};

/// No control character.
const NO_CONTROL: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";

macro_rules! line {
    ($(#[$doc:meta])* $name:ident, $most:literal, $about:literal) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let text = ObjectBuilder::new().schema_type(Type::String).description(Some($about));
                let text = text.min_length(Some(1)).max_length(Some($most)).pattern(Some(NO_CONTROL));
                RefOr::T(Schema::from(text.build()))
            }
        }

        impl ToSchema for $name {}
    };
}

line!(
    /// What people call a rule or a window.
    DraftName, 64, "What people call it; unique in its project and kind."
);
line!(
    /// A service or a scheduler, by its name.
    SelectedName, 255, "A name, exactly."
);
line!(
    /// A tag.
    SelectedTag, 64, "A tag, exactly."
);
line!(
    /// A channel, by its name or id.
    NamedChannel, 128, "The name or id of a channel that is there."
);

/// Which schedulers: what is given must all hold; every one of the project where nothing is.
#[derive(Debug, ToSchema)]
#[schema(example = json!({ "services": ["billing"] }))]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// Of one of these services.
    #[schema(max_items = 100)]
    pub services: Option<Vec<SelectedName>>,
    /// With at least one of these tags.
    #[schema(max_items = 100)]
    pub tags: Option<Vec<SelectedTag>>,
    /// One of these, by id.
    #[schema(max_items = 100)]
    pub schedulers: Option<Vec<SelectedName>>,
}

/// What can be wrong.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Cause {
    /// Slots passed without a run.
    Missed,
    /// A run has been open for too long.
    Overrun,
    /// A run has been silent for too long.
    Stale,
    /// Runs failed in a row.
    Failing,
}

/// A routing rule to be made, or put in the place of another.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "name": "billing to its team", "selector": { "services": ["billing"] }, "severity": "error", "channels": ["ops"]
}))]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    /// What people call it.
    pub name: DraftName,
    /// Its place: rules are looked at from the least on, and those of one place by name; 100 where absent.
    #[schema(minimum = 0, maximum = 10_000)]
    pub position: Option<u32>,
    /// Of which schedulers; every one where absent.
    pub selector: Option<Selector>,
    /// Of which causes: one of these is present; any where absent.
    #[schema(max_items = 4)]
    pub causes: Option<Vec<Cause>>,
    /// Of at least this severity.
    pub severity: Option<Severity>,
    /// The channels that hear of it. None at all: nobody does, on purpose.
    #[schema(max_items = 20)]
    pub channels: Vec<NamedChannel>,
    /// Whether rules after this one are not looked at where it applies; false where absent.
    pub last: Option<bool>,
}

/// A maintenance window to be made, or put in the place of another: once until an instant, once for so long, or again
/// and again.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
#[schema(example = json!({ "name": "database upgrade", "selector": { "services": ["billing"] }, "duration": "2h" }))]
pub enum NewWindow {
    /// Once, until an instant.
    Until(NewWindowUntil),
    /// Once, for so long.
    Lasting(NewWindowLasting),
    /// Again and again.
    Recurring(NewWindowRecurring),
}

/// A window that comes once, until an instant.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWindowUntil {
    /// What people call it.
    pub name: DraftName,
    /// Of which schedulers; every one where absent.
    pub selector: Option<Selector>,
    /// Its first instant; now where absent.
    #[schema(format = DateTime)]
    pub from: Option<String>,
    /// The first instant after it: later than `from`, by at most 366 d.
    #[schema(format = DateTime)]
    pub until: String,
}

/// A window that comes once, for so long.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWindowLasting {
    /// What people call it.
    pub name: DraftName,
    /// Of which schedulers; every one where absent.
    pub selector: Option<Selector>,
    /// Its first instant; now where absent.
    #[schema(format = DateTime)]
    pub from: Option<String>,
    /// How long it lasts, 1 min to 31 d.
    pub duration: Span,
}

/// A window that comes again and again.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "sunday night", "schedule": { "cron": "0 2 * * 0", "timezone": "Asia/Jakarta" }, "duration": "2h" }))]
pub struct NewWindowRecurring {
    /// What people call it.
    pub name: DraftName,
    /// Of which schedulers; every one where absent.
    pub selector: Option<Selector>,
    /// When each occurrence begins; at most 500 may begin within the length of one.
    pub schedule: WindowSchedule,
    /// How long each lasts, 1 min to 31 d.
    pub duration: Span,
}

/// When the occurrences of a window begin.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
pub enum WindowSchedule {
    /// By a cron expression.
    Cron(WindowCron),
    /// By a calendar event.
    OnCalendar(WindowOnCalendar),
}

/// By a cron expression.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowCron {
    /// Five fields, or a nickname such as `@daily`.
    #[schema(example = "0 2 * * 0")]
    pub cron: String,
    /// Its time zone; UTC by default.
    #[schema(example = "Asia/Jakarta")]
    pub timezone: Option<String>,
}

/// By a calendar event as systemd has it.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowOnCalendar {
    /// The event.
    #[schema(example = "Sun 02:00")]
    pub on_calendar: String,
    /// Its time zone; UTC by default.
    #[schema(example = "Asia/Jakarta")]
    pub timezone: Option<String>,
}
