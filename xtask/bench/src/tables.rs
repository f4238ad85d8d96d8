//! The store on tables, against a stand-in: what each operation costs in `DynamoDB`'s units, what that makes a month, how
//! even its keys are, and what one instance gets through as far as the stand-in lets it.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration as StdDuration;

use anyhow::{Context, Result, bail};
use app::roles::{Evaluator, Pace, Role as _};
use app::{App, Caller, Ports, Settings};
use domain::{Duration, ProjectId, SchedulerId, SchedulerKey, Status};
use dynamodb::{Capacity, Names, Options, Store};
use futures_util::StreamExt;
use serde::Serialize;
use testkit::{FixedChannels, FixedClock, SeededChance, Stores, fixtures};

use crate::clock::clock;
use crate::progress;

/// What `DynamoDB` takes on demand in us-east-1 for a million units, in dollars.
const WRITES_COST: f64 = 0.625;
const READS_COST: f64 = 0.125;
const REPORTS_A_MONTH: f64 = 30.0 * 24.0 * 12.0;
const SECONDS_A_MONTH: f64 = 30.0 * 86_400.0;
/// How many reports are on their way at once, and how many schedulers fall due at once.
const SIDE_BY_SIDE: usize = 64;

/// One line of the table.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
}

struct Bench {
    process: Child,
    store: Store,
    app: App,
    clock: Arc<FixedClock>,
    seen: Capacity,
    rows: Vec<Row>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Measures all of it. `due` is how many schedulers fall due at once.
pub(crate) fn measure(due: usize) -> Result<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut bench = Bench::begin().await?;
        bench.costs().await?;
        bench.months();
        bench.throughput().await?;
        bench.due(due).await?;
        bench.keys();
        Ok(std::mem::take(&mut bench.rows))
    })
}

impl Bench {
    async fn begin() -> Result<Self> {
        let (process, port) = stand_in()?;
        let keys = aws::StaticKeys { id: "bench".to_owned(), secret: "bench".to_owned() };
        let aws = aws::Settings {
            region: Some("us-east-1".to_owned()),
            endpoint: Some(format!("http://127.0.0.1:{port}")),
            keys: Some(keys),
            ..aws::Settings::default()
        };
        let options = Options { names: Names::prefixed("bench-"), aws, seed: 1, ..Options::default() };
        Store::migrate(&options).await?;
        let store = Store::open(&options).await?;
        let clock = Arc::new(FixedClock::at(fixtures::start()));
        let app = application(&store, &clock);
        app.make_ready().await.context("the application is not ready")?;
        let seen = store.used();
        Ok(Self { process, store, app, clock, seen, rows: Vec::new() })
    }

    fn put(&mut self, what: impl Into<String>, value: f64, unit: &'static str) {
        let what = what.into();
        progress(&format!("{what}: {value:.2} {unit}"));
        self.rows.push(Row { what, value, unit });
    }

    /// What was used since the last look, for each of so many.
    fn used(&mut self, what: &str, count: usize) {
        let now = self.store.used();
        let (reads, writes) = (now.reads - self.seen.reads, now.writes - self.seen.writes);
        self.seen = now;
        self.put(format!("{what}, written"), writes / count as f64, "WU");
        self.put(format!("{what}, read"), reads / count as f64, "RU");
    }

    async fn register(&self, id: String) -> Result<()> {
        let mut change = fixtures::registration();
        change.schedule = fixtures::every(Duration::MINUTE.times(5), Duration::MINUTE);
        self.app.register(&caller(), SchedulerId::trusted(id), change).await?;
        Ok(())
    }

    async fn report(&self, id: &str, status: Status) -> Result<()> {
        let report = fixtures::report(status, self.app.now());
        self.app.report(&caller(), SchedulerId::trusted(id), report).await?;
        Ok(())
    }

    async fn costs(&mut self) -> Result<()> {
        let ids: Vec<String> = (0..20).map(|number| format!("nightly-settlement-{number}")).collect();
        for id in &ids {
            self.register(id.clone()).await?;
        }
        self.used("a registration", ids.len());
        let rounds = 30;
        for _ in 0..rounds {
            self.clock.advance(Duration::MINUTE.times(5));
            for id in &ids {
                self.report(id, Status::Completed).await?;
            }
        }
        self.used("a report, every 5 minutes", ids.len() * rounds);
        for id in &ids {
            self.report(id, Status::Running).await?;
        }
        self.used("a report that a run began", ids.len());
        for what in ["the first heartbeat of a run", "a heartbeat"] {
            self.clock.advance(Duration::SECOND);
            for id in &ids {
                let at = self.app.now();
                self.app.heartbeat(&caller(), SchedulerId::trusted(id.as_str()), None, at).await?;
            }
            self.used(what, ids.len());
        }
        for id in &ids {
            self.report(id, Status::Failed).await?;
        }
        self.used("a report that opens an incident", ids.len());
        for id in &ids {
            self.report(id, Status::Completed).await?;
        }
        self.used("a report that ends one", ids.len());
        let evaluator = Evaluator(self.app.clone());
        for _ in 0..3 {
            evaluator.run_once().await?;
        }
        self.used("an evaluation with nothing due, 16 shards", 3);
        Ok(())
    }

    fn months(&mut self) {
        let of =
            |rows: &[Row], what: &str| rows.iter().find(|row| row.what == what).map_or(0.0, |row| row.value);
        let writes = of(&self.rows, "a report, every 5 minutes, written");
        let reads = of(&self.rows, "a report, every 5 minutes, read");
        let idle = of(&self.rows, "an evaluation with nothing due, 16 shards, read");
        let idle = idle * SECONDS_A_MONTH * READS_COST / 1e6;
        for schedulers in [100.0, 10_000.0, 1_000_000.0] {
            let reports = schedulers * REPORTS_A_MONTH / 1e6;
            let dollars = reports * (writes * WRITES_COST + reads * READS_COST) + idle;
            self.put(format!("{schedulers} schedulers every 5 minutes, requests"), dollars, "$/month");
        }
    }

    async fn throughput(&mut self) -> Result<()> {
        for number in 0..200 {
            self.register(format!("busy-{number}")).await?;
        }
        let (watch, count) = (clock(), 4000_u32);
        let reports = (0..count).map(|number| {
            let id = format!("busy-{}", number % 200);
            let bench = &*self;
            async move { bench.report(&id, Status::Completed).await }
        });
        let done: Vec<Result<()>> =
            futures_util::stream::iter(reports).buffer_unordered(SIDE_BY_SIDE).collect().await;
        done.into_iter().collect::<Result<Vec<_>>>()?;
        let seconds = watch.elapsed().as_secs_f64();
        self.put(
            "reports of one instance, 64 at once, as far as the stand-in goes",
            f64::from(count) / seconds,
            "1/s",
        );
        self.seen = self.store.used();
        Ok(())
    }

    async fn due(&mut self, due: usize) -> Result<()> {
        let bench = &*self;
        let births = (0..due).map(|number| bench.register(format!("due-{number}")));
        let born: Vec<Result<()>> =
            futures_util::stream::iter(births).buffer_unordered(SIDE_BY_SIDE).collect().await;
        born.into_iter().collect::<Result<Vec<_>>>()?;
        self.seen = self.store.used();
        self.clock.advance(Duration::MINUTE.times(7));
        let (evaluator, watch) = (Evaluator(self.app.clone()), clock());
        while evaluator.run_once().await? == Pace::Again {}
        let seconds = watch.elapsed().as_secs_f64();
        self.put(format!("{due} schedulers due at once, until all are concluded"), seconds, "s");
        self.used("a conclusion that opens an incident", due);
        Ok(())
    }

    /// How even the shards are at a million names.
    fn keys(&mut self) {
        let mut shards = [0_u32; 16];
        for number in 0..1_000_000 {
            let id = SchedulerId::trusted(format!("job-{number}"));
            let key = SchedulerKey { project: ProjectId::default_project(), id };
            shards[usize::from(app::shards::shard_of(&key, 16))] += 1;
        }
        let mean = 1_000_000.0 / 16.0;
        let most = f64::from(shards.iter().copied().max().unwrap_or_default());
        let least = f64::from(shards.iter().copied().min().unwrap_or_default());
        self.put("fullest of 16 shards at 1000000 schedulers, of the mean", most / mean, "");
        self.put("emptiest of 16 shards at 1000000 schedulers, of the mean", least / mean, "");
    }
}

fn caller() -> Caller {
    Caller::local(ProjectId::default_project())
}

fn application(store: &Store, clock: &Arc<FixedClock>) -> App {
    let stores = Stores::of(Arc::new(store.clone()));
    let ports = Ports {
        schedulers: stores.schedulers,
        queries: stores.queries,
        outbox: stores.outbox,
        incidents: stores.incidents,
        observation: stores.observation,
        access: stores.access,
        retention: stores.retention,
        definitions: stores.definitions,
        boards: stores.boards,
        members: stores.members,
        channels: Arc::new(FixedChannels::new()),
        clock: clock.clone(),
        chance: Arc::new(SeededChance::new(1)),
    };
    App::new(ports, Settings::default())
}

/// The stand-in, on a port that was free a moment ago.
fn stand_in() -> Result<(Child, u16)> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut command = Command::new("dynoxide");
    command.args(["serve", "--port", &port.to_string(), "--log", "quiet"]);
    let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let process = process.context("dynoxide does not start: `cargo xtask test` says how it is installed")?;
    for _ in 0..500 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok((process, port));
        }
        std::thread::sleep(StdDuration::from_millis(10));
    }
    bail!("dynoxide does not listen")
}
