//! A ping that makes its scheduler: `?create=1`, and what it shall be like in the parameters `schedule` (cron or a
//! calendar event) with `tz`, or `timeout`; `grace`, `name`, `desc`, `service`, `tags` and `channels`. They count when it
//! is made, and not afterwards. One that cannot be read is left out and counted as a problem: the ping itself counts.

use app::AppResult;
use app::Caller;
use app::ingest::Vain;
use domain::schedule::Zone;
use domain::{ConfigChange, Duration, Patch, ProjectId, SchedulerId};

use super::super::Pairs;
use super::super::check::{Expected, GRACE_DEFAULT, TIME, TIMEOUT_DEFAULT, behaving, calendar};
use super::DIALECT;
use crate::state::WebState;

const SERVICE_DEFAULT: &str = "default";
const TAGS_MAX: usize = 20;
const TAG_CHARS_MAX: usize = 64;
const NAME_CHARS_MAX: usize = 255;

/// Makes the scheduler of a slug, unless somebody else just has. Says whether it is new.
pub(super) async fn create(
    state: &WebState,
    project: &ProjectId,
    slug: &str,
    query: &Pairs,
) -> AppResult<bool> {
    let app = state.app();
    let (change, problems) = change(slug, query);
    for problem in problems {
        let (problem_kind, sample) = ("invalid_parameter", problem.as_str());
        app.note_vain(Vain {
            project: Some(project),
            dialect: DIALECT,
            problem: problem_kind,
            subject: slug,
            sample,
        });
    }
    let caller = Caller::at_an_address(project.clone(), DIALECT);
    app.create_only(&caller, SchedulerId::trusted(slug), change).await
}

/// What it shall be like, and what of the parameters could not be read.
fn change(slug: &str, query: &Pairs) -> (ConfigChange, Vec<String>) {
    let mut problems = Vec::new();
    let mut seconds =
        |name: &str, default: Duration| match query.given(name).map(|text| read_seconds(name, text)) {
            Some(Ok(length)) => length,
            Some(Err(problem)) => {
                problems.push(problem);
                default
            }
            None => default,
        };
    let (timeout, grace) = (seconds("timeout", TIMEOUT_DEFAULT), seconds("grace", GRACE_DEFAULT));
    let expected = expected(query, &mut problems).unwrap_or(Expected::Timeout(timeout));
    let cleaned = |name: &str, most: usize| query.given(name).map(|text| cleaned(text, most));
    let text = |name: &str, most: usize| cleaned(name, most).filter(|text| !text.is_empty());
    let change = ConfigChange {
        service_name: Some(text("service", NAME_CHARS_MAX).unwrap_or_else(|| SERVICE_DEFAULT.to_owned())),
        job_name: Some(text("name", NAME_CHARS_MAX).unwrap_or_else(|| slug.to_owned())),
        description: text("desc", 2000).map_or(Patch::Keep, Patch::Set),
        tags: list(query, "tags", TAGS_MAX, |c| c == ' ' || c == ','),
        channels: list(query, "channels", TAGS_MAX, |c| c == ','),
        ..behaving(expected, grace)
    };
    (change, problems)
}

fn expected(query: &Pairs, problems: &mut Vec<String>) -> Option<Expected> {
    let schedule = query.given("schedule")?;
    let zone =
        query.given("tz").map_or(Ok(Zone::utc()), |name| Zone::parse(name).map_err(|bad| bad.to_string()));
    match zone.and_then(|zone| calendar(schedule, zone)) {
        Ok(recurrence) => Some(Expected::Calendar(recurrence)),
        Err(problem) => {
            problems.push(format!("schedule or tz was left out: {problem}"));
            None
        }
    }
}

/// Seconds, or a length such as `90s`, `10m`, `1d`.
fn read_seconds(name: &str, text: &str) -> Result<Duration, String> {
    let length = match text.parse::<i64>() {
        Ok(seconds) => Some(Duration::from_seconds(seconds)),
        Err(_) => text.parse().ok(),
    };
    let fits = length.filter(|length| TIME.contains(&(length.as_millis() / 1000)));
    fits.ok_or_else(|| {
        let (least, most) = (TIME.start(), TIME.end());
        format!(
            "{name} was left out: it must be {least} to {most} seconds, was '{}'",
            domain::time::shorten(text, 40)
        )
    })
}

fn list(query: &Pairs, name: &str, most: usize, between: fn(char) -> bool) -> Patch<Vec<String>> {
    let Some(text) = query.given(name) else { return Patch::Keep };
    let parts = text.split(between).map(|part| cleaned(part, TAG_CHARS_MAX)).filter(|part| !part.is_empty());
    Patch::Set(parts.take(most).collect())
}

fn cleaned(text: &str, most: usize) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(most).collect();
    clean.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use domain::schedule::Recurrence;

    use super::*;

    fn read(query: &str) -> (ConfigChange, Vec<String>) {
        change("backup", &Pairs::parse(Some(query)))
    }

    #[test]
    fn a_scheduler_made_by_a_ping_is_like_its_parameters() {
        let (change, problems) = read(
            "schedule=0+2+*+*+*&tz=Asia/Jakarta&grace=600&tags=db+eu&channels=on-call,ops&name=Backup&service=db",
        );
        assert_eq!(problems, Vec::<String>::new());
        let Patch::Set(schedule) = &change.schedule else { panic!("no schedule") };
        assert!(matches!(schedule.recurrence, Recurrence::Cron { .. }));
        assert_eq!(schedule.grace, Some(Duration::from_minutes(10)));
        assert_eq!(change.tags, Patch::Set(vec!["db".to_owned(), "eu".to_owned()]));
        assert_eq!(change.channels, Patch::Set(vec!["on-call".to_owned(), "ops".to_owned()]));
        assert_eq!(
            (change.job_name.as_deref(), change.service_name.as_deref()),
            (Some("Backup"), Some("db"))
        );
    }

    #[test]
    fn what_is_empty_is_as_good_as_absent() {
        let (change, problems) = read("name=%0a&service=+&desc=&tags=&schedule=");
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            (change.job_name.as_deref(), change.service_name.as_deref()),
            (Some("backup"), Some("default"))
        );
        assert_eq!((change.description, change.tags), (Patch::Keep, Patch::Keep));
    }

    #[test]
    fn what_cannot_be_read_is_left_out_and_told() {
        let (change, problems) = read("schedule=every+tuesday&grace=5&timeout=2h");
        assert_eq!(problems.len(), 2, "{problems:?}");
        let Patch::Set(schedule) = &change.schedule else { panic!("no schedule") };
        assert_eq!(schedule.grace, Some(GRACE_DEFAULT));
        let period = Duration::from_minutes(120);
        assert_eq!(schedule.recurrence, Recurrence::Every { period, from: domain::schedule::From::End });
        assert_eq!((change.job_name.as_deref(), change.channels), (Some("backup"), Patch::Keep));
    }
}
