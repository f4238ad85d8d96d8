//! The pages that messages link to: one scheduler, one board, read by the browser itself with a key that its reader
//! gives. They hold no data and are therefore public; they load nothing from anywhere else.

use axum::extract::State;
use axum::response::Response;

use crate::docs::file;
use crate::state::WebState;

const PAGE: &str = include_str!("portal/page.html");
const SHARED: &str = include_str!("portal/keyed.js");
const SCHEDULER: &str = include_str!("portal/scheduler.html");
const SCRIPT: &str = include_str!("portal/scheduler.js");
const BOARD: &str = include_str!("portal/board.html");
const BOARD_SCRIPT: &str = include_str!("portal/board.js");
const STYLE: &str = include_str!("portal/scheduler.css");

/// The page of any scheduler: which one is read from the address.
pub(crate) async fn scheduler(State(state): State<WebState>) -> Response {
    page("scheduler", SCHEDULER, &state)
}

/// The page of any board.
pub(crate) async fn board(State(state): State<WebState>) -> Response {
    page("board", BOARD, &state)
}

/// The page of something, with the script of its name and the part that shows it.
fn page(of: &str, shown: &str, state: &WebState) -> Response {
    let settings = state.settings();
    // Relative, so that it holds behind a proxy that adds a path of its own.
    let api = format!("../..{}", settings.prefix.as_str());
    let page = PAGE.replace("{{of}}", of).replace("{{shown}}", shown);
    let page = page.replace("{{prefix}}", &api).replace("{{key_header}}", settings.key_header.as_str());
    file("text/html; charset=utf-8", page)
}

/// What the scripts of all pages share.
pub(crate) async fn shared_script() -> Response {
    file("text/javascript; charset=utf-8", SHARED)
}

pub(crate) async fn script() -> Response {
    file("text/javascript; charset=utf-8", SCRIPT)
}

pub(crate) async fn board_script() -> Response {
    file("text/javascript; charset=utf-8", BOARD_SCRIPT)
}

pub(crate) async fn style() -> Response {
    file("text/css; charset=utf-8", STYLE)
}
