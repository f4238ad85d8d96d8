//! What the server is told of a run, and what the caller sees of it.

use serde_json::json;

use crate::program::{Home, Waiting, text};
use crate::server::{Call, Reply, Server};

fn reports(server: &Server) -> Vec<Call> {
    server.reports()
}

#[test]
fn success_is_reported_as_running_and_completed_of_one_run() {
    let (home, server) = (Home::new(), Server::start());
    let output = home.exec(&server.address, "echo done").output().unwrap();
    assert_eq!(
        (output.status.code(), text(&output.stdout), text(&output.stderr)),
        (Some(0), "done\n".into(), String::new())
    );
    let [running, completed] = reports(&server).try_into().unwrap();
    assert_eq!(running.line, "PUT /api/v1/schedulers/nightly%2Fbackup/status");
    assert_eq!(running.header("x-api-key"), Some("key-of-the-test"));
    assert_eq!((running.text("status"), completed.text("status")), ("running", "completed"));
    assert_eq!(running.text("run_id"), completed.text("run_id"));
    assert_ne!(running.text("report_id"), completed.text("report_id"));
    assert_eq!(
        (&completed.body["exit_code"], &completed.body["metadata"]),
        (&json!(0), &json!({ "output": "done\n" }))
    );
    assert!(completed.body["execution_time_ms"].is_u64() && completed.body["error_message"].is_null());
    for report in [running, completed] {
        assert!(!report.text("run_id").is_empty() && !report.text("report_id").is_empty());
        assert!(report.text("timestamp") <= report.text("sent_at"), "{report:?}");
    }
    assert!(home.files("spool").is_empty(), "a spool was made without need");
}

#[test]
fn a_failing_command_is_reported_with_its_exit_code_and_the_end_of_its_output() {
    let (home, server) = (Home::new(), Server::start());
    let script = "{ seq 1 5000; echo no space left; } >&2; exit 3";
    let output = home.exec(&server.address, script).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr).lines().count()), (Some(3), 5001));
    let failed = &reports(&server)[1];
    assert_eq!((failed.text("status"), &failed.body["exit_code"]), ("failed", &json!(3)));
    let error = failed.text("error_message");
    assert!(error.starts_with("exit status 3\n") && error.ends_with("\n5000\nno space left\n"), "{error}");
    assert!(error.chars().count() <= 10_000, "{error}");
}

#[test]
fn a_killed_command_is_reported_by_its_signal() {
    let (home, server) = (Home::new(), Server::start());
    let output = home.exec(&server.address, "kill -9 $$").output().unwrap();
    assert_eq!(output.status.code(), Some(137));
    let failed = &reports(&server)[1];
    assert_eq!(failed.text("error_message"), "killed by signal 9 (SIGKILL)");
    assert_eq!(failed.body["exit_code"], 137);
}

#[test]
fn a_command_killed_by_a_real_time_signal_is_reported_too() {
    let (home, server) = (Home::new(), Server::start());
    assert_eq!(home.exec(&server.address, "kill -40 $$").output().unwrap().status.code(), Some(168));
    assert_eq!(reports(&server)[1].text("error_message"), "killed by signal 40 (a real-time signal)");
}

#[test]
fn a_command_that_is_not_there_is_127_and_failed_without_having_run() {
    let (home, server) = (Home::new(), Server::start());
    let output = home.run(&server.address, &["exec", "a", "--", "no-such-command"]);
    assert_eq!(output.status.code(), Some(127));
    assert_eq!(text(&output.stderr), "punctual: no-such-command: command not found\n");
    let [failed] = reports(&server).try_into().unwrap();
    assert_eq!((failed.text("status"), &failed.body["exit_code"]), ("failed", &json!(127)));
    assert_eq!(failed.text("error_message"), "no-such-command: command not found");
}

#[test]
fn a_file_that_cannot_be_executed_is_126() {
    let (home, server) = (Home::new(), Server::start());
    std::fs::write(home.path("data"), "data").unwrap();
    let output = home.run(&server.address, &["exec", "a", "--", home.path("data").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(126));
    assert_eq!(reports(&server)[0].body["exit_code"], 126);
}

#[test]
fn a_script_without_interpreter_is_run_by_the_shell_as_everywhere() {
    use std::os::unix::fs::OpenOptionsExt as _;
    let (home, server) = (Home::new(), Server::start());
    let mut script = std::fs::OpenOptions::new();
    let mut script = script.create(true).write(true).mode(0o700).open(home.path("script")).unwrap();
    std::io::Write::write_all(&mut script, b"echo \"got $1\"\n").unwrap();
    drop(script);
    let output = home.run(&server.address, &["exec", "a", "--", home.path("script").to_str().unwrap(), "it"]);
    assert_eq!(text(&output.stdout), "got it\n");
}

#[test]
fn the_command_finds_its_run_in_its_environment() {
    let (home, server) = (Home::new(), Server::start());
    let script =
        ["exec", "a", "--run-id", "r-1", "--", "sh", "-c", "echo $PUNCTUAL_SCHEDULER_ID $PUNCTUAL_RUN_ID"];
    assert_eq!(text(&home.run(&server.address, &script).stdout), "a r-1\n");
    assert!(reports(&server).iter().all(|report| report.text("run_id") == "r-1"));
}

#[test]
fn the_command_finds_the_server_in_its_environment_so_that_it_can_speak_to_it() {
    let (home, server) = (Home::new(), Server::start());
    let script = "echo $PUNCTUAL_URL $PUNCTUAL_PING_URL $PUNCTUAL_TRY";
    let flags = ["--server", &server.address, "--ping-url", "http://host/ping/1"];
    let output = home.exec_with("", &flags, script).output().unwrap();
    assert_eq!(text(&output.stdout), format!("{} http://host/ping/1 1\n", server.address));
    let output = home.exec("", "echo $PUNCTUAL_URL ${PUNCTUAL_PING_URL-none}").output().unwrap();
    assert_eq!(text(&output.stdout), "http://127.0.0.1:3000 none\n");
}

#[test]
fn output_of_success_is_not_reported_when_only_failures_are_to_tell_theirs() {
    let (home, server) = (Home::new(), Server::start());
    let flags = ["--output", "failure"];
    home.exec_with(&server.address, &flags, "echo fine").output().unwrap();
    home.exec_with(&server.address, &flags, "echo bad; exit 1").output().unwrap();
    home.exec_with(&server.address, &["--output", "never"], "echo bad; exit 1").output().unwrap();
    let told = reports(&server);
    assert!(told[1].body["metadata"].is_null(), "{:?}", told[1]);
    assert_eq!(told[3].text("error_message"), "exit status 1\nbad\n");
    assert_eq!(told[5].text("error_message"), "exit status 1");
}

#[test]
fn output_is_not_reported_when_it_is_not_to_be() {
    let (home, server) = (Home::new(), Server::start());
    let arguments = ["exec", "a", "--no-output", "--", "sh", "-c", "echo secret; exit 1"];
    assert_eq!(text(&home.run(&server.address, &arguments).stdout), "secret\n");
    assert_eq!(reports(&server)[1].text("error_message"), "exit status 1");
}

#[test]
fn while_it_runs_heartbeats_name_the_run_and_a_closed_run_is_only_a_warning() {
    let home = Home::new();
    let server = Server::answering(|call| {
        if call.line.contains("/heartbeat") { Reply::error(409, "Run r-1 is closed") } else { Reply::taken() }
    });
    let arguments = ["exec", "a", "--run-id", "r-1", "--heartbeat-every", "1s", "--", "cat"];
    let waiting = Waiting::start(&mut home.punctual(&server.address, &arguments));
    let beats = server.wait_for(2, "/heartbeat");
    assert_eq!(
        (beats[0].line.as_str(), beats[0].text("run_id")),
        ("POST /api/v1/schedulers/a/heartbeat", "r-1")
    );
    let output = waiting.end();
    assert_eq!(
        (output.status.code(), text(&output.stderr)),
        (Some(0), "punctual: Run r-1 is closed\n".into())
    );
    assert_eq!(reports(&server).len(), 2);
}

#[test]
fn a_refused_key_is_one_line_and_the_reports_wait_for_another_key() {
    let home = Home::new();
    let server = Server::answering(|_| Reply::error(401, "Invalid API key"));
    let output = home.exec(&server.address, "exit 5").output().unwrap();
    let told = text(&output.stderr);
    assert_eq!((output.status.code(), told.lines().count()), (Some(5), 1), "{told}");
    assert!(told.starts_with("punctual: Invalid API key; reports wait in"), "{told}");
    assert_eq!(home.spooled().len(), 2);
}

/// A captive portal, a proxy, a wrong address: whoever answers is not Punctual.
#[test]
fn an_answer_that_is_not_punctuals_leaves_the_reports_waiting() {
    for reply in [
        || Reply {
            status: 200,
            body: json!("<html>Welcome to the hotel</html>"),
            link: None,
            retry_after: None,
        },
        || Reply { status: 404, body: json!("<html>nothing here</html>"), link: None, retry_after: None },
        || Reply { status: 403, body: json!({ "message": "Forbidden" }), link: None, retry_after: None },
    ] {
        let home = Home::new();
        let server = Server::answering(move |_| reply());
        let output = home.exec(&server.address, "exit 5").output().unwrap();
        assert_eq!(output.status.code(), Some(5));
        assert_eq!(home.spooled().len(), 2, "{}", text(&output.stderr));
    }
}

#[test]
fn the_key_can_come_from_a_file_and_go_in_another_header() {
    let (home, server) = (Home::new(), Server::start());
    std::fs::write(home.path("key"), "from-file\n").unwrap();
    let file = home.path("key");
    let arguments = ["exec", "a", "--key-file", file.to_str().unwrap(), "--", "true"];
    home.punctual(&server.address, &arguments).env("PUNCTUAL_API_KEY_HEADER", "x-other").output().unwrap();
    assert_eq!(server.calls()[0].header("x-other"), Some("from-file"));
    assert_eq!(server.calls()[0].header("x-api-key"), None);
}
