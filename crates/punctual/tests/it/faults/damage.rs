//! A store that is damaged, moved, removed or replaced: a clear refusal at the start, 503 while it is served, and the
//! advice that is given works.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::{Home, Reply, Serve, Server, curl, eventually, text};

/// What the store is read and written in.
const PAGE: usize = 4096;

fn file(home: &Home) -> PathBuf {
    home.data().join("punctual.db")
}

fn log(home: &Home) -> PathBuf {
    home.data().join("punctual.db-wal")
}

fn report(server: &Server, run: &str) -> Reply {
    let body = json!({ "status": "completed", "run_id": run, "metadata": { "rows": "7".repeat(3000) } });
    server.call("PUT", "/schedulers/a/status", Some(&body))
}

fn register(server: &Server) {
    let registration = json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j" });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
}

/// The runs that a server knows, oldest first.
fn runs(server: &Server) -> Vec<String> {
    let history = server.get("/schedulers/a/history?limit=1000");
    let run = |entry: &Value| entry["run_id"].as_str().expect("a run id").to_owned();
    history.as_array().expect("a list").iter().rev().map(run).collect()
}

/// A store with something in it, served no more, and its backup.
fn stored(home: &Home) -> PathBuf {
    let server = Serve::new(home).start();
    register(&server);
    for run in 0..40 {
        report(&server, &run.to_string()).expect(200);
    }
    let backup = home.path("backup.db");
    let arguments = ["backup", backup.to_str().expect("a path"), "--data-dir"];
    home.says(&[&arguments[..], &[home.data().to_str().expect("a path")]].concat());
    server.terminate();
    backup
}

/// Turns bytes over.
fn flip(path: &Path, at: u64, count: usize) {
    let file = fs::OpenOptions::new().read(true).write(true).open(path).expect("the file");
    let mut bytes = vec![0; count];
    file.read_exact_at(&mut bytes, at).expect("so many bytes");
    for byte in &mut bytes {
        *byte ^= 0xa5;
    }
    file.write_all_at(&bytes, at).expect("to be written");
}

/// Does what the documentation says: put the backup in the place of the store, and remove what stood beside it.
fn restore(home: &Home, backup: &Path) {
    remove_companions(home);
    fs::copy(backup, file(home)).expect("to be restored");
}

fn is_ready(server: &Server) -> bool {
    curl(&[&format!("{}/readyz", server.address)], None).expect("an answer").status == 200
}

#[test]
fn a_damaged_store_is_refused_at_the_start_and_a_backup_in_its_place_is_served() {
    let home = Home::new();
    let backup = stored(&home);
    let whole = fs::read(file(&home)).expect("the file");
    let damages: [(&str, &dyn Fn(), &str); 5] = [
        ("no header", &|| flip(&file(&home), 0, 16), "is not a Punctual database"),
        ("a wrong header", &|| flip(&file(&home), 24, 80), "is damaged"),
        ("no schema", &|| flip(&file(&home), 100, 40), "is damaged"),
        ("the middle", &|| flip(&file(&home), 40_960, 65_536), "is damaged"),
        (
            "the end cut off",
            &|| fs::write(file(&home), &whole[..whole.len() / 2]).expect("cut"),
            "is damaged",
        ),
    ];
    for (what, damage, expected) in damages {
        fs::write(file(&home), &whole).expect("the file");
        damage();
        let output = Serve::new(&home).refused();
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{what}: {output:?}");
        assert!(told.contains(&file(&home).display().to_string()), "{what}: {told}");
        assert!(told.contains(expected) && told.contains("restore"), "{what}: {told}");
        assert!(!told.contains("panicked"), "{what}: {told}");
        let doctor = home.run(&["doctor", "--data-dir", home.data().to_str().expect("a path")]);
        assert_eq!(doctor.status.code(), Some(1), "{what}: {doctor:?}");
    }
    restore(&home, &backup);
    assert_eq!(runs(&Serve::new(&home).start()).len(), 40);
}

#[test]
fn rubbish_beside_the_store_harms_nothing_that_is_in_it() {
    let home = Home::new();
    stored(&home);
    let rubbish: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for beside in [log(&home), home.data().join("punctual.db-shm")] {
        fs::write(&beside, &rubbish).expect("to be written");
        let server = Serve::new(&home).start();
        assert_eq!(runs(&server).len(), 40, "{}", beside.display());
        server.terminate();
    }
}

#[test]
fn a_store_that_has_become_empty_is_begun_anew_with_a_warning() {
    let home = Home::new();
    stored(&home);
    fs::write(file(&home), "").expect("to be emptied");
    let server = Serve::new(&home).start();
    server.wait_for_log("if there was one in it, stop and restore a backup");
    assert_eq!(server.get("/schedulers"), json!([]));
}

#[test]
fn a_directory_in_the_place_of_the_store_is_refused() {
    let home = Home::new();
    fs::create_dir_all(file(&home)).expect("a directory");
    let output = Serve::new(&home).refused();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stderr).contains("is not a Punctual database"), "{output:?}");
}

#[test]
fn damage_that_is_met_while_serving_is_a_503_and_what_is_whole_is_served() {
    let home = Home::new();
    let backup = stored(&home);
    // What a report is written to, and a start does not read.
    let page = page_of(&home, "events");
    flip(&file(&home), (page - 1) * PAGE as u64, PAGE);
    let server = Serve::new(&home).start();
    let reply = report(&server, "later").expect(503);
    assert_eq!(reply.error_message(), "the store is damaged, try again when it is restored");
    assert!(reply.header("retry-after").is_some() && !is_ready(&server), "{reply:?}");
    server.wait_for_log("restore a backup, `punctual doctor` says more");
    assert_eq!(server.get("/api-keys"), json!([]));
    assert_eq!(server.get("/deliveries"), json!([]));
    server.terminate();
    restore(&home, &backup);
    let server = Serve::new(&home).start();
    report(&server, "later").expect(200);
    assert_eq!(runs(&server).len(), 41);
}

/// The page at the root of a table.
fn page_of(home: &Home, table: &str) -> u64 {
    let program = "import sqlite3, sys\n\
                   db = sqlite3.connect(sys.argv[1])\n\
                   print(*db.execute('select rootpage from sqlite_schema where name = ?', sys.argv[2:]).fetchone())\n";
    let said = home.python(program, &[file(home).to_str().expect("a path"), table]);
    said.trim().parse().expect("a page")
}

#[test]
fn a_store_that_is_moved_away_is_written_again_when_it_is_put_back() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    register(&server);
    report(&server, "before").expect(200);
    let aside = home.path("aside.db");
    fs::rename(file(&home), &aside).expect("to be moved");
    report(&server, "lost").expect(503).error_message();
    server.wait_for_log("was moved, removed or replaced: put it back, or restart to work on what is there");
    assert!(!is_ready(&server) && runs(&server) == ["before"]);
    fs::rename(&aside, file(&home)).expect("to be moved");
    report(&server, "after").expect(200);
    assert!(is_ready(&server));
    server.kill_9();
    assert_eq!(runs(&Serve::new(&home).start()), ["before", "after"]);
}

#[test]
fn a_store_that_is_replaced_is_served_after_a_restart_and_nothing_is_acknowledged_before() {
    let home = Home::new();
    let backup = stored(&home);
    let server = Serve::new(&home).start();
    // As somebody restores a backup who has not read that the server must be stopped.
    fs::rename(&backup, file(&home)).expect("to be replaced");
    report(&server, "lost").expect(503);
    server.kill_9();
    remove_companions(&home);
    let server = Serve::new(&home).start();
    report(&server, "after").expect(200);
    assert_eq!(runs(&server).len(), 41);
}

fn remove_companions(home: &Home) {
    for beside in ["punctual.db-wal", "punctual.db-shm"] {
        let _ = fs::remove_file(home.data().join(beside));
    }
}

#[test]
fn a_log_that_is_removed_is_noticed_without_any_report_and_a_stop_saves_what_was_in_it() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    register(&server);
    for run in ["1", "2"] {
        report(&server, run).expect(200);
    }
    fs::remove_file(log(&home)).expect("to be removed");
    eventually("it is no longer ready", || (!is_ready(&server)).then_some(()));
    report(&server, "lost").expect(503);
    server.terminate();
    assert_eq!(runs(&Serve::new(&home).start()), ["1", "2"]);
}
