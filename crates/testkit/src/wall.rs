//! A receiver that shows boards, as a wall shows notes: what is posted stays until someone takes it down, and what it
//! answers follows a script.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use app::ports::{BoardPoster, DeliveryError, Edited};
use async_trait::async_trait;
use domain::board::BoardPage;

/// What becomes of one call, where it is not what the caller hopes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whim {
    /// It cannot now; nothing has happened.
    Away,
    /// It happened, and the answer is lost.
    AnswerLost,
    /// It never will.
    Refused,
    /// It panics.
    Panics,
}

/// One call that came in and what it came to, in the order in which they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// `post`, `edit` or `find`.
    pub what: &'static str,
    /// Which message, by its number on the wall, where it is known.
    pub note: Option<usize>,
    /// What it came to.
    pub answer: &'static str,
    /// What was to be shown.
    pub page: BoardPage,
}

/// A wall with notes. Past the end of its script it does as it is told.
#[derive(Debug, Default)]
pub struct Wall(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    script: VecDeque<Whim>,
    /// What each note shows; `None` where it was taken down.
    notes: Vec<Option<BoardPage>>,
    fixed: bool,
    blind: bool,
    deeds: Vec<Deed>,
}

impl Wall {
    /// Adds to the end of the script.
    pub fn then(&self, whim: Whim) {
        self.state().script.push_back(whim);
    }

    /// Someone takes every note down.
    pub fn strip(&self) {
        self.state().notes.iter_mut().for_each(|note| *note = None);
    }

    /// From now on no note can be changed.
    pub fn fix(&self) {
        self.state().fixed = true;
    }

    /// From now on nobody may look what is there.
    pub fn hide(&self) {
        self.state().blind = true;
    }

    /// What it shows, in the order in which it was posted; `None` for what was taken down.
    pub fn notes(&self) -> Vec<Option<BoardPage>> {
        self.state().notes.clone()
    }

    /// Every call since this was last asked.
    pub fn take_deeds(&self) -> Vec<Deed> {
        std::mem::take(&mut self.state().deeds)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Does a call as the script has it, and writes it down.
    fn call<T>(
        &mut self,
        what: &'static str,
        page: &BoardPage,
        work: impl FnOnce(&mut Self) -> (T, Option<usize>, &'static str),
    ) -> Result<T, DeliveryError> {
        let whim = self.script.pop_front();
        let (done, note, answer) = match whim {
            None | Some(Whim::AnswerLost) => {
                let (done, note, answer) = work(self);
                (Some(done), note, answer)
            }
            Some(_) => (None, None, "nothing"),
        };
        let answer = match whim {
            None => answer,
            Some(Whim::AnswerLost) => "lost",
            Some(Whim::Away) => "away",
            Some(Whim::Refused) => "refused",
            Some(Whim::Panics) => "panics",
        };
        self.deeds.push(Deed { what, note, answer, page: page.clone() });
        match (whim, done) {
            (None, Some(done)) => Ok(done),
            (Some(Whim::Refused), _) => Err(DeliveryError::permanent("the wall is closed to us")),
            (Some(Whim::Panics), _) => panic!("the wall comes down"),
            _ => Err(DeliveryError::transient("the wall is away")),
        }
    }
}

#[async_trait]
impl BoardPoster for Wall {
    async fn post(&self, page: &BoardPage) -> Result<String, DeliveryError> {
        self.state().call("post", page, |state| {
            state.notes.push(Some(page.clone()));
            let number = state.notes.len();
            (format!("note {number}"), Some(number), "done")
        })
    }

    async fn edit(&self, message: &str, page: &BoardPage) -> Result<Edited, DeliveryError> {
        let number = message.strip_prefix("note ").and_then(|number| number.parse::<usize>().ok());
        self.state().call("edit", page, |state| {
            let fixed = state.fixed;
            let note = number.and_then(|number| state.notes.get_mut(number.wrapping_sub(1)));
            match note {
                Some(Some(_)) if fixed => (Edited::Fixed, number, "fixed"),
                Some(Some(shown)) => {
                    shown.clone_from(page);
                    (Edited::Done, number, "done")
                }
                _ => (Edited::Gone, number, "gone"),
            }
        })
    }

    async fn find(&self, page: &BoardPage) -> Result<Option<String>, DeliveryError> {
        self.state().call("find", page, |state| {
            let is_ours = |note: &Option<BoardPage>| {
                note.as_ref()
                    .is_some_and(|it| (&it.board, it.window.start) == (&page.board, page.window.start))
            };
            let place = state.notes.iter().position(is_ours).filter(|_| !state.blind);
            let number = place.map(|place| place + 1);
            let answer = if number.is_some() { "found" } else { "nothing" };
            (number.map(|number| format!("note {number}")), number, answer)
        })
    }
}
