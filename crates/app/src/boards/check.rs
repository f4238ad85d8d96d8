//! What people ask of a board, checked: each problem names its field and the limit.

use domain::board::{
    Board, BoardFilter, CADENCE_DEFAULT, CADENCE_MAX, CADENCE_MIN, Hours, WallTime, Weekday,
};
use domain::command::Problem;
use domain::id::check_text;
use domain::schedule::Zone;
use domain::time::shorten;
use domain::{Duration, Rejection};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::ports::{Channel, Reach};

/// Most characters of a name, and of a title.
const NAME_CHARS_MAX: usize = 64;
const TITLE_CHARS_MAX: usize = 100;

/// A board as people ask for it. Nothing in it is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BoardDraft {
    /// What people call it, 1..64 characters.
    pub name: String,
    /// Its headline, 1..100 characters; the name where absent.
    pub title: Option<String>,
    /// The channel, by id or name.
    pub channel: String,
    /// The IANA name of a zone; UTC where absent.
    pub time_zone: Option<String>,
    /// `00:00` to `23:59`.
    pub start: String,
    /// `00:00` to `24:00`.
    pub end: String,
    /// `mon` … `sun`; every day where empty.
    pub days: Vec<String>,
    /// 5 min to 24 h; an hour where absent.
    pub cadence: Option<Duration>,
    /// Which schedulers.
    pub filter: BoardFilter,
}

impl BoardDraft {
    /// The name and the board, or every problem there is with them.
    pub fn check(self) -> Result<(String, Board), Vec<Problem>> {
        let mut problems = Vec::new();
        let title = self.title.unwrap_or_else(|| self.name.clone());
        check_into(&mut problems, "name", &self.name, NAME_CHARS_MAX);
        check_into(&mut problems, "title", &title, TITLE_CHARS_MAX);
        check_into(&mut problems, "channel", &self.channel, NAME_CHARS_MAX);
        let filter =
            [("service", &self.filter.service), ("tag", &self.filter.tag), ("prefix", &self.filter.prefix)];
        for (field, text) in filter {
            if let Some(text) = text {
                check_into(&mut problems, &format!("filter.{field}"), text, 255);
            }
        }
        let cadence = cadence(&mut problems, self.cadence);
        let days = days(&mut problems, &self.days);
        let zone = kept(&mut problems, "time_zone", Zone::parse(self.time_zone.as_deref().unwrap_or("UTC")));
        let start = kept(&mut problems, "start", begins(&self.start));
        let end = kept(&mut problems, "end", self.end.parse::<WallTime>());
        match (zone, start, end) {
            (Some(time_zone), Some(start), Some(end)) if problems.is_empty() => {
                let hours = Hours { time_zone, start, end, days };
                Ok((self.name, Board { title, channel: self.channel, hours, cadence, filter: self.filter }))
            }
            _ => Err(problems),
        }
    }
}

fn check_into(problems: &mut Vec<Problem>, field: &str, text: &str, most: usize) {
    if let Err(bad) = check_text(text, most) {
        problems.push(Problem::new(field, bad.to_string()));
    }
}

fn kept<T, E: ToString>(problems: &mut Vec<Problem>, field: &str, read: Result<T, E>) -> Option<T> {
    read.map_err(|problem| problems.push(Problem::new(field, problem.to_string()))).ok()
}

fn begins(text: &str) -> Result<WallTime, String> {
    let start: WallTime = text.parse().map_err(|bad: domain::board::hours::NotAWallTime| bad.to_string())?;
    if Some(start) == WallTime::hour(24) {
        return Err("must be a time from 00:00 to 23:59, was '24:00'".to_owned());
    }
    Ok(start)
}

fn cadence(problems: &mut Vec<Problem>, given: Option<Duration>) -> Duration {
    let cadence = given.unwrap_or(CADENCE_DEFAULT);
    if !(CADENCE_MIN..=CADENCE_MAX).contains(&cadence) {
        let problem = format!("must be from {CADENCE_MIN} to {CADENCE_MAX}, was {cadence}");
        problems.push(Problem::new("cadence", problem));
    }
    cadence
}

fn days(problems: &mut Vec<Problem>, words: &[String]) -> Vec<Weekday> {
    let mut days = Vec::new();
    for word in words {
        match Weekday::parse(word) {
            Some(day) if !days.contains(&day) => days.push(day),
            Some(_) => {}
            None => {
                let problem =
                    format!("must be of mon, tue, wed, thu, fri, sat, sun, was '{}'", shorten(word, 20));
                problems.push(Problem::new("days", problem));
                break;
            }
        }
    }
    days.sort_unstable();
    days
}

impl App {
    /// The name and the board, if they can serve: also its channel is there, and can show a board.
    pub(super) async fn checked(&self, caller: &Caller, draft: BoardDraft) -> AppResult<(String, Board)> {
        let checked = draft.check();
        let (name, board) = checked.map_err(|problems| AppError::Rejected(Rejection::Invalid(problems)))?;
        let channels = self.ports.channels.channels(&caller.project).await?;
        let problem = match find_channel(&channels, &board.channel) {
            None => Some(format!("is no channel of this project: '{}'", shorten(&board.channel, 40))),
            Some(channel) => {
                let shows = match self.ports.channels.reach(&caller.project, &channel.id).await? {
                    Reach::Ready(notifier) => notifier.boards().is_some(),
                    Reach::Off(_) | Reach::Gone => true,
                };
                (!shows).then(|| {
                    format!("must be of a kind that shows boards, such as slack; it is a {}", channel.kind)
                })
            }
        };
        match problem {
            Some(problem) => Err(crate::access::invalid("channel", problem)),
            None => Ok((name, board)),
        }
    }
}

/// The channel that is meant: by id, else by name.
pub(super) fn find_channel<'a>(channels: &'a [Channel], named: &str) -> Option<&'a Channel> {
    let by_id = channels.iter().find(|channel| channel.id.as_str() == named);
    by_id.or_else(|| channels.iter().find(|channel| channel.name == named))
}
