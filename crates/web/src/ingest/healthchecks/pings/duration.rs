//! How long runs took, told from pings alone: an end and the latest start before it that has the same name, or as it has
//! none. Pure.

use std::collections::HashMap;

use domain::{Duration, Instant, RunId};

/// Starts and ends that are further apart do not belong together.
const APART_MAX: Duration = Duration::HOUR.times(72);

/// What of a ping matters here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    pub(super) kind: &'static str,
    pub(super) run_id: Option<&'a RunId>,
    pub(super) at: Instant,
}

/// How long each took; pings are given and answered newest first.
pub(super) fn durations(pings: &[Told<'_>]) -> Vec<Option<Duration>> {
    let mut starts: HashMap<Option<&RunId>, Instant> = HashMap::new();
    let mut lengths: Vec<Option<Duration>> = pings
        .iter()
        .rev()
        .map(|ping| match ping.kind {
            "start" => {
                starts.insert(ping.run_id, ping.at);
                None
            }
            // An end uses its start up: the next one has none.
            "success" | "fail" => starts.remove(&ping.run_id).map(|start| ping.at.since(start)),
            _ => None,
        })
        .map(|length| length.filter(|length| *length <= APART_MAX))
        .collect();
    lengths.reverse();
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_paired_with_the_latest_start_of_its_own_name() {
        let run = RunId::trusted("a");
        let ping = |kind, run_id, seconds| Told { kind, run_id, at: Instant::from_seconds(seconds) };
        let oldest_first = [
            ping("start", Some(&run), 0),
            ping("start", None, 5),
            ping("log", None, 6),
            ping("start", None, 7),
            ping("success", None, 10),
            ping("success", None, 11),
            ping("fail", Some(&run), 20),
            ping("start", None, 30),
            ping("success", None, 30 + 73 * 3600),
        ];
        let newest_first: Vec<_> = oldest_first.iter().rev().copied().collect();
        let mut found = durations(&newest_first);
        found.reverse();
        let seconds: Vec<_> = found.iter().map(|length| length.map(|it| it.as_millis() / 1000)).collect();
        assert_eq!(seconds, [None, None, None, None, Some(3), None, Some(20), None, None]);
    }
}
