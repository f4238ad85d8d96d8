//! Steps as lines of text, there and back: `03-02 02:00:05 nightly reports running run=a`.

use std::fmt;
use std::str::FromStr;

use domain::{Duration, Instant, Status};

use super::registration::{read_change, show_change};
use super::setup::{read_rule, read_window, show_rule, show_window};
use super::{Act, Fault, Message, Mood, Step};

/// Reads what follows the words that name an act.
type Reading = fn(&str) -> Result<Act, BadStep>;

/// The year of all scenarios.
const YEAR: &str = "2026";

/// A line that is no step, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadStep(pub String);

impl fmt::Display for BadStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadStep {}

pub(super) fn bad<T>(why: impl Into<String>) -> Result<T, BadStep> {
    Err(BadStep(why.into()))
}

/// `03-02 02:00`, with seconds and milliseconds where there are any.
pub(crate) fn moment(at: Instant) -> String {
    let full = at.to_string();
    let text = full[5..23].replace('T', " ");
    let short = text.strip_suffix(".000").unwrap_or(&text);
    short.strip_suffix(":00").filter(|short| short.len() > 8).unwrap_or(short).to_owned()
}

pub(super) fn read_moment(date: &str, time: &str) -> Result<Instant, BadStep> {
    let time = if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
    Instant::parse(&format!("{YEAR}-{date}T{time}Z")).map_err(|error| BadStep(error.to_string()))
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let channel = if matches!(self.act, Act::Mood(_) | Act::SwitchOn) { "channel " } else { "" };
        write!(f, "{} {channel}{} {}", moment(self.at), self.who, self.act)
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register(change) => write!(f, "registers{}", show_change(change)),
            Self::Patch { change, stale: false } => write!(f, "is patched{}", show_change(change)),
            Self::Patch { change, stale: true } => write!(f, "is patched late{}", show_change(change)),
            Self::Report(message) => write!(f, "{message}"),
            Self::Beat { run: None } => f.write_str("beats"),
            Self::Beat { run: Some(run) } => write!(f, "beats run={run}"),
            Self::BeatMeanwhile => f.write_str("beats meanwhile"),
            Self::DeleteMeanwhile => f.write_str("is deleted meanwhile"),
            Self::Pause(None) => f.write_str("is paused"),
            Self::Pause(Some(length)) => write!(f, "is paused for={length}"),
            Self::Resume => f.write_str("is resumed"),
            Self::Acknowledge => f.write_str("is acknowledged"),
            Self::Withdraw => f.write_str("is let go"),
            Self::Delete => f.write_str("is deleted"),
            Self::Die => f.write_str("dies"),
            Self::DieAt { write, after: false } => write!(f, "dies before write {write}"),
            Self::DieAt { write, after: true } => write!(f, "dies after write {write}"),
            Self::Start => f.write_str("starts"),
            Self::Trouble { fault, times } => write!(f, "{} {times}", fault.as_str()),
            Self::Full(true) => f.write_str("is full"),
            Self::Full(false) => f.write_str("has room"),
            Self::StepClock(by) => {
                let sign = if *by < 0 { '-' } else { '+' };
                write!(f, "steps {sign}{}", Duration::from_millis(by.abs()))
            }
            Self::Drift(ppm) => write!(f, "drifts {ppm}"),
            Self::Mood(mood) => f.write_str(mood.as_str()),
            Self::Works(true) => f.write_str("works"),
            Self::Works(false) => f.write_str("halts"),
            Self::Again => f.write_str("runs again"),
            Self::SendAgain => f.write_str("are sent again"),
            Self::Maintain(window) => write!(f, "is maintenance{}", show_window(window)),
            Self::Rule(rule) => write!(f, "is a rule{}", show_rule(rule)),
            Self::TakeAway => f.write_str("is taken away"),
            Self::SwitchOn => f.write_str("is switched on"),
            Self::Expect(health) => write!(f, "should be {health}"),
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reports {}", self.status.as_str())?;
        let named = [("run", &self.run), ("id", &self.id)];
        for (name, value) in named.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
            write!(f, " {name}={value}")?;
        }
        if let Some(took) = self.took {
            write!(f, " took={took}")?;
        }
        for (name, length) in [("held", self.held), ("queued", self.queued)] {
            if length > Duration::ZERO {
                write!(f, " {name}={length}")?;
            }
        }
        if self.clock_wrong != 0 {
            write!(f, " wrong={}", self.clock_wrong)?;
        }
        for (word, said) in [("error", self.error), ("insist", self.insist), ("bulk", self.bulk)] {
            if said {
                write!(f, " {word}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Step {
    type Err = BadStep;

    fn from_str(line: &str) -> Result<Self, BadStep> {
        let parts: Vec<&str> = line.splitn(4, ' ').collect();
        let [date, time, who, act] = parts[..] else {
            return bad("a step is `MM-DD HH:MM who does what`");
        };
        let at = read_moment(date, time)?;
        if who == "channel" {
            let (who, mood) = act.split_once(' ').ok_or_else(|| BadStep("which mood?".to_owned()))?;
            return Ok(Self { at, who: who.to_owned(), act: read_mood(mood)? });
        }
        Ok(Self { at, who: who.to_owned(), act: read_act(act)? })
    }
}

fn read_mood(word: &str) -> Result<Act, BadStep> {
    if word == "is switched on" {
        return Ok(Act::SwitchOn);
    }
    let known = Mood::ALL.into_iter().find(|mood| mood.as_str() == word);
    known.map(Act::Mood).ok_or_else(|| BadStep(format!("{word:?} is no mood of a channel")))
}

fn read_act(text: &str) -> Result<Act, BadStep> {
    let plain = [
        ("beats", Act::Beat { run: None }),
        ("beats meanwhile", Act::BeatMeanwhile),
        ("is deleted meanwhile", Act::DeleteMeanwhile),
        ("is paused", Act::Pause(None)),
        ("is resumed", Act::Resume),
        ("is acknowledged", Act::Acknowledge),
        ("is let go", Act::Withdraw),
        ("is deleted", Act::Delete),
        ("dies", Act::Die),
        ("starts", Act::Start),
        ("is full", Act::Full(true)),
        ("has room", Act::Full(false)),
        ("works", Act::Works(true)),
        ("halts", Act::Works(false)),
        ("runs again", Act::Again),
        ("are sent again", Act::SendAgain),
        ("is taken away", Act::TakeAway),
    ];
    if let Some((_, act)) = plain.into_iter().find(|(words, _)| *words == text) {
        return Ok(act);
    }
    let longer: [(&str, Reading); 12] = [
        ("is maintenance", |rest| Ok(Act::Maintain(Box::new(read_window(rest)?)))),
        ("is a rule", |rest| Ok(Act::Rule(Box::new(read_rule(rest)?)))),
        ("registers", |rest| Ok(Act::Register(Box::new(read_change(rest)?)))),
        ("is patched late", |rest| Ok(Act::Patch { change: Box::new(read_change(rest)?), stale: true })),
        ("is patched", |rest| Ok(Act::Patch { change: Box::new(read_change(rest)?), stale: false })),
        ("reports ", |rest| Ok(Act::Report(read_message(rest)?))),
        ("beats run=", |rest| Ok(Act::Beat { run: Some(rest.to_owned()) })),
        ("is paused for=", |rest| Ok(Act::Pause(Some(length(rest)?)))),
        ("dies ", read_death),
        ("steps ", read_clock_step),
        ("drifts ", |rest| Ok(Act::Drift(number(rest)?))),
        ("should be ", |rest| Ok(Act::Expect(rest.to_owned()))),
    ];
    for (words, read) in longer {
        if let Some(rest) = text.strip_prefix(words) {
            return read(rest);
        }
    }
    for fault in Fault::ALL {
        if let Some(times) = text.strip_prefix(fault.as_str()) {
            return Ok(Act::Trouble { fault, times: number(times)? });
        }
    }
    bad(format!("{text:?} is nothing that can happen"))
}

fn read_death(rest: &str) -> Result<Act, BadStep> {
    let (when, write) =
        rest.split_once(" write ").ok_or_else(|| BadStep("dies before write N".to_owned()))?;
    Ok(Act::DieAt { write: number(write)?, after: when == "after" })
}

fn read_clock_step(rest: &str) -> Result<Act, BadStep> {
    let by = length(rest.trim_start_matches(['+', '-']))?.as_millis();
    Ok(Act::StepClock(if rest.starts_with('-') { -by } else { by }))
}

fn read_message(text: &str) -> Result<Message, BadStep> {
    let mut words = text.split(' ');
    let word = words.next().unwrap_or_default();
    let status = Status::parse(word).ok_or_else(|| BadStep(format!("{word:?} is no status")))?;
    let mut message = Message::of(status);
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("run", run) => message.run = Some(run.to_owned()),
            ("id", id) => message.id = Some(id.to_owned()),
            ("took", took) => message.took = Some(length(took)?),
            ("held", held) => message.held = length(held)?,
            ("queued", queued) => message.queued = length(queued)?,
            ("wrong", wrong) => message.clock_wrong = number(wrong)?,
            ("error", _) => message.error = true,
            ("insist", _) => message.insist = true,
            ("bulk", _) => message.bulk = true,
            _ => return bad(format!("{word:?} is nothing that a report says")),
        }
    }
    Ok(message)
}

pub(super) fn length(text: &str) -> Result<Duration, BadStep> {
    text.parse().map_err(|error| BadStep(format!("{error}")))
}

pub(super) fn number<T: FromStr>(text: &str) -> Result<T, BadStep> {
    text.trim().parse().map_err(|_| BadStep(format!("{text:?} is no number that fits")))
}
