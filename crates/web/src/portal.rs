//! The page that messages link to: one scheduler, read by the browser itself with a key that its reader gives. The page
//! holds no data and is therefore public; it loads nothing from anywhere else.

use axum::extract::State;
use axum::response::Response;

use crate::docs::file;
use crate::state::WebState;

const PAGE: &str = include_str!("portal/scheduler.html");
const SCRIPT: &str = include_str!("portal/scheduler.js");
const STYLE: &str = include_str!("portal/scheduler.css");

/// The page of any scheduler: which one is read from the address.
pub(crate) async fn scheduler(State(state): State<WebState>) -> Response {
    let settings = state.settings();
    // Relative, so that it holds behind a proxy that adds a path of its own.
    let api = format!("../..{}", settings.prefix.as_str());
    let page = PAGE.replace("{{prefix}}", &api).replace("{{key_header}}", settings.key_header.as_str());
    file("text/html; charset=utf-8", page)
}

pub(crate) async fn script() -> Response {
    file("text/javascript; charset=utf-8", SCRIPT)
}

pub(crate) async fn style() -> Response {
    file("text/css; charset=utf-8", STYLE)
}
