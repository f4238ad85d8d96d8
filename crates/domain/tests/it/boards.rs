//! Boards: which window an instant lies in, when an edit is due, how a scheduler stands in a window, what a page says.

mod pages;
mod standings;
mod windows;

use domain::board::{Hours, Window};
use domain::schedule::Zone;

use crate::moments::at;

/// Hours of a zone, `01:00` to `05:00` say, on every day.
fn hours(zone: &str, start: &str, end: &str) -> Hours {
    Hours {
        time_zone: Zone::parse(zone).expect(zone),
        start: start.parse().expect(start),
        end: end.parse().expect(end),
        days: Vec::new(),
    }
}

fn window(start: &str, end: &str) -> Window {
    Window { start: at(start), end: at(end) }
}
