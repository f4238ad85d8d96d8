//! What jobs printed: kept by itself, byte for byte, as long as the event that tells of it.

use app::ports::{Cut, HistoryQuery};
use domain::output::OUTPUT_BYTES_MAX;
use domain::{Command, Noted, Output, Report, SchedulerKey, Status};

use super::deletion::delete;
use super::{begin, history};
use crate::fixtures::{after, key, key_in, report, start};
use crate::{Backend, Scribe};

const EVERYTHING: HistoryQuery =
    HistoryQuery { from: None, to: None, status: None, system: true, limit: 1000, cursor: None };

fn printing(status: Status, second: i64, output: &[u8]) -> Report {
    report(status, after(second)).printing(output, OUTPUT_BYTES_MAX)
}

async fn output(scribe: &Scribe, key: &SchedulerKey, version: u64) -> Option<Vec<u8>> {
    let output = scribe.stores.queries.output(key, version).await.expect("an output is read");
    output.map(|Output(bytes)| bytes)
}

/// The versions of the history's entries, the newest first, with how many bytes each says were printed.
async fn printed(scribe: &Scribe, key: &SchedulerKey) -> Vec<(u64, u64)> {
    let lines = history::read(scribe, key, &EVERYTHING).await;
    lines.iter().map(|line| (line.event.version, line.payload.output_bytes)).collect()
}

/// Whatever the bytes are, and whether a report or a note brought them; where nothing was printed there is nothing.
pub async fn an_output_is_kept_byte_for_byte(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    let every: Vec<u8> = (0..=255).collect();
    let long = vec![b'x'; OUTPUT_BYTES_MAX];
    let outputs: [&[u8]; 5] = [b"all is well\n", "ночь".as_bytes(), &every, &long, b""];
    for (bytes, second) in outputs.iter().zip(1..) {
        scribe.report(&nightly, printing(Status::Completed, second, bytes)).await;
    }
    let note =
        Command::Note { report: Box::new(printing(Status::Pending, 9, b"by the way")), noted: Noted::Log };
    scribe.write(&nightly, note, after(9)).await;
    for (bytes, version) in outputs.iter().zip(2..) {
        let kept = (!bytes.is_empty()).then(|| bytes.to_vec());
        assert_eq!(output(&scribe, &nightly, version).await, kept, "version {version}");
    }
    assert_eq!(output(&scribe, &nightly, 7).await.as_deref(), Some(&b"by the way"[..]));
    let sizes: Vec<u64> = printed(&scribe, &nightly).await.iter().map(|(_, size)| *size).collect();
    assert_eq!(sizes, [10, 0, OUTPUT_BYTES_MAX as u64, 256, 8, 12]);
    for (key, version) in
        [(&nightly, 1), (&nightly, 99), (&key("nobody"), 2), (&key_in("theirs", "nightly"), 2)]
    {
        assert_eq!(output(&scribe, key, version).await, None, "{key:?} {version}");
    }
}

/// Of what is pruned it goes, of what is kept it stays, and of what came after the cut too.
pub async fn an_output_goes_with_its_event(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    for second in 1..=9 {
        let status = if second % 3 == 0 { Status::Failed } else { Status::Completed };
        scribe.report(&nightly, printing(status, second, format!("at {second}").as_bytes())).await;
    }
    let checkpoint = scribe.checkpoint(&nightly, after(10)).await;
    let cut = Cut { checkpoint: checkpoint.after.version, before: after(4), routine_kept: 1 };
    scribe.commit(checkpoint).await.expect("the checkpoint is written");
    scribe.report(&nightly, printing(Status::Completed, 11, b"at 11")).await;
    let last = scribe.load(&nightly).await.scheduler.version;
    while scribe.stores.retention.prune_log(&nightly, &cut).await.expect("the log is pruned") > 0 {}
    let kept = printed(&scribe, &nightly).await;
    let mut texts = Vec::new();
    for version in 1..=last {
        let there = output(&scribe, &nightly, version).await;
        let is_told = kept.iter().any(|(of, size)| *of == version && *size > 0);
        assert_eq!(there.is_some(), is_told, "version {version} in {kept:?}");
        texts.extend(there.map(|bytes| String::from_utf8(bytes).expect("text")));
    }
    assert_eq!(texts, ["at 6", "at 8", "at 9", "at 11"]);
}

/// The next life prints anew, under the same versions.
pub async fn an_output_goes_with_its_scheduler(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    scribe.report(&nightly, printing(Status::Completed, 1, b"before")).await;
    delete(&scribe, &nightly, after(2)).await;
    assert_eq!(output(&scribe, &nightly, 2).await, None);
    scribe.register(&nightly, after(3)).await;
    scribe.report(&nightly, report(Status::Completed, after(4))).await;
    assert_eq!(output(&scribe, &nightly, 2).await, None);
    scribe.report(&nightly, printing(Status::Completed, 5, b"after")).await;
    assert_eq!(output(&scribe, &nightly, 3).await.as_deref(), Some(&b"after"[..]));
}
