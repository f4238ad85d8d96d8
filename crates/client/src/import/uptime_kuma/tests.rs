//! Backups in the shape of version 1.23, and monitors as later versions hand them out.

use super::*;

const TOKEN: &str = "Zk3pQw81LmXy7TbN0aRsVuEcHdJfGiKo";

fn push(changes: &Value) -> Value {
    let mut it = json!({
        "id": 7, "name": "Backup of the NAS", "url": "https://", "method": "GET", "hostname": null, "port": null,
        "maxretries": 2, "weight": 2000, "active": 1, "type": "push", "interval": 3600, "retryInterval": 120,
        "upsideDown": false, "notificationIDList": { "1": true, "2": false },
        "tags": [{ "id": 1, "monitor_id": 7, "tag_id": 1, "value": "home", "name": "site", "color": "#059669" }],
        "pushToken": TOKEN,
    });
    for (field, value) in changes.as_object().expect("changes") {
        it[field] = value.clone();
    }
    it
}

fn backup(monitors: &Value) -> Value {
    let told =
        json!([{ "id": 1, "name": "Telegram", "config": "{\"secret\":1}" }, { "id": 2, "name": "Mail" }]);
    json!({ "version": "1.23.16", "notificationList": told, "monitorList": monitors, "proxyList": [] })
}

fn only(changes: &Value) -> Monitor {
    read(&[backup(&json!([push(changes)]))]).expect("read").monitors.remove(0)
}

#[test]
fn a_push_monitor_keeps_its_token() {
    let monitor = only(&json!({}));
    assert_eq!(monitor.token, Some(Token::Alias(TOKEN.to_owned())));
    let schedule = json!({ "every": "1h", "from": "end", "grace": "4m", "expect_from": "first_report" });
    assert_eq!(monitor.schedule, Some(schedule));
    assert_eq!((monitor.channels, monitor.tags), (vec!["Telegram".to_owned()], vec!["site=home".to_owned()]));
    assert!(!monitor.is_paused && monitor.notes.is_empty());
}

#[test]
fn retries_are_the_grace() {
    for (retries, pause, grace) in [(0, 60, "1s"), (3, 20, "1m"), (2, 0, "2h")] {
        let schedule =
            only(&json!({ "maxretries": retries, "retryInterval": pause })).schedule.expect("a schedule");
        assert_eq!(schedule["grace"], grace, "{retries} x {pause}");
    }
}

#[test]
fn what_is_off_or_upside_down_is_told() {
    assert!(only(&json!({ "active": 0 })).is_paused && only(&json!({ "active": false })).is_paused);
    assert_eq!(only(&json!({ "upsideDown": true })).notes.len(), 1);
}

#[test]
fn what_asks_is_left_out_and_what_has_no_token_is_passed_over() {
    let monitors = json!([{ "type": "http", "name": "a" }, { "type": "ping" }, { "type": "http" }, push(&json!({ "pushToken": null }))]);
    let reading = read(&[backup(&monitors)]).expect("read");
    assert_eq!(format!("{:?}", reading.left_out), r#"{"http": 2, "ping": 1}"#);
    assert_eq!((reading.monitors.len(), reading.notes.len()), (0, 1));
}

#[test]
fn monitors_by_their_ids_and_a_list_by_itself_are_read_too() {
    for list in [json!({ "7": push(&json!({})) }), json!([push(&json!({}))])] {
        assert_eq!(read(&[list]).expect("read").monitors.len(), 1);
    }
    assert!(read(&[json!({ "statusPageList": [] })]).is_err());
}
