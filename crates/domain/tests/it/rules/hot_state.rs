//! The hot state is small, whatever a job does. Four kibibytes hold what jobs usually do; twenty open runs need more,
//! since their names alone may need more.

use domain::RunId;

use super::{cron, with};
use crate::story::{failed, running, scheduled};

/// A state in which everything is set that can be, with so many open runs of such names.
fn bytes(runs: usize, letter: char, length: usize) -> usize {
    let mut story = with(scheduled(cron("* * * * *")));
    story.at("mon 12:00").say(failed()).acknowledge(&"a".repeat(64));
    for number in 0..runs {
        let name = format!("{number:02}{}", letter.to_string().repeat(length - 2));
        assert!(RunId::parse(&name).is_ok());
        story.say(running().run(&name)).heartbeat_of(&name);
    }
    story.at("tue 12:05").say(failed().took("1h"));
    let open = &story.scheduler.state.runs;
    assert!(open.iter().all(|run| run.overran_at.is_some() && run.stale_at.is_some()));
    assert_eq!(open.len(), if runs == 1 { 0 } else { runs }, "the outcome closes the only one");
    serde_json::to_string(&story.scheduler.state).expect("json").len()
}

#[test]
fn the_hot_state_is_bounded() {
    for (runs, letter, length, bytes_max) in [
        (1, 'x', 36, 1024),
        (10, 'x', 36, 3 * 1024),
        (20, 'x', 36, 5 * 1024),
        (20, 'x', 128, 7 * 1024),
        (20, '𝟙', 128, 14 * 1024),
    ] {
        let bytes = bytes(runs, letter, length);
        assert!(bytes <= bytes_max, "{runs} runs of {length} '{letter}': {bytes} bytes");
    }
}
