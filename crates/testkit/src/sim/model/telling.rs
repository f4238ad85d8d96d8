//! A second opinion on who hears of an alert, when, and how. Kept apart from the planner it is compared with: it knows
//! letters, who was told of what, and how things stand; every question is answered by looking through those again.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AlertKind, Cause, CauseSet, Config, Duration, Instant, Rule, Severity, Window};

use super::Windows;
use crate::sim::receivers::{PLACES, Place, place};

/// How many may go out singly in a minute.
pub(crate) const SINGLY_MAX: u32 = 20;

/// That someone must hear, as it was decided.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) scheduler: String,
    pub(crate) incident: String,
    pub(crate) opened: Instant,
    /// When it was decided.
    pub(crate) at: Instant,
    pub(crate) kind: AlertKind,
    pub(crate) causes: CauseSet,
    /// Its configuration then.
    pub(crate) config: Config,
    /// Of a step of an escalation: whom it names.
    pub(crate) step: Option<Vec<String>>,
}

/// How a scheduler with an open incident stands now.
#[derive(Clone, Debug)]
pub(crate) struct Bad {
    pub(crate) incident: String,
    pub(crate) opened: Instant,
    pub(crate) causes: CauseSet,
    /// Whether somebody looks after all of them.
    pub(crate) heeded: bool,
    pub(crate) config: Config,
}

/// How everything stands now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Today {
    pub(crate) now: Instant,
    pub(crate) windows: Vec<Window>,
    /// In the order of their names.
    pub(crate) rules: Vec<Rule>,
    /// Channels that are switched off.
    pub(crate) off: BTreeSet<String>,
    pub(crate) bad: BTreeMap<String, Bad>,
    /// When people were last to be told of each incident, steps apart.
    pub(crate) last_said: BTreeMap<String, Instant>,
    /// How many went out singly in this minute, by class.
    pub(crate) singly: BTreeMap<Class, u32>,
}

/// Who was told of an incident, and in which group, by channel.
pub(crate) type Told = BTreeMap<String, Option<String>>;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Opening,
    Update,
    End,
}

impl Class {
    pub(crate) const fn of(kind: AlertKind) -> Self {
        match kind {
            AlertKind::Opened | AlertKind::Escalated => Self::Opening,
            AlertKind::Resolved | AlertKind::Dropped => Self::End,
            _ => Self::Update,
        }
    }
}

/// What should become of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is over, and nobody knew that it began.
    NobodyKnew,
    /// It waited, and is not so any more.
    NoLongerSo,
    /// It waited, and somebody looks after it.
    LookedAfter,
    /// It waited, and a later one said all it says.
    SaidSince,
    /// It waits for the end of maintenance.
    Maintained(Instant),
    /// It is told as part of an incident upstream, to those channels unless they keep that one; what is left of it later.
    Upstream(BTreeMap<String, How>),
    /// Those channels hear of it.
    Heard(Class, BTreeMap<String, How>),
}

/// How a channel hears of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// By itself.
    Singly,
    /// Together with others, when the minute is over.
    Together,
    /// When its quiet hours are over.
    After(Instant),
}

impl Fate {
    /// Every word that a fate is counted by.
    pub(crate) const WORDS: [&str; 11] = [
        "nobody knew of its beginning",
        "it is no longer so",
        "somebody looks after it",
        "it waits for the end of maintenance",
        "as part of an incident upstream",
        "singly",
        "together",
        "after quiet hours",
        "critical, in quiet hours",
        "instead of an earlier one",
        "a later one says all it says",
    ];

    pub(crate) fn words(&self) -> Vec<&'static str> {
        match self {
            Self::NobodyKnew => vec![Self::WORDS[0]],
            Self::NoLongerSo => vec![Self::WORDS[1]],
            Self::LookedAfter => vec![Self::WORDS[2]],
            Self::SaidSince => vec![Self::WORDS[10]],
            Self::Maintained(_) => vec![Self::WORDS[3]],
            Self::Upstream(_) => vec![Self::WORDS[4]],
            Self::Heard(_, channels) => channels.values().map(|how| how.word()).collect(),
        }
    }
}

impl How {
    const fn word(self) -> &'static str {
        match self {
            Self::Singly => Fate::WORDS[5],
            Self::Together => Fate::WORDS[6],
            Self::After(_) => Fate::WORDS[7],
        }
    }
}

/// Whether a message about this to a place counts for the room of single messages.
pub(crate) fn takes_room(place: &Place, kind: AlertKind) -> bool {
    Class::of(kind) == Class::Opening || (!place.keeps && kind != AlertKind::Dropped)
}

impl Today {
    /// What should become of a letter, one that waited before or one that is new.
    pub(crate) fn fate(&self, letter: &Letter, waited: bool, told: &Told) -> Fate {
        let ends = Class::of(letter.kind) == Class::End;
        let mut letter = letter.clone();
        let mut severity = severity(&letter.config, letter.causes);
        if waited && !ends {
            let Some(bad) = self.bad.get(&letter.scheduler).filter(|bad| bad.incident == letter.incident)
            else {
                return Fate::NoLongerSo;
            };
            if bad.causes.is_empty() {
                return Fate::NoLongerSo;
            }
            if bad.heeded {
                return Fate::LookedAfter;
            }
            let said = self.last_said.get(&letter.incident);
            if letter.kind != AlertKind::Escalated && said.is_some_and(|said| letter.at < *said) {
                return Fate::SaidSince;
            }
            (letter.causes, severity) = (bad.causes, self::severity(&bad.config, bad.causes));
        }
        let knows = if waited { told.values().any(Option::is_none) } else { !told.is_empty() };
        if Class::of(letter.kind) == Class::Update && !knows {
            letter.kind = AlertKind::Opened;
        }
        if ends && told.is_empty() {
            return Fate::NobodyKnew;
        }
        let windows = Windows::about(&letter.scheduler, &letter.config, self.windows.iter().cloned());
        if let Some(over) = windows.over(self.now) {
            return Fate::Maintained(over);
        }
        let hearers = self.hearers(&letter, severity, told);
        if !ends && self.is_part(&letter) {
            let is_news = |id: &&String| place(id).is_some() && !told.contains_key(*id);
            // A keeper in its quiet hours is asked again when they are over.
            let how = |id: &String| {
                let quiet = quiet_until(place(id)?, self.now).filter(|_| severity < Severity::Critical);
                let waits = quiet.is_some() && place(id)?.keeps;
                (!waits).then(|| (id.clone(), quiet.map_or(How::Together, How::After)))
            };
            return Fate::Upstream(hearers.iter().filter(is_news).filter_map(how).collect());
        }
        let class = Class::of(letter.kind);
        let crowded = self.singly.get(&class).is_some_and(|count| *count >= SINGLY_MAX);
        let how = |id: String| {
            let how =
                self.how(place(&id)?, letter.kind, severity, crowded, told.get(&id).and_then(Option::as_ref));
            Some((id, how))
        };
        Fate::Heard(class, hearers.into_iter().filter_map(how).collect())
    }

    fn how(
        &self,
        place: &Place,
        kind: AlertKind,
        severity: Severity,
        crowded: bool,
        group: Option<&String>,
    ) -> How {
        let class = Class::of(kind);
        let closes = place.keeps && class == Class::End;
        if let Some(over) = quiet_until(place, self.now)
            && severity < Severity::Critical
            && !closes
        {
            return How::After(over);
        }
        let takes_room = takes_room(place, kind);
        let goes_on = group.is_some() && class != Class::Opening;
        if goes_on || (crowded && takes_room) { How::Together } else { How::Singly }
    }

    /// Who hears, whatever else is so.
    pub(crate) fn hearers(&self, letter: &Letter, severity: Severity, told: &Told) -> BTreeSet<String> {
        if Class::of(letter.kind) == Class::End {
            return told.keys().cloned().collect();
        }
        let named = match (&letter.step, &letter.config.channels) {
            (Some(step), _) => Some(step.clone()),
            (None, Some(own)) => Some(own.clone()),
            (None, None) => self.ruled(letter, severity),
        };
        let Some(named) = named else { return self.defaults() };
        let known: BTreeSet<String> = named.iter().filter(|name| place(name).is_some()).cloned().collect();
        let reached = known.iter().any(|id| !self.off.contains(id));
        if named.is_empty() || reached {
            return known;
        }
        known.into_iter().chain(self.defaults()).collect()
    }

    fn defaults(&self) -> BTreeSet<String> {
        let all: BTreeSet<String> =
            PLACES.iter().filter(|place| place.is_default).map(|place| place.name.to_owned()).collect();
        let on: BTreeSet<String> = all.difference(&self.off).cloned().collect();
        if on.is_empty() { all } else { on }
    }

    /// Whom the rules name; `None` where none says anything of it.
    fn ruled(&self, letter: &Letter, severity: Severity) -> Option<Vec<String>> {
        let speaks = |rule: &&Rule| {
            let of = &rule.selector;
            let config = &letter.config;
            (of.schedulers.is_empty() || of.schedulers.iter().any(|it| it.as_str() == letter.scheduler))
                && (of.services.is_empty() || of.services.contains(&config.service_name))
                && (of.tags.is_empty() || of.tags.iter().any(|tag| config.tags.contains(tag)))
                && (rule.causes.is_empty() || letter.causes.iter().any(|cause| rule.causes.contains(&cause)))
                && rule.severity <= Some(severity)
        };
        let speaking: Vec<&Rule> = self.rules.iter().filter(speaks).collect();
        let last = speaking.iter().position(|rule| rule.last).map_or(speaking.len(), |place| place + 1);
        let named = speaking[..last].iter().flat_map(|rule| rule.channels.clone());
        (!speaking.is_empty()).then(|| named.collect())
    }

    /// Schedulers that are bad now and that another one rests upon, directly or through others that are bad as well.
    pub(crate) fn upstream_of(&self, config: &Config) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut left: Vec<String> = config.depends_on.iter().map(ToString::to_string).collect();
        while let Some(id) = left.pop() {
            let Some(bad) = self.bad.get(&id) else { continue };
            if found.insert(id) {
                left.extend(bad.config.depends_on.iter().map(ToString::to_string));
            }
        }
        found
    }

    /// Whether it is told as part of an incident upstream: of those in a circle, the first that opened is not.
    fn is_part(&self, letter: &Letter) -> bool {
        let mut above = self.upstream_of(&letter.config);
        above.remove(&letter.scheduler);
        let own = (letter.opened, &letter.incident);
        let is_earlier = |id: &String| self.bad.get(id).is_some_and(|bad| (bad.opened, &bad.incident) < own);
        above.iter().any(|id| !self.rests_on(id, &letter.scheduler) || is_earlier(id))
    }

    /// Whether one rests upon another, directly or through others that are bad.
    fn rests_on(&self, id: &str, on: &str) -> bool {
        let names = |id: &str| {
            self.bad.get(id).is_some_and(|bad| bad.config.depends_on.iter().any(|it| it.as_str() == on))
        };
        let above = self.bad.get(id).map(|bad| self.upstream_of(&bad.config)).unwrap_or_default();
        names(id) || above.iter().any(|id| names(id))
    }
}

fn severity(config: &Config, causes: CauseSet) -> Severity {
    let hangs = |cause: Cause| matches!(cause, Cause::Stale | Cause::Overrun);
    let worst = causes.iter().last();
    config.severity.unwrap_or(if worst.is_some_and(hangs) { Severity::Warning } else { Severity::Error })
}

/// When a channel's quiet hours are over that hold an instant: found by walking on, hour by hour of its wall clock.
pub(crate) fn quiet_until(place: &Place, at: Instant) -> Option<Instant> {
    let quarter = Duration::from_minutes(15).as_millis();
    let mut probe = at;
    while is_quiet(place, probe)? {
        probe = Instant::from_millis((probe.as_millis().div_euclid(quarter) + 1) * quarter);
    }
    (probe > at).then_some(probe)
}

/// Whether a channel's wall clock says so; `None` where it has no quiet hours.
fn is_quiet(place: &Place, at: Instant) -> Option<bool> {
    let (zone, from, until, weekends) = place.quiet?;
    let zone = domain::schedule::Zone::parse(zone).ok()?;
    let wall = at.to_timestamp().to_zoned_datetime(zone.as_time_zone().clone());
    let begun = if wall.hour() >= from { wall.date() } else { wall.date().yesterday().ok()? };
    let inside = wall.hour() >= from || wall.hour() < until;
    let weekend = begun.weekday().to_monday_one_offset() > 5;
    Some(inside && (weekends || !weekend))
}
