//! Whole nights of a board, as golden transcripts beside this file. `BLESS=1` writes them anew, to be read.

use std::fmt::Write as _;
use std::path::Path;

use domain::{Duration, Status};
use testkit::{Deed, Whim, fixtures};

use super::{Night, at, draft, shown};
use crate::world::of_service;
use app::BoardDraft;

/// What came to the wall, line by line.
#[derive(Default)]
struct Transcript(String);

impl Transcript {
    fn says(&mut self, text: &str) {
        writeln!(self.0, "-- {text}").expect("written");
    }

    fn add(&mut self, deeds: &[Deed]) {
        for deed in deeds {
            let at = &deed.page.updated_at.to_string()[5..16];
            let note = deed.note.map_or_else(String::new, |note| format!(" {note}"));
            let head = format!("{at}  {}{note}", deed.what);
            match deed.answer {
                "done" => writeln!(self.0, "{head}: {}", shown(&deed.page)),
                answer => writeln!(self.0, "{head}: {answer}"),
            }
            .expect("written");
        }
    }

    fn is(self, name: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/boards/{name}.golden"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &self.0).expect("blessed");
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(self.0 == golden, "{name} is now:\n{}", self.0);
    }
}

impl Night {
    async fn finish(&self, id: &str, status: Status, minutes: i64) {
        let took = Some(Duration::from_minutes(minutes));
        let report = domain::Report { execution_time: took, ..fixtures::report(status, self.world.now()) };
        let payload =
            domain::Payload::bounded((status == Status::Failed).then(|| "disk full".to_owned()), None);
        self.world.try_report(id, domain::Report { payload, ..report }).await.expect("reported");
    }

    async fn jobs(&self, ids: &[&str]) {
        for id in ids {
            self.world.register(id, of_service("billing")).await;
        }
    }
}

#[tokio::test]
async fn a_night_with_a_restart_in_the_middle() {
    let mut night = Night::with("2026-11-23T20:00:00Z", draft()).await;
    let mut transcript = Transcript::default();
    night.jobs(&["backup", "invoices", "report"]).await;
    night.finish("backup", Status::Completed, 30).await;
    night.finish("invoices", Status::Failed, 1).await;
    transcript.says("the evening before: backup completed, invoices failed");
    transcript.add(&night.until("2026-11-24T00:20:00Z").await);
    transcript.says("backup starts, invoices fails");
    night.world.report("backup", Status::Running).await;
    night.finish("invoices", Status::Failed, 2).await;
    transcript.add(&night.until("2026-11-24T01:30:00Z").await);
    transcript.says("the server dies; backup completes at 01:50 while it is away, and tells it later");
    night.world.advance(2 * 3600);
    night.restart();
    let told = domain::Report {
        timestamp: Some(at("2026-11-24T01:50:00Z")),
        sent_at: Some(night.world.now()),
        ..fixtures::report(Status::Completed, night.world.now())
    };
    night.world.try_report("backup", told).await.expect("reported");
    transcript.says("it is back at 03:30: the edits of 02:00 and 03:00 are made up as one");
    transcript.add(&night.until("2026-11-24T04:10:00Z").await);
    transcript.says("invoices is mended, report runs");
    night.finish("invoices", Status::Completed, 3).await;
    night.finish("report", Status::Completed, 5).await;
    transcript.add(&night.until("2026-11-24T09:00:00Z").await);
    transcript.is("restart");
}

/// One night has five hours, the other three; both are from one to five.
#[tokio::test]
async fn nights_in_which_the_clocks_change() {
    for (evening, done, morning, name) in [
        ("2026-10-24T22:00:00Z", "2026-10-24T23:30:00Z", "2026-10-25T06:00:00Z", "clocks-back"),
        ("2026-03-28T23:00:00Z", "2026-03-29T00:30:00Z", "2026-03-29T06:00:00Z", "clocks-forward"),
    ] {
        let berlin = BoardDraft {
            time_zone: Some("Europe/Berlin".to_owned()),
            start: "01:00".to_owned(),
            end: "05:00".to_owned(),
            ..draft()
        };
        let night = Night::with(evening, berlin).await;
        let mut transcript = Transcript::default();
        night.jobs(&["backup"]).await;
        transcript.says("Berlin, 01:00 to 05:00");
        transcript.add(&night.until(done).await);
        night.finish("backup", Status::Completed, 10).await;
        transcript.add(&night.until(morning).await);
        transcript.is(name);
    }
}

#[tokio::test]
async fn a_night_in_which_the_receiver_is_away() {
    let night = Night::with("2026-11-23T23:59:00Z", draft()).await;
    let mut transcript = Transcript::default();
    night.jobs(&["backup"]).await;
    transcript.says("the receiver is away when the window begins");
    (0..8).for_each(|_| night.wall.then(Whim::Away));
    transcript.add(&night.until("2026-11-24T01:10:00Z").await);
    transcript.says("it takes an edit and the answer is lost");
    night.wall.then(Whim::AnswerLost);
    transcript.add(&night.until("2026-11-24T02:10:00Z").await);
    transcript.says("someone deletes the message");
    night.wall.strip();
    transcript.add(&night.until("2026-11-24T03:10:00Z").await);
    night.finish("backup", Status::Completed, 10).await;
    transcript.add(&night.until("2026-11-24T05:30:00Z").await);
    transcript.says("it is away when the window ends: the summary is told once it is back");
    (0..12).for_each(|_| night.wall.then(Whim::Away));
    transcript.add(&night.until("2026-11-24T12:00:00Z").await);
    transcript.is("receiver-away");
}
