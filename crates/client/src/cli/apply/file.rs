//! The file that is applied: its tables as the bodies of calls.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::cli::output::Failure;
use crate::toml_flaw::toml_flaw;

/// Largest file that is read.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Largest file that a `file:PATH` stands for.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// What a table is about, in the order in which they are applied: what is named goes before what names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) enum Kind {
    Channel,
    Rule,
    Window,
    Board,
    Scheduler,
}

impl Kind {
    pub(super) const ALL: [Self; 5] = [Self::Channel, Self::Rule, Self::Window, Self::Board, Self::Scheduler];

    /// The table of the file.
    const fn table(self) -> &'static str {
        match self {
            Self::Channel => "channels",
            Self::Rule => "rules",
            Self::Window => "maintenance",
            Self::Board => "boards",
            Self::Scheduler => "schedulers",
        }
    }

    /// The path of the API: the same words.
    pub(super) const fn path(self) -> &'static str {
        self.table()
    }

    /// One of them, for people.
    pub(super) const fn one(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Rule => "rule",
            Self::Window => "maintenance",
            Self::Board => "board",
            Self::Scheduler => "scheduler",
        }
    }
}

/// One thing that shall be.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cli) struct Wanted {
    pub(in crate::cli) kind: Kind,
    pub(in crate::cli) name: String,
    pub(in crate::cli) body: Map<String, Value>,
}

/// Reads the file. Every refusal names the place in it.
pub(super) fn read(path: &Path) -> Result<Vec<Wanted>, Failure> {
    let unfit = |problem: String| Failure::Unclear(format!("{}: {problem}", path.display()));
    let text = bounded(path, FILE_BYTES_MAX).map_err(unfit)?;
    let file: toml::Table = text
        .parse()
        .map_err(|error| Failure::Unclear(format!("{} {}", path.display(), toml_flaw(&text, &error))))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    wanted(file, folder).map_err(unfit)
}

fn bounded(path: &Path, most: u64) -> Result<String, String> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).map_err(|problem| problem.to_string())?;
    let mut text = String::new();
    file.take(most + 1).read_to_string(&mut text).map_err(|problem| problem.to_string())?;
    if text.len() as u64 > most { Err(format!("has more than {most} bytes")) } else { Ok(text) }
}

fn wanted(mut file: toml::Table, folder: &Path) -> Result<Vec<Wanted>, String> {
    let mut wanted = Vec::new();
    for kind in Kind::ALL {
        let Some(table) = file.remove(kind.table()) else { continue };
        let toml::Value::Table(things) = table else {
            return Err(format!("{} must be a table", kind.table()));
        };
        for (name, thing) in things {
            let place = format!("{}.{name}", kind.table());
            let toml::Value::Table(fields) = thing else { return Err(format!("{place} must be a table")) };
            let body = of(kind, &name, plain(toml::Value::Table(fields)), folder);
            wanted.push(Wanted { kind, name, body: body.map_err(|problem| format!("{place}: {problem}"))? });
        }
    }
    match file.keys().next() {
        None => Ok(wanted),
        Some(odd) => {
            let known = Kind::ALL.map(Kind::table).join(", ");
            Err(format!("there is nothing called {odd}; a file holds {known}"))
        }
    }
}

/// TOML as JSON; its instants become texts.
fn plain(value: toml::Value) -> Value {
    match value {
        toml::Value::Datetime(at) => Value::String(at.to_string()),
        toml::Value::Array(items) => items.into_iter().map(plain).collect(),
        toml::Value::Table(fields) => fields.into_iter().map(|(name, value)| (name, plain(value))).collect(),
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(truth) => json!(truth),
    }
}

/// The body of the call.
fn of(kind: Kind, name: &str, fields: Value, folder: &Path) -> Result<Map<String, Value>, String> {
    let Value::Object(mut fields) = fields else { return Err("must be a table".to_owned()) };
    match kind {
        Kind::Scheduler => fields.insert("scheduler_id".to_owned(), json!(name)),
        _ => fields.insert("name".to_owned(), json!(name)),
    };
    match kind {
        Kind::Window => has_a_beginning(&fields).map(|()| fields),
        Kind::Channel => channel(fields, folder),
        Kind::Rule | Kind::Board | Kind::Scheduler => Ok(fields),
    }
}

/// A window that begins whenever the file is applied would never end.
fn has_a_beginning(fields: &Map<String, Value>) -> Result<(), String> {
    if fields.contains_key("schedule") || fields.contains_key("from") {
        return Ok(());
    }
    Err("from is required of a window that comes once, or it would begin anew at each apply".to_owned())
}

/// A channel's fields are those of the server's own file: what is not of every channel is its kind's, and it is a default
/// one unless it says otherwise.
fn channel(mut fields: Map<String, Value>, folder: &Path) -> Result<Map<String, Value>, String> {
    let mut body = Map::new();
    for own in ["name", "kind", "default", "quiet_hours"] {
        body.extend(fields.remove(own).map(|value| (own.to_owned(), value)));
    }
    body.entry("default").or_insert(json!(true));
    for value in fields.values_mut() {
        reveal(value, folder)?;
    }
    body.insert("config".to_owned(), Value::Object(fields));
    Ok(body)
}

/// A text `file:PATH` stands for what is in that file.
fn reveal(value: &mut Value, folder: &Path) -> Result<(), String> {
    match value {
        Value::String(text) => {
            if let Some(path) = text.strip_prefix("file:") {
                let path = folder.join(path);
                let content = bounded(&path, SECRET_BYTES_MAX);
                let content = content.map_err(|problem| format!("{}: {problem}", path.display()))?;
                content.trim().clone_into(text);
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| reveal(item, folder)),
        Value::Object(fields) => fields.values_mut().try_for_each(|field| reveal(field, folder)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Wanted>, String> {
        wanted(text.parse().expect("toml"), Path::new("/nowhere"))
    }

    #[test]
    fn what_is_named_is_applied_before_what_names_it() {
        let file = "[schedulers.a]\nservice_name='s'\n[rules.b]\nchannels=['c']\n[channels.c]\nkind='teams'\nurl='u'";
        let kinds: Vec<_> = read(file).expect("reads").into_iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [Kind::Channel, Kind::Rule, Kind::Scheduler]);
    }

    #[test]
    fn a_channels_own_fields_stand_beside_those_of_its_kind() {
        let file =
            "[channels.ops]\nkind='slack'\ntoken='t'\nchannel='C1'\nquiet_hours={from='22:00',until='07:00'}";
        let body = Value::Object(read(file).expect("reads")[0].body.clone());
        let quiet = json!({ "from": "22:00", "until": "07:00" });
        let config = json!({ "token": "t", "channel": "C1" });
        let expected = json!({ "name": "ops", "kind": "slack", "default": true, "quiet_hours": quiet, "config": config });
        assert_eq!(body, expected);
    }

    #[test]
    fn what_is_odd_is_named() {
        for (file, problem) in [
            (
                "chanels.a = 1",
                "there is nothing called chanels; a file holds channels, rules, maintenance, boards, schedulers",
            ),
            ("channels = 1", "channels must be a table"),
            ("[channels]\na = 1", "channels.a must be a table"),
        ] {
            assert_eq!(read(file).expect_err("refused"), problem);
        }
        let endless = read("[maintenance.a]\nduration='2h'").expect_err("refused");
        assert!(
            endless.starts_with("maintenance.a: from is required of a window that comes once"),
            "{endless}"
        );
        let missing = read("[channels.a]\nkind='slack'\ntoken='file:t'").expect_err("refused");
        assert!(missing.starts_with("channels.a: /nowhere/t: "), "{missing}");
    }

    #[test]
    fn instants_are_texts() {
        let file = "[maintenance.m]\nfrom = 2026-01-01T00:00:00Z\nduration = '2h'";
        assert_eq!(read(file).expect("reads")[0].body["from"], json!("2026-01-01T00:00:00Z"));
    }
}
