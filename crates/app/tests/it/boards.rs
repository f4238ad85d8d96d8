//! Boards: set up, posted, edited, closed; and whole nights of them as transcripts.

mod nights;
mod posting;
mod setting_up;

use std::fmt::Write as _;
use std::sync::Arc;

use app::ports::Clock as _;
use app::roles::{BoardKeeper, Role as _};
use app::{App, BoardDraft, BoardView};
use domain::board::{BoardPage, Standing};
use domain::schedule::Zone;
use domain::{Duration, Instant};
use testkit::{Deed, FixedClock, Wall};

use crate::world::{World, admin};

/// A world at an instant, with a wall to post to and a keeper at work.
struct Night {
    world: World,
    wall: Arc<Wall>,
    keeper: BoardKeeper,
}

fn at(text: &str) -> Instant {
    Instant::parse(text).expect(text)
}

/// A board from 00:00 to 06:00 UTC, edited every hour.
fn draft() -> BoardDraft {
    BoardDraft {
        name: "night".to_owned(),
        title: Some("Nightly jobs".to_owned()),
        channel: "wall".to_owned(),
        start: "00:00".to_owned(),
        end: "06:00".to_owned(),
        ..BoardDraft::default()
    }
}

impl Night {
    fn at(now: &str) -> Self {
        let world = World::new();
        set(&world.clock, at(now));
        let wall = world.channels.add_wall("wall");
        let keeper = BoardKeeper::new(world.app.clone());
        Self { world, wall, keeper }
    }

    /// With a board.
    async fn with(now: &str, draft: BoardDraft) -> Self {
        let night = Self::at(now);
        night.create(draft).await;
        night
    }

    fn app(&self) -> &App {
        &self.world.app
    }

    async fn create(&self, draft: BoardDraft) -> BoardView {
        self.app().create_board(&admin(), draft).await.expect("created")
    }

    /// The server is started anew on the same store.
    fn restart(&mut self) {
        self.world = self.world.restarted();
        self.keeper = BoardKeeper::new(self.world.app.clone());
    }

    async fn keep(&self) {
        self.keeper.run_once().await.expect("kept");
    }

    /// Lets time pass in steps, the keeper being poked at each as its rhythm has it; answers what came to the wall.
    async fn until(&self, when: &str) -> Vec<Deed> {
        self.keep().await;
        while self.world.now() < at(when) {
            let left = at(when).since(self.world.now());
            self.world.clock.advance(left.min(Duration::from_seconds(10)));
            self.keep().await;
        }
        self.wall.take_deeds()
    }
}

fn set(clock: &FixedClock, now: Instant) {
    clock.advance(now.since(clock.now()));
}

/// `post 1 done` and so on.
fn words(deeds: &[Deed]) -> Vec<String> {
    let word = |deed: &Deed| {
        let note = deed.note.map_or_else(|| "-".to_owned(), |note| note.to_string());
        format!("{} {note} {}", deed.what, deed.answer)
    };
    deeds.iter().map(word).collect()
}

/// A page as a transcript shows it, in the wall time of its zone.
fn shown(page: &BoardPage) -> String {
    let zone = Zone::parse(&page.time_zone).expect("a zone");
    let clock = |at: Instant| {
        at.to_timestamp().to_zoned_datetime(zone.as_time_zone().clone()).strftime("%H:%M").to_string()
    };
    let mut text = format!("{} {}-{}", page.title, clock(page.window.start), clock(page.window.end));
    text.push_str(match (page.closing, page.all_clear) {
        (true, true) => " closed: all clear",
        (true, false) => " closed: not all clear",
        (false, _) => "",
    });
    for standing in Standing::ALL {
        match page.counts.of(standing) {
            0 => {}
            count => write!(text, ", {count} {}", standing.as_str()).expect("written"),
        }
    }
    write!(text, ", {} in all", page.total_execution_time).expect("written");
    for row in &page.rows {
        let since = row.at.map_or_else(String::new, |at| format!(" {}", clock(at)));
        let took = row.took.map_or_else(String::new, |took| format!(" took {took}"));
        let error = row.error.as_ref().map_or_else(String::new, |error| format!(" ({error})"));
        write!(text, "\n             {}: {}{since}{took}{error}", row.id, row.standing.as_str())
            .expect("written");
    }
    text
}
