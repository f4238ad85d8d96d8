//! Crontabs brought under watch and out of it again, with a `crontab` that keeps its file in a folder of the test.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

use serde_json::json;

use crate::program::{Home, text};
use crate::server::{Call, Reply, Server};

/// Keeps the crontab in `$CRONTAB_FILE`, as the real one does: whole lines only.
const CRONTAB: &str = r#"#!/bin/sh
if [ "$1" = -u ]; then CRONTAB_FILE="$CRONTAB_FILE.$2"; shift 2; fi
case "$1" in
-l) cat "$CRONTAB_FILE" 2>/dev/null || { echo "no crontab for you" >&2; exit 1; } ;;
-) cat > "$CRONTAB_FILE.new"
  [ -z "$(tail -c 1 "$CRONTAB_FILE.new")" ] || { echo "missing newline before EOF" >&2; exit 1; }
  mv "$CRONTAB_FILE.new" "$CRONTAB_FILE" ;;
esac
"#;

const MINE: &[u8] = b"# mine: caf\xe9\r\nMAILTO=ops\n\n  */5 *\t* * *   /opt/poll --deep | tee -a log  \n0 2 * * *\tdate +\\%F%read me%\n@reboot start-it\nnot a line\n#0 1 * * * off\n";

struct Cron {
    home: Home,
}

impl Cron {
    fn with(crontab: &[u8]) -> Self {
        let home = Home::new();
        fs::create_dir(home.path("bin")).expect("a folder");
        let program = home.path("bin/crontab");
        fs::write(&program, CRONTAB).expect("a program");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("its mode");
        fs::write(home.path("crontab"), crontab).expect("a crontab");
        Self { home }
    }

    fn command(&self, server: &str, arguments: &[&str]) -> Command {
        let own = ["--host", "web1", "--timezone", "Europe/Riga", "--program", "/usr/bin/punctual"];
        let mut command = self.home.punctual(server, &[&["import", "crontab"], &own[..], arguments].concat());
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{}", self.home.path("bin").display(), path.display()));
        command.env("CRONTAB_FILE", self.home.path("crontab")).env("HOME", self.home.path("own"));
        command
    }

    fn run(&self, server: &Server, arguments: &[&str]) -> Output {
        self.command(&server.address, arguments).output().expect("the program")
    }

    /// Runs it to a good end.
    #[track_caller]
    fn done(&self, server: &Server, arguments: &[&str]) -> Output {
        let output = self.run(server, arguments);
        assert!(output.status.success(), "{output:?}");
        output
    }

    fn crontab(&self) -> Vec<u8> {
        fs::read(self.home.path("crontab")).expect("a crontab")
    }
}

/// Knows no scheduler, and refuses cron expressions with a `~` in them.
fn server() -> Server {
    Server::answering(|call: &Call| {
        let odd = call.body["schedule"]["cron"].as_str().is_some_and(|cron| cron.contains('~'));
        match call.line.split(' ').next() {
            Some("GET") => Reply::error(404, "Scheduler not found"),
            _ if odd => Reply::error(400, "schedule.cron is not understood"),
            _ => Reply { status: 201, ..Reply::taken() },
        }
    })
}

fn registered(server: &Server) -> Vec<Call> {
    let made = |call: &Call| call.line == "POST /api/v1/schedulers/register";
    server.calls().into_iter().filter(made).collect()
}

#[test]
fn a_plan_says_what_would_be_and_changes_nothing() {
    let (cron, server) = (Cron::with(MINE), server());
    let output = cron.done(&server, &[]);
    let said = text(&output.stdout);
    let me = whoami();
    let line =
        format!("+ web1/{me}/poll: */5 * * * * Europe/Riga, grace 15m (line 4 of the crontab of {me})");
    assert!(said.contains(&line), "{said}");
    assert!(said.contains("3 to make, 0 to change, 0 unchanged"), "{said}");
    assert!(said.contains("3 lines to put under watch"), "{said}");
    let notes = text(&output.stderr);
    assert!(
        notes.contains("line 6 of the crontab of") && notes.contains("@reboot is no schedule"),
        "{notes}"
    );
    assert!(
        notes.contains("line 7 of the crontab of") && notes.contains("left alone: it is no job"),
        "{notes}"
    );
    assert!(notes.contains("no key to report with"), "{notes}");
    assert_eq!((cron.crontab(), registered(&server).len()), (MINE.to_vec(), 0));
}

fn whoami() -> String {
    let output = Command::new("id").arg("-un").output().expect("id");
    text(&output.stdout).trim().to_owned()
}

#[test]
fn applied_the_jobs_are_registered_and_watched_and_all_else_stays_byte_for_byte() {
    let (cron, server) = (Cron::with(MINE), server());
    cron.done(&server, &["--apply", "--service", "shop", "--grace", "5m"]);
    let me = whoami();
    let ours = |name: &str| {
        format!("/usr/bin/punctual exec web1/{me}/{name} --server {}/api/v1 -- /bin/sh -c ", server.address)
    };
    let text = String::from_utf8_lossy(MINE)
        .replace(
            "/opt/poll --deep | tee -a log  ",
            &format!("{}'/opt/poll --deep | tee -a log  '", ours("poll")),
        )
        .replace("date +\\%F%", &format!("{}'date +\\%F'%", ours("date")))
        .replace("start-it", &format!("{}'start-it'", ours("start-it")));
    assert_eq!(String::from_utf8_lossy(&cron.crontab()), text);
    assert!(cron.crontab().starts_with(b"# mine: caf\xe9\r\n"));
    let made = registered(&server);
    let ids: Vec<_> = made.iter().map(|call| call.text("scheduler_id").to_owned()).collect();
    assert_eq!(ids, ["poll", "date", "start-it"].map(|name| format!("web1/{me}/{name}")));
    let schedule = json!({ "cron": "*/5 * * * *", "timezone": "Europe/Riga", "grace": "5m" });
    assert_eq!((made[0].text("service_name"), &made[0].body["schedule"]), ("shop", &schedule));
    assert!(made[2].body.get("schedule").is_none(), "{made:?}");
}

#[test]
fn applied_twice_the_crontab_stays_and_undone_it_is_what_it_was() {
    let (cron, server) = (Cron::with(MINE), server());
    cron.done(&server, &["--apply"]);
    let watched = cron.crontab();
    let again = cron.done(&server, &["--apply"]);
    assert!(text(&again.stderr).contains("stays as it is"), "{again:?}");
    assert_eq!(cron.crontab(), watched);
    let undone = cron.done(&server, &["--undo"]);
    assert!(text(&undone.stderr).contains("is as it was"), "{undone:?}");
    assert_eq!(cron.crontab(), MINE);
    let nothing = cron.done(&server, &["--undo"]);
    assert!(text(&nothing.stderr).contains("nothing to undo"), "{nothing:?}");
}

#[test]
fn undoing_keeps_what_was_written_since_and_what_was_watched_before() {
    let before = b"0 1 * * * punctual exec own -- /bin/sh -c 'by hand'\n0 2 * * * it's mine\n";
    let (cron, server) = (Cron::with(before), server());
    cron.done(&server, &["--apply"]);
    fs::write(cron.home.path("crontab"), [&cron.crontab()[..], b"0 3 * * * late\n"].concat())
        .expect("a line more");
    cron.done(&server, &["--apply"]);
    assert!(text(&cron.crontab()).contains("-c 'late'"));
    fs::write(cron.home.path("crontab"), [&cron.crontab()[..], b"# later\n"].concat()).expect("a line more");
    let undone = cron.done(&server, &["--undo"]);
    assert!(text(&undone.stderr).contains("was changed since"), "{undone:?}");
    assert_eq!(text(&cron.crontab()), format!("{}0 3 * * * late\n# later\n", text(before)));
}

#[test]
fn two_imports_are_undone_at_once() {
    let (cron, server) = (Cron::with(b"0 2 * * * a\n"), server());
    cron.done(&server, &["--apply"]);
    fs::write(cron.home.path("crontab"), [&cron.crontab()[..], b"0 3 * * * b\n"].concat())
        .expect("a line more");
    cron.done(&server, &["--apply"]);
    cron.done(&server, &["--undo"]);
    assert_eq!(text(&cron.crontab()), "0 2 * * * a\n0 3 * * * b\n");
}

#[test]
fn a_job_that_the_server_refuses_is_left_alone_with_its_line() {
    let (cron, server) = (Cron::with(b"0~9 2 * * * odd\n0 3 * * * good\n"), server());
    let output = cron.done(&server, &["--apply"]);
    let notes = text(&output.stderr);
    assert!(notes.contains("line 1 of") && notes.contains("schedule.cron is not understood"), "{notes}");
    let crontab = text(&cron.crontab());
    assert!(crontab.starts_with("0~9 2 * * * odd\n") && crontab.contains("-c 'good'"), "{crontab}");
}

#[test]
fn only_registering_and_only_printing_leave_the_crontab_alone() {
    let (cron, server) = (Cron::with(MINE), server());
    cron.done(&server, &["--apply", "--register-only"]);
    assert_eq!((cron.crontab(), registered(&server).len()), (MINE.to_vec(), 3));
    let asked = server.calls().len();
    let key = cron.home.path("key");
    let printed = cron.done(&server, &["--print", "--key-file", key.to_str().expect("a path")]);
    assert!(printed.stdout.starts_with(b"# mine: caf\xe9\r\n"), "{printed:?}");
    assert!(text(&printed.stdout).contains(&format!("--key-file {} -- ", key.display())), "{printed:?}");
    assert!(!text(&printed.stderr).contains("no key"), "{printed:?}");
    assert_eq!((cron.crontab(), server.calls().len()), (MINE.to_vec(), asked), "printing asks nobody");
}

#[test]
fn a_file_keeps_its_mode_and_its_missing_last_line_end() {
    let (cron, server) = (Cron::with(b""), server());
    let file = cron.home.path("jobs");
    fs::write(&file, "17 * * * * root  cd / && run-parts --report /etc/cron.hourly").expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("a mode");
    let before = fs::read(&file).expect("a file");
    let arguments = ["--system", "-f", file.to_str().expect("a path")];
    cron.done(&server, &[&arguments[..], &["--apply"]].concat());
    let watched = text(&fs::read(&file).expect("a file"));
    assert!(
        watched.starts_with("17 * * * * root  /usr/bin/punctual exec web1/jobs/run-parts-cron.hourly "),
        "{watched}"
    );
    assert!(watched.ends_with("-c 'cd / && run-parts --report /etc/cron.hourly'"), "{watched}");
    assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o7777, 0o640);
    cron.done(&server, &[&arguments[..], &["--undo"]].concat());
    assert_eq!(fs::read(&file).expect("a file"), before);
    let beside: Vec<_> = cron
        .home
        .files("")
        .into_iter()
        .filter(|path| path.to_string_lossy().contains(".punctual-"))
        .collect();
    assert!(beside.is_empty(), "{beside:?}");
}

#[test]
fn another_users_crontab_is_asked_for_by_name() {
    let (cron, server) = (Cron::with(b"# mine\n"), server());
    fs::write(cron.home.path("crontab.bob"), "@daily report\n").expect("a crontab");
    cron.done(&server, &["-u", "bob", "--apply"]);
    let his = fs::read_to_string(cron.home.path("crontab.bob")).expect("a crontab");
    assert!(his.starts_with("@daily /usr/bin/punctual exec web1/bob/report "), "{his}");
    assert_eq!(cron.crontab(), b"# mine\n");
    let nobody = cron.run(&server, &["-u", "eve"]);
    assert!(text(&nobody.stderr).contains("crontab -l failed: no crontab for you"), "{nobody:?}");
}

#[test]
fn what_crontab_refuses_is_told_in_its_words() {
    let (cron, server) = (Cron::with(b"0 2 * * * x"), server());
    let output = cron.run(&server, &["--apply"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("crontab - failed: missing newline before EOF"), "{output:?}");
    assert_eq!(cron.crontab(), b"0 2 * * * x");
}

#[test]
fn of_a_scheduler_that_is_there_only_the_schedule_is_brought_up_to_date() {
    let there = json!({ "scheduler_id": "nightly", "service_name": "s", "schedule": { "cron": "0 1 * * *", "grace": "2h" } });
    let then = json!({ "scheduler_id": "nightly", "changed": true, "schedule": { "cron": "0 2 * * *" } });
    let server = Server::answering(move |call| {
        Reply::ok(if call.line.contains("dry_run") { then.clone() } else { there.clone() })
    });
    let cron = Cron::with(b"0 2 * * * punctual exec nightly -- backup\n");
    let output = cron.done(&server, &["--apply"]);
    assert!(text(&output.stdout).contains("~ nightly: schedule (line 1 of"), "{output:?}");
    let schedule = json!({ "cron": "0 2 * * *", "timezone": "Europe/Riga", "grace": "2h" });
    assert_eq!(registered(&server)[0].body, json!({ "scheduler_id": "nightly", "schedule": schedule }));
}

#[test]
fn a_server_that_is_away_leaves_the_crontab_alone() {
    let cron = Cron::with(MINE);
    let away = crate::server::Away::new();
    let output = cron.command(&away.address, &["--apply"]).output().expect("the program");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(cron.crontab(), MINE);
}
