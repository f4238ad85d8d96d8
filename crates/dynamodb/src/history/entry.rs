//! What one commit adds to the log, as it stands in the hot item first and in the history later.

use app::ports::Commit;
use domain::{Event, Payload, ReportId, RunRecord, RunState};
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Faulty};
use crate::gateway::to_json;

/// A payload of more bytes of JSON than this is an item of its own.
const INLINE_MAX: usize = 400;

/// What one commit adds to the log. Short names: it is written with every report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The commit's id.
    #[serde(rename = "c")]
    pub(crate) commit: String,
    /// Whether the rest of it is an item of its own, found by the commit's id, for it is long.
    #[serde(rename = "x", default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_beside: bool,
    /// Its events; fewer once some are pruned.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) events: Vec<Event>,
    /// What its report carried, and the version that it belongs to.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub(crate) payload: Option<(u64, Carried)>,
    /// The version whose output is kept.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<u64>,
    /// Runs that are over.
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) runs: Vec<RunRecord>,
    /// The report's id.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub(crate) report_id: Option<(ReportId, domain::Instant)>,
}

/// Where a payload is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Carried {
    /// In an item of its own, by version and commit.
    #[serde(rename = "b")]
    Beside,
    /// Here.
    #[serde(rename = "h")]
    Here(Box<Payload>),
}

impl Entry {
    /// What a commit adds, and its payload where that is too big to stand in it.
    pub(crate) fn of(commit: &Commit) -> Faulty<(Self, Option<(u64, String)>)> {
        let payload = commit.payload.as_ref().filter(|(_, payload)| *payload != Payload::default());
        let told = |version: u64| commit.events.iter().any(|event| event.version == version);
        if payload.is_some_and(|(version, _)| !told(*version)) {
            return Err(Fault::Conflict);
        }
        let mut beside = None;
        let payload = match payload {
            None => None,
            Some((version, payload)) => {
                let text = to_json(payload)?;
                if text.len() > INLINE_MAX {
                    beside = Some((*version, text));
                    Some((*version, Carried::Beside))
                } else {
                    Some((*version, Carried::Here(Box::new(payload.clone()))))
                }
            }
        };
        let over = commit.runs.iter().filter(|run| run.state != RunState::Running);
        let entry = Self {
            commit: commit.id.as_str().to_owned(),
            is_beside: false,
            events: commit.events.clone(),
            payload,
            output: commit.output.as_ref().map(|(version, _)| *version),
            runs: over.cloned().collect(),
            report_id: commit.report_id.clone(),
        };
        Ok((entry, beside))
    }

    /// What stands in the hot item of an entry that is an item of its own.
    pub(crate) fn named_only(&self) -> Self {
        Self {
            commit: self.commit.clone(),
            is_beside: true,
            events: Vec::new(),
            payload: None,
            output: None,
            runs: Vec::new(),
            report_id: None,
        }
    }

    /// The version of its last event; 0 where it has none.
    pub(crate) fn last(&self) -> u64 {
        self.events.last().map_or(0, |event| event.version)
    }

    pub(crate) fn read(text: &str) -> Faulty<Self> {
        serde_json::from_str(text).map_err(|error| Fault::corrupt("an entry of a log", error))
    }
}
