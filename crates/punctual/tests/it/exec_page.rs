//! `docs/exec.md`: what it shows is run, and every job that it puts into a crontab or a unit is put under watch.

use crate::alert_pages::{is_among, run};
use crate::harness::{Home, KEY, Serve, Server, text};
use crate::pages::{Block, blocks};

/// Each `punctual exec` of a block, without the command, and what stands before it.
fn jobs(block: &Block) -> Vec<(&str, &str)> {
    let lines = block.content.lines().filter_map(|line| line.split_once("punctual exec "));
    lines.map(|(before, job)| (before, job.split_once(" -- ").expect("a command").0)).collect()
}

/// What stands between the quotes after `--schedule`, or its one word.
fn schedule(flags: &str) -> &str {
    let (_, after) = flags.split_once("--schedule ").expect("a schedule");
    match after.strip_prefix('\'') {
        Some(quoted) => quoted.split('\'').next().expect("an end"),
        None => after.split(' ').next().expect("a word"),
    }
}

/// Runs a job of the page with a command that there is. That the server takes its registration shows in its silence.
#[track_caller]
fn is_taken(home: &Home, server: &Server, flags: &str) {
    let script = format!("punctual exec {} -- echo done", flags.replace("--quiet", ""));
    let mut shell = home.program("sh");
    shell.args(["-c", &script]).env("PUNCTUAL_URL", &server.address).env("PUNCTUAL_API_KEY", KEY);
    let output = shell.output().expect("a shell");
    assert_eq!((text(&output.stdout).as_str(), text(&output.stderr).as_str()), ("done\n", ""), "{flags}");
}

#[test]
fn the_page_on_exec_does_what_it_says() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let blocks = blocks("exec.md");
    let printed = run(&home, &server, &blocks);
    let (mut place, mut held) = (0, 0);
    for block in &blocks {
        match block.language.as_str() {
            "bash" => place += 1,
            "text" => {
                block.content.lines().for_each(|line| is_among(line, &printed[place - 1]));
                held += block.content.lines().count();
            }
            "crontab" | "ini" => {}
            other => panic!("nobody knows what to do with {other}"),
        }
    }
    assert_eq!(held, 15);
}

#[test]
fn the_jobs_on_the_page_on_exec_are_registered_with_the_schedules_they_are_started_by() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let blocks = blocks("exec.md");
    for (when, flags) in blocks.iter().filter(|block| block.language == "crontab").flat_map(jobs) {
        assert_eq!(when.trim(), schedule(flags));
        is_taken(&home, &server, flags);
    }
    let unit = blocks.iter().find(|block| block.language == "ini").expect("a unit");
    let [(_, flags)] = jobs(unit).try_into().expect("a service");
    assert!(unit.content.contains(&format!("\nOnCalendar={}\n", schedule(flags))));
    is_taken(&home, &server, flags);
    for id in ["nightly", "sync", "stock"] {
        assert_eq!(server.get(&format!("/schedulers/{id}"))["health"], "healthy");
    }
}
