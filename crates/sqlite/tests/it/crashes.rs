//! What was answered is there after `kill -9`, whatever was under way.

use std::io::{BufRead, BufReader, Write, stdout};
use std::path::Path;
use std::process::{Command, Stdio};

use app::ports::Observation;
use sqlite::{Options, Store, check};
use tokio::task::JoinSet;

use crate::files::Home;

#[test]
fn what_was_answered_survives_a_kill_in_the_middle() {
    let home = Home::new();
    Store::migrate_only(home.file()).expect("migrated");
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "--nocapture", "crashes::child_that_writes_until_it_is_killed"])
        .current_dir(home.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let answered = lines
        .map(|line| line.expect("a line"))
        .filter_map(|line| Some(line.strip_prefix("wrote ")?.to_owned()));
    let answered: Vec<String> = answered.take(300).collect();
    child.kill().expect("killed");
    child.wait().expect("gone");
    assert_eq!(answered.len(), 300);
    for name in answered {
        assert_eq!(home.number(&format!("select count(*) from notes where name = '{name}'")), 1, "{name}");
    }
    assert_eq!(check(home.file()).expect("checked"), Vec::<String>::new());
}

/// Does nothing but where the test above has laid out a file for it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the test above, which kills it"]
async fn child_that_writes_until_it_is_killed() {
    let file = Path::new("punctual.db");
    if !file.exists() {
        return;
    }
    let store = Store::open(file, &Options::default()).expect("the store opens");
    let mut writing = JoinSet::new();
    for writer in 0..8 {
        let store = store.clone();
        writing.spawn(async move {
            for number in 0..10_000 {
                let name = format!("{writer}-{number}");
                store.set_note(&name, "there").await.expect("written");
                writeln!(stdout(), "wrote {name}").expect("said");
            }
        });
    }
    writing.join_all().await;
}
