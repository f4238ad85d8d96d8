//! The spool without a server: order, privacy, bounds, and what strangers leave in it.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::key::{Key, SecretText};

fn lane(server: &str, key: &str) -> Lane {
    let key = Key::from_text(SecretText::from(std::ffi::OsString::from(key)), None).unwrap();
    Lane::new(&Server::parse(server).unwrap(), key.as_ref())
}

fn entry(note: &str) -> Entry {
    let report = Report::from_iter([("error_message".to_owned(), note.into())]);
    Entry::new(&Server::parse("http://user:secret@host").unwrap(), "backup", report)
}

fn spool() -> (tempfile::TempDir, Spool) {
    let home = tempfile::tempdir().unwrap();
    let spool = Spool::open(&home.path().join("state/spool")).unwrap();
    (home, spool)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn notes(spool: &Spool) -> Vec<String> {
    let note =
        |slip: &Slip| spool.read(slip).unwrap().unwrap().report["error_message"].as_str().unwrap().to_owned();
    spool.waiting().unwrap().iter().map(note).collect()
}

#[test]
fn reports_wait_in_the_order_they_came() {
    let (_home, spool) = spool();
    for number in 0..200 {
        spool.append(&lane("http://host", "k"), &entry(&number.to_string())).unwrap();
    }
    assert_eq!(notes(&spool), (0..200).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[test]
fn directory_and_files_are_private() {
    let (_home, spool) = spool();
    spool.append(&lane("http://host", "k"), &entry("x")).unwrap();
    assert_eq!(mode(spool.directory()), 0o700);
    for found in fs::read_dir(spool.directory()).unwrap() {
        assert_eq!(mode(&found.unwrap().path()), 0o600);
    }
}

#[test]
fn neither_key_nor_password_is_written() {
    let (_home, spool) = spool();
    spool.append(&lane("http://host", "a-long-key"), &entry("x")).unwrap();
    let slip = &spool.waiting().unwrap()[0];
    let text = fs::read_to_string(spool.path(slip)).unwrap() + &slip.file_name();
    assert!(!text.contains("a-long-key") && !text.contains("secret"), "{text}");
}

#[test]
fn a_directory_others_may_write_to_is_refused() {
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let problem = Spool::open(home.path()).unwrap_err().to_string();
    assert!(problem.contains("chmod 700"), "{problem}");
}

#[test]
fn lanes_differ_by_server_and_by_key() {
    let (_home, spool) = spool();
    for (server, key) in [("http://a", "k"), ("http://a", "other"), ("http://b", "k"), ("http://a", "")] {
        spool.append(&lane(server, key), &entry("x")).unwrap();
    }
    assert_eq!(spool.waiting_in(&lane("http://a/", "k")).len(), 1);
    assert_eq!(spool.waiting().unwrap().len(), 4);
}

#[test]
fn the_oldest_go_when_there_are_too_many_or_too_much() {
    let (_home, spool) = spool();
    for number in 0..5 {
        spool.append(&lane("http://host", "k"), &entry(&number.to_string())).unwrap();
    }
    let all = spool.waiting().unwrap();
    let now = all[4].millis();
    let size = fs::metadata(spool.path(&all[0])).unwrap().len();
    assert_eq!(bounds::excess(&spool, 3, u64::MAX, now).len(), 2);
    assert_eq!(bounds::excess(&spool, 9, size * 4, now), [all[0].clone()]);
    assert_eq!(bounds::excess(&spool, 9, u64::MAX, now + 15 * 24 * 3600 * 1000).len(), 5);
}

#[test]
fn what_is_dropped_for_its_age_is_counted() {
    let (_home, spool) = spool();
    let ours = Slip::next(&lane("http://host", "k")).file_name();
    let old = format!("0000000000001{}", &ours[13..]);
    fs::write(spool.directory().join(old), "{}").unwrap();
    assert_eq!(spool.append(&lane("http://host", "k"), &entry("x")).unwrap(), 1);
    assert_eq!(spool.dropped(), 1);
    assert_eq!(notes(&spool), ["x"]);
}

#[test]
fn names_of_strangers_are_left_alone() {
    let (_home, spool) = spool();
    for name in ["readme.json", "1-2-3-4-5.json", ".x.tmp", "a"] {
        fs::write(spool.directory().join(name), "x").unwrap();
    }
    assert!(spool.waiting().unwrap().is_empty());
}

#[test]
fn a_rejected_report_steps_aside_with_its_reason() {
    let (_home, spool) = spool();
    spool.append(&lane("http://host", "k"), &entry("x")).unwrap();
    let slip = spool.waiting().unwrap().remove(0);
    spool.reject(&slip, "Scheduler backup not found").unwrap();
    let aside = spool.directory().join("rejected").join(slip.file_name());
    assert!(aside.is_file() && spool.waiting().unwrap().is_empty());
    let reason = aside.to_str().unwrap().replace(".json", ".reason");
    assert_eq!(fs::read_to_string(reason).unwrap(), "Scheduler backup not found\n");
}

#[test]
fn only_one_process_at_a_time_may_send_to_a_server() {
    let (_home, spool) = spool();
    let held = spool.lock("sending-x").unwrap();
    assert!(spool.lock("sending-x").is_none());
    drop(held);
    assert!(spool.lock("sending-x").is_some());
}

#[test]
fn the_place_follows_the_environment() {
    let place = |set: &'static [(&str, &str)]| {
        locate(move |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
    };
    assert_eq!(place(&[("PUNCTUAL_SPOOL_DIR", "/s"), ("HOME", "/h")]), Path::new("/s"));
    assert_eq!(place(&[("XDG_STATE_HOME", "/x"), ("HOME", "/h")]), Path::new("/x/punctual/spool"));
    assert_eq!(
        place(&[("PUNCTUAL_SPOOL_DIR", ""), ("HOME", "/h")]),
        Path::new("/h/.local/state/punctual/spool")
    );
    assert_eq!(place(&[]), Path::new("/var/spool/punctual"));
}
