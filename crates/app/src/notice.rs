//! What people are told: an alert about a scheduler, many alerts in one, or a word about ourselves.

use domain::id::{ChannelId, IncidentId};
use domain::{Alert, AlertKind, Cause, Instant, ProjectId, SchedulerId, Severity};
use serde::{Deserialize, Serialize};

/// What people are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// Something about a scheduler.
    Alert(Box<Alert>),
    /// Many alerts in one message.
    Group(Box<Group>),
    /// We could not see for a while.
    Unobserved(Unobserved),
    /// Something is wrong with ourselves, or is well again.
    Trouble(Trouble),
    /// Somebody tries a channel out.
    Test(Test),
}

/// A stretch in which we could not see, told once to each project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unobserved {
    /// The project.
    pub project: ProjectId,
    /// From when on.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
    /// How many slots were not judged for that.
    pub slots: u64,
}

/// Most members of a group that are named.
pub const GROUP_NAMED_MAX: usize = 20;

/// Many alerts to one channel in one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The project.
    pub project: ProjectId,
    /// Unique: of this one message.
    pub id: String,
    /// What receivers join messages of the same matter by; see [`Group::is_over`].
    pub thread: String,
    /// Why they come together.
    pub reason: GroupReason,
    /// When the first of them was decided.
    pub from: Instant,
    /// When it was put together.
    pub until: Instant,
    /// Incidents that opened and are open still.
    pub opened: Tally,
    /// Incidents that were repeated, widened, reminded or escalated.
    pub updated: Tally,
    /// Incidents that are over: those the channel was told of before, and those that came and went meanwhile.
    pub resolved: Tally,
    /// How many incidents of this thread are open still.
    pub still_open: u64,
}

impl Group {
    /// Whether nothing of it is left: receivers that keep an open alert close it.
    pub const fn is_over(&self) -> bool {
        self.still_open == 0
    }

    /// The worst that matters in it.
    pub fn severity(&self) -> Severity {
        let members = self.opened.named.iter().chain(&self.updated.named);
        members.map(|member| member.severity).max().unwrap_or(Severity::Info)
    }
}

/// Why alerts come together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupReason {
    /// Too many at once to tell them singly.
    Storm,
    /// The channel had its quiet hours.
    Quiet,
    /// A scheduler that they depend on has an incident: they are told as part of it.
    Upstream {
        /// That scheduler.
        scheduler: SchedulerId,
    },
}

/// How many, and the first of them by name, worst first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// How many of each cause, worst first; of those without one nothing is said.
    pub causes: Vec<(Cause, u64)>,
    /// At most [`GROUP_NAMED_MAX`] of them.
    pub named: Vec<Member>,
}

/// One alert of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The scheduler.
    pub scheduler: SchedulerId,
    /// Its service.
    pub service_name: String,
    /// Its job.
    pub job_name: String,
    /// The incident.
    pub incident: IncidentId,
    /// Why someone must hear.
    pub kind: AlertKind,
    /// What is worst.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How much it matters.
    pub severity: Severity,
    /// When it was decided.
    pub at: Instant,
}

impl From<&Alert> for Member {
    fn from(alert: &Alert) -> Self {
        Self {
            scheduler: alert.key.id.clone(),
            service_name: alert.story.service_name.clone(),
            job_name: alert.story.job_name.clone(),
            incident: alert.incident.clone(),
            kind: alert.kind,
            cause: alert.cause,
            severity: alert.severity,
            at: alert.at,
        }
    }
}

/// Something is wrong with ourselves, or is well again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// The project that is told.
    pub project: ProjectId,
    /// Which stretch of it: the same for the beginning and the end, other for the next.
    pub since: Instant,
    /// When it was decided that someone must hear.
    pub at: Instant,
    /// What.
    pub what: TroubleKind,
    /// Whether it is over.
    pub over: bool,
}

/// What can be wrong with ourselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub enum TroubleKind {
    /// Deadlines are noticed late.
    EvaluatorLag {
        /// By how long, in milliseconds.
        lag_ms: u64,
    },
    /// Messages were given up.
    DeadLetters {
        /// How many since the last word of it.
        count: u64,
    },
    /// Nothing can be written: reports are refused.
    StoreRefuses {
        /// What the store says.
        reason: String,
    },
    /// A channel was switched off, for its receiver refuses us for good.
    ChannelDisabled {
        /// The channel.
        channel: ChannelId,
        /// What people call it.
        name: String,
        /// What its receiver said.
        reason: String,
    },
}

impl TroubleKind {
    /// The word on the wire.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::EvaluatorLag { .. } => "evaluator_lag",
            Self::DeadLetters { .. } => "dead_letters",
            Self::StoreRefuses { .. } => "store_refuses",
            Self::ChannelDisabled { .. } => "channel_disabled",
        }
    }
}

/// Somebody tries a channel out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// The project.
    pub project: ProjectId,
    /// What people call the channel.
    pub channel: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
}

impl Notice {
    /// Unique, and the same whenever it is made again.
    pub fn id(&self) -> String {
        match self {
            Self::Alert(alert) => alert.id.as_str().to_owned(),
            Self::Group(group) => group.id.clone(),
            Self::Unobserved(gap) => format!("unobserved-{}-{}", gap.project, gap.from.as_millis()),
            Self::Trouble(trouble) => {
                format!("{}-{}", self.thread(), if trouble.over { "over" } else { "began" })
            }
            Self::Test(_) => self.thread(),
        }
    }

    /// Whom it concerns.
    pub fn project(&self) -> &ProjectId {
        match self {
            Self::Alert(alert) => &alert.key.project,
            Self::Group(group) => &group.project,
            Self::Unobserved(gap) => &gap.project,
            Self::Trouble(trouble) => &trouble.project,
            Self::Test(test) => &test.project,
        }
    }

    /// What order is kept by, and what a receiver joins messages by: the incident, where there is one.
    pub fn thread(&self) -> String {
        match self {
            Self::Alert(alert) => alert.incident.as_str().to_owned(),
            Self::Group(group) => group.thread.clone(),
            Self::Unobserved(_) => self.id(),
            Self::Trouble(trouble) => {
                let of = match &trouble.what {
                    TroubleKind::ChannelDisabled { channel, .. } => format!("-{channel}"),
                    _ => String::new(),
                };
                let (project, what, since) = (&trouble.project, trouble.what.as_str(), trouble.since);
                format!("trouble-{project}-{what}{of}-{}", since.as_millis())
            }
            Self::Test(test) => format!("test-{}-{}", test.project, test.at.as_millis()),
        }
    }

    /// When it was decided that someone must hear.
    pub fn decided_at(&self) -> Instant {
        match self {
            Self::Alert(alert) => alert.at,
            Self::Group(group) => group.until,
            Self::Unobserved(gap) => gap.until,
            Self::Trouble(trouble) => trouble.at,
            Self::Test(test) => test.at,
        }
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Alert(alert) => alert.severity,
            Self::Group(group) => group.severity(),
            Self::Trouble(trouble) if trouble.over => Severity::Info,
            Self::Trouble(_) => Severity::Error,
            Self::Unobserved(_) => Severity::Warning,
            Self::Test(_) => Severity::Info,
        }
    }

    /// What it does to the alert that a receiver keeps under [`Notice::thread`].
    pub fn effect(&self) -> Effect {
        let over = |over: bool| if over { Effect::Close } else { Effect::Open };
        match self {
            Self::Alert(alert) => over(matches!(alert.kind, AlertKind::Resolved | AlertKind::Dropped)),
            Self::Group(group) => over(group.is_over()),
            Self::Trouble(trouble) => over(trouble.over),
            Self::Unobserved(_) | Self::Test(_) => Effect::Tell,
        }
    }
}

/// What a notice does to the alert that a receiver keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is open: made, or joined where it is.
    Open,
    /// It is over, where it is known.
    Close,
    /// It is told once and is over at once: nothing is kept.
    Tell,
}
