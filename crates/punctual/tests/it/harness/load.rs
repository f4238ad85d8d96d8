//! Load: jobs that report one thing after the other over kept connections, as fast as they are answered, until nobody
//! answers; and the books that are kept of it, which a history must agree with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use reqwest::blocking::Client;
use serde_json::{Value, json};

use super::{KEY, PATIENCE, Server};

/// How many jobs report at once, and those that fail besides.
const REPORTERS: u32 = 4;
/// Every so many runs a job of its own fails.
const FAILS_EVERY: u32 = 8;
/// The most that one page of a history holds.
const PAGE: usize = 1000;

/// What one report says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Report {
    pub(crate) scheduler: String,
    pub(crate) run: String,
    pub(crate) status: &'static str,
}

/// What the reporters know.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Reports that were answered well.
    pub(crate) acknowledged: Vec<Report>,
    /// Reports that were never answered: they may have come in or not.
    pub(crate) unanswered: Vec<Report>,
}

impl Heard {
    /// Schedulers of which a failed run was acknowledged.
    pub(crate) fn failed(&self) -> impl Iterator<Item = &str> {
        let failed = self.acknowledged.iter().filter(|report| report.status == "failed");
        failed.map(|report| report.scheduler.as_str())
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.acknowledged.extend(other.acknowledged);
        self.unanswered.extend(other.unanswered);
    }
}

/// How to put a server under load.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    /// Part of every name, so that two loads do not speak of the same jobs.
    pub(crate) name: String,
    /// How many acknowledgements are waited for.
    pub(crate) enough: usize,
    /// How much each report says besides, in bytes.
    pub(crate) ballast: usize,
    /// Where failing jobs are told of.
    pub(crate) channel: Option<&'static str>,
}

impl Load {
    pub(crate) fn new(name: &str, enough: usize) -> Self {
        Self { name: name.to_owned(), enough, ballast: 0, channel: None }
    }

    /// Reports until enough is acknowledged, then does `then`, which must end the server; answers what was heard.
    #[track_caller]
    pub(crate) fn until(&self, server: Server, then: impl FnOnce(Server)) -> Heard {
        let base = server.url("");
        let (sender, receiver) = channel();
        thread::scope(|scope| {
            let reporters: Vec<_> = (0..REPORTERS)
                .map(|number| {
                    let reporter = Reporter::new(self, &base, number, sender.clone());
                    scope.spawn(move || reporter.report_until_the_end())
                })
                .collect();
            drop(sender);
            let mut acknowledged: Vec<Report> = (0..self.enough)
                .map(|_| receiver.recv_timeout(PATIENCE).expect("an acknowledgement"))
                .collect();
            then(server);
            acknowledged.extend(receiver.iter());
            let ends = reporters.into_iter().map(|reporter| reporter.join().expect("no refusal"));
            Heard { acknowledged, unanswered: ends.flatten().collect() }
        })
    }
}

struct Reporter<'a> {
    load: &'a Load,
    base: &'a str,
    number: u32,
    client: Client,
    acknowledged: Sender<Report>,
}

impl<'a> Reporter<'a> {
    fn new(load: &'a Load, base: &'a str, number: u32, acknowledged: Sender<Report>) -> Self {
        let client = Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
        Self { load, base, number, client, acknowledged }
    }

    /// Reports until nobody answers. Answers what was sent last and got no answer.
    fn report_until_the_end(&self) -> Option<Report> {
        let busy = format!("busy-{}-{}", self.load.name, self.number);
        self.register(&busy)?;
        for turn in 0.. {
            let run = format!("run-{turn}");
            for status in ["running", "completed"] {
                let report = Report { scheduler: busy.clone(), run: run.clone(), status };
                if self.report(&report).is_none() {
                    return Some(report);
                }
            }
            if turn % FAILS_EVERY == 0 {
                let scheduler = format!("fails-{}-{}-{turn}", self.load.name, self.number);
                self.register(&scheduler)?;
                let report = Report { scheduler, run, status: "failed" };
                if self.report(&report).is_none() {
                    return Some(report);
                }
            }
        }
        None
    }

    fn register(&self, id: &str) -> Option<()> {
        let channels: Vec<_> = self.load.channel.into_iter().collect();
        let body =
            json!({ "scheduler_id": id, "service_name": "load", "job_name": id, "channels": channels });
        let request = self.client.post(format!("{}/schedulers/register", self.base));
        let answer = request.header("x-api-key", KEY).json(&body).send().ok()?;
        assert_eq!(answer.status(), 201, "{id}: {:?}", answer.text());
        Some(())
    }

    fn report(&self, report: &Report) -> Option<()> {
        let mut body = body(report);
        body["metadata"] = json!({ "ballast": "x".repeat(self.load.ballast) });
        let request = self.client.put(format!("{}/schedulers/{}/status", self.base, report.scheduler));
        let answer = request.header("x-api-key", KEY).json(&body).send().ok()?;
        assert_eq!(answer.status(), 200, "{report:?}: {:?}", answer.text());
        self.acknowledged.send(report.clone()).ok()
    }
}

fn body(report: &Report) -> Value {
    let report_id = format!("{}-{}", report.run, report.status);
    json!({ "status": report.status, "run_id": report.run, "report_id": report_id })
}

/// Holds a server's history to the books: all that was acknowledged is there, once, and nothing else but what was never
/// answered; and that can be sent again without being there twice. Answers how many of the unanswered had come in.
#[track_caller]
pub(crate) fn is_kept(server: &Server, heard: &Heard) -> usize {
    let mut histories = histories(server, heard);
    let lost: Vec<_> = heard.acknowledged.iter().filter(|report| !take(&mut histories, report)).collect();
    assert!(
        lost.is_empty(),
        "{} of {} acknowledged are lost: {lost:?}",
        lost.len(),
        heard.acknowledged.len()
    );
    let came_in = heard.unanswered.iter().filter(|report| take(&mut histories, report)).count();
    let strange: Vec<_> = histories.values().flatten().collect();
    assert!(strange.is_empty(), "in the history twice, or never reported: {strange:?}");
    for report in &heard.unanswered {
        let path = format!("/schedulers/{}/status", report.scheduler);
        server.call("PUT", &path, Some(&body(report))).expect(200);
    }
    let mut again = self::histories(server, heard);
    let all = || heard.acknowledged.iter().chain(&heard.unanswered);
    assert!(all().all(|report| take(&mut again, report)), "what was sent again is not there");
    assert!(again.values().all(Vec::is_empty), "what was sent again is there twice: {again:?}");
    came_in
}

/// How many acknowledged reports a server does not have.
pub(crate) fn lost(server: &Server, heard: &Heard) -> usize {
    let mut histories = histories(server, heard);
    heard.acknowledged.iter().filter(|report| !take(&mut histories, report)).count()
}

type Histories = BTreeMap<String, Vec<(String, String)>>;

fn take(histories: &mut Histories, report: &Report) -> bool {
    let history = histories.entry(report.scheduler.clone()).or_default();
    let is_it = |(run, status): &(String, String)| *run == report.run && status == report.status;
    history.iter().position(is_it).map(|place| history.swap_remove(place)).is_some()
}

/// The histories of every scheduler that was spoken of; empty where one is not there.
fn histories(server: &Server, heard: &Heard) -> Histories {
    let all = heard.acknowledged.iter().chain(&heard.unanswered);
    let names: BTreeSet<&String> = all.map(|report| &report.scheduler).collect();
    names.into_iter().map(|name| (name.clone(), history(server, name))).collect()
}

fn history(server: &Server, scheduler: &str) -> Vec<(String, String)> {
    let reply = server.call("GET", &format!("/schedulers/{scheduler}/history?limit={PAGE}"), None);
    if reply.status == 404 {
        return Vec::new();
    }
    let entries = reply.expect(200).json();
    let entries = entries.as_array().expect("a list");
    assert!(entries.len() < PAGE, "more than a page holds");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    entries.iter().map(|entry| (text(&entry["run_id"]), text(&entry["status"]))).collect()
}
