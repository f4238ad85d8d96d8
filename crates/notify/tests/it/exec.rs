//! A local command, really run: what it is told, what its exit means, and how it is ended.

use std::path::Path;

use serde_json::{Value, json};

use crate::{broken, deliver, failed, near, permanent, transient};

fn shell(script: &str) -> Value {
    json!({ "kind": "exec", "command": "/bin/sh", "args": ["-c", script], "timeout_seconds": 5 })
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file")
}

#[tokio::test]
async fn a_command_is_told_the_facts_and_the_payload_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().display();
    let script = format!("env > {at}/env; cat > {at}/input; echo $# > {at}/arguments; pwd > {at}/pwd");
    let receipt = deliver(&near(shell(&script)), &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "exit 0");
    let input: Value = serde_json::from_str(&read(&folder.path().join("input"))).expect("json");
    assert_eq!((&input["type"], &input["data"]["error"]), (&json!("alert.opened"), &json!("disk full")));
    let env = read(&folder.path().join("env"));
    assert!(env.contains("PUNCTUAL_TEXT=billing / nightly failed: exit 3 — disk full\n"), "{env}");
    assert!(env.contains("PUNCTUAL_DELIVERY=dlv_1\n") && env.contains("PUNCTUAL_SEVERITY=error\n"), "{env}");
    let ours = |line: &&str| {
        !["PUNCTUAL_", "PATH=", "HOME=", "LANG=", "PWD=", "SHLVL=", "_=", "OLDPWD="]
            .iter()
            .any(|known| line.starts_with(known))
    };
    assert_eq!(env.lines().filter(ours).collect::<Vec<_>>(), Vec::<&str>::new());
    assert_eq!(
        (read(&folder.path().join("arguments")), read(&folder.path().join("pwd"))),
        ("0\n".into(), "/\n".into())
    );
}

#[tokio::test]
async fn what_a_job_wrote_is_never_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let mark = folder.path().join("run");
    let mut notice = failed();
    if let app::Notice::Alert(alert) = &mut notice {
        alert.story.job_name = format!("'\"; touch {0}; $(touch {0}) `touch {0}`", mark.display());
    }
    let script = format!("printf %s \"$PUNCTUAL_JOB\" > {}/job", folder.path().display());
    deliver(&near(shell(&script)), &notice).await.expect("delivered");
    assert!(read(&folder.path().join("job")).contains("touch") && !mark.exists());
}

#[tokio::test]
async fn what_an_exit_means() {
    let (reason, _) = transient(deliver(&near(shell("echo 'try later' >&2; exit 75")), &failed()).await);
    assert_eq!(reason, "exit 75: try later");
    let reason = permanent(
        deliver(&near(shell("printf '\\n\\033[31mno such room\\nmore' >&2; exit 3")), &failed()).await,
    );
    assert_eq!(reason, "exit 3: no such room");
    let (reason, _) = transient(deliver(&near(shell("kill -9 $$")), &failed()).await);
    assert_eq!(reason, "the command was ended by a signal");
    let missing = json!({ "kind": "exec", "command": "/no/such/command" });
    assert_eq!(broken(deliver(&near(missing), &failed()).await), "the command is not there");
}

#[tokio::test]
async fn a_command_that_says_much_and_reads_nothing_holds_nobody_up() {
    let script = "exec <&-; head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 4";
    let reason = permanent(deliver(&near(shell(script)), &failed()).await);
    assert_eq!(reason, format!("exit 4: {}…", "x".repeat(200)));
}

#[tokio::test]
async fn a_command_that_leaves_a_process_behind_is_not_waited_for() {
    let receipt = deliver(&near(shell("sleep 30 & exit 0")), &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "exit 0");
}

/// A command that hangs, with a child that hangs too; both hold a pipe open.
struct Hanging {
    config: Value,
    /// Says when they have begun.
    began: tokio::sync::oneshot::Receiver<()>,
    /// Ends when both are gone.
    held: std::thread::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

fn hanging() -> Hanging {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    let mut config = shell(&format!("exec 3>{}; sleep 600 & sleep 600", pipe.display()));
    config["timeout_seconds"] = json!(1);
    let (tell, began) = tokio::sync::oneshot::channel();
    let held = std::thread::spawn(move || {
        let mut pipe = std::fs::File::open(pipe).expect("somebody writes");
        let _ = tell.send(());
        std::io::copy(&mut pipe, &mut std::io::sink()).expect("an end");
    });
    Hanging { config, began, held, _folder: folder }
}

#[tokio::test]
async fn a_command_that_hangs_is_ended_with_all_that_it_started() {
    let hanging = hanging();
    let (reason, _) = transient(deliver(&near(hanging.config), &failed()).await);
    assert_eq!(reason, "the command took longer than 1 s and was ended");
    hanging.held.join().expect("nobody holds the pipe any more");
}

#[tokio::test]
async fn a_command_nobody_waits_for_any_more_is_ended_too() {
    let mut hanging = hanging();
    hanging.config["timeout_seconds"] = json!(20);
    let (notifier, notice) = (near(hanging.config), failed());
    tokio::select! {
        result = deliver(&notifier, &notice) => panic!("it hangs: {result:?}"),
        began = hanging.began => began.expect("a word"),
    }
    hanging.held.join().expect("nobody holds the pipe any more");
}

#[tokio::test]
async fn a_check_looks_whether_the_command_can_be_run_and_runs_nothing() {
    near(shell("exit 1")).check().await.expect("it is there");
    let folder = tempfile::tempdir().expect("a folder");
    let is_folder = json!({ "kind": "exec", "command": folder.path() });
    assert_eq!(broken(near(is_folder).check().await), "the command is no file");
    let config = json!({ "kind": "exec", "command": "/etc/passwd" });
    assert_eq!(broken(near(config).check().await), "the command may not be run: chmod +x");
}

#[test]
fn only_a_command_is_for_the_configuration_file_alone() {
    let local = |config: Value| notify::ChannelConfig::parse(config).expect("reads").is_local_only();
    assert!(local(shell("true")));
    assert!(!local(json!({ "kind": "ntfy", "topic": "ops" })));
}
