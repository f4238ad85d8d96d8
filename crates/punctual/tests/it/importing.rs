//! `docs/import.md`, run as it is written, and a crontab under watch, run as cron does.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::harness::{Elsewhere, Home, KEY, Serve, text};
use crate::pages::{Block, Shell, blocks, is_among};

/// Keeps the crontab of each user in a file of the home.
const CRONTAB: &str = "#!/bin/sh\n[ \"$1\" = -u ] || exit 1\nfile=\"$HOME/crontab-of-$2\"\n\
                       case \"$3\" in -l) cat \"$file\";; -) cat > \"$file.new\" && mv \"$file.new\" \"$file\";; esac\n";

/// A program in the home, on the search path of what is run with it.
fn with_crontab(home: &Home, command: &mut Command) {
    std::fs::create_dir_all(home.path("bin")).expect("a folder");
    let program = home.write("bin/crontab", CRONTAB);
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).expect("its mode");
    let ours =
        command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, value)| value).expect("a path");
    let path = format!("{}:{}", home.path("bin").display(), ours.to_string_lossy());
    command.env("PATH", path);
}

fn shell(home: &Home) -> Shell {
    let mut command = home.program("bash");
    with_crontab(home, &mut command);
    command.env("PUNCTUAL_API_KEY", KEY);
    Shell::start(command)
}

/// A file that a page shows: its first line says where it is.
fn file(home: &Home, block: &Block) {
    let name = block.content.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a name");
    std::fs::create_dir_all(home.path("units")).expect("a folder");
    home.write(name, &block.content);
}

#[test]
fn the_page_about_importing_does_what_it_says() {
    let home = Home::new();
    let (server, elsewhere) = (Serve::new(&home).start(), Elsewhere::start());
    let mut shell = shell(&home);
    let mut printed = Vec::new();
    for block in blocks("import.md") {
        let here = |text: &str| text.replace("http://127.0.0.1:3000", &server.address);
        let here = |text: &str| here(text).replace("https://hc.example.org", &elsewhere.address);
        match block.language.as_str() {
            "bash" => printed = shell.run(&home, &here(&block.content)),
            "crontab" => drop(home.write("crontab-of-alice", &block.content)),
            "ini" | "yaml" => file(&home, &block),
            "text" => {
                let program = env!("CARGO_BIN_EXE_punctual");
                let key = format!("--key-file {}", home.path("punctual-key").display());
                let text = here(&block.content).replace("/usr/bin/punctual", program);
                let text = text.replace("--key-file punctual-key", &key);
                text.lines().for_each(|line| is_among(line, &printed));
            }
            "json checks.json" => {
                elsewhere.has("/api/v3/checks/", &serde_json::from_str(&block.content).expect("JSON"));
            }
            other if other.starts_with("json ") => drop(home.write(&other[5..], &block.content)),
            other => panic!("nobody knows what to do with {other}"),
        }
    }
    let undone = home.read("crontab-of-alice");
    let shown = blocks("import.md").into_iter().find(|block| block.language == "crontab").expect("a crontab");
    assert_eq!(undone, shown.content);
    let report = server.get("/schedulers/billing%2Freport");
    assert_eq!(
        (&report["max_runtime"], &report["schedule"]["grace"]),
        (&"1h".into(), &"10m".into()),
        "{report}"
    );
}

#[test]
fn a_job_under_watch_does_what_it_did_and_tells_of_it() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    home.write("key", KEY);
    home.write(
        "jobs",
        "SHELL=/bin/bash\n0 2 * * * cat; echo 'it'\\''s' \"$((6*7))\" | tr a-z A-Z; exit 3%read%this\n",
    );
    let arguments = ["import", "crontab", "-f", "jobs", "--host", "web1", "--key-file", "key", "--apply"];
    server.says(&home, &arguments);
    let crontab = home.read("jobs");
    // As cron does: what follows the first % is the input, and further ones are line ends.
    let line = crontab.lines().nth(1).and_then(|line| line.strip_prefix("0 2 * * * ")).expect("a job");
    let (command, input) = line.split_once('%').expect("an input");
    home.write("input", input.replace('%', "\n"));
    let mut cron = Command::new("/bin/bash");
    cron.args(["-c", command]).env_clear().env("HOME", home.root()).current_dir(home.root());
    let input = std::fs::File::open(home.path("input")).expect("an input");
    let output = cron.stdin(Stdio::from(input)).output().expect("a shell");
    assert_eq!(
        (text(&output.stdout).as_str(), output.status.code()),
        ("read\nthisIT'S 42\n", Some(3)),
        "{output:?}"
    );
    let job = server.get("/schedulers/web1%2Fjobs%2Fcat");
    assert_eq!((&job["status"], &job["health"]), (&"failed".into(), &"failing".into()), "{job}");
    let schedule = &job["schedule"];
    assert_eq!((&schedule["cron"], &schedule["grace"]), (&"0 2 * * *".into(), &"15m".into()), "{job}");
}

#[test]
fn what_was_changed_by_hand_on_the_server_stays() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    home.write("jobs", "0 2 * * * backup\n");
    let arguments = ["import", "crontab", "-f", "jobs", "--host", "web1", "--apply"];
    server.says(&home, &arguments);
    let schedule = ["--cron", "0 2 * * *", "--grace", "2h", "--timezone", "UTC"];
    let register = ["register", "web1/jobs/backup", "--service", "shop", "--description", "by hand"];
    server.says(&home, &[&register[..], &schedule[..]].concat());
    let again = server.says(&home, &[&arguments[..], &["--timezone", "UTC"]].concat());
    assert!(again.contains("0 to make, 0 to change, 1 unchanged"), "{again}");
    home.write("jobs", home.read("jobs").replace("0 2 * * *", "0 4 * * *"));
    let changed = server.says(&home, &[&arguments[..], &["--timezone", "UTC"]].concat());
    assert!(changed.contains("~ web1/jobs/backup: schedule"), "{changed}");
    let job = server.get("/schedulers/web1%2Fjobs%2Fbackup");
    let schedule = &job["schedule"];
    assert_eq!((&schedule["cron"], &schedule["grace"]), (&"0 4 * * *".into(), &"2h".into()), "{job}");
    assert_eq!(job["service_name"], "shop");
}

#[test]
fn expressions_of_other_dialects_are_left_alone_by_the_servers_word() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    home.write("jobs", "0~30 2 * * * random\n@every_minute often\n0 2 31 feb * never\n0 3 * * * good\n");
    let output =
        server.client(&home, &["import", "crontab", "-f", "jobs", "--apply"]).output().expect("the program");
    let notes = text(&output.stderr);
    assert!(output.status.success(), "{output:?}");
    for line in 1..=3 {
        assert!(notes.contains(&format!("line {line} of ")), "{notes}");
    }
    let jobs = home.read("jobs");
    assert!(
        jobs.starts_with("0~30 2 * * * random\n@every_minute often\n0 2 31 feb * never\n0 3 * * * "),
        "{jobs}"
    );
    assert_eq!(server.get("/schedulers").as_array().map(Vec::len), Some(1));
}
