//! Crontabs: an input is one, and is read in both formats.

use std::collections::BTreeMap;

use client::{Crontab, Format, Wrapping, unwrap};

/// The id that every job gets.
const ID: &str = "host/owner/job";

/// Reads an input, and demands that it is written as it was, and that what is put under watch comes out again.
pub fn crontabs(data: &[u8]) {
    for format in [Format::User, Format::System] {
        let crontab = Crontab::parse(data, format);
        assert_eq!(crontab.render(), data, "it is written as something else");
        comes_out_again(&crontab, data, format);
    }
}

fn comes_out_again(crontab: &Crontab<'_>, data: &[u8], format: Format) {
    let Ok(wrapping) = Wrapping::new("/usr/bin/punctual", &[]) else { return };
    let wrap = |job: &client::Job<'_>| wrapping.wrap(job.command, job.input, ID, "/bin/sh").ok();
    let wrapped: BTreeMap<usize, Vec<u8>> =
        crontab.jobs().filter_map(|(line, job)| Some((line, wrap(job)?))).collect();
    let text = crontab.with_commands(&wrapped);
    let watched = Crontab::parse(&text, format);
    assert_eq!(watched.lines().len(), crontab.lines().len(), "lines come or go");
    assert_eq!(
        watched.jobs().map(|(line, job)| (line, &job.schedule, job.input)).collect::<Vec<_>>(),
        crontab.jobs().map(|(line, job)| (line, &job.schedule, job.input)).collect::<Vec<_>>(),
        "under watch it is another job"
    );
    let ours = watched.jobs().filter(|(line, _)| wrapped.contains_key(line));
    let commands: BTreeMap<usize, Vec<u8>> = ours
        .map(|(line, job)| {
            let unwrapped = unwrap(job.command).expect("what we made is known again");
            assert_eq!(unwrapped.id, ID);
            (line, unwrapped.command)
        })
        .collect();
    assert_eq!(watched.with_commands(&commands), data, "it does not come out again");
}
