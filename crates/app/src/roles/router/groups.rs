//! Empties buckets whose time has come: what they hold becomes one message for a receiver that shows messages, and for
//! one that keeps alerts what it can keep. Bounded: so many notices at once, the rest in another message.

use std::collections::BTreeMap;

use domain::id::IncidentId;
use domain::{Alert, AlertKind, Cause, Ended, Instant};

use crate::app::App;
use crate::error::AppResult;
use crate::notice::{GROUP_NAMED_MAX, Group, GroupReason, Member, Notice, Tally};
use crate::plan::{Class, delivery};
use crate::ports::{Bucket, Delivery};

/// Most notices of one message.
const HELD_MAX: usize = 20_000;
/// How many are read at once.
const PAGE: usize = 500;

/// Empties what is due; answers how many deliveries came of it. A bucket that cannot be emptied must not stop others.
pub(super) async fn empty_due(app: &App, now: Instant) -> AppResult<usize> {
    let mut made = 0;
    for bucket in app.ports.outbox.due_buckets(now).await? {
        let name = format!("bucket {} {} {}", bucket.project, bucket.channel, bucket.name);
        if app.aside.threads.holds(&name, now) {
            continue;
        }
        made += empty(app, &bucket, now).await.unwrap_or_else(|error| {
            tracing::error!(name, %error, "what is to be told together could not be, and steps aside for a minute");
            app.telemetry.role_failed("router");
            app.aside.threads.step(name, now);
            0
        });
    }
    Ok(made)
}

async fn empty(app: &App, bucket: &Bucket, now: Instant) -> AppResult<usize> {
    let mut gathered = Gathered::default();
    while gathered.count < HELD_MAX {
        let page = app.ports.outbox.held(bucket, gathered.upto, PAGE).await?;
        let is_last = page.len() < PAGE;
        for held in page {
            gathered.take(held.place, held.group, held.notice);
        }
        if is_last {
            break;
        }
    }
    let channels = app.ports.channels.channels(&bucket.project).await?;
    let channel = channels.iter().find(|channel| channel.id == bucket.channel);
    let keeps = channel.is_some_and(|channel| channel.keeps_incidents);
    let upto = gathered.upto;
    if is_quiet(bucket) {
        gathered.bring_up_to_date(app).await?;
    }
    let (held, pending) = gathered.sorted(bucket, keeps, now);
    let mut notices = Vec::with_capacity(held.len());
    for notice in held {
        if is_still_so(app, &notice).await? {
            notices.push(notice);
        }
    }
    for group in pending {
        notices.push(Notice::Group(Box::new(group.counted(app, bucket, keeps).await?)));
    }
    let to = |notice: &Notice| {
        let single = delivery(notice, bucket.channel.clone(), now);
        match notice {
            // What is told together is told in its order, whatever it is about.
            Notice::Group(_) => Delivery { thread: format!("groups-{}", bucket.project), ..single },
            _ => single,
        }
    };
    let deliveries: Vec<_> = notices.iter().map(to).collect();
    let made = deliveries.len();
    app.ports.outbox.empty(bucket, upto, deliveries).await?;
    Ok(made)
}

/// Whether a receiver that keeps alerts should keep this one: its incident may have ended meanwhile, which it was told
/// at once, or somebody may look after it by now.
async fn is_still_so(app: &App, notice: &Notice) -> AppResult<bool> {
    let Notice::Alert(alert) = notice else { return Ok(true) };
    let incident = app.ports.incidents.incident(&alert.incident).await?;
    Ok(incident.is_none_or(|it| it.over.is_none() && !it.heeded))
}

/// What a bucket holds, one line an incident.
#[derive(Default)]
struct Gathered {
    upto: u64,
    count: usize,
    incidents: BTreeMap<IncidentId, Line>,
    /// What is no alert is told as it is.
    others: Vec<Notice>,
}

struct Line {
    group: Option<String>,
    began: AlertKind,
    first_at: Instant,
    last: Box<Alert>,
}

impl Line {
    const fn is_over(&self) -> bool {
        matches!(self.last.kind, AlertKind::Resolved | AlertKind::Dropped)
    }
}

impl Gathered {
    fn take(&mut self, place: u64, group: Option<String>, notice: Notice) {
        self.upto = place;
        self.count += 1;
        let Notice::Alert(alert) = notice else { return self.others.push(notice) };
        if let Some(line) = self.incidents.get_mut(&alert.incident) {
            line.group = group;
            line.last = alert;
            return;
        }
        let line = Line { group, began: alert.kind, first_at: alert.at, last: alert.clone() };
        self.incidents.insert(alert.incident.clone(), line);
    }

    /// What was over before the message is put together is told as over: its end may have gone out by itself.
    async fn bring_up_to_date(&mut self, app: &App) -> AppResult<()> {
        for line in self.incidents.values_mut().filter(|line| !line.is_over()) {
            let incident = app.ports.incidents.incident(&line.last.incident).await?;
            if let Some(over) = incident.and_then(|incident| incident.over) {
                line.last.kind =
                    if over.why == Ended::Recovered { AlertKind::Resolved } else { AlertKind::Dropped };
            }
        }
        Ok(())
    }

    /// What it comes to: notices that are told as they are, and groups that are still to be counted.
    fn sorted(self, bucket: &Bucket, keeps: bool, now: Instant) -> (Vec<Notice>, Vec<Pending>) {
        let mut singly = self.others;
        let (grouped, alone): (Vec<Line>, Vec<Line>) =
            self.incidents.into_values().partition(|line| !keeps || line.group.is_some());
        // A receiver that keeps alerts gets those that are open, each under its own key.
        for line in alone.into_iter().filter(|line| !line.is_over()) {
            let kind = if Class::of(line.began) == Class::Opening { line.began } else { line.last.kind };
            singly.push(Notice::Alert(Box::new(Alert { kind, ..*line.last })));
        }
        let mut threads = BTreeMap::<String, Vec<Line>>::new();
        for line in grouped {
            let own = line.group.clone().filter(|_| keeps);
            threads.entry(own.unwrap_or_else(|| bucket.name.clone())).or_default().push(line);
        }
        let pending = threads.into_iter().enumerate().map(|(number, (thread, lines))| {
            let id = format!("{}.{}.{number}", bucket.name, self.upto);
            Pending::of(together(bucket, id, thread, &lines, now), &lines)
        });
        (singly, pending.filter(|pending| keeps || pending.says_something()).collect())
    }
}

/// A group of which it is not yet counted how many are open.
struct Pending {
    group: Group,
    /// The groups it speaks of.
    groups: Vec<String>,
    /// How many of its own are open, and of those how many are in no group.
    open: u64,
    open_alone: u64,
}

impl Pending {
    fn of(group: Group, lines: &[Line]) -> Self {
        let mut groups: Vec<String> = lines.iter().filter_map(|line| line.group.clone()).collect();
        groups.sort_unstable();
        groups.dedup();
        let open = |alone: bool| {
            lines.iter().filter(|line| !line.is_over() && (!alone || line.group.is_none())).count() as u64
        };
        Self { group, groups, open: open(false), open_alone: open(true) }
    }

    /// Not where all that happened is that jobs were paused or deleted.
    const fn says_something(&self) -> bool {
        self.group.opened.count + self.group.updated.count + self.group.resolved.count > 0
    }

    /// In quiet hours people want to know what is left of what was held back; else how many of all are open.
    async fn counted(mut self, app: &App, bucket: &Bucket, keeps: bool) -> AppResult<Group> {
        self.group.still_open = if is_quiet(bucket) && !keeps { self.open } else { self.open_alone };
        if keeps || !is_quiet(bucket) {
            for group in &self.groups {
                self.group.still_open += app.ports.outbox.open_in_group(&bucket.channel, group).await?;
            }
        }
        self.group.reason = reason(app, bucket).await?;
        Ok(self.group)
    }
}

fn is_quiet(bucket: &Bucket) -> bool {
    bucket.name.starts_with("quiet-")
}

async fn reason(app: &App, bucket: &Bucket) -> AppResult<GroupReason> {
    if is_quiet(bucket) {
        return Ok(GroupReason::Quiet);
    }
    let upstream = bucket.name.strip_prefix("upstream-").and_then(|rest| Some(rest.rsplit_once('-')?.0));
    let Some(upstream) = upstream else { return Ok(GroupReason::Storm) };
    let incident = app.ports.incidents.incident(&IncidentId::trusted(upstream)).await?;
    Ok(incident.map_or(GroupReason::Storm, |it| GroupReason::Upstream { scheduler: it.key.id }))
}

fn together(bucket: &Bucket, id: String, thread: String, lines: &[Line], now: Instant) -> Group {
    let of = |wanted: fn(&Line) -> bool| tally(lines.iter().filter(|line| wanted(line)));
    let opened = |line: &Line| !line.is_over() && Class::of(line.began) == Class::Opening;
    let updated = |line: &Line| !line.is_over() && Class::of(line.began) != Class::Opening;
    Group {
        project: bucket.project.clone(),
        id,
        thread,
        reason: GroupReason::Storm,
        from: lines.iter().map(|line| line.first_at).min().unwrap_or(now),
        until: now,
        opened: of(opened),
        updated: of(updated),
        resolved: of(|line| line.last.kind == AlertKind::Resolved),
        still_open: 0,
    }
}

/// Counts them, and names the worst.
fn tally<'a>(lines: impl Iterator<Item = &'a Line>) -> Tally {
    let mut members: Vec<&Alert> = lines.map(|line| &*line.last).collect();
    members.sort_by(|a, b| (b.severity, b.cause, &a.key.id).cmp(&(a.severity, a.cause, &b.key.id)));
    let causes = Cause::ALL
        .into_iter()
        .rev()
        .map(|cause| (cause, members.iter().filter(|alert| alert.cause == Some(cause)).count() as u64));
    Tally {
        count: members.len() as u64,
        causes: causes.filter(|(_, count)| *count > 0).collect(),
        named: members.into_iter().take(GROUP_NAMED_MAX).map(Member::from).collect(),
    }
}
