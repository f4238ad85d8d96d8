//! A scheduler as a check: the fields of Healthchecks' object, in its order. Which of them there are depends on whether
//! the key may write.

use app::SchedulerView;
use app::ports::Channel;
use domain::ping::Filters;
use domain::schedule::Recurrence;
use domain::{Config, Duration, Instant, PingId, Scheduler, WhilePaused};
use serde::Serialize;
use sha1::{Digest, Sha1};

use super::super::check::GRACE_DEFAULT;
use super::standing::Standing;
use super::{Question, badges};

/// The timeout that is shown where nothing is ever expected: the longest there is.
const NEVER_SECONDS: i64 = 31_536_000;

/// A check as it is answered.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    name: String,
    slug: String,
    tags: String,
    desc: String,
    grace: i64,
    n_pings: u64,
    status: &'static str,
    started: bool,
    last_ping: Option<String>,
    next_ping: Option<String>,
    manual_resume: bool,
    methods: &'static str,
    #[serde(flatten)]
    words: Words,
    badge_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_duration: Option<i64>,
    #[serde(flatten)]
    known: Known,
    #[serde(flatten)]
    expected: Expected,
}

/// The words in a ping that say what it means.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of Healthchecks' own")]
struct Words {
    subject: String,
    subject_fail: String,
    start_kw: String,
    success_kw: String,
    failure_kw: String,
    filter_subject: bool,
    filter_body: bool,
    filter_http_body: bool,
    filter_default_fail: bool,
}

/// What names it: addresses for who may write, for others a name that only says which it is.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Known {
    Wholly {
        uuid: String,
        ping_url: String,
        update_url: String,
        pause_url: String,
        resume_url: String,
        channels: String,
    },
    Partly {
        unique_key: String,
    },
}

/// When it is expected.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Expected {
    Timeout { timeout: i64 },
    Calendar { schedule: String, tz: String },
}

impl Check {
    /// A scheduler as whoever asks may see it.
    pub(super) fn of(
        question: &Question,
        writes: bool,
        channels: &[Channel],
        view: &SchedulerView,
        now: Instant,
    ) -> Self {
        let scheduler = &view.scheduler;
        let config = &scheduler.config;
        let standing = Standing::of(view, now);
        Self {
            name: name(scheduler).to_owned(),
            slug: slug(scheduler).to_owned(),
            tags: config.tags.join(" "),
            desc: config.description.clone().unwrap_or_default(),
            grace: grace(config).as_millis() / 1000,
            n_pings: scheduler.state.messages,
            status: standing.word(question.version),
            started: standing.is_started,
            last_ping: standing.last_ping.map(second),
            next_ping: standing.next_ping.map(second),
            manual_resume: config.while_paused() == WhilePaused::Ignore,
            methods: if config.post_only { "POST" } else { "" },
            words: Words::of(config.filters.as_deref().cloned().unwrap_or_default()),
            badge_url: badges::url_of_check(question, config.ping_id.as_ref()),
            last_duration: standing.last_duration.map(|length| length.as_millis() / 1000),
            known: Known::of(question, writes, channels, config),
            expected: Expected::of(config),
        }
    }
}

impl Words {
    fn of(filters: Filters) -> Self {
        // What Healthchecks once called these, as far as only subjects are looked at.
        let by_subject = |words: &String| if filters.subject { words.clone() } else { String::new() };
        Self {
            subject: by_subject(&filters.success),
            subject_fail: by_subject(&filters.failure),
            start_kw: filters.start,
            success_kw: filters.success,
            failure_kw: filters.failure,
            filter_subject: filters.subject,
            filter_body: filters.body,
            filter_http_body: filters.http_body,
            filter_default_fail: filters.default_fail,
        }
    }
}

impl Known {
    fn of(question: &Question, writes: bool, channels: &[Channel], config: &Config) -> Self {
        let Some(id) = &config.ping_id else {
            return Self::Partly { unique_key: String::new() };
        };
        if !writes {
            return Self::Partly { unique_key: unique_key(id) };
        }
        let update_url = question.url(&format!("checks/{id}"));
        Self::Wholly {
            uuid: id.to_string(),
            ping_url: format!("{}/ping/{id}", question.site),
            pause_url: format!("{update_url}/pause"),
            resume_url: format!("{update_url}/resume"),
            update_url,
            channels: heard_by(config, channels),
        }
    }
}

impl Expected {
    pub(super) fn of(config: &Config) -> Self {
        match config.schedule.as_ref().map(|schedule| &schedule.recurrence) {
            None => Self::Timeout { timeout: NEVER_SECONDS },
            Some(Recurrence::Every { period, .. }) => Self::Timeout { timeout: period.as_millis() / 1000 },
            Some(Recurrence::Cron { expression, timezone }) => {
                Self::Calendar { schedule: plain(&expression.to_string()), tz: timezone.to_string() }
            }
            Some(Recurrence::OnCalendar { expression, timezone }) => {
                Self::Calendar { schedule: expression.to_string(), tz: timezone.to_string() }
            }
        }
    }
}

/// The five fields that a nickname of cron stands for: Healthchecks knows no nicknames.
fn plain(expression: &str) -> String {
    let fields = match expression.to_ascii_lowercase().as_str() {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => expression,
    };
    fields.to_owned()
}

/// The ids of the channels that hear of it, in order; those of the project where it names none.
fn heard_by(config: &Config, channels: &[Channel]) -> String {
    let hears = |channel: &&Channel| match &config.channels {
        Some(named) => named.iter().any(|name| channel.is_called(name)),
        None => channel.is_default,
    };
    let mut ids: Vec<&str> = channels.iter().filter(hears).map(|channel| channel.id.as_str()).collect();
    ids.sort_unstable();
    ids.join(",")
}

/// What a check without a name is called here: everything of ours has a name.
pub(super) fn unnamed(id: &str) -> String {
    format!("unnamed ({id})")
}

/// Its name, empty where it has none.
pub(super) fn name(scheduler: &Scheduler) -> &str {
    let name = scheduler.config.job_name.as_str();
    if name == unnamed(scheduler.key.id.as_str()) { "" } else { name }
}

/// What a check without a slug is called here.
pub(super) fn unslugged(ping_id: &PingId) -> String {
    format!("check-{}", &unique_key(ping_id)[..8])
}

/// Its slug, empty where it has none.
pub(super) fn slug(scheduler: &Scheduler) -> &str {
    let (config, id) = (&scheduler.config, &scheduler.key.id);
    let has_none = |ping_id: &PingId| config.slug.is_none() && unslugged(ping_id) == id.as_str();
    if config.ping_id.as_ref().is_some_and(has_none) { "" } else { config.slug(id) }
}

/// How long after a slot, and how long after its start, it is late.
pub(super) fn grace(config: &Config) -> Duration {
    let open = config.max_runtime.and_then(domain::Limit::duration);
    config.schedule.as_ref().map_or(open.unwrap_or(GRACE_DEFAULT), domain::Schedule::grace)
}

/// The name that says which check it is, and does not let anyone ping: a hash of half its id.
pub(super) fn unique_key(id: &PingId) -> String {
    let digits = id.as_str().replace('-', "");
    hex(&Sha1::digest(&digits.as_bytes()[..16]))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An instant to the second.
pub(super) fn second(at: Instant) -> String {
    at.to_timestamp().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unique_key_is_the_hash_of_half_an_id() {
        let id = PingId::parse("f618072a-7bde-4eee-af63-71a77c5723bc").expect("an id");
        assert_eq!(unique_key(&id), sha1_of("f618072a7bde4eee"));
        assert_eq!(sha1_of("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    fn sha1_of(text: &str) -> String {
        hex(&Sha1::digest(text.as_bytes()))
    }

    #[test]
    fn a_nickname_of_cron_is_shown_as_its_five_fields() {
        assert_eq!(plain("@Daily"), "0 0 * * *");
        assert_eq!(plain("5 4 * * sun"), "5 4 * * sun");
    }

    #[test]
    fn an_instant_is_shown_to_the_second() {
        assert_eq!(second(Instant::from_millis(1_700_000_000_999)), "2023-11-14T22:13:20+00:00");
    }
}
