//! What can happen in a simulation, as plain data: what jobs and people do, and what goes wrong. A list of steps is a
//! simulation; nothing else decides what happens, so a list that failed once fails again, and a shorter one can be tried.
//!
//! How a step reads as text is `act/text.rs`, `act/registration.rs` and `act/setup.rs`: failures are printed, and
//! scenarios written, in it.

mod registration;
mod setup;
mod text;

use domain::{ConfigChange, Duration, Instant, Rule, Status, Window};

pub use text::BadStep;
pub(crate) use text::moment;

/// Something that happens at an instant of the time that really passes, whatever the server's clock shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Instant,
    /// Who does it, or to whom it happens: a scheduler, a channel, a role, `server`, `store` or `clock`.
    pub who: String,
    /// What.
    pub act: Act,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Someone registers the scheduler, or registers it again.
    Register(Box<ConfigChange>),
    /// Someone changes its configuration, having read it just before, or (`stale`) too long ago.
    Patch {
        /// What to change.
        change: Box<ConfigChange>,
        /// Whether the version that was read is no longer true.
        stale: bool,
    },
    /// The job reports.
    Report(Message),
    /// The job says that it is still running.
    Beat {
        /// The run it names.
        run: Option<String>,
    },
    /// The next commit for this scheduler finds that another process has taken a heartbeat just before it.
    BeatMeanwhile,
    /// The next commit for this scheduler finds that another process has deleted it just before.
    DeleteMeanwhile,
    /// Someone pauses it, for so long or until it is resumed.
    Pause(Option<Duration>),
    /// Someone resumes it.
    Resume,
    /// Someone looks after its incident.
    Acknowledge,
    /// Someone no longer does.
    Withdraw,
    /// Someone deletes it.
    Delete,
    /// The server's process dies.
    Die,
    /// It will die at its so-many-th write from now.
    DieAt {
        /// Which write, from 1.
        write: u32,
        /// Whether that write still takes effect.
        after: bool,
    },
    /// Whoever looks after the server starts it.
    Start,
    /// The next writes to the store go wrong.
    Trouble {
        /// How.
        fault: Fault,
        /// How many.
        times: u32,
    },
    /// The store's disk is full from now on, or has room again.
    Full(bool),
    /// Somebody sets the server's clock, by so many milliseconds.
    StepClock(i64),
    /// The server's clock goes wrong by so many parts in a million.
    Drift(i64),
    /// How a channel behaves from now on.
    Mood(Mood),
    /// A role stops working, or works again.
    Works(bool),
    /// A role is run once more than needed.
    Again,
    /// Someone sends every dead delivery again.
    SendAgain,
    /// Someone sets up a maintenance window of that name, or another in its stead.
    Maintain(Box<Window>),
    /// Someone sets up a routing rule of that name, or another in its stead.
    Rule(Box<Rule>),
    /// Someone takes away the window or rule of that name.
    TakeAway,
    /// Someone switches a channel on again.
    SwitchOn,
    /// A scenario says what health it expects.
    Expect(String),
}

/// One report as the job means it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it says.
    pub status: Status,
    /// The run it names.
    pub run: Option<String>,
    /// Its own id.
    pub id: Option<String>,
    /// How long the run took by the job's own measure.
    pub took: Option<Duration>,
    /// How long it lay in the job's spool, which says so.
    pub held: Duration,
    /// How long ago it came in, having waited before it was taken.
    pub queued: Duration,
    /// How far the job's own clock is wrong, in milliseconds.
    pub clock_wrong: i64,
    /// Whether it has an error text.
    pub error: bool,
    /// Whether the job's spool sends it until it is taken.
    pub insist: bool,
    /// Whether it goes in one request with those beside it.
    pub bulk: bool,
}

impl Message {
    /// A report that says nothing but a status.
    pub const fn of(status: Status) -> Self {
        Self {
            status,
            run: None,
            id: None,
            took: None,
            held: Duration::ZERO,
            queued: Duration::ZERO,
            clock_wrong: 0,
            error: false,
            insist: false,
            bulk: false,
        }
    }
}

/// How a write goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The store is away: nothing is written, and it says so.
    Away,
    /// It is written, and the answer is lost.
    AnswerLost,
    /// It is not written, and the answer is lost.
    Lost,
    /// Someone else was faster, or so it says.
    Conflict,
}

/// How a channel behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mood {
    /// It takes what it gets.
    Takes,
    /// Not now.
    Stalls,
    /// Not now, and not for ten minutes.
    Throttles,
    /// Not this message, ever.
    Refuses,
    /// No message any more: the channel is gone.
    Broken,
    /// It gives no answer.
    Hangs,
    /// It takes the message and says that it did not.
    Lies,
    /// It takes the message, and the server dies before it hears so.
    Kills,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Away, Self::AnswerLost, Self::Lost, Self::Conflict];

    /// The words for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Away => "is away for",
            Self::AnswerLost => "answers nothing to",
            Self::Lost => "loses",
            Self::Conflict => "is outrun in",
        }
    }
}

impl Mood {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Takes,
        Self::Stalls,
        Self::Throttles,
        Self::Refuses,
        Self::Broken,
        Self::Hangs,
        Self::Lies,
        Self::Kills,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Takes => "takes",
            Self::Stalls => "stalls",
            Self::Throttles => "throttles",
            Self::Refuses => "refuses",
            Self::Broken => "is broken",
            Self::Hangs => "hangs",
            Self::Lies => "lies",
            Self::Kills => "kills",
        }
    }
}
