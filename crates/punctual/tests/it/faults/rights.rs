//! A store that may not be read or written, as an ordinary user finds it: a refusal that names the file and says what to
//! do, and a start that works as soon as that is done.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::harness::{Home, Serve, text};

/// The superuser may write what nobody may: these take that away from it, and change nothing for anybody else.
const ORDINARY: [&str; 3] = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];

/// What our program is started by.
fn ordinary() -> &'static [&'static str] {
    if nix::unistd::geteuid().is_root() { &ORDINARY } else { &["env"] }
}

fn serve(home: &Home) -> Serve<'_> {
    Serve::new(home).under(ordinary())
}

fn give(path: &Path, mode: u32) {
    set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

/// Starts where a path has this mode; answers what was said. Then gives it the other mode and starts well.
#[track_caller]
fn refused(home: &Home, path: &Path, mode: u32, then: u32) -> String {
    give(path, mode);
    let output = serve(home).refused();
    give(path, then);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = text(&output.stderr);
    assert!(!told.contains("panicked"), "{told}");
    serve(home).start().terminate();
    told
}

#[test]
fn a_store_that_may_not_be_written_is_refused_with_its_name_and_the_remedy() {
    let home = Home::new();
    serve(&home).start().terminate();
    let file = home.data().join("punctual.db");
    for (path, mode, then) in [(&file, 0o400, 0o600), (&home.data(), 0o500, 0o700)] {
        let told = refused(&home, path, mode, then);
        let expected = format!("{} is read-only: make the file and its directory writable", file.display());
        assert!(told.contains(&expected), "{}: {told}", path.display());
    }
}

#[test]
fn a_store_that_may_not_even_be_read_is_refused_with_its_name_and_the_remedy() {
    let home = Home::new();
    serve(&home).start().terminate();
    let file = home.data().join("punctual.db");
    for (path, mode, then) in [(&file, 0o000, 0o600), (&home.data(), 0o000, 0o700)] {
        let told = refused(&home, path, mode, then);
        let named = told.contains(&file.display().to_string());
        assert!(named && told.contains("must") && told.contains("be writable"), "{}: {told}", path.display());
    }
}

#[test]
fn a_directory_in_which_nothing_may_be_made_is_refused_with_its_name_and_the_remedy() {
    let home = Home::new();
    std::fs::create_dir(home.data()).expect("a directory");
    let told = refused(&home, &home.data(), 0o500, 0o700);
    let file = home.data().join("punctual.db");
    let expected = format!("{} cannot be opened: Permission denied", file.display());
    assert!(told.contains(&expected) && told.contains("its directory must exist and be writable"), "{told}");
}

#[test]
fn a_log_that_may_not_be_written_is_refused_and_nothing_of_it_is_lost() {
    let home = Home::new();
    let server = serve(&home).start();
    let registration = serde_json::json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j" });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
    server.kill_9();
    let told = refused(&home, &home.data().join("punctual.db-wal"), 0o400, 0o600);
    assert!(told.contains("make the file and its directory writable"), "{told}");
    assert_eq!(serve(&home).start().get("/schedulers/a")["status"], "pending");
}

#[test]
fn a_doctor_that_may_not_look_says_so_rather_than_that_there_is_nothing() {
    let home = Home::new();
    serve(&home).start().terminate();
    give(&home.data(), 0o000);
    let mut doctor = home.program(ordinary()[0]);
    doctor
        .args(&ordinary()[1..])
        .arg(env!("CARGO_BIN_EXE_punctual"))
        .args(["doctor", "--data-dir"])
        .arg(home.data());
    let output = doctor.output().expect("the program");
    give(&home.data(), 0o700);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stderr).contains("Permission denied"), "{output:?}");
}
