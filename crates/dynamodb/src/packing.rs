//! JSON made small before it is stored: what is written costs by the kibibyte, and most of it are the same names again and
//! again. Packed against a dictionary of them, a state and its newest events fit into one.

use lz4_flex::block::{compress_prepend_size_with_dict, decompress_size_prepended_with_dict};

use crate::fault::{Fault, Faulty};

/// Which dictionary: the first byte of what is packed. Dictionaries are for ever, new ones come beside.
const FIRST: u8 = 1;

/// What states, entries and events are made of, the most frequent last.
const DICTIONARY: &[u8] = br#"{"abandoned":"replaced","reason":"replaced","crowded","overdue","deleted","paused":{"until":null,"by":"""while_paused":"record","snoozed":"acknowledged_by":"incident":{"id":"inc_","opened_at":"causes":["failing","missed","stale","overrun"],"worst":"alerts":,"silenced":"heeded":false,"type":"slots_missed","first":"last":"count":1,"type":"slots_skipped","type":"slots_unobserved","type":"run_went_stale","limit":"silent_since":"type":"run_overran","started_at":"type":"run_abandoned","run":"reason":"replaced","type":"registered","config":{"service_name":"","job_name":"","schedule":{"kind":"cron","expression":"","timezone":"UTC"},"grace":"max_runtime":"heartbeat_timeout":"tags":[],"ping_id":"type":"incident_opened","cause":"failing","severity":"error","story":{"type":"incident_resolved","resolution":"recovered","type":"message_conflicted","type":"checkpoint","state":{"error":{"kind":"message":"exit_code":1,"execution_time":"user_agent":"source":"ping","metadata":{},"cut":[],"output_bytes":0,"settled":"failed","expect":{"slot":"due":"missed_at":"grace_until":"created_at":1700000000000,"updated_at":1700000000000,"config_version":1,"settled":"completed","settled_at":1700000000000,"last_report":{"timestamp":1700000000000,"received_at":1700000000000,"version":},"runs":[{"no":1,"run_id":"started_at":1700000000000,"heard_at":1700000000000,"judged_from":1700000000000}],"runs_seen":,"newest_start":1700000000000,"newest_run":,"expected":{"at":"late_from":"missed_from":},"expect_after":1700000000000,"failures":0,"starts_seen":true,"heartbeats_seen":false,"messages":[{"c":"cmt_","e":[{"version":,"at":1700000000000,"type":"run_refreshed","run":,"version":,"at":1700000000000,"type":"run_started","run":,"report":{"timestamp":1700000000000,"received_at":1700000000000,"happened_at":1700000000000,"no":,"future":false},"judged_from":1700000000000,"standing":"current","meets":false,"expected":null}],{"version":,"at":1700000000000,"type":"run_finished","run":,"report":{"timestamp":1700000000000,"received_at":1700000000000,"happened_at":1700000000000,"run_id":null,"report_id":null,"execution_time":null,"exit_code":null,"error":null,"no":,"future":false},"outcome":"completed","run_id":null,"started_at":1700000000000,"duration":,"standing":"current","meets":true,"expected":null}],"o":,"p":[,{"h":{"r":[{"no":,"run_id":null,"state":"completed","started_at":1700000000000,"reported_start":true,"ended_at":1700000000000,"duration":,"exit_code":null}],"i":["#;

/// Makes a text small.
pub(crate) fn pack(text: &str) -> Vec<u8> {
    let mut packed = vec![FIRST];
    packed.extend(compress_prepend_size_with_dict(text.as_bytes(), DICTIONARY));
    packed
}

/// The text again. The error names where it stands.
pub(crate) fn unpack(packed: &[u8], place: &str) -> Faulty<String> {
    let [FIRST, body @ ..] = packed else {
        return Err(Fault::corrupt(place, "it was packed by a newer program"));
    };
    let length = body.first_chunk::<4>().map_or(u32::MAX, |bytes| u32::from_le_bytes(*bytes));
    if length > UNPACKED_MAX {
        return Err(Fault::corrupt(place, "it is longer than anything that was packed"));
    }
    let bytes = decompress_size_prepended_with_dict(body, DICTIONARY)
        .map_err(|error| Fault::corrupt(place, error))?;
    String::from_utf8(bytes).map_err(|error| Fault::corrupt(place, error))
}

/// No text is longer.
const UNPACKED_MAX: u32 = 8 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_as_it_was() {
        for text in ["", "{}", "ночь", &"x".repeat(100_000), r#"{"version":3,"type":"run_started"}"#] {
            assert_eq!(unpack(&pack(text), "here"), Ok(text.to_owned()));
        }
    }

    #[test]
    fn what_was_packed_under_the_first_dictionary_is_read_for_ever() {
        let digest = DICTIONARY.iter().fold(0_u32, |sum, byte| sum.rotate_left(5) ^ u32::from(*byte));
        assert_eq!((DICTIONARY.len(), digest), (2464, 433_422_533));
    }

    #[test]
    fn rubbish_is_refused_by_name() {
        for rubbish in
            [&[][..], &[9, 1, 2], &[FIRST], &[FIRST, 255, 255, 255, 255, 1], &[FIRST, 4, 0, 0, 0, 200]]
        {
            let said = format!("{:?}", unpack(rubbish, "st of a scheduler").expect_err("rubbish"));
            assert!(said.contains("st of a scheduler"), "{said}");
        }
    }
}
