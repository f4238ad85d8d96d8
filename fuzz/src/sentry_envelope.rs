//! Sentry's envelopes: an input is a line that says how the body is packed, and then the body.

use domain::{Config, SchedulerId};
use web::ingest::sentry::{CheckIn, Dsn, Envelope, auth, check_in, envelope, plain, query};

/// What a body may unpack to here: enough to pass every buffer.
const PLAIN_BYTES_MAX: u64 = 512 * 1024;
/// Longest refusal of an envelope, an item or a key.
const REFUSAL_CHARS_MAX: usize = 700;

/// Whatever a body unpacks to, it is refused in few words or read into what schedulers can take, within the bounds.
pub fn sentry_envelope(data: &[u8]) {
    let (packing, body) = split(data);
    let packing = String::from_utf8_lossy(packing);
    match plain(&packing, body, PLAIN_BYTES_MAX) {
        Err(refusal) => is_short(&refusal.to_string()),
        Ok(body) => match envelope::read(body) {
            Err(refusal) => is_short(&refusal.to_string()),
            Ok(envelope) => within_bounds(&envelope),
        },
    }
    // The same bytes in the other places where such things stand.
    single(CheckIn::parse(body));
    single(query::from_body("a", body));
    single(query::from_query("a", &String::from_utf8_lossy(body)));
    address(&String::from_utf8_lossy(body));
}

fn split(data: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == b'\n');
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

fn is_short(refusal: &str) {
    assert!(
        (1..=REFUSAL_CHARS_MAX).contains(&refusal.chars().count()),
        "no reason, or a long one: {refusal}"
    );
}

fn within_bounds(envelope: &Envelope) {
    assert!(envelope.check_ins.len() <= envelope::CHECK_INS_MAX, "{} check-ins", envelope.check_ins.len());
    assert!(envelope.problems.len() <= envelope::PROBLEMS_MAX, "{} problems", envelope.problems.len());
    envelope.problems.iter().for_each(|problem| is_short(problem));
    envelope.check_ins.iter().for_each(holds);
    if let Some(id) = &envelope.header.event_id {
        assert!(is_hex(id), "the envelope's id is {id}");
    }
    if let Some(dsn) = &envelope.header.dsn {
        address(dsn);
    }
}

fn single(read: Result<CheckIn, Vec<domain::Problem>>) {
    match read {
        Ok(check_in) => holds(&check_in),
        Err(problems) => assert!(!problems.is_empty(), "refused for nothing"),
    }
}

/// A check-in names a scheduler that can be, and its schedule can be taken.
fn holds(check_in: &CheckIn) {
    let name = &check_in.monitor;
    let id = name.scheduler_id();
    assert_eq!(SchedulerId::parse(id.as_str()).as_ref(), Ok(&id), "a scheduler cannot be called that");
    for id in check_in.check_in_id.iter().map(domain::RunId::as_str).chain(check_in.trace_id.as_deref()) {
        assert!(is_hex(id), "an id is {id}");
    }
    assert!(check_in.duration.is_none_or(|duration| duration <= check_in::DURATION_MAX), "{check_in:?}");
    if let Some(Ok(monitor)) = &check_in.monitor_config {
        let born = monitor.registration(name, "service").applied_to(&Config::default());
        assert!(
            born.schedule.is_some() && born.tags.iter().all(|tag| (1..=64).contains(&tag.chars().count()))
        );
        assert_eq!(monitor.change(name, &born).applied_to(&born), born, "the same again changes something");
    }
}

fn is_hex(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn address(text: &str) {
    match Dsn::parse(text) {
        Ok(dsn) => assert!(text.contains(dsn.key.as_str()), "a key that is not in it"),
        Err(refusal) => is_short(&refusal.to_string()),
    }
    for found in [auth::public_key(Some(text), "", None, 1), auth::public_key(None, text, None, 1)] {
        found.map_or_else(|refusal| is_short(&refusal.to_string()), |key| assert!(!key.as_str().is_empty()));
    }
}
