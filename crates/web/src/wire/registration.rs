//! A registration, and a patch of one: the same fields, but for what `null` means and where the id is.

use domain::config::{ESCALATIONS_MAX, Escalation, REMIND_EVERY_MIN};
use domain::ping::{ALIAS_CHARS, ALIASES_MAX, check_alias, check_slug};
use domain::{ConfigChange, Duration, Limit, Patch, PingId, Problem, SchedulerId, Severity, WhilePaused};
use serde_json::Value;

use super::value::{duration, email, integer_within, limit, line, lines, prose, shown, text, word};
use super::{Fields, Flaws, Nulls, Wire, schedule};

const NAME_CHARS_MAX: usize = 255;
const LIMIT_MAX: Duration = Duration::DAY.times(365);
const TAGS_MAX: usize = 20;
const TAG_CHARS_MAX: usize = 64;
pub(super) const CHANNELS_MAX: usize = 20;
pub(super) const CHANNEL_CHARS_MAX: usize = 128;
const THRESHOLD_MAX: i64 = 100;
const DEPENDS_MAX: usize = 20;

/// A registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegistrationSent {
    pub(crate) id: SchedulerId,
    pub(crate) change: ConfigChange,
}

impl Wire for RegistrationSent {
    fn read(value: Value) -> Result<Self, Flaws> {
        let mut fields = Fields::of("a registration", Nulls::Absent, value).map_err(named)?;
        let id = fields.required("scheduler_id", |value| {
            SchedulerId::parse(text(value)?).map_err(|bad| bad.to_string())
        });
        let change = change(&mut fields);
        fields.finish()?;
        let id = id.ok_or_else(|| vec![Problem::new("scheduler_id", "is required, was absent")])?;
        Ok(Self { id, change })
    }
}

/// A patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatchSent(pub(crate) ConfigChange);

impl Wire for PatchSent {
    fn read(value: Value) -> Result<Self, Flaws> {
        let mut fields = Fields::of("a scheduler that can be changed", Nulls::Clear, value).map_err(named)?;
        // Clients that send back what they read name the id; the path wins.
        fields.ignore("scheduler_id");
        let change = change(&mut fields);
        fields.finish().map(|()| Self(change))
    }
}

/// A problem of the body as a whole.
pub(super) fn named(flaws: Flaws) -> Flaws {
    let name = |flaw: Problem| if flaw.field.is_empty() { Problem::new("body", flaw.problem) } else { flaw };
    flaws.into_iter().map(name).collect()
}

fn change(fields: &mut Fields) -> ConfigChange {
    ConfigChange {
        service_name: name(fields, "service_name"),
        job_name: name(fields, "job_name"),
        owner_email: fields.patch("owner_email", email),
        alert_user_id: fields.patch("alert_user_id", |value| line(value, 64)),
        description: fields.patch("description", |value| prose(value, 2000)),
        tags: fields.patch("tags", |value| lines(value, TAGS_MAX, TAG_CHARS_MAX)),
        schedule: fields.nested("schedule", schedule),
        max_runtime: fields.patch("max_runtime", span),
        heartbeat_timeout: fields.patch("heartbeat_timeout", span),
        failure_threshold: fields.patch("failure_threshold", threshold),
        recovery_threshold: fields.patch("recovery_threshold", threshold),
        missed_threshold: fields.patch("missed_threshold", threshold),
        realert_after: fields.patch("realert_after", span),
        remind_every: fields.patch("remind_every", |value| limit(value, REMIND_EVERY_MIN, LIMIT_MAX)),
        channels: fields.patch("channels", |value| lines(value, CHANNELS_MAX, CHANNEL_CHARS_MAX)),
        severity: fields.patch("severity", severity),
        escalation: fields.patch("escalation", escalation),
        depends_on: fields.patch("depends_on", depends_on),
        ping_id: fields.optional("ping_id", ping_id),
        slug: fields.patch("slug", slug),
        aliases: fields.patch("aliases", aliases),
        while_paused: fields.patch("while_paused", while_paused),
        post_only: None,
        filters: Patch::Keep,
    }
}

fn ping_id(value: &Value) -> Result<PingId, String> {
    PingId::parse(text(value)?).ok_or_else(|| format!("must be a UUID, was {}", shown(value)))
}

fn slug(value: &Value) -> Result<String, String> {
    let slug = text(value)?;
    check_slug(slug).map(|()| slug.to_owned()).map_err(|bad| bad.to_string())
}

fn aliases(value: &Value) -> Result<Vec<String>, String> {
    let aliases = lines(value, ALIASES_MAX, *ALIAS_CHARS.end())?;
    aliases.iter().try_for_each(|alias| check_alias(alias).map_err(|bad| format!("has one that {bad}")))?;
    Ok(aliases)
}

fn while_paused(value: &Value) -> Result<WhilePaused, String> {
    word(value, &["record", "resume", "ignore"], WhilePaused::parse)
}

/// A name can be changed, and never cleared.
fn name(fields: &mut Fields, field: &str) -> Option<String> {
    match fields.patch(field, |value| line(value, NAME_CHARS_MAX)) {
        Patch::Set(name) => Some(name),
        Patch::Keep => None,
        Patch::Clear => {
            fields.refuse(field, "cannot be cleared, was null");
            None
        }
    }
}

fn span(value: &Value) -> Result<Limit, String> {
    limit(value, Duration::SECOND, LIMIT_MAX)
}

fn threshold(value: &Value) -> Result<u32, String> {
    integer_within(value, 1, THRESHOLD_MAX).map(|number| number as u32)
}

fn severity(value: &Value) -> Result<Severity, String> {
    word(value, &Severity::ALL.map(Severity::as_str), Severity::parse)
}

fn depends_on(value: &Value) -> Result<Vec<SchedulerId>, String> {
    let ids = lines(value, DEPENDS_MAX, NAME_CHARS_MAX)?;
    let read = |id: String| SchedulerId::parse(&id).map_err(|bad| format!("has '{id}', which {bad}"));
    ids.into_iter().map(read).collect()
}

/// Steps in the order of their time; each later than the one before.
fn escalation(value: &Value) -> Result<Vec<Escalation>, String> {
    let steps = value.as_array().ok_or_else(|| format!("must be an array of steps, was {}", shown(value)))?;
    if steps.len() > ESCALATIONS_MAX {
        return Err(format!("must be at most {ESCALATIONS_MAX} steps, were {}", steps.len()));
    }
    let steps: Vec<_> = steps
        .iter()
        .enumerate()
        .map(|(place, step)| {
            escalation_step(step).map_err(|bad| format!("has at place {place} a step that {bad}"))
        })
        .collect::<Result<_, _>>()?;
    if steps.windows(2).any(|pair| pair[1].after <= pair[0].after) {
        return Err("must have steps that each come later than the one before".to_owned());
    }
    Ok(steps)
}

fn escalation_step(value: &Value) -> Result<Escalation, String> {
    let step = value.as_object().ok_or("must be an object with after and channels")?;
    if let Some(odd) = step.keys().find(|field| !["after", "channels"].contains(&field.as_str())) {
        return Err(format!("has the unknown field '{odd}': known are after and channels"));
    }
    let field = |name: &str| step.get(name).ok_or_else(|| format!("lacks {name}"));
    let after = duration(field("after")?, Duration::MINUTE, Duration::DAY.times(30));
    let channels = lines(field("channels")?, CHANNELS_MAX, CHANNEL_CHARS_MAX);
    let channels = channels.map_err(|bad| format!("has channels that {bad}"))?;
    if channels.is_empty() {
        return Err("names no channel".to_owned());
    }
    Ok(Escalation { after: after.map_err(|bad| format!("has an after that {bad}"))?, channels })
}
