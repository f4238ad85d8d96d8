//! The endpoints, each with a slash at its end or without, and with slashes in a row taken for one: SDKs put two where
//! a DSN's path ends in one.

use std::future::{Ready, ready};

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderName, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::{get, post};
use tower::ServiceExt;
use tower::util::Oneshot;

use super::auth::{AuthError, PublicKey};
use super::call::Call;
use super::envelope::CHECK_IN_BYTES_MAX;
use super::incoming::BODY_BYTES_MAX;
use super::query::{from_body, from_query, is_json};
use super::refusal::Refusal;
use super::take::Taken;
use super::{CheckIn, answer};
use crate::state::WebState;

pub(in crate::ingest) fn routes() -> Router<WebState> {
    let enveloped = || post(envelope).options(|| taken("POST,OPTIONS"));
    let keyed = || get(check_in_keyed).post(check_in_keyed).options(|| taken("GET,HEAD,POST,OPTIONS"));
    let bare = || get(check_in).post(check_in).options(|| taken("GET,HEAD,POST,OPTIONS"));
    Router::new()
        .route("/api/{project}/envelope", enveloped())
        .route("/api/{project}/envelope/", enveloped())
        .route("/api/{project}/cron/{slug}", bare())
        .route("/api/{project}/cron/{slug}/", bare())
        .route("/api/{project}/cron/{slug}/{key}", keyed())
        .route("/api/{project}/cron/{slug}/{key}/", keyed())
}

/// Which methods are taken.
fn taken(methods: &'static str) -> Ready<(StatusCode, [(HeaderName, &'static str); 1])> {
    ready((StatusCode::NO_CONTENT, [(header::ALLOW, methods)]))
}

/// The same routes for whatever has slashes in a row; the rest goes on to `others`.
pub(crate) fn with_slashes_in_a_row(
    others: Router<WebState>,
    state: WebState,
) -> impl Fn(Request) -> Oneshot<Router, Request> + Clone {
    let routes: Router = routes().merge(others).with_state(state);
    move |request| routes.clone().oneshot(collapse(request))
}

fn collapse(mut request: Request) -> Request {
    if let Some(uri) = collapsed(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

fn collapsed(uri: &Uri) -> Option<Uri> {
    if !uri.path().contains("//") {
        return None;
    }
    let segments = uri.path().split('/').filter(|segment| !segment.is_empty());
    let mut path: String = segments.flat_map(|segment| ["/", segment]).collect();
    if uri.path().ends_with('/') {
        path.push('/');
    }
    if let Some(query) = uri.query() {
        path.push('?');
        path.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    Uri::from_parts(parts).ok()
}

async fn envelope(State(state): State<WebState>, Path(project): Path<String>, request: Request) -> Response {
    open(&state, &project, request).await.unwrap_or_else(|refusal| refusal.answer(&state))
}

async fn open(state: &WebState, project: &str, request: Request) -> Result<Response, Refusal> {
    let (call, mut body) = Call::of(state, project, request, BODY_BYTES_MAX)?;
    let key = match call.key(None) {
        Err(AuthError::Missing) => call.key(body.header(call.encoding()).await?.dsn.as_deref()),
        key => key,
    };
    let sender = call.admit(&key?).await?;
    let envelope = body.envelope(call.encoding()).await.map_err(|refusal| refusal.of(&sender.project))?;
    for problem in &envelope.problems {
        sender.complain("invalid_check_in", "envelope", problem);
    }
    let mut limited = None;
    for check_in in envelope.check_ins {
        if let Taken::Limited(error) = sender.take(check_in, envelope.header.sent_at).await? {
            limited = Some(error);
        }
    }
    let id = envelope.header.event_id.as_deref();
    Ok(limited.map_or_else(|| answer::stored(id), answer::limited))
}

async fn check_in_keyed(
    State(state): State<WebState>,
    Path((project, slug, key)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    checked_in(&state, &project, &slug, Some(&key), request).await
}

async fn check_in(
    State(state): State<WebState>,
    Path((project, slug)): Path<(String, String)>,
    request: Request,
) -> Response {
    checked_in(&state, &project, &slug, None, request).await
}

async fn checked_in(
    state: &WebState,
    project: &str,
    slug: &str,
    key: Option<&str>,
    request: Request,
) -> Response {
    let asked = async {
        let (call, body) = Call::of(state, project, request, CHECK_IN_BYTES_MAX)?;
        let key = key.map_or_else(|| call.key(None), PublicKey::parse)?;
        let sender = call.admit(&key).await?;
        let read = if is_json(call.content_type()) {
            let body = body.unpacked(call.encoding()).await.map_err(|refusal| refusal.of(&sender.project))?;
            from_body(slug, &body)
        } else {
            from_query(slug, call.query())
        };
        let check_in: CheckIn =
            read.map_err(|problems| Refusal::check_in(slug, problems).of(&sender.project))?;
        // That there were too many is not told: whoever sends these looks at nothing but whether it worked.
        sender.take(check_in, None).await?;
        Ok(answer::accepted())
    };
    asked.await.unwrap_or_else(|refusal: Refusal| refusal.answer(state))
}
