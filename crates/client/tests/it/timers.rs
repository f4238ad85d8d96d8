//! Timers and manifests, with a `systemctl` that knows two units.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use serde_json::json;

use crate::program::{Home, feed, text};
use crate::server::{Call, Reply, Server};

/// Lists two timers, one of which it does not find.
const SYSTEMCTL: &str = r#"#!/bin/sh
[ "$1" = --no-pager ] || exit 2
case "$*" in
*list-timers*) echo '[{"next":1,"unit":"backup.timer","activates":"save.service"},{"unit":"gone.timer"}]' ;;
*"cat -- backup.timer") printf '# /etc/systemd/system/backup.timer\n[Timer]\nUnit=save.service\nOnCalendar=daily\n' ;;
*"cat -- save.service") printf '[Service]\nType=oneshot\nExecStart=/usr/bin/save --all\n' ;;
*) echo "No files found for $4." >&2; exit 1 ;;
esac
"#;

fn server() -> Server {
    Server::answering(|call: &Call| match call.line.split(' ').next() {
        Some("GET") => Reply::error(404, "Scheduler not found"),
        _ => Reply { status: 201, ..Reply::taken() },
    })
}

fn registered(server: &Server) -> Vec<Call> {
    let made = |call: &Call| call.line == "POST /api/v1/schedulers/register";
    server.calls().into_iter().filter(made).collect()
}

fn systemd(home: &Home, server: &Server, arguments: &[&str]) -> Output {
    fs::create_dir_all(home.path("bin")).expect("a folder");
    let program = home.path("bin/systemctl");
    fs::write(&program, SYSTEMCTL).expect("a program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("its mode");
    let own = ["--host", "web1", "--timezone", "Europe/Riga", "--program", "/usr/bin/punctual"];
    let mut command = home.punctual(&server.address, &[&["import", "systemd"], &own[..], arguments].concat());
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{}", home.path("bin").display(), path.display()));
    command.output().expect("the program")
}

#[test]
fn timers_that_systemctl_lists_are_registered_and_one_that_is_gone_is_named() {
    let (home, server) = (Home::new(), server());
    let output = systemd(&home, &server, &["--apply"]);
    assert!(output.status.success(), "{output:?}");
    assert!(text(&output.stderr).contains("No files found for gone.timer"), "{output:?}");
    let made = registered(&server);
    let schedule = json!({ "on_calendar": "daily", "timezone": "Europe/Riga", "grace": "16m" });
    assert_eq!((made[0].text("scheduler_id"), &made[0].body["schedule"]), ("web1/backup", &schedule));
    assert_eq!(made.len(), 1);
}

#[test]
fn drop_ins_are_written_when_asked_for_and_never_over_anothers() {
    let (home, server) = (Home::new(), server());
    let folder = home.path("system");
    let arguments = ["backup.timer", "--apply", "--write-dropins", folder.to_str().expect("a path")];
    for _ in 0..2 {
        let output = systemd(&home, &server, &arguments);
        assert!(output.status.success(), "{output:?}");
    }
    let path = folder.join("save.service.d/punctual.conf");
    let written = fs::read_to_string(&path).expect("a drop-in");
    assert!(
        written.contains("ExecStart=\nExecStart=/usr/bin/punctual exec web1/backup --server "),
        "{written}"
    );
    assert!(written.ends_with(" -- /usr/bin/save --all\n"), "{written}");
    fs::write(&path, "[Service]\nNice=5\n").expect("another's");
    let refused = systemd(&home, &server, &arguments);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(text(&refused.stderr).contains("was not made by us: it stays"), "{refused:?}");
    assert_eq!(fs::read_to_string(&path).expect("it"), "[Service]\nNice=5\n");
}

#[test]
fn printing_drop_ins_asks_no_server() {
    let (home, server) = (Home::new(), server());
    let output = systemd(&home, &server, &["backup", "--print"]);
    assert!(text(&output.stdout).starts_with("# save.service.d/punctual.conf\n"), "{output:?}");
    assert!(server.calls().is_empty());
    assert_eq!(
        systemd(&home, &server, &["--write-dropins", "x"]).status.code(),
        Some(2),
        "only with --apply"
    );
}

#[test]
fn manifests_come_from_folders_and_from_standard_input() {
    let (home, server) = (Home::new(), server());
    let job = |name: &str| {
        format!(
            "kind: CronJob\nmetadata: {{ name: {name} }}\nspec: {{ schedule: '@daily' }}\n---\nkind: Secret\n"
        )
    };
    fs::create_dir(home.path("manifests")).expect("a folder");
    fs::write(home.path("manifests/a.yaml"), job("a")).expect("a manifest");
    fs::write(home.path("manifests/notes.txt"), "kind: [").expect("no manifest");
    let folder = home.path("manifests");
    let arguments =
        ["import", "kubernetes", "--apply", "-n", "shop", "-f", folder.to_str().expect("a path"), "-f", "-"];
    let output = feed(&mut home.punctual(&server.address, &arguments), job("b").as_bytes());
    assert!(output.status.success(), "{output:?}");
    assert!(text(&output.stderr).contains("2 things of other kinds were passed over"), "{output:?}");
    let ids: Vec<_> = registered(&server).iter().map(|call| call.text("scheduler_id").to_owned()).collect();
    assert_eq!(ids, ["shop/a", "shop/b"]);
}

#[test]
fn what_is_no_manifest_is_named_and_nothing_is_registered() {
    let (home, server) = (Home::new(), server());
    let output =
        feed(&mut home.punctual(&server.address, &["import", "kubernetes", "--apply", "-f", "-"]), b"a: [\n");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stderr).contains("standard input is not YAML that we can read"), "{output:?}");
    assert!(server.calls().is_empty());
}
