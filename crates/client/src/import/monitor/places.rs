//! What a server has already: which scheduler is heard at which address, which ids are taken, and which channels there are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Monitor, Names, Token, text};
use crate::import::naming::tidy;

/// What is there.
#[derive(Debug, Default)]
pub(crate) struct Places {
    ids: BTreeSet<String>,
    /// Whose a token is.
    tokens: BTreeMap<Token, String>,
    channels: Vec<String>,
}

impl Places {
    /// As the server lists them.
    pub(crate) fn of(schedulers: &[Value], channels: &[Value]) -> Self {
        let mut places = Self::default();
        for scheduler in schedulers {
            let id = text(scheduler, "scheduler_id");
            places.ids.insert(id.to_owned());
            let ping = text(scheduler, "ping_url").rsplit('/').next();
            let aliases = scheduler["aliases"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let tokens = ping.into_iter().chain(aliases).filter_map(Token::of);
            places.tokens.extend(tokens.map(|token| (token, id.to_owned())));
        }
        places.channels = channels.iter().map(|channel| text(channel, "name").to_owned()).collect();
        places
    }

    /// Ours of that name; capitals do not matter.
    pub(super) fn channel(&self, name: &str) -> Option<&str> {
        let exact = self.channels.iter().find(|known| *known == name);
        let found = exact.or_else(|| self.channels.iter().find(|known| known.eq_ignore_ascii_case(name)));
        found.map(String::as_str)
    }

    /// The ids that are taken.
    pub(super) fn names(&self) -> Names {
        let mut names = Names::default();
        self.ids.iter().for_each(|id| names.keep(id));
        names
    }

    /// The id of a monitor: that of the scheduler that has its address, else the one it would have, unless another
    /// has that.
    pub(super) fn id(&self, monitor: &Monitor, names: &mut Names) -> String {
        let Some(token) = &monitor.token else { return monitor.wanted_id.clone() };
        if let Some(id) = self.tokens.get(token) {
            return id.clone();
        }
        let wanted = tidy(&monitor.wanted_id);
        names.fresh(if wanted.is_empty() { monitor.kind } else { &wanted }, token.text())
    }
}
