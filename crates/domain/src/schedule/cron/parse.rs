//! From text to [`Cron`]: nicknames, the five fields, and the specials that only the day fields know.

use super::Cron;
use super::days::{Days, MonthDays, WeekDays};
use super::field::{DAY_OF_MONTH, DAY_OF_WEEK, HOUR, MINUTE, MONTH};
use crate::schedule::BadExpression;
use crate::schedule::civil::{Bits, Times};
use crate::schedule::text::Piece;

const NICKNAMES: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// Reads an expression; a nickname keeps its own text.
pub(super) fn parse(text: &str) -> Result<Cron, BadExpression> {
    let whole = Piece::whole(text)?;
    match whole.words().next() {
        Some(word) if word.text().starts_with('@') => {
            let fields = nickname(whole, word)?;
            read_fields(text, Piece::whole(fields)?)
        }
        _ => read_fields(text, whole),
    }
}

fn nickname(whole: Piece<'_>, word: Piece<'_>) -> Result<&'static str, BadExpression> {
    if let Some(second) = whole.words().nth(1) {
        return Err(
            second.refuse(format!("nothing may follow a nickname, and here {} does", second.quoted()))
        );
    }
    if word.is("@reboot") {
        return Err(
            word.refuse("@reboot depends on the machine and names no time; a period may serve instead")
        );
    }
    let known = NICKNAMES.iter().find(|(name, _)| word.is(name));
    known.map(|(_, fields)| *fields).ok_or_else(|| {
        let names = NICKNAMES.map(|(name, _)| name).join(", ");
        word.refuse(format!("{} is not a nickname: there are {names}", word.quoted()))
    })
}

fn read_fields(text: &str, fields: Piece<'_>) -> Result<Cron, BadExpression> {
    let [minute, hour, day, month, weekday] = five_fields(fields)?;
    let times = Times { minutes: MINUTE.list(minute)?, hours: HOUR.list(hour)?, seconds: 1 };
    let of_month = read_month_days(day)?;
    let months = MONTH.list(month)?;
    let of_week = read_week_days(weekday)?;
    let days = Days { months, of_month, of_week, both: has_star(day) || has_star(weekday) };
    if !days.ever() {
        let sent = day.quoted();
        let reason =
            format!("this can never fire: day of month {sent} never comes with these months and weekdays");
        return Err(day.refuse(reason));
    }
    let at_fixed_times = !has_star(minute) && !has_star(hour);
    Ok(Cron { text: text.to_owned(), times, days, at_fixed_times })
}

fn has_star(field: Piece<'_>) -> bool {
    field.text().starts_with('*')
}

fn five_fields(whole: Piece<'_>) -> Result<[Piece<'_>; 5], BadExpression> {
    const EXPECTED: &str = "five fields are expected: minute, hour, day of month, month, day of week";
    let fields: Vec<_> = whole.words().collect();
    if let Some(sixth) = fields.get(5) {
        let count = fields.len();
        return Err(
            sixth.refuse(format!("{EXPECTED}; these are {count}, and seconds and years are not known"))
        );
    }
    let count = fields.len();
    fields.try_into().map_err(|_| whole.end().refuse(format!("{EXPECTED}; here {} given", are(count))))
}

fn are(count: usize) -> String {
    match count {
        0 => "none is".to_owned(),
        1 => "one is".to_owned(),
        _ => format!("{count} are"),
    }
}

fn read_month_days(field: Piece<'_>) -> Result<MonthDays, BadExpression> {
    let mut days = MonthDays::default();
    for item in field.split(',') {
        if item.is("L") {
            days.last = true;
        } else if item.is("LW") {
            days.last_working = true;
        } else {
            days.plain |= DAY_OF_MONTH.item(item)?;
        }
    }
    Ok(days)
}

fn read_week_days(field: Piece<'_>) -> Result<WeekDays, BadExpression> {
    let mut days = WeekDays::default();
    for item in field.split(',') {
        if let Some((weekday, ordinal)) = item.cut("#") {
            let week = read_ordinal(ordinal)?;
            days.weeks[week] |= sunday_is_nought(1 << DAY_OF_WEEK.number(weekday)?);
        } else if let Some(weekday) = item.without_last('L').filter(|rest| rest.number().is_some()) {
            days.last |= sunday_is_nought(1 << DAY_OF_WEEK.number(weekday)?);
        } else {
            days.add(sunday_is_nought(DAY_OF_WEEK.item(item)?));
        }
    }
    Ok(days)
}

/// The index of the week that `#1` to `#5` means.
fn read_ordinal(ordinal: Piece<'_>) -> Result<usize, BadExpression> {
    match ordinal.number() {
        Some(number @ 1..=5) => Ok(number as usize - 1),
        _ => Err(ordinal.refuse(format!("{} after # is not a number from 1 to 5", ordinal.quoted()))),
    }
}

/// Sets of weekdays are read with 7 for Sunday too.
fn sunday_is_nought(weekdays: Bits) -> Bits {
    (weekdays | weekdays >> 7) & 0b111_1111
}
