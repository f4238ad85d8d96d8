//! Turns: writers of one scheduler queue here rather than conflict in the store, and each leaves behind what it wrote,
//! so that the next need not load it. Correctness rests on neither: the store refuses a write that rests on what is
//! over. Nothing is remembered for longer than an era, and never more than a bounded number of bytes.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::SchedulerKey;
use tokio::sync::{Mutex, MutexGuard};

use crate::ports::{Era, Loaded};

/// How many queues of writers there are: two schedulers rarely share one, and a scheduler always has its own.
const QUEUES: usize = 8192;
/// How many schedulers of one queue are remembered.
const KEPT: usize = 4;
/// How many bytes may be remembered in all, by rough count.
const BYTES_MAX: usize = 24 << 20;

/// All queues of a process.
pub(crate) struct Turns {
    queues: Box<[Mutex<Vec<Remembered>>]>,
    bytes: AtomicUsize,
}

/// A scheduler as it was after the last write of this process.
struct Remembered {
    key: SchedulerKey,
    era: Era,
    bytes: usize,
    loaded: Loaded,
}

/// The turn of one writer. What was remembered of the scheduler is taken out of the memory with it: what is not kept
/// again is forgotten, whatever becomes of the writer.
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    queue: MutexGuard<'a, Vec<Remembered>>,
    known: Option<Remembered>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { queues: (0..QUEUES).map(|_| Mutex::default()).collect(), bytes: AtomicUsize::new(0) }
    }
}

impl Turns {
    /// Waits for this process's turn to change a scheduler.
    pub(crate) async fn turn(&self, key: &SchedulerKey) -> Turn<'_> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let mut queue = self.queues[(hasher.finish() % QUEUES as u64) as usize].lock().await;
        let place = queue.iter().position(|it| it.key == *key);
        let known = place.map(|place| queue.remove(place));
        self.bytes.fetch_sub(known.as_ref().map_or(0, |it| it.bytes), Ordering::Relaxed);
        Turn { turns: self, queue, known }
    }
}

impl Turn<'_> {
    /// What is remembered of the scheduler, once, where that era is still.
    pub(crate) fn recall(&mut self, era: Era) -> Option<Loaded> {
        self.known.take().filter(|it| it.era == era).map(|it| it.loaded)
    }

    /// Remembers what the scheduler is from now on, as of that era.
    pub(crate) fn keep(&mut self, era: Era, loaded: Loaded) {
        let bytes = weight(&loaded);
        if self.queue.len() >= KEPT || self.turns.bytes.load(Ordering::Relaxed) + bytes > BYTES_MAX {
            self.make_room();
        }
        if self.turns.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > BYTES_MAX {
            self.turns.bytes.fetch_sub(bytes, Ordering::Relaxed);
            return;
        }
        let key = loaded.scheduler.key.clone();
        self.queue.push(Remembered { key, era, bytes, loaded });
    }

    /// Forgets the one of this queue that was written longest ago.
    fn make_room(&mut self) {
        if !self.queue.is_empty() {
            let oldest = self.queue.remove(0);
            self.turns.bytes.fetch_sub(oldest.bytes, Ordering::Relaxed);
        }
    }
}

/// About how many bytes it takes to remember this.
fn weight(loaded: &Loaded) -> usize {
    let config = &loaded.scheduler.config;
    let texts = [&config.owner_email, &config.alert_user_id, &config.description];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let lists = config.tags.iter().chain(config.channels.iter().flatten());
    let lists: usize = lists.map(|it| it.len() + size_of::<String>()).sum();
    let names =
        config.service_name.len() + config.job_name.len() + 2 * loaded.scheduler.key.id.as_str().len();
    let runs = loaded.scheduler.state.runs.len() * (size_of::<domain::scheduler::OpenRun>() + 64);
    size_of::<Remembered>() + texts + lists + names + runs
}

#[cfg(test)]
mod tests {
    use domain::config::Config;
    use domain::id::{ProjectId, SchedulerId};
    use domain::{Liveness, Scheduler};

    use super::*;

    fn key(name: &str) -> SchedulerKey {
        SchedulerKey { project: ProjectId::default_project(), id: SchedulerId::parse(name).expect("a name") }
    }

    fn loaded(name: &str) -> Loaded {
        Loaded {
            scheduler: Scheduler::unborn(key(name), 1),
            liveness: Liveness::default(),
            wake: None,
            closed_run: None,
            report_seen: false,
        }
    }

    #[tokio::test]
    async fn what_is_not_kept_again_is_forgotten() {
        let turns = Turns::default();
        turns.turn(&key("a")).await.keep(Era(1), loaded("a"));
        assert!(turns.turn(&key("a")).await.recall(Era(1)).is_some());
        assert!(turns.turn(&key("a")).await.recall(Era(1)).is_none());
        assert_eq!(turns.bytes.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn nothing_is_recalled_in_another_era() {
        let turns = Turns::default();
        turns.turn(&key("a")).await.keep(Era(1), loaded("a"));
        assert!(turns.turn(&key("a")).await.recall(Era(2)).is_none());
    }

    #[tokio::test]
    async fn the_memory_is_bounded_by_bytes_and_gives_back_what_it_counted() {
        let turns = Turns::default();
        let mut large = loaded("large");
        let described = Config { description: Some("x".repeat(BYTES_MAX / 2)), ..Config::default() };
        large.scheduler.config = described.into();
        for name in ["a", "b", "c"] {
            large.scheduler.key = key(name);
            turns.turn(&key(name)).await.keep(Era(1), large.clone());
        }
        assert!(turns.bytes.load(Ordering::Relaxed) <= BYTES_MAX);
        for name in ["a", "b", "c"] {
            drop(turns.turn(&key(name)).await);
        }
        assert_eq!(turns.bytes.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_queue_remembers_the_last_few() {
        let turns = Turns::default();
        let mut turn = turns.turn(&key("a")).await;
        for number in 0..2 * KEPT {
            turn.keep(Era(1), loaded(&format!("job-{number}")));
        }
        assert_eq!(turn.queue.len(), KEPT);
        assert_eq!(turn.queue[0].key, key(&format!("job-{KEPT}")));
    }
}
