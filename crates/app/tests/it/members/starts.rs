//! Starts beside others: whether the time in which an instance was not there was a time in which nobody was.

use app::ports::EventsPage;
use app::roles::Observer;
use domain::event::Fact;
use domain::{Duration, Gap};

use super::*;
use crate::world::{admin, hourly, name};

/// What a server does before it takes reports, up to the work itself.
async fn begin(app: &App) {
    app.join(identity(&ALL_ROLES)).await.expect("it joins");
    Observer::new(app.clone()).run_once().await.expect("it observes");
    app.make_ready().await.expect("it is ready");
    app.take_seat().await.expect("it has its share");
}

async fn serving(store: &MemoryStore, number: u64) -> Instance {
    let (app, crew) = (app(store, number, 0), Crew::new());
    begin(&app).await;
    crew.hire(&app, Membership(app.clone()));
    crew.hire(&app, Observer::new(app.clone()));
    Instance { app, crew }
}

async fn gaps(instance: &Instance) -> Vec<Gap> {
    instance.app.ports().observation.gaps(Instant::MIN).await.expect("gaps")
}

#[tokio::test(start_paused = true)]
async fn who_starts_beside_one_that_takes_reports_records_no_gap() {
    let store = MemoryStore::new();
    let one = serving(&store, 1).await;
    pass(StdDuration::from_secs(65)).await;
    let two = serving(&store, 2).await;
    assert_eq!(gaps(&two).await, []);
    one.leave().await;
    pass(StdDuration::from_mins(1)).await;
    let three = serving(&store, 3).await;
    assert_eq!(gaps(&three).await, [], "a rolling restart is no gap");
}

#[tokio::test(start_paused = true)]
async fn who_starts_after_the_last_one_died_records_one_though_its_item_is_there() {
    let store = MemoryStore::new();
    let one = serving(&store, 1).await;
    pass(StdDuration::from_secs(65)).await;
    let _dead = one.die().await;
    let begun = tokio::time::Instant::now();
    let two = serving(&store, 2).await;
    assert!(begun.elapsed() <= LEASE + LEASE / 10, "{:?}", begun.elapsed());
    assert_eq!(gaps(&two).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn of_those_who_start_together_after_an_outage_none_takes_another_for_a_witness() {
    let store = MemoryStore::new();
    let one = serving(&store, 1).await;
    pass(StdDuration::from_secs(65)).await;
    one.leave().await;
    pass(StdDuration::from_mins(5)).await;
    let (two, three) = tokio::join!(serving(&store, 2), serving(&store, 3));
    assert_eq!((gaps(&two).await.len(), gaps(&three).await.len()), (1, 1));
}

/// When a worker whose clock is so many minutes off found that a job never came, by its own clock.
async fn found_missed_by_a_worker(off: i64) -> Instant {
    let store = MemoryStore::new();
    let front = serving(&store, 1).await;
    front.app.register(&admin(), name("nightly"), hourly()).await.expect("registered");
    let worker = app(&store, 2, off);
    worker.join(identity(&["evaluator"])).await.expect("it joins");
    worker.make_ready().await.expect("it is ready");
    worker.take_seat().await.expect("it has its share");
    for _ in 0..25 * 60 {
        pass(StdDuration::from_secs(4)).await;
        Evaluator(worker.clone()).run_once().await.expect("evaluated");
    }
    let events = front.app.ports().queries.events(&fixtures::key("nightly"), 1, 1000).await;
    let EventsPage::Events(events) = events.expect("events") else { panic!("they are all there") };
    let missed = events.iter().find(|event| matches!(event.fact, Fact::SlotsMissed(_)));
    missed.unwrap_or_else(|| panic!("{off}: {events:?}")).at
}

#[tokio::test(start_paused = true)]
async fn a_worker_whose_clock_is_minutes_off_sees_that_reports_are_taken_and_judges_in_time() {
    for off in [12, -12] {
        let late = found_missed_by_a_worker(off).await.since(fixtures::after(3600 + 300));
        assert!(late <= Duration::from_seconds(5), "{off}: {late} late");
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_whose_clock_is_behind_sees_that_reports_are_taken_no_more() {
    let store = MemoryStore::new();
    let front = serving(&store, 1).await;
    front.app.register(&admin(), name("nightly"), hourly()).await.expect("registered");
    let worker = app(&store, 2, -12);
    worker.join(identity(&["evaluator"])).await.expect("it joins");
    worker.make_ready().await.expect("it is ready");
    worker.take_seat().await.expect("it has its share");
    let evaluate = async || {
        pass(StdDuration::from_secs(4)).await;
        Evaluator(worker.clone()).run_once().await.expect("evaluated");
    };
    for _ in 0..15 * 60 {
        evaluate().await;
    }
    let _dead = front.die().await;
    for _ in 0..30 * 15 {
        evaluate().await;
    }
    let events = worker.ports().queries.events(&fixtures::key("nightly"), 1, 1000).await;
    assert_eq!(events, Ok(EventsPage::Events(Vec::new())), "who cannot report is not blamed");
}
