//! Cron jobs of Kubernetes as schedulers: manifests as `kubectl get -o yaml` and git repositories have them.
//!
//! Reads `batch/v1` and passes over every other kind. Asks no cluster, and changes no manifest.

use serde::Deserialize;
use serde_json::{Value, json};

use super::naming::tidy;
use super::yaml::documents;
use super::{Note, Proposal, duration, proposal};

/// Most of them that are read.
const JOBS_MAX: usize = 5000;
/// How deep lists may hold lists.
const DEPTH_MAX: usize = 4;
/// Where one has no `startingDeadlineSeconds`: a node may have to be found, and an image fetched.
const USUAL_GRACE: &str = "15m";
/// Longest grace and run that the server takes.
const GRACE_SECONDS_MAX: u64 = 366 * 86_400;
const RUNTIME_SECONDS_MAX: u64 = 365 * 86_400;
/// What a controller reads where one names no zone; it may be set otherwise.
const USUAL_ZONE: &str = "UTC";

/// What was found in manifests.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) proposals: Vec<Proposal>,
    pub(crate) notes: Vec<Note>,
    /// How many things of other kinds were passed over.
    pub(crate) others: usize,
}

/// What is asked for beside the manifests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surveyor<'a> {
    pub(crate) service: Option<&'a str>,
    pub(crate) grace: Option<&'a str>,
    /// The zone of the controller.
    pub(crate) zone: Option<&'a str>,
    /// The namespace of what names none.
    pub(crate) namespace: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CronJob {
    metadata: Metadata,
    spec: Spec,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    namespace: Option<String>,
    #[serde(default)]
    labels: Option<serde_json::Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    schedule: String,
    time_zone: Option<String>,
    #[serde(default)]
    suspend: Option<bool>,
    concurrency_policy: Option<String>,
    starting_deadline_seconds: Option<u64>,
    job_template: Option<Value>,
}

impl Surveyor<'_> {
    /// Looks at the documents of a text; `place` says where it is from.
    pub(crate) fn survey(&self, place: &str, text: &str, survey: &mut Survey) -> Result<(), String> {
        for document in documents(text).map_err(|problem| format!("{place} {problem}"))? {
            self.thing(place, &document, DEPTH_MAX, survey)?;
        }
        Ok(())
    }

    fn thing(&self, place: &str, thing: &Value, depth: usize, survey: &mut Survey) -> Result<(), String> {
        let kind = thing["kind"].as_str().unwrap_or_default();
        if let Some(items) = thing["items"].as_array().filter(|_| kind.ends_with("List") && depth > 0) {
            return items.iter().try_for_each(|item| self.thing(place, item, depth - 1, survey));
        }
        if kind != "CronJob" {
            survey.others += 1;
            return Ok(());
        }
        if survey.proposals.len() >= JOBS_MAX {
            return Err(format!("{place}: there are more than {JOBS_MAX} CronJobs"));
        }
        match CronJob::deserialize(thing) {
            Ok(job) => self.job(place, &job, survey),
            Err(why) => survey.notes.push(Note::new(place, format!("a CronJob was passed over: {why}"))),
        }
        Ok(())
    }

    fn job(&self, place: &str, job: &CronJob, survey: &mut Survey) {
        let namespace = job.metadata.namespace.as_deref().unwrap_or(self.namespace);
        let (name, spec) = (job.metadata.name.as_str(), &job.spec);
        let id = format!("{namespace}/{name}");
        let place = format!("CronJob {id} of {place}");
        if spec.suspend == Some(true) {
            return survey.notes.push(Note::new(&place, "passed over: it is suspended"));
        }
        if let Some(taken) = survey.proposals.iter().find(|proposal| proposal.id() == id) {
            return survey
                .notes
                .push(Note::new(&place, format!("passed over: {} has its name", taken.place)));
        }
        let (zone, schedule) = self.zone_of(spec);
        let schedule = json!({ "cron": schedule, "timezone": zone });
        let grace = spec.starting_deadline_seconds.filter(|seconds| *seconds > 0);
        let grace = grace.map(|seconds| duration(seconds.min(GRACE_SECONDS_MAX)));
        let proposal = Proposal::new(&place, &id, self.service.unwrap_or(namespace), name)
            .described(&format!("CronJob {name} in the namespace {namespace}"))
            .with("tags", Some(tags(job)))
            .with("max_runtime", runtime(spec))
            .expected(schedule, self.grace.or(grace.as_deref()), USUAL_GRACE);
        survey.proposals.push(proposal);
    }

    /// The zone, and the schedule without one that it may begin with.
    fn zone_of<'s>(&'s self, spec: &'s Spec) -> (&'s str, &'s str) {
        let inside =
            ["CRON_TZ=", "TZ="].iter().find_map(|mark| spec.schedule.strip_prefix(mark)?.split_once(' '));
        let (own, schedule) =
            inside.map_or((None, spec.schedule.as_str()), |(zone, rest)| (Some(zone), rest.trim()));
        let zone = spec.time_zone.as_deref().or(own).or(self.zone).unwrap_or(USUAL_ZONE);
        (zone, schedule)
    }
}

/// Labels as tags, the policy where it lets runs overlap, and where it is from.
fn tags(job: &CronJob) -> Value {
    let labels = job.metadata.labels.iter().flatten();
    let labels = labels.filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?)));
    let policy = job.spec.concurrency_policy.as_deref().filter(|policy| *policy != "Allow");
    let policy = policy.map(|policy| format!("concurrency={}", tidy(policy)));
    proposal::tags(std::iter::once("kubernetes".to_owned()).chain(policy).chain(labels))
}

/// How long Kubernetes lets it run.
fn runtime(spec: &Spec) -> Option<String> {
    let template = spec.job_template.as_ref()?;
    let seconds = template["spec"]["activeDeadlineSeconds"].as_u64()?;
    (1..=RUNTIME_SECONDS_MAX).contains(&seconds).then(|| duration(seconds))
}

#[cfg(test)]
mod tests;
