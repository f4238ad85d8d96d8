//! A check-in as Sentry's SDK for Node sends it: an envelope without lengths, the key in the query, with all that it says
//! of its monitor.

use std::io::Write as _;

use super::write_request;

/// The key that check-ins bear, and how the project gets it.
const PING_KEY: &str = "a_key_for_check_ins";
const PROJECT: &str = r#"{"name":"Default","ping_key":"a_key_for_check_ins"}"#;
/// The request that gives the project that key.
pub(super) fn write_key(into: &mut Vec<u8>) {
    write_request(into, "PUT", "/projects/default", PROJECT.as_bytes());
}

/// A check-in that is a run of its own. The name at the end of the query is for the baselines.
pub(super) fn write(into: &mut Vec<u8>, slug: &str, number: usize, run: u64) {
    let id = format!("{run:016x}{number:016x}");
    let body = format!(
        "{{\"sent_at\":\"2024-01-15T01:30:00.000Z\",\"sdk\":{{\"name\":\"sentry.javascript.node\",\"version\":\"11.12.0\"}}}}\n\
         {{\"type\":\"check_in\"}}\n\
         {{\"check_in_id\":\"{id}\",\"monitor_slug\":\"{slug}\",\"status\":\"ok\",\"duration\":48.211,\
         \"release\":\"books@4\",\"environment\":\"production\",\
         \"monitor_config\":{{\"schedule\":{{\"type\":\"crontab\",\"value\":\"0 2 * * *\"}},\"checkin_margin\":5,\
         \"max_runtime\":30,\"timezone\":\"Europe/Riga\"}},\
         \"contexts\":{{\"trace\":{{\"trace_id\":\"{id}\"}}}}}}\n"
    );
    let head = format_args!(
        "POST /api/1/envelope/?sentry_version=7&sentry_key={PING_KEY}&scheduler={slug} HTTP/1.1\r\nhost: punctual\r\n\
         content-type: application/x-sentry-envelope\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    into.write_fmt(head).expect("a buffer takes everything");
    into.extend_from_slice(body.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_in_is_an_envelope_of_lines_of_json() {
        let mut into = Vec::new();
        write(&mut into, "job-0000007", 7, 1);
        let text = String::from_utf8(into).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.contains("scheduler=job-0000007 "), "{head}");
        let lines: Vec<serde_json::Value> =
            body.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!((lines.len(), lines[2]["monitor_slug"].as_str()), (3, Some("job-0000007")));
    }

    #[test]
    fn the_key_that_is_set_is_the_one_that_check_ins_bear() {
        let (mut set, mut asked) = (Vec::new(), Vec::new());
        write_key(&mut set);
        write(&mut asked, "job-0000007", 7, 1);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(text(&set).starts_with("PUT /api/v1/projects/default") && text(&set).contains(PING_KEY));
        assert!(text(&asked).contains(&format!("sentry_key={PING_KEY}&")));
    }
}
