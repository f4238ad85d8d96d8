//! A table of one standing as monospaced text, in sections that Slack takes.

use std::fmt::Write as _;

use domain::board::{BoardRow, Standing};
use domain::schedule::Zone;
use domain::time::shorten;

use super::clock;
use crate::slack::escape::code;
use crate::text::{one_line, span};

/// Of a section's 3 000, with its fence and its heading.
const SECTION_BUDGET: usize = 2800;
/// How wide a name is shown.
const NAME_CHARS: usize = 25;
/// How much of an error is shown.
const ERROR_CHARS: usize = 80;

/// The lines of a row: when, what, how long; and why it failed.
pub(super) fn lines(row: &BoardRow, zone: &Zone) -> String {
    let at = row.at.map_or_else(|| "  -  ".to_owned(), |at| clock(at, zone));
    let took = row.took.map_or_else(String::new, span);
    let name = fitted(&named(row));
    let mut text = format!("{at} {name} {took}").trim_end().to_owned();
    text.push('\n');
    if let Some(error) = row.error.as_deref().filter(|_| row.standing == Standing::Failed) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "      {}", shorten(&one_line(error), ERROR_CHARS));
    }
    // Six characters are the most that one becomes.
    code(&text, text.chars().count() * 6)
}

fn named(row: &BoardRow) -> String {
    format!("{} · {}", one_line(&row.job), one_line(&row.service))
}

/// Exactly [`NAME_CHARS`] signs.
fn fitted(name: &str) -> String {
    let cut = if name.chars().count() > NAME_CHARS { shorten(name, NAME_CHARS - 1) } else { name.to_owned() };
    format!("{cut:<NAME_CHARS$}")
}

/// A section in the making.
pub(super) struct Table {
    heading: String,
    lines: String,
    length: usize,
}

impl Table {
    pub(super) fn new(heading: String) -> Self {
        let length = heading.chars().count() + 8;
        Self { heading, lines: String::new(), length }
    }

    /// How many characters it has by now.
    pub(super) const fn length(&self) -> usize {
        self.length
    }

    /// Whether there is room for more.
    pub(super) fn takes(&self, lines: &str) -> bool {
        self.length + lines.chars().count() <= SECTION_BUDGET
    }

    pub(super) fn add(&mut self, lines: &str) {
        self.length += lines.chars().count();
        self.lines.push_str(lines);
    }

    /// The section as it is; the next one goes on without a heading.
    pub(super) fn next(&mut self) -> Option<String> {
        std::mem::replace(self, Self::new(String::new())).into_text()
    }

    /// The section; `None` where it has no row.
    pub(super) fn into_text(self) -> Option<String> {
        let Self { heading, lines, .. } = self;
        let rows = lines.trim_end_matches('\n');
        let fenced = || format!("{heading}\n```\n{rows}\n```").trim_start().to_owned();
        (!rows.is_empty()).then(fenced)
    }
}
