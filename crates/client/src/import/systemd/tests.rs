//! Timers in all their ways to say when, and services that can and cannot be put under watch.

use super::*;

fn found(timer: &str, service: &str) -> Found {
    let surveyor = Surveyor {
        prefix: "web1",
        service: "web1",
        grace: None,
        zone: "Europe/Riga",
        host: "web1",
        program: "/usr/bin/punctual",
        options: &["--key-file".to_owned(), "/etc/my key".to_owned()],
    };
    let timer = Timer {
        name: "backup.timer".to_owned(),
        unit: Unit::parse(&format!("[Timer]\n{timer}")),
        service_name: "backup.service".to_owned(),
        service: Unit::parse(&format!("[Unit]\nDescription=Nightly backup\n[Service]\n{service}")),
    };
    surveyor.survey(&timer, &mut Names::default())
}

#[test]
fn what_a_timer_says_of_time_becomes_a_schedule_with_its_slack() {
    for (timer, schedule, notes) in [
        (
            "OnCalendar=Mon..Fri 02:00",
            json!({ "on_calendar": "Mon..Fri 02:00", "timezone": "Europe/Riga", "grace": "16m" }),
            0,
        ),
        (
            "OnCalendar=*-*-* 02:00/5 Asia/Jakarta",
            json!({ "on_calendar": "*-*-* 02:00/5 Asia/Jakarta", "grace": "16m" }),
            0,
        ),
        (
            "OnCalendar=daily\nOnCalendar=12:00\nAccuracySec=1us\nRandomizedDelaySec=1h",
            json!({ "on_calendar": "daily", "timezone": "Europe/Riga", "grace": "1h15m1s" }),
            1,
        ),
        ("OnBootSec=5min\nOnUnitActiveSec=1h", json!({ "every": "1h", "grace": "16m" }), 0),
        ("OnUnitInactiveSec=15min", json!({ "every": "15m", "from": "end", "grace": "16m" }), 0),
    ] {
        let found = found(timer, "ExecStart=/bin/true");
        assert_eq!(found.proposal.body["schedule"], schedule, "{timer}");
        assert_eq!(found.notes.len(), notes, "{:?}", found.notes);
    }
    let once = found("OnBootSec=5min", "ExecStart=/bin/true");
    assert!(!once.proposal.body.contains_key("schedule"));
    assert!(once.notes[0].text.contains("elapses once after a start"), "{once:?}");
}

#[test]
fn how_long_a_service_may_run_is_what_systemd_lets_it() {
    for (service, limit) in [
        ("RuntimeMaxSec=2h\nTimeoutStartSec=30s", Some("2h")),
        ("Type=oneshot\nTimeoutStartSec=10min", Some("10m")),
        ("Type=oneshot\nTimeoutStartSec=infinity", None),
        ("", None),
    ] {
        let found = found("OnCalendar=daily", service);
        assert_eq!(found.proposal.body.get("max_runtime").and_then(Value::as_str), limit, "{service}");
        assert_eq!(found.proposal.body["description"], "Nightly backup");
    }
}

#[test]
fn the_drop_in_keeps_the_command_as_the_unit_writes_it() {
    let dropin =
        found("OnCalendar=daily", "Type=oneshot\nExecStart=-/usr/bin/backup --all %i \"$HOME\"").dropin;
    let dropin = dropin.expect("a drop-in");
    assert_eq!(dropin.path, "backup.service.d/punctual.conf");
    let start = "ExecStart=-/usr/bin/punctual exec web1/backup --key-file \"/etc/my key\" -- /usr/bin/backup --all %i \"$HOME\"";
    assert_eq!(dropin.text, format!("{HEAD}[Service]\nExecStart=\n{start}\n"));
}

#[test]
fn services_that_we_cannot_wrap_are_said_and_still_proposed() {
    for (service, why) in [
        ("Type=notify\nExecStart=/bin/x", "it is of Type=notify"),
        ("Type=oneshot\nExecStart=/bin/x\nExecStart=/bin/y", "it has several commands"),
        ("Type=oneshot\nExecStart=/bin/x ; /bin/y", "of a form"),
        ("ExecStart=@/bin/x argv0", "of a form"),
        ("", "is not known"),
    ] {
        let found = found("OnCalendar=daily", service);
        assert!(found.dropin.is_none() && found.notes[0].text.contains(why), "{service}: {found:?}");
        assert_eq!(found.proposal.id(), "web1/backup");
    }
}

#[test]
fn a_service_under_watch_keeps_its_id_and_needs_no_drop_in() {
    let found = found(
        "OnCalendar=daily",
        "ExecStart=/bin/backup\nExecStart=\nExecStart=-/usr/bin/punctual exec nightly -- /bin/backup",
    );
    assert_eq!((found.proposal.id(), found.dropin.is_none(), found.notes.len()), ("nightly", true, 0));
}
