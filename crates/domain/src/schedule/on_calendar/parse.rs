//! From text to [`OnCalendar`]: the words of an expression, the shorthands, weekdays and the zone.

use jiff::tz::TimeZone;

use super::OnCalendar;
use super::chain::{DAY, DAY_FROM_END, HOUR, MINUTE, MONTH, SECOND, YEAR};
use super::dates::{Dates, Years};
use crate::schedule::BadExpression;
use crate::schedule::civil::{Bits, Times, bits};
use crate::schedule::text::Piece;

/// All that systemd 252 reads, its misspelling included.
const SHORTHANDS: [(&str, &str); 13] = [
    ("minutely", "*:*:00"),
    ("hourly", "*:00:00"),
    ("daily", "00:00:00"),
    ("weekly", "Mon 00:00:00"),
    ("monthly", "*-*-01 00:00:00"),
    ("quarterly", "01,04,07,10-01 00:00:00"),
    ("semiannually", "01,07-01 00:00:00"),
    ("semi-annually", "01,07-01 00:00:00"),
    ("biannually", "01,07-01 00:00:00"),
    ("bi-annually", "01,07-01 00:00:00"),
    ("annually", "01-01 00:00:00"),
    ("anually", "01-01 00:00:00"),
    ("yearly", "01-01 00:00:00"),
];

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Reads an expression; a shorthand keeps its own text.
pub(super) fn parse(text: &str) -> Result<OnCalendar, BadExpression> {
    let whole = Piece::whole(text)?;
    let words: Vec<_> = whole.words().collect();
    let (words, zone) = split_zone(&words)?;
    let (dates, times) = match shorthand(words) {
        Some(meaning) => read(&meaning.words().collect::<Vec<_>>())?,
        None if words.is_empty() => {
            return Err(whole.end().refuse("nothing is given: write for example Mon..Fri 04:30"));
        }
        None => read(words)?,
    };
    Ok(OnCalendar { text: text.to_owned(), dates, times, zone })
}

/// Takes the last word for a zone when it can be nothing else: it begins with a letter and is not the only one.
fn split_zone<'w, 'a>(words: &'w [Piece<'a>]) -> Result<(&'w [Piece<'a>], Option<TimeZone>), BadExpression> {
    match words {
        [words @ .., last] if !words.is_empty() && begins_with_letter(*last) => {
            let zone = TimeZone::get(last.text()).ok().filter(|zone| !zone.is_unknown());
            let zone =
                zone.ok_or_else(|| last.refuse(format!("{} is not a known time zone", last.quoted())))?;
            Ok((words, Some(zone)))
        }
        _ => Ok((words, None)),
    }
}

fn begins_with_letter(word: Piece<'_>) -> bool {
    word.text().starts_with(|letter: char| letter.is_ascii_alphabetic())
}

fn shorthand(words: &[Piece<'_>]) -> Option<Piece<'static>> {
    let [word] = words else {
        return None;
    };
    let (_, meaning) = SHORTHANDS.into_iter().find(|(name, _)| word.is(name))?;
    Piece::whole(meaning).ok()
}

/// Reads weekdays, date and time, each of which may be missing.
fn read(words: &[Piece<'_>]) -> Result<(Dates, Times), BadExpression> {
    let mut words = words.iter().copied().peekable();
    let mut dates = Dates::every_day();
    if let Some(word) = words.next_if(|word| begins_with_letter(*word)) {
        dates.weekdays = read_weekdays(word)?;
    }
    if let Some(word) = words.next_if(|word| word.text().contains(['-', '~']) && !word.text().contains(':')) {
        read_date(word, &mut dates)?;
    }
    let times = match words.next_if(|word| word.text().contains(':')) {
        Some(word) => read_time(word)?,
        None => Times { hours: 1, minutes: 1, seconds: 1 },
    };
    words.next().map_or(Ok((dates, times)), |word| Err(misplaced(word)))
}

fn misplaced(word: Piece<'_>) -> BadExpression {
    let quoted = word.quoted();
    if word.text().starts_with('@') {
        return word.refuse(format!("{quoted} is a single moment: write a date and a time, with UTC"));
    }
    word.refuse(format!(
        "{quoted} is not expected here: the order is weekdays, 2026-01-31, 04:30:00, a time zone"
    ))
}

/// Reads a list of weekdays and ranges; a comma may stand at its end.
fn read_weekdays(word: Piece<'_>) -> Result<Bits, BadExpression> {
    let mut items = word.without_last(',').unwrap_or(word).split(',');
    items.try_fold(0, |set, item| {
        let (first, last) = match item.cut("..").or_else(|| item.cut("-")) {
            Some((first, last)) => (read_weekday(first)?, read_weekday(last)?),
            None => (read_weekday(item)?, read_weekday(item)?),
        };
        if last < first {
            return Err(
                item.refuse(format!("weekday range {} runs backwards: Monday is first", item.shortened()))
            );
        }
        // Monday is 0 among the names and 1 among the bits.
        let mondays_first = bits(first, last, 1);
        Ok(set | (mondays_first << 1 | mondays_first >> 6) & bits(0, 6, 1))
    })
}

fn read_weekday(name: Piece<'_>) -> Result<u32, BadExpression> {
    let found = (0..).zip(WEEKDAYS).find(|(_, full)| name.is(full) || name.is(&full[..3]));
    found.map(|(weekday, _)| weekday).ok_or_else(|| {
        if name.is_empty() {
            return name.refuse("a weekday is missing");
        }
        name.refuse(format!(
            "{} is not a weekday such as Mon, nor a shorthand alone such as daily",
            name.quoted()
        ))
    })
}

/// Reads `[year-]month-day` or `[year-]month~day`.
fn read_date(word: Piece<'_>, dates: &mut Dates) -> Result<(), BadExpression> {
    let (front, from_end) = word.cut("~").map_or((word, None), |(front, day)| (front, Some(day)));
    let mut parts: Vec<_> = front.split('-').collect();
    parts.extend(from_end);
    let (year, month, day) = match parts[..] {
        [month, day] => (None, month, day),
        [year, month, day] => (Some(year), month, day),
        _ => return Err(word.refuse(format!("{} is not a date: month-day or year-month-day", word.quoted()))),
    };
    if let Some(year) = year {
        dates.years = YEAR.numbers(year)?.filter_map(|year| i16::try_from(year).ok()).collect::<Years>();
    }
    dates.months = MONTH.bits(month)?;
    // Counted from either end, * is every day.
    dates.from_end = from_end.is_some() && !day.is("*");
    dates.days = if dates.from_end { DAY_FROM_END.bits(day)? } else { DAY.bits(day)? };
    if dates.ever() {
        return Ok(());
    }
    let sent = day.quoted();
    Err(day
        .refuse(format!("this can never fire: day {sent} never comes with these years, months and weekdays")))
}

/// Reads `hour:minute` or `hour:minute:second`.
fn read_time(word: Piece<'_>) -> Result<Times, BadExpression> {
    let parts: Vec<_> = word.split(':').collect();
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, None),
        [hour, minute, second] => (hour, minute, Some(second)),
        _ => {
            return Err(
                word.refuse(format!("{} is not a time: hour:minute or hour:minute:second", word.quoted()))
            );
        }
    };
    Ok(Times {
        hours: HOUR.bits(hour)?,
        minutes: MINUTE.bits(minute)?,
        seconds: second.map_or(Ok(1), |second| SECOND.bits(second))?,
    })
}
