//! What a report and a heartbeat cost, on the disk of a directory that is named: `cargo run --profile ci -p sqlite
//! --example measure -- /var/tmp/measure`. Each is what the use case does: load, decide, write, and wait for the sync.

use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::ports::{Beat, Queries, Seen};
use domain::{Status, beating};
use sqlite::{Options, Store};
use testkit::fixtures::{after, key, report, report_id, reported, start};
use testkit::{Scribe, Stores};
use tokio::task::JoinSet;

/// How many schedulers there are.
const SCHEDULERS: usize = 10_000;
/// How long each round takes.
const ROUND: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() {
    let folder =
        PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "/var/tmp/punctual-measure".to_owned()));
    std::fs::create_dir_all(&folder).expect("the directory");
    say(&format!("fdatasync of 16 KiB appended: p50 {:?}", syncs(&folder, false)));
    say(&format!("fdatasync of 16 KiB overwritten: p50 {:?}", syncs(&folder, true)));
    let store = Store::open(folder.join("measure.db"), &Options::default()).expect("the store opens");
    let scribe = Scribe::new(Stores::of(Arc::new(store.clone())), std::process::id().into());
    fill(&scribe).await;
    let epoch = clock();
    for callers in [1, 16, 64, 256] {
        for work in [Work::Report, Work::Heartbeat] {
            round(&scribe, callers, work, epoch).await;
        }
    }
    let (begun, now) = (clock(), after(1));
    let totals = store.totals(None, now).await.expect("counted");
    say(&format!("totals of {} schedulers: {:?}", totals.all, begun.elapsed()));
    store.close().await;
}

#[derive(Clone, Copy, Debug)]
enum Work {
    Report,
    Heartbeat,
}

async fn fill(scribe: &Scribe) {
    for first in (0..SCHEDULERS).step_by(200) {
        let mut joined = JoinSet::new();
        for number in first..first + 200 {
            let scribe = scribe.clone();
            joined.spawn(async move {
                let name = key(&format!("job-{number}"));
                if !scribe.load(&name).await.scheduler.is_born() {
                    scribe.register(&name, start()).await;
                }
            });
        }
        joined.join_all().await;
    }
}

async fn round(scribe: &Scribe, callers: usize, work: Work, epoch: Instant) {
    let begun = clock();
    let mut joined = JoinSet::new();
    for caller in 0..callers {
        joined.spawn(call(scribe.clone(), [caller, callers], work, [epoch, begun]));
    }
    let mut taken: Vec<Duration> = joined.join_all().await.into_iter().flatten().collect();
    let rate = taken.len() as f64 / begun.elapsed().as_secs_f64();
    taken.sort_unstable();
    let at = |part: usize| taken[(taken.len() - 1) * part / 100];
    say(&format!(
        "{callers:>3} callers, {work:?}: {rate:.0}/s, p50 {:?}, p99 {:?}, most {:?}",
        at(50),
        at(99),
        at(100)
    ));
}

/// One after another, each of another scheduler, until the round is over; answers how long each took.
async fn call(
    scribe: Scribe,
    [caller, callers]: [usize; 2],
    work: Work,
    [epoch, begun]: [Instant; 2],
) -> Vec<Duration> {
    let mut taken = Vec::new();
    while begun.elapsed() < ROUND {
        let number = (caller + taken.len() * callers) % SCHEDULERS;
        let (name, before) = (key(&format!("job-{number}")), clock());
        match work {
            Work::Report => write_report(&scribe, &name, taken.len()).await,
            Work::Heartbeat => write_heartbeat(&scribe, &name, epoch.elapsed()).await,
        }
        taken.push(before.elapsed());
    }
    taken
}

async fn write_report(scribe: &Scribe, name: &domain::SchedulerKey, number: usize) {
    let loaded = scribe.load(name).await;
    let running = loaded.scheduler.status() == Status::Running;
    let status = if running { Status::Completed } else { Status::Running };
    let received_at = after(i64::try_from(loaded.scheduler.version).expect("small"));
    let mut report = report(status, received_at);
    report.report_id =
        Some(report_id(&format!("{}-{number}-{}", loaded.scheduler.version, std::process::id())));
    let commit = scribe.decide(name, reported(report), received_at).await;
    scribe.commit(commit).await.expect("written");
}

/// At another instant each time: the same row written again would cost no sync.
async fn write_heartbeat(scribe: &Scribe, name: &domain::SchedulerKey, now: Duration) {
    let scheduler = scribe.load(name).await.scheduler;
    let beat = Beat {
        key: name.clone(),
        seen: Seen::of(&scheduler),
        at: after(100) + domain::Duration::from_millis(now.as_millis() as i64),
        beating: beating(&scheduler, None),
        open: scheduler.state.runs.iter().map(|run| run.no).collect(),
        era: None,
    };
    scribe.stores.schedulers.beat(beat).await.expect("written");
}

/// The median of what the disk itself takes for the sync of a small append, or of the same blocks written again, which
/// is what a log does that is begun anew.
fn syncs(folder: &Path, again: bool) -> Duration {
    let path = folder.join("sync");
    let mut file = std::fs::File::create(&path).expect("a file");
    let sync = |_| {
        if again {
            file.seek(SeekFrom::Start(0)).expect("rewound");
        }
        let begun = clock();
        file.write_all(&[7; 16 * 1024]).expect("appended");
        file.sync_data().expect("synced");
        begun.elapsed()
    };
    let mut taken: Vec<Duration> = (0..300).map(sync).collect();
    std::fs::remove_file(path).expect("removed");
    taken.sort_unstable();
    taken[taken.len() / 2]
}

#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn clock() -> Instant {
    Instant::now()
}

#[expect(clippy::print_stdout, reason = "a measurement is for people")]
fn say(line: &str) {
    println!("{line}");
}
