//! Answers when schedules are due, for `cargo xtask oracles`: a question a line on standard input, as the golden data has
//! them, `{"cron": "0 2 * * *", "timezone": "Europe/Riga", "after": 1717606380, "count": 5}`, with seconds since 1970;
//! the answer a line is `{"next": […]}`, or `{"refused": "…"}`.

use std::io::{BufRead as _, Write as _};

use domain::Instant;
use domain::schedule::{Cron, OnCalendar, Recurrence, Zone};
use serde_json::{Value, json};

fn main() -> Result<(), std::io::Error> {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        let answer = match recurrence(&question) {
            Ok(recurrence) => json!({ "next": next(&recurrence, &question) }),
            Err(refusal) => json!({ "refused": refusal }),
        };
        writeln!(output, "{answer}")?;
    }
    Ok(())
}

fn recurrence(question: &Value) -> Result<Recurrence, String> {
    let timezone = Zone::parse(text(question, "timezone")).map_err(|bad| bad.to_string())?;
    if question["cron"].is_string() {
        let expression = Cron::parse(text(question, "cron")).map_err(|bad| bad.to_string())?;
        return Ok(Recurrence::Cron { expression, timezone });
    }
    let expression = OnCalendar::parse(text(question, "on_calendar")).map_err(|bad| bad.to_string())?;
    Ok(Recurrence::OnCalendar { expression, timezone })
}

fn text<'a>(question: &'a Value, field: &str) -> &'a str {
    question[field].as_str().unwrap_or_default()
}

fn next(recurrence: &Recurrence, question: &Value) -> Vec<i64> {
    let after = Instant::from_seconds(question["after"].as_i64().unwrap_or_default());
    let slots = std::iter::successors(recurrence.slot_after(after), |slot| recurrence.slot_after(*slot));
    let count = usize::try_from(question["count"].as_u64().unwrap_or_default()).unwrap_or_default();
    slots.take(count).map(|slot| slot.as_millis() / 1000).collect()
}
