//! `punctual doctor`: is the store consistent? Every scheduler's events are replayed and compared with its snapshot,
//! its indexed wake instant with its deadlines, and the file with itself. Exit 1 where anything is wrong.

use std::process::ExitCode;

use anyhow::{Context, Result};
use app::App;
use app::ports::{EventsPage, Loaded, Lookup};
use domain::{Duration, Event, Facts, Gap, Instant, Scheduler, SchedulerKey, replay, wake_at};

use crate::cli::{StoreArgs, complain, say};
use crate::config::{Config, StoreChoice};
use crate::wiring::{local_app, local_runtime};

/// How many schedulers or events are read at once.
const PAGE: usize = 1000;

/// Examines the store and prints what it found.
pub(crate) fn run(args: &StoreArgs) -> ExitCode {
    match examine(args) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn examine(args: &StoreArgs) -> Result<usize> {
    let config = args.load()?;
    let mut problems = if config.store == StoreChoice::Sqlite { examine_file(&config)? } else { Vec::new() };
    let findings = local_runtime()?.block_on(async {
        let (app, store) = local_app(&config).await?;
        let findings = walk(&app).await;
        store.close().await;
        findings
    })?;
    problems.extend(findings.problems);
    for problem in &problems {
        say(&format!("problem: {problem}"));
    }
    say(&format!(
        "{} schedulers, {} events replayed, {} problems",
        findings.schedulers,
        findings.events,
        problems.len()
    ));
    Ok(problems.len())
}

/// The file itself.
fn examine_file(config: &Config) -> Result<Vec<String>> {
    let file = config.database();
    let is_there = file.try_exists().with_context(|| format!("cannot look at {}", file.display()))?;
    anyhow::ensure!(is_there, "there is no store at {}", file.display());
    Ok(sqlite::check(file)?)
}

#[derive(Default)]
struct Findings {
    schedulers: usize,
    events: usize,
    problems: Vec<String>,
}

async fn walk(app: &App) -> Result<Findings> {
    let mut findings = Findings::default();
    let gaps = app.ports().observation.gaps(Instant::MIN).await?;
    let mut after: Option<SchedulerKey> = None;
    loop {
        let keys = app.ports().queries.keys_after(after.as_ref(), PAGE).await?;
        let Some(last) = keys.last() else { return Ok(findings) };
        after = Some(last.clone());
        for key in &keys {
            look_at(app, key, &gaps, &mut findings).await?;
        }
    }
}

async fn look_at(app: &App, key: &SchedulerKey, gaps: &[Gap], findings: &mut Findings) -> Result<()> {
    let loaded = app.ports().schedulers.load(key, &Lookup::default()).await?;
    if !loaded.scheduler.is_born() {
        return Ok(());
    }
    findings.schedulers += 1;
    let (replayed, events) = replayed(app, &loaded.scheduler).await?;
    findings.events += events;
    if replayed.version == loaded.scheduler.version && replayed != loaded.scheduler {
        findings.problems.push(format!("{}/{}: its events do not make its snapshot", key.project, key.id));
    }
    if let Some(problem) = late_wake(app, &loaded, gaps) {
        findings.problems.push(format!("{}/{}: {problem}", key.project, key.id));
    }
    Ok(())
}

/// The scheduler that the events make, up to the version that was loaded: what comes in meanwhile is not compared.
async fn replayed(app: &App, snapshot: &Scheduler) -> Result<(Scheduler, usize)> {
    let mut scheduler = Scheduler::unborn(snapshot.key.clone(), snapshot.incarnation);
    let mut count = 0;
    let mut after = 0;
    while scheduler.version < snapshot.version {
        let events: Vec<Event> = match app.ports().queries.events(&snapshot.key, after, PAGE).await? {
            EventsPage::Pruned { first } => {
                after = first - 1;
                continue;
            }
            EventsPage::Events(events) => events,
        };
        let Some(last) = events.last() else { break };
        after = last.version;
        count += events.len();
        let wanted = events.iter().filter(|event| event.version <= snapshot.version);
        scheduler = replay(scheduler, wanted);
    }
    Ok((scheduler, count))
}

/// The indexed instant must never be later than the true one, but for the minute by which the evaluator puts aside what
/// it cannot evaluate.
fn late_wake(app: &App, loaded: &Loaded, gaps: &[Gap]) -> Option<String> {
    let facts = Facts {
        liveness: loaded.liveness.clone(),
        defaults: app.settings().defaults.clone(),
        gaps: gaps.to_vec(),
        ..Facts::default()
    };
    let due = wake_at(&loaded.scheduler, &facts)?;
    match loaded.wake {
        Some(indexed) if indexed <= due + Duration::MINUTE => None,
        Some(indexed) => Some(format!("it is woken at {indexed}, but is due at {due}")),
        None => Some(format!("it is never woken, but is due at {due}")),
    }
}
