//! Envelopes as the SDKs send them, as nobody should, and as somebody might on purpose.

use std::io::{self, BufReader, Read};

use domain::{Duration, Status};

use super::*;

const ID: &str = "00112233445566778899aabbccddeeff";

fn read_all(body: impl AsRef<[u8]>) -> Envelope {
    read(body.as_ref()).expect("an envelope")
}

/// A check-in for the monitor of that name.
fn check_in(slug: &str) -> String {
    format!(r#"{{"monitor_slug":"{slug}","status":"ok"}}"#)
}

/// An item with its length.
fn measured(kind: &str, payload: &str) -> String {
    format!("{{\"type\":\"{kind}\",\"length\":{}}}\n{payload}\n", payload.len())
}

/// An item without.
fn bare(kind: &str, payload: &str) -> String {
    format!("{{\"type\":\"{kind}\"}}\n{payload}\n")
}

fn slugs(envelope: &Envelope) -> Vec<String> {
    envelope.check_ins.iter().map(|check_in| check_in.monitor.slug.clone()).collect()
}

#[test]
fn an_envelope_of_the_python_sdk_is_read() {
    let payload = concat!(
        r#"{"type":"check_in","monitor_slug":"close-books","check_in_id":"aaaabbbbccccddddeeeeffff00001111","#,
        r#""status":"ok","duration":12.5,"environment":"production","release":null,"event_id":"x","#,
        r#""monitor_config":{"schedule":{"type":"crontab","value":"5 1 * * *"},"timezone":"Asia/Jakarta"},"#,
        r#""timestamp":"2026-03-02T01:05:12.5Z","contexts":{"trace":{"trace_id":"f00df00df00df00df00df00df00df00d"}},"#,
        r#""server_name":"worker-3","sdk":{"name":"sentry.python","integrations":["argv"]},"platform":"python"}"#,
    );
    let header =
        format!(r#"{{"event_id":"{ID}","sent_at":"2026-03-02T01:05:13Z","trace":{{"sample_rate":"1.0"}}}}"#);
    let read = read_all(format!("{header}\n{}", measured("check_in", payload)));
    assert_eq!(read.header.event_id.as_deref(), Some(ID));
    assert_eq!(read.header.sent_at, Instant::parse("2026-03-02T01:05:13Z").ok());
    assert_eq!(read.problems, Vec::<String>::new());
    let one = &read.check_ins[0];
    assert_eq!((one.status, one.duration), (Status::Completed, Some(Duration::from_millis(12_500))));
    assert_eq!(one.trace_id.as_deref(), Some("f00df00df00df00df00df00df00df00d"));
    assert!(matches!(one.monitor_config, Some(Ok(_))), "{:?}", one.monitor_config);
}

#[test]
fn an_envelope_of_the_javascript_sdk_is_read() {
    let body = concat!(
        r#"{"sent_at":"2026-03-02T01:05:13.000Z","sdk":{"name":"sentry.javascript.node"}}"#,
        "\n",
        r#"{"type":"check_in"}"#,
        "\n",
        r#"{"check_in_id":"aaaabbbbccccddddeeeeffff00001111","monitor_slug":"sweep","status":"in_progress"}"#,
    );
    let read = read_all(body);
    assert_eq!((slugs(&read), read.check_ins[0].status), (vec!["sweep".to_owned()], Status::Running));
    assert_eq!((read.header.event_id, read.problems.len()), (None, 0));
}

#[test]
fn an_envelope_of_the_command_line_client_is_read() {
    let read = read_all(format!("{{}}\n{}", measured("check_in", &check_in("dump")).trim_end()));
    assert_eq!((slugs(&read), read.header), (vec!["dump".to_owned()], EnvelopeHeader::default()));
}

#[test]
fn what_is_no_check_in_is_skipped() {
    let body = [
        "{}\n".to_owned(),
        measured("event", "{\"message\":\"a\nb\"}"),
        bare("session", "{\"sid\":1}"),
        measured("check_in", &check_in("one")),
        measured("attachment", "\u{0}\n{\"type\":\"check_in\"}\n"),
        bare("check_in", &check_in("two")),
        measured("client_report", ""),
        bare("something_new", ""),
        measured("check_in", &check_in("three")),
    ];
    let read = read_all(body.concat());
    assert_eq!(
        (slugs(&read), read.problems),
        (["one", "two", "three"].map(str::to_owned).to_vec(), Vec::new())
    );
}

#[test]
fn blank_lines_and_carriage_returns_do_no_harm() {
    let body = format!(
        "{{}}\r\n\r\n{}\n\r\n{}\r\n",
        measured("check_in", &check_in("one")),
        "{\"type\":\"session\"}\r\n{}"
    );
    assert_eq!(slugs(&read_all(body)), ["one"]);
    assert_eq!(slugs(&read_all(format!("\u{feff}{{}}\n{}", bare("check_in", &check_in("one"))))), ["one"]);
}

#[test]
fn an_envelope_may_hold_nothing() {
    for body in ["{}", "{}\n", "{}\n\n", "{\"event_id\":7,\"dsn\":null,\"sent_at\":\"soon\"}\n"] {
        assert_eq!(read_all(body), Envelope::default(), "{body}");
    }
}

#[test]
fn the_id_of_an_envelope_may_have_dashes() {
    let read = read_all(r#"{"event_id":"00112233-4455-6677-8899-AABBCCDDEEFF","dsn":"http://k@h/1"}"#);
    assert_eq!(
        (read.header.event_id.as_deref(), read.header.dsn.as_deref()),
        (Some(ID), Some("http://k@h/1"))
    );
}

#[test]
fn a_body_without_a_first_line_of_json_is_no_envelope() {
    for (body, problem) in [
        (&b""[..], "the body is no envelope: it is empty"),
        (b"[]\n", "the body is no envelope: its first line must be an object, was an array"),
        (
            b"{\n",
            "the body is no envelope: in its first line, the body is not JSON: EOF while parsing an object at line 1 column 1",
        ),
        (b"\xff\n", "the body is no envelope: in its first line, the body is not UTF-8 from byte 0 on"),
    ] {
        assert_eq!(read(body).expect_err(problem).to_string(), problem);
    }
}

#[test]
fn of_an_envelope_that_breaks_off_what_was_whole_is_used() {
    let whole = format!("{{}}\n{}", measured("check_in", &check_in("one")));
    for (rest, problem) in [
        (
            "{\"type\":\"check_in\",\"length\":40}\n{\"monitor",
            "the envelope ends within an item of type 'check_in'",
        ),
        ("{\"type\":\"check_in\",\"length\":40}", "the envelope ends within an item of type 'check_in'"),
        ("{\"type\":\"check_in\"}", "the envelope ends within an item of type 'check_in'"),
        ("{\"type\":\"event\",\"length\":1e3}\n", "an item's length must be a whole number, was 1000.0"),
        (
            "{\"type\":\"event\",\"length\":18446744073709551615}\nx",
            "the envelope ends within an item of type 'event'",
        ),
        ("{\"type\":\"event\",\"length\":-1}\n{}", "an item's length must be a whole number, was -1"),
        ("[]\n{}\n", "an item's first line must be an object, was an array"),
        (
            "{\"type\":\n{}\n",
            "an item's first line makes no sense, nothing after it is read: the body is not JSON: EOF while parsing a value at line 1 column 8",
        ),
    ] {
        let read = read_all(format!("{whole}{rest}"));
        assert_eq!(
            (slugs(&read), read.problems),
            (vec!["one".to_owned()], vec![problem.to_owned()]),
            "{rest}"
        );
    }
}

#[test]
fn a_wrong_length_ends_the_reading_unless_it_only_counts_the_end_of_the_line() {
    let payload = check_in("one");
    let with_length = |length: usize| {
        let next = bare("check_in", &check_in("two"));
        read_all(format!("{{}}\n{{\"type\":\"check_in\",\"length\":{length}}}\n{payload}\n{next}"))
    };
    assert_eq!(slugs(&with_length(payload.len() + 1)), ["one", "two"]);
    for length in [0, payload.len() - 1, payload.len() + 20, payload.len() + 1000] {
        let read = with_length(length);
        assert_eq!(read.check_ins.len(), 0, "{length}");
        assert!(!read.problems.is_empty(), "{length}");
    }
}

#[test]
fn a_check_in_that_is_wrong_is_refused_and_the_rest_goes_on() {
    let body = [
        "{}\n".to_owned(),
        bare("check_in", r#"{"monitor_slug":"one","status":"missed"}"#),
        bare("check_in", "nonsense"),
        bare("check_in", &check_in("two")),
    ];
    let read = read_all(body.concat());
    assert_eq!(slugs(&read), ["two"]);
    assert_eq!(
        read.problems,
        [
            "a check-in is refused: status must be one of in_progress, ok, error, was 'missed'",
            "a check-in is refused: check_in the body is not JSON: expected ident at line 1 column 2",
        ]
    );
}

#[test]
fn a_check_in_that_is_too_large_is_refused_and_the_rest_goes_on() {
    let large =
        format!(r#"{{"monitor_slug":"large","status":"ok","x":"{}"}}"#, "x".repeat(CHECK_IN_BYTES_MAX));
    for item in [measured("check_in", &large), bare("check_in", &large)] {
        let read = read_all(format!("{{}}\n{item}{}", bare("check_in", &check_in("small"))));
        assert_eq!(slugs(&read), ["small"]);
        assert_eq!(read.problems, ["a check-in has more than 102400 bytes: it is refused"]);
    }
    let head = r#"{"monitor_slug":"full","status":"ok","x":""#;
    let full = format!("{head}{}\"}}", "x".repeat(CHECK_IN_BYTES_MAX - head.len() - 2));
    for item in [measured("check_in", &full), bare("check_in", &full)] {
        assert_eq!(slugs(&read_all(format!("{{}}\n{item}"))), ["full"]);
    }
}

#[test]
fn lines_without_an_end_are_refused_without_being_held() {
    let endless = || io::repeat(b'x').take(50_000_000);
    let first = read(BufReader::new(endless())).expect_err("refused");
    assert_eq!(first.to_string(), "the body is no envelope: its first line has more than 65536 bytes");
    let second = read(BufReader::new((&b"{}\n"[..]).chain(endless()))).expect("an envelope");
    assert_eq!(second.problems, ["an item's first line has more than 65536 bytes"]);
    for kind in ["check_in", "event"] {
        let head = format!("{{}}\n{{\"type\":\"{kind}\"}}\n");
        let read = read(BufReader::new(head.as_bytes().chain(endless()))).expect("an envelope");
        assert_eq!(read.check_ins, []);
    }
}

#[test]
fn of_a_million_items_a_thousand_are_looked_at() {
    for item in [&b"\n"[..], b"{\"type\":\"event\"}\n{}\n"] {
        let body = [b"{}\n".as_slice(), &item.repeat(1_000_000)].concat();
        let read = read(body.as_slice()).expect("an envelope");
        assert_eq!(read.problems, ["it has more than 1000 items: the rest is not looked at"]);
    }
    let problems = read_all(format!("{{}}\n{}", bare("check_in", "{}").repeat(500))).problems;
    assert_eq!(problems.len(), PROBLEMS_MAX);
}

#[test]
fn of_many_check_ins_a_hundred_are_taken() {
    let items = |count| format!("{{}}\n{}", bare("check_in", &check_in("one")).repeat(count));
    let full = read_all(items(CHECK_INS_MAX));
    assert_eq!((full.check_ins.len(), full.problems.len()), (CHECK_INS_MAX, 0));
    let over = read_all(items(CHECK_INS_MAX + 5));
    assert_eq!(over.check_ins.len(), CHECK_INS_MAX);
    assert_eq!(over.problems, ["it has more than 100 check-ins: the rest is not taken"]);
}

#[test]
fn a_body_that_fails_in_the_middle_gives_what_came_before() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the packing is broken"))
        }
    }
    let whole = format!("{{}}\n{}", measured("check_in", &check_in("one")));
    let read = read(BufReader::new(whole.as_bytes().chain(Failing))).expect("an envelope");
    assert_eq!(slugs(&read), ["one"]);
    assert_eq!(read.problems, ["the envelope cannot be read to its end: the packing is broken"]);
}

#[test]
fn the_first_line_can_be_read_alone() {
    let mut body = &b"{\"dsn\":\"http://k@h/1\"}\nwhatever"[..];
    assert_eq!(header(&mut body).expect("a header").dsn.as_deref(), Some("http://k@h/1"));
    assert_eq!(body, b"whatever");
}
