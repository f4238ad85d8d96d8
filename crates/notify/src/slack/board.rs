//! A board as Slack shows it: a headline, a line of counts, a table for each standing, the counts of what has no room,
//! and a link. Readable on a phone: a line of a table has at most 40 signs.
//!
//! Slack's limits, all kept with room to spare: 50 blocks, 3 000 characters a section, and about 12 000 in all blocks
//! together, which Slack does not document and enforces.

mod table;
#[cfg(test)]
mod tests;
mod wall;

use std::fmt::Write as _;

use domain::Instant;
use domain::board::{BoardPage, BoardRow, Counts, Standing};
use domain::schedule::Zone;

use super::blocks::Block;
use super::escape::inline;
use crate::links::Links;
use crate::text::{counted, span};
use table::Table;

/// Most rows of a message: more are read nowhere.
const ROWS_MAX: usize = 100;
/// Most characters of all tables together.
const TABLES_BUDGET: usize = 9000;
/// Of a headline.
const TITLE_BUDGET: usize = 400;
/// Of what a notification shows.
const TEXT_BUDGET: usize = 300;
/// An address that is longer is left out.
const URL_BUDGET: usize = 1000;

/// What a message says.
pub(super) struct Layout {
    /// What a notification shows.
    pub(super) text: String,
    /// What the channel shows.
    pub(super) blocks: Vec<Block>,
}

/// Lays out a page.
pub(super) fn layout(page: &BoardPage, links: Option<&Links>) -> Layout {
    let zone = Zone::parse(&page.time_zone).unwrap_or_else(|_| Zone::utc());
    let mut blocks = vec![Block::text(headline(page, &zone)), Block::text(summary(page))];
    let (tables, shown) = tables(page, &zone);
    blocks.extend(tables.into_iter().map(Block::text));
    let rest = rest(page, shown);
    blocks.extend((!rest.is_empty()).then(|| Block::context(rest)));
    blocks.push(Block::context(small_print(page, &zone, links)));
    let text = format!("{}: {}", page.title, said(page));
    Layout { text: inline(&crate::text::one_line(&text), TEXT_BUDGET), blocks }
}

fn headline(page: &BoardPage, zone: &Zone) -> String {
    let mark = match (page.closing, page.all_clear) {
        (true, true) => "✅",
        (true, false) => "⚠️",
        (false, _) => "📋",
    };
    let title = inline(&crate::text::one_line(&page.title), TITLE_BUDGET);
    let (start, end) = (local(page.window.start, zone), local(page.window.end, zone));
    let night =
        format!("{} {}–{}", start.strftime("%a %-d %b"), start.strftime("%H:%M"), end.strftime("%H:%M"));
    format!("{mark} *{title}* · {night} {}", inline(zone.name(), 80))
}

fn local(at: Instant, zone: &Zone) -> jiff::ZonedDateTime {
    at.to_timestamp().to_zoned_datetime(zone.as_time_zone().clone())
}

fn clock(at: Instant, zone: &Zone) -> String {
    local(at, zone).strftime("%H:%M").to_string()
}

/// The line of counts, with a mark for each standing.
fn summary(page: &BoardPage) -> String {
    let counts =
        list(&page.counts, |standing, count| format!("{} {count} {}", mark(standing), standing.as_str()));
    let total = span(page.total_execution_time);
    match (page.counts.total(), page.closing) {
        (0, _) => "No scheduler matches this board.".to_owned(),
        (_, true) if page.all_clear => format!("*All clear.* {counts}\nTotal execution time {total}"),
        (_, true) => format!("*Not everything completed.* {counts}\nTotal execution time {total}"),
        (_, false) => format!("{counts}\nTotal execution time so far {total}"),
    }
}

/// The same without marks, as a notification says it.
fn said(page: &BoardPage) -> String {
    let counts = list(&page.counts, |standing, count| format!("{count} {}", standing.as_str()));
    match (page.counts.total(), page.closing, page.all_clear) {
        (0, ..) => "no scheduler".to_owned(),
        (_, true, true) => format!("all clear, {counts}"),
        (_, true, false) => format!("closed, {counts}"),
        (_, false, _) => counts,
    }
}

fn list(counts: &Counts, word: impl Fn(Standing, u64) -> String) -> String {
    let words = Standing::ALL.into_iter().map(|standing| (standing, counts.of(standing)));
    words
        .filter(|(_, count)| *count > 0)
        .map(|(standing, count)| word(standing, count))
        .collect::<Vec<_>>()
        .join(" · ")
}

const fn mark(standing: Standing) -> &'static str {
    match standing {
        Standing::Failed => "🔴",
        Standing::Stale | Standing::Overrun => "🟠",
        Standing::Missed => "🟡",
        Standing::Running => "🔵",
        Standing::Pending => "⚪",
        Standing::Completed => "🟢",
        Standing::Paused => "⏸️",
    }
}

const fn name(standing: Standing) -> &'static str {
    match standing {
        Standing::Failed => "Failed",
        Standing::Stale => "Stale",
        Standing::Overrun => "Overrun",
        Standing::Missed => "Missed",
        Standing::Running => "Running",
        Standing::Pending => "Pending",
        Standing::Completed => "Completed",
        Standing::Paused => "Paused",
    }
}

/// The tables, worst first, and how many rows they hold. A summary shows only what did not complete.
fn tables(page: &BoardPage, zone: &Zone) -> (Vec<String>, usize) {
    let telling =
        |row: &&BoardRow| !page.closing || !matches!(row.standing, Standing::Completed | Standing::Paused);
    let rows: Vec<_> = page.rows.iter().filter(telling).take(ROWS_MAX).collect();
    let (mut texts, mut shown, mut room) = (Vec::new(), 0, TABLES_BUDGET);
    for group in rows.chunk_by(|one, other| one.standing == other.standing) {
        let standing = group[0].standing;
        let heading = format!("{} *{}* ({})", mark(standing), name(standing), page.counts.of(standing));
        let mut table = Table::new(heading);
        for row in group {
            let lines = table::lines(row, zone);
            if lines.chars().count() + table.length() > room {
                texts.extend(table.into_text());
                return (texts, shown);
            }
            if !table.takes(&lines) {
                room -= table.length();
                texts.extend(table.next());
            }
            table.add(&lines);
            shown += 1;
        }
        room -= table.length();
        texts.extend(table.into_text());
    }
    (texts, shown)
}

/// What the tables do not show.
fn rest(page: &BoardPage, shown: usize) -> String {
    if page.closing && page.all_clear {
        return String::new();
    }
    let mut rest = page.counts.besides(&page.rows[..shown.min(page.rows.len())]);
    if page.closing {
        (rest.completed, rest.paused) = (0, 0);
    }
    let more = if page.unread { "There are more schedulers than a board reads. " } else { "" };
    match rest.total() {
        0 => more.to_owned(),
        total => {
            let counts = list(&rest, |standing, count| format!("{count} {}", standing.as_str()));
            format!("{more}And {total} more: {counts}")
        }
    }
}

fn small_print(page: &BoardPage, zone: &Zone, links: Option<&Links>) -> String {
    let word = if page.closing { "Closed" } else { "Updated" };
    let mut text =
        format!("{word} {} · {}", clock(page.updated_at, zone), counted(page.counts.total(), "scheduler"));
    let url = links.map(|links| links.board(&page.project, &page.board).replace('&', "&amp;"));
    if let Some(url) = url.filter(|url| url.len() <= URL_BUDGET) {
        // Writing to a String cannot fail.
        let _ = write!(text, " · <{url}|the board>");
    }
    text
}
