//! Maintenance windows: when some schedulers need not meet their slots, and nobody is told of them. Whoever looks after
//! services may open windows for these; an administrator for anything.
//!
//! A change holds at once: what waits for the end of maintenance is looked at anew.

use domain::command::Problem;
use domain::id::WindowId;
use domain::maintenance::{Stretch, WINDOW_LENGTH_MAX, When};
use domain::schedule::Recurrence;
use domain::{Duration, Instant, Rejection, Selector, Window};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::outlook::Outlook;
use crate::plan::behind_maintenance;
use crate::ports::{DefinitionKind, Role};
use crate::saved::{Draft, Saved, Shelf};

const WINDOWS: Shelf = Shelf { kind: DefinitionKind::Window, noun: "maintenance window" };

/// The longest that a window may last that comes once.
pub const ONCE_MAX: Duration = Duration::DAY.times(366);
/// The shortest that each occurrence of a recurring one may last.
pub const LENGTH_MIN: Duration = Duration::MINUTE;
/// Most occurrences that may begin within the length of one.
const OVERLAPPING_MAX: usize = 500;

/// A maintenance window, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowView {
    /// The window.
    pub window: Saved<Window>,
    /// The occurrence that holds now.
    pub current: Option<Stretch>,
    /// The first occurrence that begins later.
    pub next: Option<Stretch>,
}

impl WindowView {
    fn at(window: Saved<Window>, now: Instant) -> Self {
        let when = &window.body.when;
        Self { current: when.holding(now), next: when.next_after(now), window }
    }
}

impl App {
    /// The project's maintenance windows, by name.
    pub async fn windows(&self, caller: &Caller) -> AppResult<Vec<WindowView>> {
        let now = self.now();
        let all = self.all_saved::<Window>(caller, WINDOWS).await?;
        let seen = all.into_iter().filter(|window| caller.is_concerned(&window.body.selector));
        Ok(seen.map(|window| WindowView::at(window, now)).collect())
    }

    /// One maintenance window.
    pub async fn window(&self, caller: &Caller, id: &str) -> AppResult<WindowView> {
        let window = self.one_saved::<Window>(caller, WINDOWS, id).await?;
        if caller.is_concerned(&window.body.selector) {
            return Ok(WindowView::at(window, self.now()));
        }
        Err(AppError::NotFound { what: WINDOWS.noun, id: id.to_owned() })
    }

    /// Makes a maintenance window.
    pub async fn create_window(&self, caller: &Caller, draft: Draft<Window>) -> AppResult<WindowView> {
        may_write(caller, &draft.body.selector)?;
        check(&draft.body.when, self.now())?;
        let id = WindowId::mint(self.id_bits());
        let window = self.save_new(caller, WINDOWS, id.as_str(), draft).await?;
        self.heed_windows().await;
        Ok(WindowView::at(window, self.now()))
    }

    /// Puts another window in the place of one, if that has still the version that was seen.
    pub async fn replace_window(
        &self,
        caller: &Caller,
        id: &str,
        draft: Draft<Window>,
        only_if: Option<u64>,
    ) -> AppResult<WindowView> {
        may_write(caller, &draft.body.selector)?;
        check(&draft.body.when, self.now())?;
        let may = |before: &Window| may_write(caller, &before.selector);
        let window = self.replace_saved(caller, WINDOWS, (id, only_if), draft, &may).await?;
        self.heed_windows().await;
        Ok(WindowView::at(window, self.now()))
    }

    /// What another window in the place of one would come to.
    pub async fn foresee_window(
        &self,
        caller: &Caller,
        id: &str,
        draft: Draft<Window>,
        only_if: Option<u64>,
    ) -> AppResult<Outlook<WindowView>> {
        may_write(caller, &draft.body.selector)?;
        check(&draft.body.when, self.now())?;
        let may = |before: &Window| may_write(caller, &before.selector);
        let window = self.foresee_saved(caller, WINDOWS, (id, only_if), draft, &may).await?;
        Ok(window.map(|window| WindowView::at(window, self.now())))
    }

    /// Deletes a window, if it has still the version that was seen: what it held back is told now.
    pub async fn delete_window(&self, caller: &Caller, id: &str, only_if: Option<u64>) -> AppResult<()> {
        caller.must_be(Role::ServiceOwner)?;
        let may = |before: &Window| may_write(caller, &before.selector);
        self.delete_saved::<Window>(caller, WINDOWS, (id, only_if), &may).await?;
        self.heed_windows().await;
        Ok(())
    }

    /// What waits knows the end that was: all of it is looked at anew, and waits again where there is maintenance still.
    /// The windows are learnt first, or it would be put off to the old end.
    async fn heed_windows(&self) {
        self.heed_setup().await;
        for behind in behind_maintenance() {
            if let Err(error) = self.ports.outbox.release(&behind, self.now()).await {
                tracing::warn!(%error, "what waits for the end of maintenance waits for the old one");
            }
        }
        self.signals.router.notify_one();
    }
}

/// Whoever is limited to services names some of these, or would silence those of others.
fn may_write(caller: &Caller, selector: &Selector) -> AppResult<()> {
    caller.must_be(Role::ServiceOwner)?;
    if caller.services.is_empty() {
        return Ok(());
    }
    if selector.services.is_empty() {
        let services = domain::time::shorten(&caller.services.join(", "), 100);
        let refusal =
            format!("this key is limited to {services}: the selector must name services among these");
        return Err(AppError::Forbidden(refusal));
    }
    selector.services.iter().try_for_each(|service| caller.must_reach(service))
}

fn check(when: &When, now: Instant) -> AppResult<()> {
    let problem = match when {
        When::Once { from, until } => check_once(*from, *until),
        When::Recurring { recurrence, length } => check_recurring(recurrence, *length, now),
    };
    problem.map_or(Ok(()), |problem| Err(Rejection::Invalid(vec![problem]).into()))
}

fn check_once(from: Instant, until: Instant) -> Option<Problem> {
    if until <= from {
        return Some(Problem::new("until", format!("must come after from ({from}), was {until}")));
    }
    let is_long = until > from + ONCE_MAX;
    is_long
        .then(|| Problem::new("until", format!("must come within {ONCE_MAX} of from ({from}), was {until}")))
}

fn check_recurring(recurrence: &Recurrence, length: Duration, now: Instant) -> Option<Problem> {
    if !(LENGTH_MIN..=WINDOW_LENGTH_MAX).contains(&length) {
        let problem = format!("must be a duration from {LENGTH_MIN} to {WINDOW_LENGTH_MAX}, was {length}");
        return Some(Problem::new("duration", problem));
    }
    let Some(first) = recurrence.slot_after(now) else {
        return Some(Problem::new("schedule", "never comes any more"));
    };
    let slots = std::iter::successors(Some(first), |slot| recurrence.slot_after(*slot));
    let within = slots.take_while(|slot| *slot < first + length).take(OVERLAPPING_MAX + 1).count();
    (within > OVERLAPPING_MAX).then(|| {
        let problem = format!("begins more than {OVERLAPPING_MAX} times within {length}: once is enough");
        Problem::new("schedule", problem)
    })
}
