//! What the program says of itself: help, completions, the manual page.

use std::io::Write as _;
use std::process::{Output, Stdio};

use crate::harness::{Home, text};

const COMMANDS: [&[&str]; 53] = [
    &[],
    &["serve"],
    &["exec"],
    &["flush"],
    &["register"],
    &["report"],
    &["heartbeat"],
    &["list"],
    &["show"],
    &["history"],
    &["output"],
    &["problems"],
    &["apply"],
    &["import"],
    &["import", "crontab"],
    &["import", "systemd"],
    &["import", "kubernetes"],
    &["import", "healthchecks"],
    &["import", "cronitor"],
    &["import", "uptime-kuma"],
    &["import", "dead-mans-snitch"],
    &["import", "better-stack"],
    &["import", "sentry"],
    &["channel", "list"],
    &["channel", "show"],
    &["channel", "test"],
    &["channel", "enable"],
    &["channel", "delete"],
    &["board"],
    &["board", "list"],
    &["board", "show"],
    &["incident", "list"],
    &["incident", "show"],
    &["incident", "ack"],
    &["maintenance", "start"],
    &["maintenance", "list"],
    &["maintenance", "end"],
    &["route", "explain"],
    &["delivery"],
    &["delivery", "list"],
    &["delivery", "retry"],
    &["key"],
    &["key", "create"],
    &["key", "list"],
    &["key", "rotate"],
    &["key", "revoke"],
    &["schedule", "next"],
    &["config", "check"],
    &["migrate"],
    &["backup"],
    &["doctor"],
    &["completions"],
    &["man"],
];

/// A program that reads this, to its end.
fn fed(home: &Home, program: &[&str], input: &str) -> Output {
    let mut command = home.program(program[0]);
    let mut child = command.args(&program[1..]).stdin(Stdio::piped()).spawn().expect(program[0]);
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("to be read");
    child.wait_with_output().expect("its output")
}

#[test]
fn every_command_has_help() {
    let home = Home::new();
    for command in COMMANDS {
        let said = home.says(&[command, &["--help"]].concat());
        let usage =
            format!("Usage: punctual{}{}", if command.is_empty() { "" } else { " " }, command.join(" "));
        assert!(said.contains(&usage), "{command:?}: {said}");
    }
}

#[test]
fn the_version_is_told() {
    let said = Home::new().says(&["--version"]);
    assert_eq!(said, format!("punctual {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_command_that_does_not_exist_is_misuse() {
    let output = Home::new().run(&["watch"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(text(&output.stderr).contains("unrecognized subcommand 'watch'"), "{output:?}");
}

#[test]
fn completions_are_scripts_that_name_every_command() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = home.says(&["completions", shell]);
        for command in ["serve", "exec", "heartbeat", "completions"] {
            assert!(script.contains(command), "{shell} lacks {command}");
        }
        if shell == "bash" {
            let checked = fed(&home, &["bash", "-n"], &script);
            assert!(checked.status.success() && checked.stderr.is_empty(), "{checked:?}");
        }
    }
}

#[test]
fn the_manual_page_renders_with_every_command_in_it() {
    let home = Home::new();
    let page = home.says(&["man"]);
    assert!(page.contains(".TH punctual 1"), "{page}");
    for command in ["serve", "exec", "register", "backup"] {
        assert!(page.contains(command), "{command}");
    }
    for further in [
        ".SH EXAMPLES",
        "0 2 * * *  punctual exec",
        "ExecStart=/usr/bin/punctual exec",
        ".SH \"EXIT STATUS\"",
    ] {
        assert!(page.contains(further), "{further}");
    }
    // Where there is a formatter it must find nothing to complain of.
    if home.program("groff").arg("--version").output().is_ok() {
        let rendered = fed(&home, &["groff", "-k", "-man", "-Tutf8", "-ww"], &page);
        assert!(rendered.status.success() && rendered.stderr.is_empty(), "{}", text(&rendered.stderr));
    }
}
