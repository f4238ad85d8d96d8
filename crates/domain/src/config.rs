//! What people say about a scheduler: names, schedule, limits, thresholds. Every field but the two names may be
//! absent, and then a default speaks; changing a default therefore changes every scheduler that left it open.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::SchedulerId;
use crate::incident::Cause;
use crate::ping::{Filters, PingId, WhilePaused};
use crate::schedule::Schedule;
use crate::severity::Severity;
use crate::time::Duration;

/// A limit that may be switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// It ends after so long.
    After(Duration),
    /// There is none.
    Off,
}

impl Limit {
    /// The length, unless switched off.
    pub const fn duration(self) -> Option<Duration> {
        match self {
            Self::After(length) => Some(length),
            Self::Off => None,
        }
    }
}

/// How long a run may be open when nothing else is said.
pub const MAX_RUNTIME_DEFAULT: Duration = Duration::DAY;
/// How long a run that has heartbeats may be silent when nothing else is said.
pub const HEARTBEAT_TIMEOUT_DEFAULT: Duration = Duration::from_minutes(10);
/// How long after an alert a further bad mark is told again when nothing else is said.
pub const REALERT_AFTER_DEFAULT: Duration = Duration::HOUR;

/// The shortest time between two reminders: they are for people, and nothing may be due again at once.
pub const REMIND_EVERY_MIN: Duration = Duration::MINUTE;

/// The configuration of one scheduler, as its people gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The service the job belongs to, 1..255 characters.
    pub service_name: String,
    /// The job, 1..255 characters.
    pub job_name: String,
    /// Whom to write to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_email: Option<String>,
    /// The Slack user to mention.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_user_id: Option<String>,
    /// What it does, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// At most 20 labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// When it is expected; never, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// How long a run may be open; 24 h where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_runtime: Option<Limit>,
    /// How long an open run may be silent; see [`Config::silence`] where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat_timeout: Option<Limit>,
    /// How many failed runs in a row are `failing`; 1 where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_threshold: Option<u32>,
    /// How many completed runs after a failure end an incident; 1 where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_threshold: Option<u32>,
    /// How many slots missed in a row are `missed`; 1 where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed_threshold: Option<u32>,
    /// How long after an alert a further bad mark is told again; 1 h where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub realert_after: Option<Limit>,
    /// How often an unacknowledged incident is told again without anything new; never where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remind_every: Option<Limit>,
    /// Names of the channels that hear of it; the project's default channels where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<String>>,
    /// How much its alerts matter; by their cause where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Who else is told while nobody acknowledges, at most [`ESCALATIONS_MAX`] steps, soonest first; the server's where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Vec<Escalation>>,
    /// The schedulers it depends on, at most 20: while one of them has an open incident, its own is told as part of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<SchedulerId>,
    /// The address at which it is heard without a key: a secret. Absent only where nobody has asked for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ping_id: Option<PingId>,
    /// By what the project's ping key names it; its id where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Tokens of other products by which it is heard, at most [`crate::ping::ALIASES_MAX`]: secrets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What becomes of reports while it is paused; they count, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub while_paused: Option<WhilePaused>,
    /// Pings by another method than POST are ignored.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub post_only: bool,
    /// Words that say what a ping means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<Box<Filters>>,
}

/// Most steps of an escalation.
pub const ESCALATIONS_MAX: usize = 5;

/// One step of an escalation: who else is told when nobody has acknowledged for so long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// How long after the incident's opening.
    pub after: Duration,
    /// Names or ids of channels, 1..=20.
    pub channels: Vec<String>,
}

/// What the server says where a scheduler is silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The heartbeat timeout set for all schedulers that set none.
    pub heartbeat_timeout: Option<Limit>,
    /// Who else is told while nobody acknowledges, of all schedulers that say nothing of it. Shared: every decision
    /// holds it.
    pub escalation: Arc<[Escalation]>,
}

/// How silence of an open run is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It is not.
    Ignored,
    /// From the run's start on.
    FromStart(Duration),
    /// Only once this run or an earlier one has sent a heartbeat: many jobs send none, and must not be blamed for it.
    OnceArmed(Duration),
}

impl Config {
    /// The longest a run may be open, or `None` where that is switched off.
    pub fn max_runtime(&self) -> Option<Duration> {
        self.max_runtime.unwrap_or(Limit::After(MAX_RUNTIME_DEFAULT)).duration()
    }

    /// How silence is judged: as set here, else as set for the server, else ten minutes once armed.
    pub fn silence(&self, defaults: &Defaults) -> Silence {
        match self.heartbeat_timeout.or(defaults.heartbeat_timeout) {
            Some(Limit::After(length)) => Silence::FromStart(length),
            Some(Limit::Off) => Silence::Ignored,
            None => Silence::OnceArmed(HEARTBEAT_TIMEOUT_DEFAULT),
        }
    }

    /// Failed runs in a row that make it `failing`.
    pub fn failure_threshold(&self) -> u32 {
        self.failure_threshold.unwrap_or(1)
    }

    /// Completed runs after the last failure that end an incident.
    pub fn recovery_threshold(&self) -> u32 {
        self.recovery_threshold.unwrap_or(1)
    }

    /// Slots missed in a row that make it `missed`.
    pub fn missed_threshold(&self) -> u32 {
        self.missed_threshold.unwrap_or(1)
    }

    /// How long after an alert a further bad mark is told again, or `None` for never.
    pub fn realert_after(&self) -> Option<Duration> {
        self.realert_after.unwrap_or(Limit::After(REALERT_AFTER_DEFAULT)).duration()
    }

    /// By what the project's ping key names a scheduler of that id.
    pub fn slug<'a>(&'a self, id: &'a SchedulerId) -> &'a str {
        self.slug.as_deref().unwrap_or(id.as_str())
    }

    /// Whether it is heard at that ping address, or by that token.
    pub fn answers_to(&self, token: &str) -> bool {
        self.ping_id.as_ref().is_some_and(|id| id.as_str() == token)
            || self.aliases.iter().any(|alias| alias == token)
    }

    /// Every token that must be no other scheduler's.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.ping_id.iter().map(PingId::as_str).chain(self.aliases.iter().map(String::as_str))
    }

    /// What becomes of reports while it is paused.
    pub fn while_paused(&self) -> WhilePaused {
        self.while_paused.unwrap_or(WhilePaused::Record)
    }

    /// Who else is told while nobody acknowledges: as set here, else as set for the server.
    pub fn escalation<'a>(&'a self, defaults: &'a Defaults) -> &'a [Escalation] {
        self.escalation.as_deref().unwrap_or(&defaults.escalation)
    }

    /// How much an alert of that cause matters: as set here, else by the cause.
    pub fn severity(&self, cause: Option<Cause>) -> Severity {
        self.severity.unwrap_or(Severity::of(cause))
    }

    /// How often an open incident is told again, or `None` for never.
    pub fn remind_every(&self) -> Option<Duration> {
        self.remind_every.unwrap_or(Limit::Off).duration().map(|every| every.max(REMIND_EVERY_MIN))
    }
}

/// What a change says of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Nothing: it stays.
    #[default]
    Keep,
    /// Back to the default.
    Clear,
    /// This, from now on.
    Set(T),
}

impl<T> Patch<T> {
    fn onto(self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(value) => *field = Some(value),
        }
    }
}

impl<T> Patch<Vec<T>> {
    fn onto_list(self, list: &mut Vec<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => list.clear(),
            Self::Set(values) => *list = values,
        }
    }
}

/// A change of configuration: a registration (which never clears) or a patch. Values are checked before they come here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the one of Config that has its name")]
pub struct ConfigChange {
    pub service_name: Option<String>,
    pub job_name: Option<String>,
    pub owner_email: Patch<String>,
    pub alert_user_id: Patch<String>,
    pub description: Patch<String>,
    pub tags: Patch<Vec<String>>,
    pub schedule: Patch<Schedule>,
    pub max_runtime: Patch<Limit>,
    pub heartbeat_timeout: Patch<Limit>,
    pub failure_threshold: Patch<u32>,
    pub recovery_threshold: Patch<u32>,
    pub missed_threshold: Patch<u32>,
    pub realert_after: Patch<Limit>,
    pub remind_every: Patch<Limit>,
    pub channels: Patch<Vec<String>>,
    pub severity: Patch<Severity>,
    pub escalation: Patch<Vec<Escalation>>,
    pub depends_on: Patch<Vec<SchedulerId>>,
    pub ping_id: Option<PingId>,
    pub slug: Patch<String>,
    pub aliases: Patch<Vec<String>>,
    pub while_paused: Patch<WhilePaused>,
    pub post_only: Option<bool>,
    pub filters: Patch<Box<Filters>>,
}

impl ConfigChange {
    /// The configuration after this change.
    #[must_use]
    pub fn applied_to(self, config: &Config) -> Config {
        let mut changed = config.clone();
        changed.service_name = self.service_name.unwrap_or(changed.service_name);
        changed.job_name = self.job_name.unwrap_or(changed.job_name);
        self.owner_email.onto(&mut changed.owner_email);
        self.alert_user_id.onto(&mut changed.alert_user_id);
        self.description.onto(&mut changed.description);
        self.tags.onto_list(&mut changed.tags);
        self.schedule.onto(&mut changed.schedule);
        self.max_runtime.onto(&mut changed.max_runtime);
        self.heartbeat_timeout.onto(&mut changed.heartbeat_timeout);
        self.failure_threshold.onto(&mut changed.failure_threshold);
        self.recovery_threshold.onto(&mut changed.recovery_threshold);
        self.missed_threshold.onto(&mut changed.missed_threshold);
        self.realert_after.onto(&mut changed.realert_after);
        self.remind_every.onto(&mut changed.remind_every);
        self.channels.onto(&mut changed.channels);
        self.severity.onto(&mut changed.severity);
        self.escalation.onto(&mut changed.escalation);
        self.depends_on.onto_list(&mut changed.depends_on);
        changed.ping_id = self.ping_id.or(changed.ping_id);
        self.slug.onto(&mut changed.slug);
        self.aliases.onto_list(&mut changed.aliases);
        self.while_paused.onto(&mut changed.while_paused);
        changed.post_only = self.post_only.unwrap_or(changed.post_only);
        self.filters.onto(&mut changed.filters);
        changed
    }
}
