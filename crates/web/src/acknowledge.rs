//! `/acknowledge/{token}`: the page that messages link to, where whoever is told of an incident says that they look after
//! it. The address is the secret: signed, for one incident, expiring. Looking never changes anything, for programs that
//! make previews look too; the button does. No script, nothing from anywhere else.

mod page;

use app::ack::BadToken;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::id::IncidentId;

use crate::docs::file;
use crate::error::ApiError;
use crate::extract::Questions;
use crate::state::WebState;
use page::Page;

/// Most bytes of the form.
const FORM_BYTES_MAX: usize = 4096;
/// Most characters of a name.
const NAME_CHARS_MAX: usize = 100;

/// Shows the incident, and a button where nobody looks after it.
pub(crate) async fn show(State(state): State<WebState>, Path(token): Path<String>) -> Response {
    shown(look(&state, &token).await)
}

/// Says that whoever bears the address looks after the incident.
pub(crate) async fn act(State(state): State<WebState>, Path(token): Path<String>, body: Body) -> Response {
    shown(acknowledge(&state, &token, body).await)
}

/// What is taken here.
pub(crate) async fn methods() -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::NO_CONTENT, [(header::ALLOW, "GET,HEAD,POST,OPTIONS")])
}

pub(crate) async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("acknowledge/page.css"))
}

async fn look(state: &WebState, token: &str) -> Result<Page, ApiError> {
    let id = match named(state, token)? {
        Ok(id) => id,
        Err(bad) => return Ok(Page::useless(bad)),
    };
    let linked = state.app().linked_incident(&id).await?;
    Ok(linked.map_or_else(Page::forgotten, |linked| Page::asking(&linked)))
}

async fn acknowledge(state: &WebState, token: &str, body: Body) -> Result<Page, ApiError> {
    let id = match named(state, token)? {
        Ok(id) => id,
        Err(bad) => return Ok(Page::useless(bad)),
    };
    let Ok(name) = name(body).await else { return Ok(Page::misnamed(NAME_CHARS_MAX)) };
    let answer = state.app().acknowledge_linked(&id, name.as_deref()).await?;
    Ok(answer.map_or_else(Page::forgotten, |(linked, changed)| Page::answering(&linked, changed)))
}

/// The incident that a token is for; where nothing was ever signed there is no such page.
fn named(state: &WebState, token: &str) -> Result<Result<IncidentId, BadToken>, ApiError> {
    let key = state.settings().ack_key.as_ref();
    let key = key.ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, "there is no such page here"))?;
    Ok(key.verify(token, state.app().now()))
}

/// A name that is too long, or a form that is none.
struct Misnamed;

/// The name in the form, if any.
async fn name(body: Body) -> Result<Option<String>, Misnamed> {
    let bytes = to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| Misnamed)?;
    let form = std::str::from_utf8(&bytes).map_err(|_| Misnamed)?;
    let mut fields = Questions::parse(form);
    let name = fields.text("name").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    fields.finish().map_err(|_| Misnamed)?;
    match name {
        Some(name) if domain::id::check_text(&name, NAME_CHARS_MAX).is_err() => Err(Misnamed),
        name => Ok(name),
    }
}

fn shown(page: Result<Page, ApiError>) -> Response {
    match page {
        Ok(page) => page.into_response(),
        Err(error) if error.status == StatusCode::NOT_FOUND => error.into_response(),
        Err(error) => Page::failed(error.status).into_response(),
    }
}
