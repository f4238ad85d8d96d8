//! The drop-in that puts a service under watch: its one command, run by `punctual exec`.
//!
//! The command stays as the unit writes it, specifiers and variables and all, since it stays in a unit. Services whose
//! process systemd speaks with (`Type=notify` and the like) and those of several commands are left to people.

use super::Timer;

/// What every drop-in of ours begins with, so that no other is ever written over.
pub(crate) const HEAD: &str = "# Made by punctual import systemd; remove this file to undo it.\n";
/// What may stand before a command and means something to systemd.
const PREFIXES: [char; 5] = ['-', '+', '!', ':', '|'];

/// A drop-in, by the path under a folder such as `/etc/systemd/system`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dropin {
    /// `backup.service.d/punctual.conf`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Dropin {
    /// The drop-in of a timer's service; or why there is none.
    pub(super) fn of(timer: &Timer, id: &str, program: &str, options: &[String]) -> Result<Self, String> {
        let without = |why: &str| {
            Err(format!("no drop-in: {why}; put punctual exec {id} -- before its command by hand"))
        };
        let kind = timer.service.last("Service", "Type").unwrap_or("simple");
        if !["simple", "exec", "oneshot"].contains(&kind) {
            return without(&format!("it is of Type={kind}"));
        }
        let starts = timer.service.all("Service", "ExecStart");
        let [start] = starts.as_slice() else {
            return without(if starts.is_empty() {
                "its ExecStart is not known"
            } else {
                "it has several commands"
            });
        };
        let at = start.find(|c: char| !PREFIXES.contains(&c)).unwrap_or(start.len());
        let (prefix, command) = start.split_at(at);
        if command.starts_with('@')
            || command.split_whitespace().any(|word| word == ";")
            || command.is_empty()
        {
            return without("its ExecStart is of a form that we cannot put something before");
        }
        let mut ours = vec![program, "exec", id];
        ours.extend(options.iter().map(String::as_str));
        let ours: Vec<String> = ours.into_iter().map(quoted).collect();
        let text =
            format!("{HEAD}[Service]\nExecStart=\nExecStart={prefix}{} -- {command}\n", ours.join(" "));
        Ok(Self { path: format!("{}.d/punctual.conf", timer.service_name), text })
    }
}

/// A word as a unit writes it.
fn quoted(word: &str) -> String {
    let word = word.replace('\\', "\\\\").replace('%', "%%").replace('$', "$$");
    let is_plain = !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "\"';".contains(c));
    if is_plain { word } else { format!("\"{}\"", word.replace('"', "\\\"")) }
}
