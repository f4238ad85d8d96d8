//! The one fixed workload: 10 000 schedulers, ids drawn uniformly from a seed, reports of 300 bytes that open and close
//! runs in turn, heartbeats for open runs, check-ins as Sentry's clients send them. Every server gets the same requests, byte for byte.

mod check_in;

use std::io::Write as _;
use std::time::Instant;

use testkit::SeededChance;

use crate::clock::{clock, wall_clock};
use crate::load::Requests;

/// How many schedulers report.
pub(crate) const SCHEDULERS: usize = 10_000;
/// The key that requests bring.
pub(crate) const KEY: &str = "a-key-of-full-access-for-the-benchmark";
/// How long the body of a report is.
const BODY: usize = 300;
const SEED: u64 = 20_240_115;

/// The name of a scheduler by its number.
pub(crate) fn name(number: usize) -> String {
    format!("job-{number:07}")
}

/// The ping address of a scheduler by its number.
pub(crate) fn ping_id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// The number in a ping address.
pub(crate) fn number_of(ping_id: &str) -> Option<usize> {
    ping_id.rsplit('-').next()?.parse().ok()
}

/// A request, head and body.
pub(crate) fn write_request(into: &mut Vec<u8>, method: &str, path: &str, body: &[u8]) {
    let head = format_args!(
        "{method} /api/v1{path} HTTP/1.1\r\nhost: punctual\r\nx-api-key: {KEY}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    into.write_fmt(head).expect("a buffer takes everything");
    into.extend_from_slice(body);
}

/// A question, with headers of its own.
pub(crate) fn write_get(into: &mut Vec<u8>, path: &str, headers: &str) {
    let head = format_args!("GET {path} HTTP/1.1\r\nhost: punctual\r\nx-api-key: {KEY}\r\n{headers}\r\n");
    into.write_fmt(head).expect("a buffer takes everything");
}

/// What kind of request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Status reports by PUT.
    Reports,
    /// Heartbeats.
    Heartbeats,
    /// Check-ins in envelopes, as Sentry's SDK for Node sends them.
    Envelopes,
    /// Pings by GET, as `curl` in a crontab makes them.
    Pings,
}

/// Requests to schedulers that chance names, without an end.
#[derive(Debug)]
pub(crate) struct Uniform {
    work: Work,
    chance: SeededChance,
    running: Vec<bool>,
    runs: u64,
    bodies: [Vec<u8>; 2],
}

impl Uniform {
    /// The same requests each time; the first report of each scheduler opens a run.
    pub(crate) fn new(work: Work) -> Self {
        let bodies = ["completed", "running"].map(report);
        Self { work, chance: SeededChance::new(SEED), running: vec![false; SCHEDULERS], runs: 0, bodies }
    }
}

impl Requests for Uniform {
    fn next(&mut self, into: &mut Vec<u8>) -> bool {
        let number = (self.chance.next() % SCHEDULERS as u64) as usize;
        match self.work {
            Work::Heartbeats => write_heartbeat(into, number),
            Work::Envelopes => {
                self.runs += 1;
                check_in::write(into, &name(number), number, self.runs);
            }
            Work::Pings => write_ping(into, number),
            Work::Reports => {
                self.running[number] ^= true;
                write_report(into, number, &self.bodies[usize::from(self.running[number])]);
            }
        }
        true
    }
}

/// What is asked of every scheduler once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Once {
    /// To be registered.
    Register,
    /// To open a run.
    Run,
    /// To say that it is still running.
    Beat,
    /// To check in: from then on its configuration is what check-ins say.
    CheckIn,
    /// The project's ping key to be the one that check-ins bear; the same each time.
    Key,
}

/// One request to each scheduler.
#[derive(Debug)]
pub(crate) struct Each {
    once: Once,
    numbers: std::ops::Range<usize>,
    body: Vec<u8>,
}

impl Each {
    /// Every scheduler of the workload in turn.
    pub(crate) fn of(once: Once) -> Self {
        let many = if once == Once::Key { 1 } else { SCHEDULERS };
        Self { once, numbers: 0..many, body: report("running") }
    }
}

impl Requests for Each {
    fn next(&mut self, into: &mut Vec<u8>) -> bool {
        let Some(number) = self.numbers.next() else { return false };
        match self.once {
            Once::Register => {
                write_request(into, "POST", "/schedulers/register", registration(number).as_bytes());
            }
            Once::Run => write_report(into, number, &self.body),
            Once::Beat => write_heartbeat(into, number),
            Once::CheckIn => check_in::write(into, &name(number), number, 0),
            Once::Key => check_in::write_key(into),
        }
        true
    }
}

/// Many reports of one scheduler.
#[derive(Debug)]
pub(crate) struct Often {
    number: usize,
    left: usize,
    bodies: [Vec<u8>; 2],
}

impl Often {
    /// So many reports, which open and close runs in turn.
    pub(crate) fn reports(number: usize, many: usize) -> Self {
        Self { number, left: many, bodies: ["completed", "running"].map(report) }
    }
}

impl Requests for Often {
    fn next(&mut self, into: &mut Vec<u8>) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        write_report(into, self.number, &self.bodies[left % 2]);
        true
    }
}

/// The same page, once or for ever.
#[derive(Debug)]
pub(crate) struct Gets {
    path: String,
    left: u64,
}

impl Gets {
    /// One time.
    pub(crate) fn once(path: &str) -> Self {
        Self { path: path.to_owned(), left: 1 }
    }

    /// As long as a round lasts.
    pub(crate) fn endless(path: &str) -> Self {
        Self { path: path.to_owned(), left: u64::MAX }
    }
}

impl Requests for Gets {
    fn next(&mut self, into: &mut Vec<u8>) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        write_get(into, &self.path, "");
        true
    }
}

/// Schedulers of these numbers, each of which fails once; remembers when each was asked.
#[derive(Debug)]
pub(crate) struct Failing {
    numbers: std::ops::Range<usize>,
    body: Vec<u8>,
    /// When each said so, in order of their numbers.
    pub(crate) asked: Vec<Instant>,
}

impl Failing {
    pub(crate) fn of(numbers: std::ops::Range<usize>) -> Self {
        Self { asked: Vec::with_capacity(numbers.len()), numbers, body: report("failed") }
    }
}

impl Requests for Failing {
    fn next(&mut self, into: &mut Vec<u8>) -> bool {
        let Some(number) = self.numbers.next() else { return false };
        write_report(into, number, &self.body);
        self.asked.push(clock());
        true
    }
}

fn write_report(into: &mut Vec<u8>, number: usize, body: &[u8]) {
    write_request(into, "PUT", &format!("/schedulers/{}/status", name(number)), body);
}

fn write_heartbeat(into: &mut Vec<u8>, number: usize) {
    write_request(into, "POST", &format!("/schedulers/{}/heartbeat", name(number)), b"{}");
}

fn write_ping(into: &mut Vec<u8>, number: usize) {
    let head = format_args!(
        "GET /ping/{} HTTP/1.1\r\nhost: punctual\r\nuser-agent: curl/8.5.0\r\naccept: */*\r\n\r\n",
        ping_id(number)
    );
    into.write_fmt(head).expect("a buffer takes everything");
}

fn registration(number: usize) -> String {
    let (id, ping_id, service) = (name(number), ping_id(number), number % 100);
    format!(
        r#"{{"scheduler_id":"{id}","ping_id":"{ping_id}","service_name":"service-{service:02}","job_name":"nightly","owner_email":"owner@example.org"}}"#
    )
}

/// A report as the clients of the reference deployment send it, filled up to its length.
fn report(status: &str) -> Vec<u8> {
    let now = wall_clock();
    let facts = if status == "running" { "" } else { r#","execution_time_ms":48211"# };
    let head = format!(
        r#"{{"status":"{status}","timestamp":"{now}"{facts},"metadata":{{"host":"batch-07.example.org","records_processed":18442,"batch":"#
    );
    let room = BODY.saturating_sub(head.len() + r#"""}}"#.len());
    format!(r#"{head}"{}"}}}}"#, "x".repeat(room)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_json_of_its_length() {
        for status in ["running", "completed"] {
            let body = report(status);
            assert_eq!(body.len(), BODY);
            let value: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            assert_eq!(value["status"], status);
        }
    }

    #[test]
    fn the_same_requests_come_each_time_and_open_a_run_before_they_close_it() {
        let drawn = |mut requests: Uniform| {
            let mut into = Vec::new();
            (0..3 * SCHEDULERS).for_each(|_| assert!(requests.next(&mut into)));
            String::from_utf8(into).expect("text")
        };
        let text = drawn(Uniform::new(Work::Reports));
        assert_eq!(text.matches("PUT ").count(), 3 * SCHEDULERS);
        let (opened, closed) = (text.matches(r#""running""#).count(), text.matches(r#""completed""#).count());
        assert!(opened > closed && closed > SCHEDULERS, "{opened} opened, {closed} closed");
        assert_eq!(drawn(Uniform::new(Work::Heartbeats)), drawn(Uniform::new(Work::Heartbeats)));
    }

    #[test]
    fn a_ping_address_is_a_uuid_that_holds_the_number() {
        for number in [0, 7, SCHEDULERS - 1] {
            assert_eq!((number_of(&ping_id(number)), ping_id(number).len()), (Some(number), 36));
        }
        assert_eq!(number_of("00000000-0000-4000-8000-00000000000x"), None);
    }

    #[test]
    fn each_scheduler_is_asked_once() {
        let mut requests = Each::of(Once::Register);
        let mut into = Vec::new();
        let asked = std::iter::from_fn(|| requests.next(&mut into).then_some(())).count();
        assert_eq!(asked, SCHEDULERS);
    }
}
