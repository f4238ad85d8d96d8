//! Crontabs as bytes: read into lines and written again just as they were.
//!
//! Follows Vixie's cron and cronie. Whatever a line holds, rendering what was read gives the same bytes, so that
//! changing one command leaves comments, spaces, line ends and odd bytes alone. Judges no schedule: the server does.

mod line;
mod survey;
mod wrap;

use std::collections::BTreeMap;

pub(crate) use survey::{Found, Surveyor, ids_in};
pub use wrap::{Unwrapped, Wrapping, unwrap};
pub(crate) use wrap::{Watch, watch};

/// How the lines of a crontab are made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One user's own: schedule and command.
    User,
    /// `/etc/crontab` and `/etc/cron.d`: schedule, user and command.
    System,
}

/// A crontab, line by line.
#[derive(Clone, Debug)]
pub struct Crontab<'a> {
    lines: Vec<Line<'a>>,
}

/// One line, and how it ends (`\n`, `\r\n`, or not at all in the last one).
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// What it holds.
    pub kind: Kind<'a>,
    ending: &'a [u8],
}

/// What a line holds.
#[derive(Clone, Debug)]
pub enum Kind<'a> {
    /// Nothing, or a comment.
    Plain(&'a [u8]),
    /// A variable for the jobs below it.
    Setting {
        /// The whole line.
        text: &'a [u8],
        /// The name of the variable.
        name: &'a [u8],
        /// Its value, without quotes.
        value: &'a [u8],
    },
    /// A job.
    Job(Job<'a>),
    /// What is none of these.
    Odd {
        /// The whole line.
        text: &'a [u8],
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// A job's line in three parts.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// All that stands before the command: spaces, schedule, user.
    before: &'a [u8],
    /// The schedule, its fields one space apart: `0 2 * * *` or `@daily`.
    pub schedule: String,
    /// The command as it is written, `\%` and all.
    pub command: &'a [u8],
    /// From the first bare `%` on: what the command reads.
    pub input: &'a [u8],
}

impl<'a> Crontab<'a> {
    /// Reads any bytes.
    pub fn parse(bytes: &'a [u8], format: Format) -> Self {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        Self { lines: lines.map(|line| line::read(line, format)).collect() }
    }

    /// The lines, in their order.
    pub fn lines(&self) -> &[Line<'a>] {
        &self.lines
    }

    /// The bytes it was read from.
    pub fn render(&self) -> Vec<u8> {
        self.with_commands(&BTreeMap::new())
    }

    /// The bytes it was read from, but for the commands of these lines (counted from 0).
    pub fn with_commands(&self, commands: &BTreeMap<usize, Vec<u8>>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            match &line.kind {
                Kind::Plain(text) | Kind::Setting { text, .. } | Kind::Odd { text, .. } => {
                    bytes.extend(*text);
                }
                Kind::Job(job) => {
                    bytes.extend(job.before);
                    bytes.extend(commands.get(&index).map_or(job.command, Vec::as_slice));
                    bytes.extend(job.input);
                }
            }
            bytes.extend(line.ending);
        }
        bytes
    }

    /// The jobs, with the index of their line.
    pub fn jobs(&self) -> impl Iterator<Item = (usize, &Job<'a>)> {
        self.lines.iter().enumerate().filter_map(|(index, line)| match &line.kind {
            Kind::Job(job) => Some((index, job)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
