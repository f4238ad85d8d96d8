//! What other products watch, on its way to becoming schedulers: a [`Monitor`] has what all of them know, and the address
//! that its jobs use already. Kept, that address is all that need not change when a team moves.
//!
//! Which scheduler a monitor is, its address says: one that has it is the same, whatever it is called by now.

mod places;

use serde_json::{Map, Value, json};

use super::proposal::tags;
use super::{Names, Note, Proposal, duration};

pub(crate) use places::Places;

/// Most monitors that are read.
pub(crate) const MONITORS_MAX: usize = 10_000;
/// Shortest and longest token that the server takes.
const ALIAS_CHARS: std::ops::RangeInclusive<usize> = 6..=128;
const NAME_CHARS_MAX: usize = 255;
/// How much of a token is shown: enough to be recognised by.
const SHOWN_CHARS: usize = 6;
/// Longest grace that the server takes, and longest run.
const GRACE_SECONDS_MAX: u64 = 366 * 86_400;
const RUNTIME_SECONDS_MAX: u64 = 365 * 86_400;
/// Who watched a job knows all of this.
const PRODUCTS_KNOW: [&str; 13] = [
    "job_name",
    "description",
    "tags",
    "schedule",
    "max_runtime",
    "heartbeat_timeout",
    "failure_threshold",
    "recovery_threshold",
    "ping_id",
    "slug",
    "aliases",
    "while_paused",
    "channels",
];

/// By what a job is known that bears no key. A secret: no whole one is ever shown.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Token {
    /// A UUID with dashes, in small letters: a scheduler's ping id.
    Ping(String),
    /// Any other: an alias.
    Alias(String),
}

/// Something that another product watches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Monitor {
    /// What the product calls such a thing.
    pub(crate) kind: &'static str,
    /// What people call it; may be empty.
    pub(crate) name: String,
    /// What its id is made of.
    pub(crate) wanted_id: String,
    /// Its address. A monitor without one is known by its id.
    pub(crate) token: Option<Token>,
    /// What it belongs to, where the product knows.
    pub(crate) service: Option<String>,
    pub(crate) description: String,
    pub(crate) tags: Vec<String>,
    /// When it is expected, with its grace.
    pub(crate) schedule: Option<Value>,
    /// Whether the grace is ours, since the product has none.
    pub(crate) has_usual_grace: bool,
    /// Further fields of the registration.
    pub(crate) fields: Map<String, Value>,
    /// Whom it tells, by their names.
    pub(crate) channels: Vec<String>,
    pub(crate) is_paused: bool,
    /// What a person should know of it.
    pub(crate) notes: Vec<String>,
}

/// What a product's list said.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) monitors: Vec<Monitor>,
    /// What was passed over.
    pub(crate) notes: Vec<Note>,
    /// How many things of other kinds were left out, by their kinds.
    pub(crate) left_out: std::collections::BTreeMap<String, usize>,
}

/// What is to be registered.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) proposals: Vec<Proposal>,
    pub(crate) notes: Vec<Note>,
}

impl Token {
    /// A token as it stands in an address; none where the server would not take it.
    pub(crate) fn of(text: &str) -> Option<Self> {
        if let Ok(id) = uuid::Uuid::try_parse(text)
            && matches!(text.len(), 32 | 36)
        {
            return Some(Self::Ping(id.hyphenated().to_string()));
        }
        let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let fits = ALIAS_CHARS.contains(&text.len()) && text.chars().all(good);
        fits.then(|| Self::Alias(text.to_owned()))
    }

    fn text(&self) -> &str {
        match self {
            Self::Ping(text) | Self::Alias(text) => text,
        }
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&beginning(self.text()))
    }
}

/// As much of a secret as people recognise it by.
pub(crate) fn beginning(secret: &str) -> String {
    let shown: String = secret.chars().take(SHOWN_CHARS).collect();
    if shown.len() < secret.len() { format!("{shown}…") } else { "…".to_owned() }
}

impl Monitor {
    /// Further fields, where there is a value for them.
    pub(crate) fn set(&mut self, field: &str, value: Option<impl Into<Value>>) {
        self.fields.extend(value.map(|value| (field.to_owned(), value.into())));
    }

    /// Where it was found, for people: by its name, else by the beginning of its token.
    fn place(&self) -> String {
        let token = || self.token.as_ref().map(|token| beginning(token.text()));
        let name = if self.name.is_empty() { token().unwrap_or_default() } else { self.name.clone() };
        format!("{} {name}", self.kind)
    }

    fn proposal(self, id: &str, service: &str, places: &Places) -> Proposal {
        let job = if self.name.is_empty() { id } else { &self.name };
        let mut proposal = Proposal::new(self.place(), id, service, &line(job)).described(&self.description);
        let tags = (!self.tags.is_empty()).then(|| tags(self.tags));
        let channels: Vec<&str> = self.channels.iter().filter_map(|name| places.channel(name)).collect();
        proposal = proposal
            .with("tags", tags)
            .with("schedule", self.schedule)
            .with("channels", (!channels.is_empty()).then(|| json!(channels)));
        proposal.body.extend(self.fields);
        proposal = match &self.token {
            Some(Token::Ping(token)) => proposal.with("ping_id", Some(token.as_str())),
            Some(Token::Alias(token)) => proposal.with("aliases", Some(json!([token]))),
            None => proposal,
        };
        Proposal {
            knows: &PRODUCTS_KNOW,
            has_usual_grace: self.has_usual_grace,
            is_paused: self.is_paused,
            ..proposal
        }
    }
}

impl Reading {
    /// Takes one more.
    pub(crate) fn add(&mut self, monitor: Monitor) -> Result<(), String> {
        if self.monitors.len() >= MONITORS_MAX {
            return Err(format!("there are more than {MONITORS_MAX} of them"));
        }
        self.monitors.push(monitor);
        Ok(())
    }

    /// Counts one that is of another kind.
    pub(crate) fn leave_out(&mut self, kind: &str) {
        *self.left_out.entry(line(kind)).or_default() += 1;
    }

    /// Says of one that it is passed over, and why.
    pub(crate) fn pass_over(&mut self, place: impl Into<String>, why: &str) {
        self.notes.push(Note::new(place, format!("passed over: {why}")));
    }

    /// What is to be registered, for a server that has these places.
    pub(crate) fn proposals(self, places: &Places, service: Option<&str>, usual: &str) -> Survey {
        let mut survey = Survey { notes: self.notes, ..Survey::default() };
        let mut names = places.names();
        let mut seen = std::collections::BTreeMap::new();
        let mut unheard = std::collections::BTreeMap::<String, usize>::new();
        for monitor in self.monitors {
            let place = monitor.place();
            survey.notes.extend(monitor.notes.iter().map(|note| Note::new(&place, note)));
            let known_by =
                monitor.token.as_ref().map_or_else(|| monitor.wanted_id.clone(), |it| it.text().to_owned());
            if let Some(first) = seen.insert(known_by, place.clone()) {
                let text = format!("passed over: {first} has the same address");
                survey.notes.push(Note::new(&place, text));
                continue;
            }
            for channel in monitor.channels.iter().filter(|name| places.channel(name).is_none()) {
                *unheard.entry(channel.clone()).or_default() += 1;
            }
            let id = places.id(&monitor, &mut names);
            let of = service.or(monitor.service.as_deref()).unwrap_or(usual).to_owned();
            survey.proposals.push(monitor.proposal(&id, &line(&of), places));
        }
        survey.notes.extend(unheard.into_iter().map(|(channel, count)| without(&channel, count)));
        survey
    }
}

/// A channel that is named there and not here.
fn without(channel: &str, count: usize) -> Note {
    let text =
        format!("there is none of that name here, and {count} of them name it: make it and import again");
    Note::new(format!("channel {channel}"), text)
}

/// So many seconds as a period; more than the server takes is for it to say.
pub(crate) fn every(seconds: u64, from: &str, grace: u64) -> Value {
    json!({ "every": duration(seconds), "from": from, "grace": grace_of(grace), "expect_from": "first_report" })
}

/// By the calendar: five fields on a line are cron, as is what begins with `@`; anything else is a calendar event.
pub(crate) fn calendar(expression: &str, zone: &str, grace: u64) -> Value {
    let is_line = !expression.contains('\n');
    let is_cron = is_line && (expression.split_whitespace().count() == 5 || expression.starts_with('@'));
    let kind = if is_cron { "cron" } else { "on_calendar" };
    json!({ kind: expression, "timezone": zone, "grace": grace_of(grace), "expect_from": "first_report" })
}

fn grace_of(seconds: u64) -> String {
    duration(seconds.min(GRACE_SECONDS_MAX))
}

/// How long a run may take, where it is a length at all.
pub(crate) fn runtime(seconds: u64) -> Option<String> {
    (seconds > 0).then(|| duration(seconds.min(RUNTIME_SECONDS_MAX)))
}

/// Text from outside as a name: on one line, and as long as the server takes.
pub(crate) fn line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().chars().take(NAME_CHARS_MAX).collect::<String>().trim_end().to_owned()
}

/// A field that is a text, else an empty one.
pub(crate) fn text<'a>(thing: &'a Value, field: &str) -> &'a str {
    thing[field].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests;
