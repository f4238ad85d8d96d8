//! Keeps one post: what is due of it, doing that under a claim, and noting what came of it.
//!
//! The intent is stored before anything is posted. Who dies between posting and noting leaves a claim behind that runs
//! out; the next one then asks the receiver for the message before it posts. Where the receiver cannot be asked, a second
//! message may appear, and only then.

use std::panic::AssertUnwindSafe;
use std::time::Duration as StdDuration;

use domain::board::{BoardPage, Window};
use domain::{Duration, Instant};
use futures_util::FutureExt;

use super::BoardView;
use super::check::find_channel;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::ports::{BoardPost, BoardPoster, DeliveryError, Edited, Notifier, PostState, Reach, StoreError};

/// How long a claim lasts: longer than reading the schedulers, the calls to the receiver and noting what came of it.
const LEASE: Duration = Duration::from_minutes(3);
/// How long all calls to the receiver may take together.
const PATIENCE: StdDuration = StdDuration::from_secs(90);
/// How long after its window a summary is still told.
pub(crate) const CLOSED_WITHIN: Duration = Duration::DAY;
const BACKOFF_FIRST: Duration = Duration::from_seconds(5);
const BACKOFF_MAX: Duration = Duration::from_minutes(15);
/// How often it is tried to note what came of an attempt: what is not noted is looked for at the receiver.
const NOTE_TRIES: u32 = 8;
const NOTE_PAUSE: StdDuration = StdDuration::from_millis(50);
const ANSWER_CHARS: usize = 499;

/// What is due of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing before that.
    Wait(Instant),
    /// It is to be posted or edited; `closing`: for the last time, as a summary.
    Show { closing: bool },
    /// Nothing any more: it is too late for a summary.
    GiveUp,
}

/// What is due of a post of a board. One that is not known is gone, or is named by the configuration of another process:
/// its post is left alone. A board whose hours have changed ends the post of its old window.
pub(crate) fn step(post: &BoardPost, view: Option<&BoardView>, now: Instant) -> Step {
    let window = view.and_then(|view| current(post, view));
    let too_late = window.map_or(post.window.end, |window| window.end) + CLOSED_WITHIN;
    if now >= too_late {
        return Step::GiveUp;
    }
    let Some(view) = view else { return Step::Wait(too_late) };
    if let Some(until) = post.leased_until.max(post.retry_at).filter(|until| *until > now) {
        return Step::Wait(until);
    }
    let Some(window) = window.filter(|window| now < window.end) else { return Step::Show { closing: true } };
    match post.shown_at.filter(|_| post.state == PostState::Posted && post.channel == view.board.channel) {
        None => Step::Show { closing: false },
        Some(shown) => match window.next_edit(view.board.cadence, shown) {
            due if due <= now => Step::Show { closing: false },
            due => Step::Wait(due),
        },
    }
}

/// The window of a post, as its board has it by now: it may end at another time. `None` where none begins then any more.
fn current(post: &BoardPost, view: &BoardView) -> Option<Window> {
    view.board.hours.window_at(post.window.start).filter(|window| window.start == post.window.start)
}

/// The post of a window of which nothing is known yet.
pub(crate) fn intent(view: &BoardView, window: Window) -> BoardPost {
    BoardPost {
        project: view.project.clone(),
        board: view.id.clone(),
        window,
        version: 1,
        state: PostState::Intended,
        channel: view.board.channel.clone(),
        message: None,
        shown_at: None,
        leased_until: None,
        failures: 0,
        retry_at: None,
        last_answer: None,
    }
}

/// Posts or edits at once, whatever is due, unless someone else is at it.
pub(crate) async fn show_now(app: &App, view: &BoardView, window: Window) -> AppResult<BoardPost> {
    let intended = intent(view, window);
    match app.ports.boards.put_post(intended, 0).await {
        Ok(()) | Err(StoreError::Conflict) => {}
        Err(error) => return Err(error.into()),
    }
    let post = app.ports.boards.post_of(&view.project, &view.id, window.start).await?;
    let post = post.filter(|post| post.leased_until.is_none_or(|until| until <= app.now()));
    let shown = match post {
        Some(post) => show(app, view, &post, false).await?,
        None => None,
    };
    shown.ok_or(AppError::Busy)
}

/// Ends a post without a word.
pub(crate) async fn give_up(app: &App, post: &BoardPost) -> AppResult<()> {
    let closed = BoardPost {
        version: post.version + 1,
        state: PostState::Closed,
        last_answer: Some("given up: its window ended too long ago".to_owned()),
        ..post.clone()
    };
    tracing::warn!(board = post.board, window = %post.window.start, "the post of a board is given up");
    held(app.ports.boards.put_post(closed, post.version).await).map(drop)
}

/// Reads the page, claims the post, shows it, and notes what came of it; `None` where another was faster.
pub(crate) async fn show(
    app: &App,
    view: &BoardView,
    post: &BoardPost,
    closing: bool,
) -> AppResult<Option<BoardPost>> {
    let now = app.now();
    let window = current(post, view).unwrap_or(post.window);
    // Read before the claim: a read that fails leaves none behind.
    let page = app.gather(view, window, now, closing, None).await?;
    let version = post.version + 1;
    let claimed = BoardPost { window, version, leased_until: Some(now + LEASE), ..post.clone() };
    if !held(app.ports.boards.put_post(claimed.clone(), post.version).await)? {
        return Ok(None);
    }
    let answer = tell(app, view, post, &page).await;
    log(post, closing, &answer);
    let noted = judged(claimed, view, answer, &page, app.ports.chance.bits());
    note(app, noted).await
}

/// `Conflict` means that another holds it.
fn held(answer: Result<(), StoreError>) -> AppResult<bool> {
    match answer {
        Ok(()) => Ok(true),
        Err(StoreError::Conflict) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Brings a page to the receiver, within bounds, and survives its panics.
async fn tell(
    app: &App,
    view: &BoardView,
    post: &BoardPost,
    page: &BoardPage,
) -> Result<String, DeliveryError> {
    let notifier = notifier(app, view).await?;
    let poster = notifier.boards().ok_or_else(|| no_channel(view))?;
    let told = AssertUnwindSafe(bring(poster, post, view, page)).catch_unwind();
    match tokio::time::timeout(PATIENCE, told).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(DeliveryError::transient("what shows this board panicked; see the log")),
        Err(_) => Err(DeliveryError::transient(format!("no answer within {} s", PATIENCE.as_secs()))),
    }
}

async fn notifier(app: &App, view: &BoardView) -> Result<std::sync::Arc<dyn Notifier>, DeliveryError> {
    let away = |error: StoreError| DeliveryError::transient(format!("channels cannot be read: {error}"));
    let channels = app.ports.channels.channels(&view.project).await.map_err(away)?;
    let channel = find_channel(&channels, &view.board.channel).ok_or_else(|| no_channel(view))?;
    match app.ports.channels.reach(&view.project, &channel.id).await.map_err(away)? {
        Reach::Ready(notifier) => Ok(notifier),
        Reach::Off(_) | Reach::Gone => Err(no_channel(view)),
    }
}

fn no_channel(view: &BoardView) -> DeliveryError {
    let named = domain::time::shorten(&view.board.channel, 64);
    DeliveryError::broken(format!("channel {named} is gone, switched off, or shows no boards"))
}

/// Edits the message that is known; else looks for one that nobody noted; else posts.
async fn bring(
    poster: &dyn BoardPoster,
    post: &BoardPost,
    view: &BoardView,
    page: &BoardPage,
) -> Result<String, DeliveryError> {
    let known = post.message.as_ref().filter(|_| post.channel == view.board.channel);
    if let Some(message) = known {
        match poster.edit(message, page).await? {
            Edited::Done => return Ok(message.clone()),
            Edited::Fixed if !page.closing => return Ok(message.clone()),
            Edited::Fixed => return poster.post(page).await,
            Edited::Gone => {}
        }
    }
    // Someone may have posted it and not come to note so: they failed, or died and left their claim behind.
    let doubtful = known.is_some() || post.failures > 0 || post.leased_until.is_some();
    if doubtful
        && let Some(message) = poster.find(page).await?
        && known != Some(&message)
        && poster.edit(&message, page).await? == Edited::Done
    {
        return Ok(message);
    }
    poster.post(page).await
}

fn judged(
    claimed: BoardPost,
    view: &BoardView,
    answer: Result<String, DeliveryError>,
    page: &BoardPage,
    chance: u128,
) -> BoardPost {
    let after = BoardPost { version: claimed.version + 1, leased_until: None, ..claimed };
    match answer {
        Ok(message) => BoardPost {
            state: if page.closing { PostState::Closed } else { PostState::Posted },
            channel: view.board.channel.clone(),
            message: Some(message),
            shown_at: Some(page.updated_at),
            failures: 0,
            retry_at: None,
            last_answer: None,
            ..after
        },
        Err(error) => {
            let failures = after.failures.saturating_add(1);
            let pause = pause(&error, failures, chance);
            BoardPost {
                failures,
                retry_at: Some(page.updated_at + pause),
                last_answer: Some(domain::time::shorten(&error.to_string(), ANSWER_CHARS)),
                ..after
            }
        }
    }
}

/// Doubles from five seconds to a quarter of an hour, with up to a fifth of jitter. What will not pass by itself is tried
/// as seldom as can be: someone may mend it before the window ends.
fn pause(error: &DeliveryError, failures: u32, chance: u128) -> Duration {
    let doubled = BACKOFF_FIRST.times(1 << failures.saturating_sub(1).min(20)).min(BACKOFF_MAX);
    let jitter = Duration::from_millis(doubled.as_millis() / 5 * (chance % 1000) as i64 / 1000);
    match error {
        DeliveryError::Transient { retry_after, .. } => {
            (doubled + jitter).max(retry_after.unwrap_or(Duration::ZERO))
        }
        DeliveryError::Permanent { .. } | DeliveryError::Broken { .. } => BACKOFF_MAX + jitter,
    }
}

/// Notes what came of an attempt, patiently: the message is there, and should not be looked for or posted again because
/// the store was away for a moment.
async fn note(app: &App, post: BoardPost) -> AppResult<Option<BoardPost>> {
    for tried in 1.. {
        match app.ports.boards.put_post(post.clone(), post.version - 1).await {
            Err(StoreError::Unavailable { .. } | StoreError::Ambiguous { .. }) if tried < NOTE_TRIES => {
                tokio::time::sleep(NOTE_PAUSE * (1 << tried)).await;
            }
            // An earlier try may have been written although its answer was lost.
            Err(StoreError::Conflict) => {
                let found = app.ports.boards.post_of(&post.project, &post.board, post.window.start).await?;
                return Ok(found.filter(|found| *found == post));
            }
            noted => return Ok(noted.map(|()| Some(post))?),
        }
    }
    Ok(None)
}

fn log(post: &BoardPost, closing: bool, answer: &Result<String, DeliveryError>) {
    let (board, window) = (&post.board, post.window.start);
    match answer {
        Ok(_) => tracing::info!(board, %window, closing, "a board is shown"),
        Err(error) => {
            let failures = post.failures + 1;
            tracing::warn!(board, %window, closing, failures, reason = %error, "a board could not be shown and is tried again");
        }
    }
}
