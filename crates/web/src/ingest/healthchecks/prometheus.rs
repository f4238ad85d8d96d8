//! Checks as metrics for Prometheus, as Healthchecks serves them a project: the key is in the address or a bearer's.

use std::collections::BTreeMap;

use app::SchedulerView;
use app::ports::Filter;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use domain::Instant;

use super::super::as_it_is;
use super::answer::{Refusal, empty, missing};
use super::shown::{name, unique_key};
use super::standing::{Standing, State as Is};
use super::{Question, enter, find};
use crate::ops::Page;
use crate::state::WebState;

/// The length of Healthchecks' own keys.
const KEY_CHARS: usize = 32;

/// `/projects/<any>/metrics/<key>`, or `/projects/<any>/metrics/` with a bearer. Which project it is, the key says.
pub(super) async fn take(State(state): State<WebState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let Some(question) = Question::of(state, parts, 3, "/api") else { return missing() };
    if !question.is(&Method::GET) && !question.is(&Method::HEAD) {
        return empty(StatusCode::METHOD_NOT_ALLOWED);
    }
    let in_path = path.split_once("/metrics/").map(|(_, key)| key).unwrap_or_default();
    if in_path.contains('/') {
        return missing();
    }
    let bearer = bearer(&question.headers);
    let Some(key) = Some(in_path).filter(|key| !key.is_empty()).or(bearer.as_deref()) else {
        return empty(StatusCode::UNAUTHORIZED);
    };
    page(&question, key).await.unwrap_or_else(Refusal::answer)
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(ToOwned::to_owned)
}

async fn page(question: &Question, key: &str) -> Result<Response, Refusal> {
    let Some(client) = enter::known(question, key).await? else {
        let is_none = key.len() != KEY_CHARS && !key.starts_with(enter::OWN_KEY);
        return Ok(empty(if is_none { StatusCode::BAD_REQUEST } else { StatusCode::FORBIDDEN }));
    };
    let views = find::all(question, &client, Filter::default()).await?;
    let mut response = as_it_is((StatusCode::OK, written(&views, question.state.app().now())));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Ok(response)
}

fn written(views: &[SchedulerView], now: Instant) -> String {
    let standings: Vec<Standing> = views.iter().map(|view| Standing::of(view, now)).collect();
    let mut page = Page::default();
    each(&mut page, "hc_check_up", "Whether the check is not down.", views, &standings, |it| {
        it.state != Is::Down
    });
    each(&mut page, "hc_check_started", "Whether the check runs.", views, &standings, |it| it.is_started);
    each(
        &mut page,
        "hc_check_grace",
        "Whether the check is late, and its grace not over.",
        views,
        &standings,
        |it| it.state == Is::Grace,
    );
    each(&mut page, "hc_check_paused", "Whether the check is paused.", views, &standings, |it| {
        it.state == Is::Paused
    });
    let mut tags: BTreeMap<&str, bool> = BTreeMap::new();
    for (view, standing) in views.iter().zip(&standings) {
        for tag in &view.scheduler.config.tags {
            *tags.entry(tag).or_insert(true) &= standing.state != Is::Down;
        }
    }
    page.family("hc_tag_up", "gauge", "Whether no check with the tag is down.");
    for (tag, is_up) in tags {
        page.sample("hc_tag_up", &[("tag", tag)], number(is_up));
    }
    let down = standings.iter().filter(|it| it.state == Is::Down).count();
    page.single("hc_checks_total", "gauge", "How many checks there are.", standings.len() as f64);
    page.single("hc_checks_down_total", "gauge", "How many checks are down.", down as f64);
    page.finish()
}

/// A family with a sample for each check.
fn each(
    page: &mut Page,
    family: &str,
    help: &str,
    views: &[SchedulerView],
    standings: &[Standing],
    is_so: impl Fn(&Standing) -> bool,
) {
    page.family(family, "gauge", help);
    for (view, standing) in views.iter().zip(standings) {
        let config = &view.scheduler.config;
        let key = config.ping_id.as_ref().map(unique_key).unwrap_or_default();
        let tags = config.tags.join(" ");
        let labels = [("name", name(&view.scheduler)), ("tags", tags.as_str()), ("unique_key", key.as_str())];
        page.sample(family, &labels, number(is_so(standing)));
    }
}

fn number(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}
