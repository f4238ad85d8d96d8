//! What Cronitor's clients say in a query, and the message that it is. Pure.

use app::ingest::Message;
use domain::time::shorten;
use domain::{Duration, Instant, Noted, Origin, Payload, Report, ReportId, RunId, Status};
use serde_json::{Map, Number, Value};

use super::super::{Pairs, bare};

/// Longest name of a run, and of what makes a message recognisable when it comes twice.
const ID_CHARS_MAX: usize = 128;
/// The environment of what names none.
pub(super) const PRODUCTION: &str = "production";
/// Most metrics that are kept of a message.
const METRICS_MAX: usize = 50;
/// The longest duration, in seconds: 400 days.
const SECONDS_MAX: f64 = 34_560_000.0;

/// What is said of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Run,
    Complete,
    Fail,
    /// Somebody set it right by hand.
    Ok,
    /// It is alive.
    Tick,
    Logs,
}

impl State {
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "run" => Self::Run,
            "complete" => Self::Complete,
            "fail" => Self::Fail,
            "ok" => Self::Ok,
            "tick" => Self::Tick,
            "logs" => Self::Logs,
            _ => return None,
        })
    }
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    pub(super) state: State,
    /// Where it runs, as it says.
    environment: Option<String>,
    series: Option<RunId>,
    message: Option<String>,
    duration: Option<Duration>,
    exit_code: Option<i64>,
    stamp: Option<Instant>,
    /// The event's own name, where its time of day is fine enough to be one.
    id: Option<ReportId>,
    host: Option<String>,
    metrics: Map<String, Value>,
}

impl Event {
    /// Reads an event; its state must be one we know, and what else cannot be read is left out.
    pub(super) fn read(query: &Pairs) -> Result<Self, String> {
        let word = query.given("state").unwrap_or("tick");
        let state = State::parse(word).ok_or_else(|| {
            format!("state must be run, complete, fail, ok, tick or logs, was '{}'", shorten(word, 40))
        })?;
        Ok(Self::said(state, query))
    }

    /// An event whose state its address has.
    pub(super) fn said(state: State, query: &Pairs) -> Self {
        let series = query.given("series").map(named).filter(|text| !text.is_empty());
        let environment = query.given("env").map(|name| shorten(&named(name), 63));
        Self {
            state,
            environment: environment.filter(|name| !name.is_empty()),
            message: query.given("message").or_else(|| query.given("msg")).map(str::to_owned),
            duration: query.given("duration").or_else(|| metric(query, "duration")).and_then(seconds),
            exit_code: query
                .given("status_code")
                .or_else(|| query.given("exit_code"))
                .and_then(|n| n.parse().ok()),
            stamp: query.given("stamp").and_then(instant),
            id: name(state, series.as_deref(), query.given("stamp")),
            host: query.given("host").map(named),
            metrics: metrics(query),
            series: series.map(RunId::trusted),
        }
    }

    /// Where it runs; none where that is production, as it is where nothing is said.
    pub(super) fn apart(&self) -> Option<&str> {
        self.environment.as_deref().filter(|name| *name != PRODUCTION)
    }

    /// The message that it is. Setting right by hand is a run of its own, named after the request.
    pub(super) fn message(&self, received_at: Instant, request_id: &str, origin: &Origin) -> Message {
        let report = |status| Box::new(self.report(status, received_at, origin));
        match self.state {
            State::Run => Message::Report(report(Status::Running)),
            State::Complete => Message::Report(report(Status::Completed)),
            State::Fail => Message::Report(report(Status::Failed)),
            State::Ok => {
                let report = report(Status::Completed);
                let own = || RunId::trusted(shorten(&format!("ok {request_id}"), ID_CHARS_MAX - 1));
                let run_id = report.run_id.clone().unwrap_or_else(own);
                Message::Report(Box::new(Report { run_id: Some(run_id), ..*report }))
            }
            State::Tick => Message::Tick(report(Status::Completed)),
            State::Logs => Message::Note(report(Status::Pending), Noted::Log),
        }
    }

    fn report(&self, status: Status, received_at: Instant, origin: &Origin) -> Report {
        let has_failed = status == Status::Failed;
        let noted = self.message.as_ref().filter(|_| !has_failed);
        let mut metadata = Map::new();
        metadata.extend(noted.map(|text| ("message".to_owned(), Value::from(text.as_str()))));
        metadata.extend(self.host.as_ref().map(|host| ("host".to_owned(), Value::from(host.as_str()))));
        if !self.metrics.is_empty() {
            metadata.insert("metrics".to_owned(), Value::from(self.metrics.clone()));
        }
        let error = self.message.clone().filter(|_| has_failed);
        let payload = Payload::bounded(error, (!metadata.is_empty()).then_some(metadata));
        let origin = Some(Box::new(Origin { environment: self.environment.clone(), ..origin.clone() }));
        Report {
            run_id: self.series.clone(),
            report_id: self.id.clone(),
            timestamp: self.stamp,
            execution_time: self.duration.filter(|_| status != Status::Running),
            exit_code: self.exit_code,
            ..bare(status, received_at, Payload { origin, ..payload })
        }
    }
}

/// A text as a name of ours: without control characters, and short enough.
pub(super) fn named(text: &str) -> String {
    let clean: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    shorten(&clean, ID_CHARS_MAX - 1)
}

/// A client that tries again says the same at the same instant. Whole seconds are no name: a job may well tick twice.
fn name(state: State, series: Option<&str>, stamp: Option<&str>) -> Option<ReportId> {
    let stamp =
        stamp.filter(|stamp| stamp.split_once('.').is_some_and(|(_, fraction)| fraction.len() > 2))?;
    let name = format!("cronitor {state:?} {stamp} {}", series.unwrap_or_default());
    Some(ReportId::trusted(named(&name)))
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds = text.trim().parse::<f64>().ok().filter(|seconds| (0.0..=SECONDS_MAX).contains(seconds))?;
    Some(Duration::from_millis((seconds * 1000.0).round() as i64))
}

fn instant(text: &str) -> Option<Instant> {
    let seconds = text.trim().parse::<f64>().ok().filter(|seconds| (0.0..1e11).contains(seconds))?;
    Some(Instant::from_millis((seconds * 1000.0).round() as i64))
}

fn metric<'a>(query: &'a Pairs, name: &str) -> Option<&'a str> {
    query.all("metric").find_map(|metric| metric.strip_prefix(name)?.strip_prefix(':'))
}

/// Metrics by their names, `count:processed:100` being one of the name `count:processed`. The duration is the run's.
fn metrics(query: &Pairs) -> Map<String, Value> {
    let read = |metric: &str| {
        let (name, value) = metric.rsplit_once(':')?;
        let value = value
            .trim()
            .parse::<i64>()
            .map(Number::from)
            .ok()
            .or_else(|| value.trim().parse().ok().and_then(Number::from_f64))?;
        (name != "duration").then(|| (named(name), Value::from(value)))
    };
    query.all("metric").filter_map(read).take(METRICS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::MIN;

    fn read(query: &str) -> Event {
        Event::read(&Pairs::parse(Some(query))).expect("an event")
    }

    fn report(query: &str) -> Report {
        match read(query).message(NOW, "request-1", &Origin::default()) {
            Message::Report(report) | Message::Tick(report) | Message::Note(report, _) => *report,
            Message::Heartbeat { .. } => panic!("a heartbeat carries nothing"),
        }
    }

    #[test]
    fn every_state_is_a_message_and_none_is_a_tick() {
        for (query, status, is_tick) in [
            ("state=run", Status::Running, false),
            ("state=complete", Status::Completed, false),
            ("state=fail", Status::Failed, false),
            ("state=ok", Status::Completed, false),
            ("state=tick", Status::Completed, true),
            ("state=logs", Status::Pending, false),
            ("state=", Status::Completed, true),
            ("", Status::Completed, true),
        ] {
            assert_eq!(report(query).status, status, "{query}");
            let message = read(query).message(NOW, "request-1", &Origin::default());
            assert_eq!(matches!(message, Message::Tick(_)), is_tick, "{query}");
        }
        let unknown = Event::read(&Pairs::parse(Some("state=done"))).expect_err("unknown");
        assert_eq!(unknown, "state must be run, complete, fail, ok, tick or logs, was 'done'");
    }

    #[test]
    fn a_run_is_named_by_its_series_and_what_was_set_right_by_its_request() {
        let run = |query| report(query).run_id.map(|run| run.to_string());
        assert_eq!(run("state=run&series=1700000000.25").as_deref(), Some("1700000000.25"));
        assert_eq!(run("state=run"), None);
        assert_eq!(run("state=ok").as_deref(), Some("ok request-1"));
        assert_eq!(run("state=ok&series=a").as_deref(), Some("a"));
        let long = run(&format!("state=run&series={}", "x".repeat(500))).expect("a run");
        assert!(RunId::parse(&long).is_ok(), "{long}");
    }

    #[test]
    fn a_duration_comes_by_itself_or_as_a_metric() {
        let took = |query: &str| report(query).execution_time.map(Duration::as_millis);
        assert_eq!(took("state=complete&duration=1.5"), Some(1500));
        assert_eq!(took("state=complete&metric=duration:2.25&metric=count:3"), Some(2250));
        assert_eq!(took("state=run&duration=1"), None);
        for bad in ["-1", "NaN", "1e99", "soon"] {
            assert_eq!(took(&format!("state=complete&duration={bad}")), None, "{bad}");
        }
    }

    #[test]
    fn metrics_host_and_message_are_kept() {
        let kept = |query: &str| report(query).payload;
        let metadata = kept(
            "state=complete&metric=count%3Aprocessed%3A100&metric=error_count:2.5&metric=x&host=h1&msg=done",
        );
        let expected =
            r#"{"host":"h1","message":"done","metrics":{"count:processed":100,"error_count":2.5}}"#;
        assert_eq!(serde_json::to_string(&metadata.metadata).expect("JSON"), expected);
        let failed = kept("state=fail&message=no+room&status_code=3");
        assert_eq!((failed.error_message.as_deref(), failed.metadata), (Some("no room"), None));
        assert_eq!(report("state=fail&status_code=3").exit_code, Some(3));
        assert_eq!(report("state=fail&exit_code=137").exit_code, Some(137));
    }

    #[test]
    fn a_fine_stamp_names_an_event_and_a_coarse_one_only_dates_it() {
        let fine = report("state=run&series=a&stamp=1700000000.123456");
        assert_eq!(
            fine.report_id.map(|id| id.to_string()).as_deref(),
            Some("cronitor Run 1700000000.123456 a")
        );
        assert_eq!(fine.timestamp, Some(Instant::from_millis(1_700_000_000_123)));
        assert_eq!(report("state=run&stamp=1700000000").report_id, None);
        assert_eq!(report("state=run&stamp=now").timestamp, None);
    }

    #[test]
    fn production_is_what_says_so_or_says_nothing() {
        for (query, environment) in
            [("", None), ("env=production", None), ("env=", None), ("env=qa", Some("qa"))]
        {
            assert_eq!(read(query).apart(), environment, "{query}");
        }
        assert_eq!(report("env=qa").payload.origin.and_then(|it| it.environment).as_deref(), Some("qa"));
    }
}
