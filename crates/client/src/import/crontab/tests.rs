//! Crontabs in all their shapes: what is read, what stays as it is, and commands that do under watch what they did.

use std::process::Command;

use proptest::prelude::*;

use super::survey::Survey;
use super::*;
use crate::import::Names;

fn wrapping() -> Wrapping {
    Wrapping::new("/usr/bin/punctual", &[]).expect("fit")
}

fn surveyed(text: &str, format: Format) -> Survey {
    let wrapping = wrapping();
    let surveyor = Surveyor {
        host: "web1",
        owner: "alice",
        label: "the crontab of alice",
        service: "shop",
        grace: None,
        zone: "Europe/Riga",
        asked_zone: None,
        program: "/usr/bin/punctual",
        wrapping: &wrapping,
    };
    let crontab = Crontab::parse(text.as_bytes(), format);
    let mut names = Names::default();
    for id in ids_in(&crontab, "punctual") {
        names.keep(&id);
    }
    surveyor.survey(&crontab, &mut names).expect("few jobs")
}

fn kinds(text: &[u8], format: Format) -> Vec<String> {
    let crontab = Crontab::parse(text, format);
    let told = |line: &Line<'_>| match &line.kind {
        Kind::Plain(_) => "plain".to_owned(),
        Kind::Setting { name, value, .. } => {
            format!("{}={}", String::from_utf8_lossy(name), String::from_utf8_lossy(value))
        }
        Kind::Job(job) => {
            let [command, input] = [job.command, job.input].map(String::from_utf8_lossy);
            format!("{}|{command}|{input}", job.schedule)
        }
        Kind::Odd { problem, .. } => format!("! {problem}"),
    };
    crontab.lines().iter().map(told).collect()
}

#[test]
fn lines_are_read_as_cron_reads_them() {
    for (line, read) in [
        ("", vec![]),
        ("\n", vec!["plain"]),
        ("  # 0 2 * * * x", vec!["plain"]),
        ("MAILTO=ops\n", vec!["MAILTO=ops"]),
        ("  PATH = \"/usr/bin:/bin\" ", vec!["PATH=/usr/bin:/bin"]),
        ("0 2 * * * backup --all\n", vec!["0 2 * * *|backup --all|"]),
        ("\t*/5\t*  * jan-mar mon,tue\tA=b cmd", vec!["*/5 * * jan-mar mon,tue|A=b cmd|"]),
        ("-*/5 * * * * quiet", vec!["*/5 * * * *|quiet|"]),
        ("@daily backup", vec!["@daily|backup|"]),
        ("0 0 * * * date +\\%F%in%put", vec!["0 0 * * *|date +\\%F|%in%put"]),
        ("0 0 * * * a \\\\%in", vec!["0 0 * * *|a \\\\|%in"]),
        ("0 0 * * * x\r\n\r\n", vec!["0 0 * * *|x|", "plain"]),
        ("0 0 * * *", vec!["! has no command"]),
        ("0 0 * * * %x", vec!["! has no command"]),
        (
            "0 0 * * * -q cmd",
            vec!["! has a command that begins with '-', which some crons take for an option"],
        ),
        ("run this every day please now", vec!["! is no job, setting or comment that we can read"]),
        ("0 0 * * * a\0b", vec!["! holds a zero byte"]),
    ] {
        assert_eq!(kinds(line.as_bytes(), Format::User), read, "{line:?}");
    }
}

#[test]
fn lines_of_the_system_name_a_user_first() {
    let text = b"17 *\t* * *\troot    cd / && run-parts /etc/cron.hourly\n@daily alice x\n0 0 * * * root\n";
    let read = [
        "17 * * * *|cd / && run-parts /etc/cron.hourly|",
        "@daily|x|",
        "! has no command after the user's name",
    ];
    assert_eq!(kinds(text, Format::System), read);
}

#[test]
fn jobs_are_proposed_with_the_zone_and_shell_above_them() {
    let text = "0 1 * * * a\nSHELL=/bin/bash\nCRON_TZ=Asia/Jakarta\n0 2 * * * b\n@reboot c\n";
    let survey = surveyed(text, Format::User);
    let [a, b, c] = survey.found.as_slice() else { panic!("{survey:?}") };
    assert_eq!(a.proposal.id(), "web1/alice/a");
    assert_eq!(
        a.proposal.body["schedule"],
        serde_json::json!({ "cron": "0 1 * * *", "timezone": "Europe/Riga", "grace": "15m" })
    );
    assert_eq!(a.command.as_deref(), Some(&b"/usr/bin/punctual exec web1/alice/a -- /bin/sh -c 'a'"[..]));
    assert_eq!(b.proposal.body["schedule"]["timezone"], "Asia/Jakarta");
    assert_eq!(b.command.as_deref(), Some(&b"/usr/bin/punctual exec web1/alice/b -- /bin/bash -c 'b'"[..]));
    assert!(!c.proposal.body.contains_key("schedule"));
    assert!(survey.notes.iter().any(|note| note.place == "line 5 of the crontab of alice"), "{survey:?}");
}

#[test]
fn what_is_watched_already_keeps_its_id_and_is_left_as_it_is() {
    let text = "0 1 * * * punctual exec nightly -- backup\n0 2 * * * flock x /opt/punctual exec --quiet b sh\n0 3 * * * punctual exec --odd\n";
    let survey = surveyed(text, Format::User);
    let ids: Vec<_> =
        survey.found.iter().map(|found| (found.proposal.id(), found.command.is_none())).collect();
    assert_eq!(ids, [("nightly", true), ("b", true)]);
    assert!(survey.notes[0].text.contains("in a way that we cannot read"), "{survey:?}");
}

#[test]
fn what_cannot_be_quoted_safely_is_left_alone_with_its_line() {
    let long = "x".repeat(990);
    let survey = surveyed(&format!("0 1 * * * {long}\nSHELL=/usr/bin/fish\n0 2 * * * b\n"), Format::User);
    assert!(survey.found.is_empty(), "{survey:?}");
    let notes: Vec<_> = survey.notes.iter().map(|note| format!("{} {}", note.place, note.text)).collect();
    assert!(
        notes[0].starts_with("line 1 ") && notes[0].contains("more than the 998 that cron takes"),
        "{notes:?}"
    );
    assert!(notes[1].starts_with("line 3 ") && notes[1].contains("fish, whose quotes"), "{notes:?}");
}

/// What cron hands to the shell.
fn as_cron_does(command: &[u8]) -> Vec<u8> {
    let mut done = Vec::new();
    let mut bytes = command.iter().peekable();
    while let Some(byte) = bytes.next() {
        let escaped =
            if *byte == b'\\' { bytes.next_if(|next| matches!(**next, b'%' | b'\\')) } else { None };
        done.push(*escaped.unwrap_or(byte));
    }
    done
}

/// The arguments that `/bin/sh` would run a line with.
fn arguments(line: &[u8]) -> Vec<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt as _;
    let script = [b"set -f; show() { printf '%s\\0' \"$@\"; }; show ", line].concat();
    let output = Command::new("/bin/sh")
        .arg("-c")
        .arg(std::ffi::OsStr::from_bytes(&script))
        .output()
        .expect("a shell");
    output.stdout.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect()
}

#[test]
fn under_watch_the_inner_shell_gets_what_the_outer_one_would_have_got() {
    let wrapping =
        Wrapping::new("/opt/my tools/punctual", &["--server".to_owned(), "http://h/%20".to_owned()]);
    let wrapping = wrapping.expect("fit");
    for command in [
        &b"a | b && c; d"[..],
        b"echo 'it''s' \"$HOME\" `date`",
        b"date +\\%F \\\\ \\' end\\",
        b"trailing space \\ ",
        b"\xff\xfe non-utf-8 \xc3\xa9",
        b"# not a comment",
    ] {
        let wrapped = wrapping.wrap(command, b"", "id", "/bin/sh").expect("fit");
        let seen = arguments(&as_cron_does(&wrapped));
        let own: [&[u8]; 8] = [
            b"/opt/my tools/punctual",
            b"exec",
            b"id",
            b"--server",
            b"http://h/%20",
            b"--",
            b"/bin/sh",
            b"-c",
        ];
        assert_eq!(seen[..8], own.map(<[u8]>::to_vec));
        assert_eq!(seen[8], as_cron_does(command), "{}", String::from_utf8_lossy(command));
    }
}

fn crontabs() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..8),
        "[-@*0-9a-z%\\\\'\"= \t\r\n#]{0,12}".prop_map(String::into_bytes),
        Just(b"0 2 * * * ".to_vec()),
        Just(b"\n@daily root ".to_vec()),
        Just(b"\r\n".to_vec()),
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_was_read_is_written_as_it_was(bytes in crontabs()) {
        for format in [Format::User, Format::System] {
            prop_assert_eq!(Crontab::parse(&bytes, format).render(), bytes.clone());
        }
    }

    #[test]
    fn what_was_put_under_watch_comes_out_byte_for_byte(bytes in crontabs()) {
        for format in [Format::User, Format::System] {
            put_under_watch_and_out_again(&bytes, format);
        }
    }
}

fn put_under_watch_and_out_again(bytes: &[u8], format: Format) {
    let crontab = Crontab::parse(bytes, format);
    let wrapped = crontab.jobs().filter_map(|(index, job)| {
        let command = wrapping().wrap(job.command, job.input, "an id", "/bin/sh").ok()?;
        Some((index, command))
    });
    let wrapped: BTreeMap<_, _> = wrapped.collect();
    let watched = crontab.with_commands(&wrapped);
    let watched = Crontab::parse(&watched, format);
    let commands = watched.jobs().filter(|(index, _)| wrapped.contains_key(index));
    let commands = commands.map(|(index, job)| {
        assert_eq!(watch(job.command, "punctual"), Watch::As("an id".to_owned()));
        let unwrapped = unwrap(job.command).expect("ours");
        assert_eq!(unwrapped.id, "an id");
        (index, unwrapped.command)
    });
    let commands: BTreeMap<_, _> = commands.collect();
    assert_eq!(commands.len(), wrapped.len());
    assert_eq!(watched.with_commands(&commands), bytes);
}
