//! Timers and their services, from files and from `systemctl`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::api::CallError;
use crate::cli::import::sources;
use crate::cli::output::{Failure, say};
use crate::import::systemd::{Timer, Unit, service_of};

/// Most timers at once.
const TIMERS_MAX: usize = 2000;

/// The timers that were asked for; all that `systemctl` lists if none were.
pub(super) fn timers(asked: &[String], of_user: bool) -> Result<Vec<Timer>, Failure> {
    let system = Systemctl { of_user };
    if asked.is_empty() {
        let names = system.names()?;
        let known = names
            .iter()
            .filter_map(|name| system.timer(name).map_err(|why| say(&format!("note: {why}"))).ok());
        return Ok(known.collect());
    }
    let mut timers = Vec::new();
    for asked in asked {
        let path = Path::new(asked);
        if path.is_dir() {
            for path in sources::folder(path, is_timer)? {
                timers.push(of_file(&path)?);
            }
        } else if path.is_file() {
            timers.push(of_file(path)?);
        } else {
            timers.push(system.timer(asked)?);
        }
    }
    if timers.len() > TIMERS_MAX {
        return Err(Failure::Unfit(format!("there are more than {TIMERS_MAX} timers: name some of them")));
    }
    Ok(timers)
}

/// A template is none: what is made of it has names that are not in the folder.
fn is_timer(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".timer") && !name.ends_with("@.timer")
}

fn of_file(path: &Path) -> Result<Timer, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let unit = with_dropins(path)?;
    let service_name = service_of(&name, &unit);
    let service = path.with_file_name(&service_name);
    Ok(Timer { service: with_dropins(&service)?, name, unit, service_name })
}

/// A unit file and its drop-ins, as far as they are there.
fn with_dropins(path: &Path) -> Result<Unit, Failure> {
    let folder = path.with_file_name(format!("{}.d", path.file_name().unwrap_or_default().to_string_lossy()));
    let mut parts: Vec<_> = path.is_file().then(|| path.to_owned()).into_iter().collect();
    parts.extend(sources::folder(&folder, |path| path.extension().is_some_and(|end| end == "conf"))?);
    let mut text = String::new();
    for part in parts {
        text.push_str(&String::from_utf8_lossy(&sources::file(&part)?));
        text.push('\n');
    }
    Ok(Unit::parse(&text))
}

/// The program, asked of the system's units or a user's own.
struct Systemctl {
    of_user: bool,
}

impl Systemctl {
    fn asked(&self, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = Command::new("systemctl");
        command.args(self.of_user.then_some("--user")).args(["--no-pager"]).args(arguments);
        let what = format!("systemctl {}", arguments.join(" "));
        Ok(String::from_utf8_lossy(&sources::output(&mut command, &what)?).into_owned())
    }

    fn names(&self) -> Result<Vec<String>, Failure> {
        let listed = self.asked(&["list-timers", "--all", "--output=json"])?;
        let listed: Vec<Value> = serde_json::from_str(&listed)
            .map_err(|why| CallError::Malformed(format!("systemctl list-timers: {why}")))?;
        let names = listed.iter().filter_map(|timer| timer["unit"].as_str().map(str::to_owned));
        Ok(names.take(TIMERS_MAX).collect())
    }

    fn timer(&self, name: &str) -> Result<Timer, Failure> {
        let name = format!("{}.timer", name.strip_suffix(".timer").unwrap_or(name));
        let unit = Unit::parse(&self.asked(&["cat", "--", &name])?);
        let service_name = service_of(&name, &unit);
        let service = Unit::parse(&self.asked(&["cat", "--", &service_name])?);
        Ok(Timer { name, unit, service_name, service })
    }
}
