//! `migrate`, `backup` and `doctor` on real files, and what files a server leaves behind.

use serde_json::json;

use crate::harness::{Home, KEY, Serve, Server, lines_of, text};

fn data_dir(home: &Home) -> String {
    home.data().to_str().expect("a path").to_owned()
}

/// A server with something in its store.
fn busy(home: &Home) -> Server {
    let server = Serve::new(home).start();
    for id in ["nightly", "hourly"] {
        let registration = json!({
            "scheduler_id": id, "service_name": "shop", "job_name": id, "schedule": { "every": "1h" },
        });
        server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
        for status in ["running", "failed"] {
            let report = json!({ "status": status, "run_id": "r", "metadata": { "rows": 5 } });
            server.call("PUT", &format!("/schedulers/{id}/status"), Some(&report)).expect(200);
        }
    }
    server
}

#[test]
fn a_backup_of_a_server_that_serves_has_the_same_in_it_when_it_is_served() {
    let home = Home::new();
    let server = busy(&home);
    let copy = home.path("copy");
    std::fs::create_dir(&copy).expect("a directory");
    let file = copy.join("punctual.db");
    home.says(&["backup", file.to_str().expect("a path"), "--data-dir", &data_dir(&home)]);
    assert_eq!(home.mode("copy/punctual.db"), 0o600);
    let second = Serve::new(&home).data(copy).start();
    for path in ["/schedulers", "/schedulers/nightly/history?include=system", "/schedulers/hourly/runs"] {
        assert_eq!(server.get(path), second.get(path), "{path}");
    }
}

#[test]
fn a_backup_overwrites_nothing() {
    let home = Home::new();
    let server = busy(&home);
    server.terminate();
    let precious = home.write("precious.db", "precious");
    let output = home.run(&["backup", precious.to_str().expect("a path"), "--data-dir", &data_dir(&home)]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(home.read("precious.db"), "precious");
}

#[test]
fn a_doctor_finds_a_healthy_store_healthy_while_it_is_served_and_after_a_crash() {
    let home = Home::new();
    let server = busy(&home);
    let beside = home.says(&["doctor", "--data-dir", &data_dir(&home)]);
    assert!(beside.contains("2 schedulers") && beside.contains("0 problems"), "{beside}");
    server.kill_9();
    let after = home.says(&["doctor", "--data-dir", &data_dir(&home)]);
    assert!(after.contains("2 schedulers") && after.contains("0 problems"), "{after}");
}

#[test]
fn a_doctor_finds_what_was_tampered_with() {
    let home = Home::new();
    busy(&home).terminate();
    // A fact that is gone from the log, as a bad disk or a helping hand would have it.
    let program = "import sqlite3, sys\n\
                   db = sqlite3.connect(sys.argv[1])\n\
                   db.execute('delete from events where version = 2')\n\
                   db.commit()\n";
    let file = home.data().join("punctual.db");
    home.python(program, &[file.to_str().expect("a path")]);
    let output = home.run(&["doctor", "--data-dir", &data_dir(&home)]);
    let found = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(lines_of(&found).iter().any(|line| line.starts_with("problem: ")), "{found}");
}

#[test]
fn a_doctor_makes_no_store_where_there_is_none() {
    let home = Home::new();
    let output = home.run(&["doctor", "--data-dir", &data_dir(&home)]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stderr).contains("there is no store") && !home.data().exists(), "{output:?}");
}

#[test]
fn migrate_makes_a_store_in_an_empty_directory_and_may_be_repeated() {
    let home = Home::new();
    for _ in 0..2 {
        home.says(&["migrate", "--data-dir", &data_dir(&home)]);
    }
    assert_eq!((home.mode("data"), home.mode("data/punctual.db")), (0o700, 0o600));
    assert_eq!(Serve::new(&home).start().get("/schedulers"), json!([]));
}

#[test]
fn nobody_else_can_read_what_a_server_leaves_on_the_disk() {
    let home = Home::new();
    let server = busy(&home);
    let mut files = 0;
    for found in std::fs::read_dir(home.data()).expect("a directory") {
        let name = found.expect("a file").file_name().display().to_string();
        assert_eq!(home.mode(&format!("data/{name}")), 0o600, "{name}");
        files += 1;
    }
    assert!(files >= 1 && home.mode("data") == 0o700, "{files} files");
    drop(server);
}

#[test]
fn a_file_that_is_no_store_is_refused_and_left_as_it_is() {
    let home = Home::new();
    std::fs::create_dir(home.data()).expect("a directory");
    home.write("data/punctual.db", "not a database, but somebody's diary");
    let output = Serve::new(&home).refused();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stderr).contains("punctual.db"), "{output:?}");
    assert_eq!(home.read("data/punctual.db"), "not a database, but somebody's diary");
}

#[test]
fn configured_keys_are_nowhere_on_the_disk() {
    let home = Home::new();
    busy(&home).terminate();
    for found in std::fs::read_dir(home.data()).expect("a directory") {
        let path = found.expect("a file").path();
        let content = std::fs::read(&path).expect("to read it");
        let there = content.windows(KEY.len()).any(|window| window == KEY.as_bytes());
        assert!(!there, "{}", path.display());
    }
}
